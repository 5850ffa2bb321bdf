import { join } from "node:path";
import { folderBackend, markFolder } from "../../src/remote/folder.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { patterned, testConformance } from "./conformance.ts";

testConformance("folder", (use) =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    markFolder(host, folder);
    await use(folderBackend(host, folder));
  }));

Deno.test("a folder in which the disk is not mounted is not written to", () =>
  withTempDir(async (folder) => {
    const backend = folderBackend(testHost(folder), folder);
    await rejectsWith(() => backend.put("a", patterned(5)), "remote_unreachable");
    await rejectsWith(() => backend.list(""), "remote_unreachable");
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a folder that does not exist is not made a backend", () =>
  withTempDir(async (folder) => {
    await rejectsWith(() => markFolder(testHost(folder), join(folder, "no")), "no_such_folder");
  }));

Deno.test("a key that leads out of the folder is refused", () =>
  withTempDir(async (folder) => {
    const inner = join(folder, "inner");
    Deno.mkdirSync(inner);
    const host = testHost(folder);
    markFolder(host, inner);
    const backend = folderBackend(host, inner);
    for (const key of ["../out", "/etc/out", "a/../../out", ""]) {
      await rejectsWith(() => backend.put(key, patterned(5)), "bad_key");
    }
  }));

Deno.test("whatever call fails, a put leaves the old object or the new one, and no other files", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    markFolder(host, folder);
    const [old, young] = [patterned(50, 1), patterned(60, 2)];
    for (let index = 0;; index++) {
      await folderBackend(host, folder).put("a", old);
      const fs = faultyFs(host.fs, (call) => {
        const fails = call.index === index && call.operation !== "close";
        return fails ? systemError("ENOSPC") : undefined;
      });
      let failed = false;
      await folderBackend({ ...host, fs }, folder).put("a", young).catch(() => failed = true);
      const now = Deno.readFileSync(join(folder, "a"));
      assert.deepEqual(now, now.length === 50 ? old : young, `call ${index}`);
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      assert.deepEqual(names.filter((name) => !name.endsWith(".partial")), [
        ".a.meta",
        ".lifeboat-backend.json",
        "a",
      ]);
      if (index > 100) break;
      assert.ok(failed || index > 5);
    }
  }));

Deno.test("a file that was changed behind the backend's back has no known hash", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    markFolder(host, folder);
    const backend = folderBackend(host, folder);
    await backend.put("a", patterned(50));
    Deno.writeTextFileSync(join(folder, "a"), "other");
    assert.deepEqual(await backend.head("a"), { key: "a", size: 5 });
  }));
