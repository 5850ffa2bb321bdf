import { join } from "node:path";
import { realFs } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

Deno.test("a listing tells of each entry what a look at it would", () =>
  withTempDir((folder) => {
    Deno.mkdirSync(join(folder, "sub"), { mode: 0o750 });
    Deno.writeTextFileSync(join(folder, "a"), "four", { mode: 0o640 });
    Deno.linkSync(join(folder, "a"), join(folder, "b"));
    Deno.symlinkSync("a", join(folder, "link"));
    Deno.symlinkSync("nowhere", join(folder, "wrong"));
    Deno.utimeSync(join(folder, "a"), 5_000_000_000, 1_700_000_000.678);
    const { entries } = realFs.list(folder, { withInfo: true });
    assert.deepEqual(entries.map(({ name }) => name), ["a", "b", "link", "sub", "wrong"]);
    for (const { name, kind, info } of entries) {
      const looked = realFs.lstat(join(folder, name));
      assert.equal(kind, looked.kind);
      if (Deno.build.os === "linux") assert.deepEqual(info, looked);
    }
  }));

Deno.test("a folder with more names than fit into one call is listed as a whole", () =>
  withTempDir((folder) => {
    const names = Array.from({ length: 3000 }, (_, i) => `${i}`.padStart(60, "0"));
    for (const name of names) Deno.writeTextFileSync(join(folder, name), "");
    const { entries } = realFs.list(folder, { withInfo: true });
    assert.deepEqual(entries.map(({ name }) => name), names);
  }));

Deno.test("a listing of a file, or of nothing, fails as it does without more", () =>
  withTempDir((folder) => {
    Deno.writeTextFileSync(join(folder, "a"), "");
    const list = (name: string) => realFs.list(join(folder, name), { withInfo: true });
    assert.throws(() => list("a"), /Not a directory|ENOTDIR/);
    assert.throws(() => list("gone"), Deno.errors.NotFound);
  }));
