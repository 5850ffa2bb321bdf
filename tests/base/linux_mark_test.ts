import { join } from "node:path";
import { markFolder, readMark } from "../../src/base/linux_mark.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };

/** The mark of a folder, as if it was looked at long after. */
function markOf(folder: string): Uint8Array {
  const mark = markFolder(folder, Date.now() + 60_000)!;
  assert.deepEqual(mark.recent, []);
  return mark.bytes;
}

function makeFiles(folder: string): (name: string) => string {
  Deno.mkdirSync(join(folder, "sub"));
  for (const name of ["a", "b"]) Deno.writeTextFileSync(join(folder, name), name);
  return (name) => join(folder, name);
}

Deno.test(
  "a mark stays the same until something in the folder is touched",
  LINUX,
  () =>
    withTempDir((folder) => {
      const at = makeFiles(folder);
      let before = markOf(folder);
      const stays = (act: () => void) => {
        act();
        assert.deepEqual(markOf(folder), before);
      };
      const changes = (act: () => void) => {
        act();
        assert.notDeepEqual(markOf(folder), before);
        before = markOf(folder);
      };
      stays(() => Deno.readFileSync(at("a")));
      stays(() => Deno.writeTextFileSync(at("sub/deeper"), "of its own mark"));
      changes(() => Deno.utimeSync(at("a"), 1, 1));
      changes(() => Deno.chmodSync(at("b"), 0o600));
      changes(() => Deno.writeTextFileSync(at("c"), "new"));
      changes(() => Deno.renameSync(at("c"), at("d")));
      changes(() => Deno.removeSync(at("d")));
    }),
);

Deno.test(
  "a mark tells by name what is there, and what it looks like",
  LINUX,
  () =>
    withTempDir((folder) => {
      const at = makeFiles(folder);
      const before = readMark(markOf(folder))!;
      assert.deepEqual([...before.keys()].sort(), ["a", "b", "sub"]);
      assert.deepEqual([...before].filter(([, { isFolder }]) => isFolder).map(([name]) => name), [
        "sub",
      ]);
      Deno.writeTextFileSync(at("b"), "longer than it was");
      const after = readMark(markOf(folder))!;
      const touched = [...after].filter(([name, { look }]) => look !== before.get(name)!.look);
      assert.deepEqual(touched.map(([name]) => name), ["b"]);
    }),
);

Deno.test("bytes that are no whole mark have no entries", LINUX, () =>
  withTempDir((folder) => {
    makeFiles(folder);
    const mark = markOf(folder);
    for (let length = 0; length < mark.length; length++) {
      assert.equal(readMark(mark.subarray(0, length)), undefined, `${length} bytes of it`);
    }
    const without = mark.slice();
    new DataView(without.buffer).setUint16(4 + 16, 0, true); // a record of no length
    assert.equal(readMark(without), undefined);
  }));
