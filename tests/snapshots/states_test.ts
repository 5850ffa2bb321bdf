import { takeSnapshot } from "../../src/snapshots/mod.ts";
import { markOf, marksOf, stateOf, statesOf } from "../../src/snapshots/states.ts";
import { assert } from "../assert.ts";
import { age, BY_HAND, withSnapshots } from "../support/snapshots.ts";

/** Names that a text made of many could take for something else. */
const NAMES = ["plain.txt", `"quoted", 'twice'.txt`, "with\nline.txt", "ä漢🚀.txt", "%s %d.txt"];

Deno.test("what is known of many paths at once is what is known of each", async () => {
  await withSnapshots(async ({ store, scope, at }) => {
    for (const name of NAMES) Deno.writeTextFileSync(at(name), name);
    Deno.mkdirSync(at("folder"));
    Deno.symlinkSync("plain.txt", at("link"));
    Deno.writeTextFileSync(at("gone"), "gone");
    await takeSnapshot(store, scope, BY_HAND);
    Deno.removeSync(at("gone"));
    await takeSnapshot(store, scope, BY_HAND);
    // Some file systems number files so.
    store.run("UPDATE states SET inode = 1.2345678901234567e18 WHERE path = 'plain.txt'");
    const paths = [...NAMES, "folder", "link", "gone"];
    const known = statesOf(store, scope.main, [...paths, "never seen"]);
    assert.deepEqual([...known.keys()].sort(), paths.toSorted());
    for (const path of paths) {
      assert.deepEqual(known.get(path), stateOf(store, { root: scope.main, path }), path);
    }
  });
});

Deno.test("the mark of a path is that of its look, whatever it is called", async () => {
  await withSnapshots(async ({ store, scope, at }) => {
    for (const name of NAMES) {
      Deno.writeTextFileSync(at(name), name);
      age(at(name));
    }
    Deno.mkdirSync(at("folder"));
    await takeSnapshot(store, scope, BY_HAND);
    const marks = marksOf(store, scope.main);
    for (const path of [...NAMES, "folder"]) {
      const { look } = stateOf(store, { root: scope.main, path })!;
      assert.equal(marks.get(path), markOf(look), path);
    }
    assert.equal(marks.size, NAMES.length + 1);
  });
});
