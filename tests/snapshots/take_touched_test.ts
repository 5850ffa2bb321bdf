import { realFs } from "../../src/base/mod.ts";
import {
  applyCleanup,
  findTouched,
  recordFiles,
  stateAt,
  takeSnapshot,
  takeTouched,
} from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { randomNumbers } from "../support/killing.ts";
import { plainTree, RandomTree } from "../support/random_tree.ts";
import {
  age,
  BY_HAND,
  byTool,
  eventsOf,
  type SnapshotScene,
  withSnapshots,
} from "../support/snapshots.ts";
import { readTree } from "../support/trees.ts";

const BY_TOOL = byTool("S", "Bash");

/** What is found by looking at everything, after a hook has recorded what it found. */
async function missed({ store, scope }: SnapshotScene): Promise<number> {
  return (await takeSnapshot(store, scope, BY_HAND)).changes;
}

/** What a hook does after a command. */
async function hook({ host, store, scope, work }: SnapshotScene): Promise<void> {
  await takeTouched(store, scope, BY_TOOL, await findTouched(host, work));
}

for (const seed of [1, 2, 3]) {
  Deno.test(`after any changes a hook records as much as a look at everything, seed ${seed}`, () =>
    withSnapshots(async (scene) => {
      const { store, scope, work } = scene;
      const random = randomNumbers(seed);
      const tree = new RandomTree(work, random);
      for (let i = 0; i < 30; i++) tree.change();
      for (let round = 0; round < 60; round++) {
        for (let i = Math.floor(random() * 4); i > 0; i--) tree.change();
        await hook(scene);
        if (round % 5 === 0) assert.equal(await missed(scene), 0, `round ${round}`);
      }
      assert.equal(await missed(scene), 0);
      const paths = [...stateAt(store, scope.main, Infinity).keys()].sort();
      assert.deepEqual(paths, [...plainTree(work).keys()].sort());
    }));
}

/** A workspace that was looked at, whose files are old. */
async function withKnown(
  use: (scene: SnapshotScene, opened: () => string[]) => Promise<void>,
): Promise<void> {
  let opened: string[] = [];
  const fs = faultyFs(realFs, ({ operation, path }) => {
    if (["list", "open"].includes(operation)) opened.push(path.slice(path.indexOf("/workspace")));
  });
  await withSnapshots(async (scene) => {
    const { at } = scene;
    Deno.mkdirSync(at("sub"));
    for (const path of ["a.txt", "b.txt", "sub/c.txt"]) {
      Deno.writeTextFileSync(at(path), path);
      age(at(path));
    }
    await hook(scene);
    await new Promise((wake) => setTimeout(wake, 3100)); // its ctime cannot be set back
    await hook(scene);
    opened = [];
    await use(scene, () => opened.filter((path) => path.startsWith("/workspace")));
  }, { fs });
}

Deno.test("where nothing has changed nothing is opened, and where a file has, only that", () =>
  withKnown(async (scene, opened) => {
    if (Deno.build.os !== "linux") return;
    const { at } = scene;
    await hook(scene);
    assert.deepEqual(opened(), []);
    Deno.writeTextFileSync(at("sub/c.txt"), "changed");
    await hook(scene);
    assert.deepEqual(new Set(opened()), new Set(["/workspace/sub/c.txt"]));
    assert.deepEqual(eventsOf(scene).slice(-1), ["update sub/c.txt"]);
  }));

Deno.test("a file that keeps its size and gets its old time back is found by its change", () =>
  withKnown(async (scene) => {
    const { at } = scene;
    const { mtime } = Deno.statSync(at("a.txt"));
    Deno.writeTextFileSync(at("a.txt"), "A.txt");
    Deno.utimeSync(at("a.txt"), mtime!, mtime!);
    await hook(scene);
    if (Deno.build.os === "linux") assert.deepEqual(eventsOf(scene).slice(-1), ["update a.txt"]);
  }));

Deno.test("a rename is told as a rename, and a new ignore file is heeded", () =>
  withKnown(async (scene) => {
    const { at } = scene;
    Deno.renameSync(at("a.txt"), at("moved.txt"));
    await hook(scene);
    assert.deepEqual(eventsOf(scene).slice(-2), ["rename a.txt", "rename moved.txt"]);
    Deno.writeTextFileSync(at(".lifeboatignore"), "sub\n");
    await hook(scene);
    const before = eventsOf(scene).length;
    Deno.writeTextFileSync(at("sub/c.txt"), "not recorded");
    await hook(scene);
    assert.equal(eventsOf(scene).length, before);
  }));

Deno.test("marks that are torn, of other rules or newer than the history are not used", () =>
  withKnown(async (scene) => {
    const { store, scope, at } = scene;
    const [marks] = [...Deno.readDirSync(store.folder)].filter(({ name }) =>
      name.startsWith("looks-")
    );
    if (!marks) return assert.notEqual(Deno.build.os, "linux");
    const path = `${store.folder}/${marks.name}`;
    const whole = Deno.readFileSync(path);
    for (const bytes of [whole.subarray(0, 40), whole.subarray(0, -9), new Uint8Array(99)]) {
      Deno.writeTextFileSync(at("b.txt"), `${bytes.length}`);
      Deno.writeFileSync(path, bytes);
      await hook(scene);
      assert.equal(await missed(scene), 0);
    }
    await recordFiles(store, scope, BY_TOOL, [at("a.txt")]);
    const later = new TextDecoder("latin1").decode(Deno.readFileSync(path))
      .replace(/"event":\d+/, '"event":999999');
    Deno.writeFileSync(path, Uint8Array.from(later, (char) => char.charCodeAt(0)));
    store.run("DELETE FROM states WHERE path = 'sub/c.txt'"); // as if a power cut had taken it
    await hook(scene);
    assert.equal(await missed(scene), 0);
  }));

Deno.test("what a hook that is killed leaves of its marks goes with a clean-up", async () => {
  let isDying = false;
  const fs = faultyFs(realFs, ({ operation }) => {
    if (isDying && ["rename", "remove"].includes(operation)) return systemError("EIO");
  });
  let now = Date.now();
  await withSnapshots(async (scene) => {
    Deno.writeTextFileSync(scene.at("a.txt"), "a");
    await takeSnapshot(scene.store, scene.scope, BY_HAND);
    isDying = true;
    await assert.rejects(hook(scene), /EIO/);
    isDying = false;
    const before = readTree(scene.store.folder);
    now += 2 * 60 * 60 * 1000;
    applyCleanup(scene.store, { orphanedOnly: true });
    const after = readTree(scene.store.folder);
    const gone = Object.keys(before).filter((path) => !(path in after));
    assert.deepEqual([gone.length, gone[0]?.includes("/new-")], [1, true]);
  }, { fs, now: () => new Date(now) });
});
