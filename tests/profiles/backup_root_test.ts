import { realFs } from "../../src/base/mod.ts";
import { defaultBackupRoot, findProfile } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

function rootOf(host: ReturnType<typeof testHost>) {
  return defaultBackupRoot(host, findProfile(host, "codex"));
}

Deno.test("backups go below Documents, also when it is still to be made", () =>
  withTempDir(async (folder) => {
    const expected = { path: `${folder}/Documents/CodexBackups`, warnings: [] };
    assert.deepEqual(rootOf(testHost(folder)), expected);
    await Deno.mkdir(`${folder}/Documents`);
    assert.deepEqual(rootOf(testHost(folder)), expected);
  }));

Deno.test("backups go below the home folder when Documents is a file or cannot be written", () =>
  withTempDir(async (folder) => {
    await Deno.writeTextFile(`${folder}/Documents`, "");
    assert.equal(rootOf(testHost(folder)).path, `${folder}/CodexBackups`);
    await Deno.remove(`${folder}/Documents`);
    await Deno.mkdir(`${folder}/Documents`);
    const { path, warnings } = rootOf(
      testHost(folder, { fs: { ...realFs, isWritable: () => false } }),
    );
    assert.equal(path, `${folder}/CodexBackups`);
    assert.match(warnings[0], /no writable folder/);
  }));

Deno.test("a Documents folder that a cloud service syncs is warned about", () =>
  withTempDir(async (folder) => {
    await Deno.mkdir(`${folder}/OneDrive - Example/Documents`, { recursive: true });
    await Deno.symlink(`${folder}/OneDrive - Example/Documents`, `${folder}/Documents`);
    const { path, warnings } = rootOf(testHost(folder));
    assert.equal(path, `${folder}/Documents/CodexBackups`);
    assert.match(warnings[0], /cloud service/);
  }));

Deno.test("Documents in iCloud is known by its twin", () =>
  withTempDir(async (folder) => {
    await Deno.mkdir(`${folder}/Documents`);
    const host = testHost(folder, { platform: "darwin" });
    assert.deepEqual(rootOf(host).warnings, []);
    const twin = `${folder}/Library/Mobile Documents/com~apple~CloudDocs/Documents`;
    await Deno.mkdir(twin, { recursive: true });
    assert.match(rootOf(host).warnings[0], /cloud service/);
  }));
