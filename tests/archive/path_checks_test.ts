import { collisionKey, createNameReader, createPathGuard } from "../../src/archive/path_checks.ts";
import type { Platform } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";

/** Whether two files can stand beside each other on a system. */
function fit(a: string, b: string, platform: Platform): boolean {
  const guard = createPathGuard("archive", platform, 100);
  guard.admit(a, "file");
  try {
    guard.admit(b, "file");
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, "unsafe_archive");
    return false;
  }
}

Deno.test("which names are one name depends on the system", () => {
  const cases: [string, string, Platform[]][] = [
    ["a", "a", ["linux", "darwin", "windows"]],
    ["a", "A", ["darwin", "windows"]],
    ["\u00e4", "a\u0308", ["darwin"]],
    ["\u00e4", "A\u0308", ["darwin"]],
    ["stra\u00dfe", "STRASSE", ["darwin"]],
    ["a/b", "A/c", []],
    ["a", "a/b", ["linux", "darwin", "windows"]],
    ["a/b", "a", ["linux", "darwin", "windows"]],
    ["a/b/c", "A", ["darwin", "windows"]],
    ["a", "b", []],
  ];
  for (const [a, b, collide] of cases) {
    for (const platform of ["linux", "darwin", "windows"] as const) {
      assert.equal(fit(a, b, platform), !collide.includes(platform), `${a} ${b} ${platform}`);
    }
  }
});

Deno.test("the key of a path tells what collides", () => {
  assert.equal(collisionKey("\u00c4/B", "darwin"), collisionKey("a\u0308/b", "darwin"));
  assert.notEqual(collisionKey("A", "linux"), collisionKey("a", "linux"));
});

Deno.test("a folder may come before, after and between its files, and twice", () => {
  const guard = createPathGuard("archive", "linux", 100);
  guard.admit("a", "directory");
  guard.admit("a/b/c", "file");
  guard.admit("a/b", "directory");
  guard.admit("a", "directory");
  guard.admit("a/b/d", "file");
});

Deno.test("the top folder is taken off, and the same for all", async () => {
  const read = createNameReader("archive");
  assert.equal(read("./", "directory"), undefined);
  assert.equal(read("top/", "directory"), undefined);
  assert.equal(read("./top/files/a", "file"), "files/a");
  assert.equal(read("top/files/", "directory"), "files");
  await rejectsWith(() => read("other/files/a", "file"), "unsafe_archive");
  await rejectsWith(() => read("top", "file"), "not_a_backup");
  const known = createNameReader("archive", "top");
  await rejectsWith(() => known("other/a", "file"), "unsafe_archive");
});
