import { lstatIfThere, realFs } from "../../src/base/mod.ts";
import {
  applyCleanup,
  findMoment,
  planCleanup,
  recordFiles,
  stateAt,
  takeSnapshot,
  verifyStore,
} from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { BY_HAND, byTool, type SnapshotScene, withSnapshots } from "../support/snapshots.ts";

const DAY = 86_400_000;

/** Content that does not compress, so that sizes are what they seem. */
function noise(kilobytes: number): Uint8Array {
  const bytes = new Uint8Array(kilobytes << 10);
  crypto.getRandomValues(bytes.subarray(0, 65_536));
  for (let at = 65_536; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

/** Three versions of one file, a day apart, and a file that never changes. */
async function withVersions(
  use: (scene: SnapshotScene, versions: { id: string; content: Uint8Array }[]) => Promise<void>,
): Promise<void> {
  let time = Date.now() - 10 * DAY;
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    Deno.writeTextFileSync(at("kept.txt"), "kept");
    const versions = [];
    for (let day = 0; day < 3; day++) {
      time += DAY;
      const content = noise(60);
      Deno.writeFileSync(at("a.bin"), content);
      versions.push({ id: (await takeSnapshot(store, scope, BY_HAND)).snapshot!, content });
    }
    time = Date.now();
    await use(scene, versions);
  }, { now: () => new Date(time) });
}

Deno.test("a clean-up by size takes the oldest versions, and never the newest of a file", async () => {
  await withVersions(async ({ store, scope }, versions) => {
    const options = { maxTotalSize: 130_000 };
    const planned = planCleanup(store, options);
    assert.deepEqual([planned.objects, planned.snapshots, planned.dry_run], [1, 1, true]);
    assert.equal((await verifyStore(store)).objects_checked, 4);
    applyCleanup(store, options);
    assert.throws(() => findMoment(store, scope, { snapshot: versions[0].id }), {
      code: "no_such_snapshot",
    });
    const { event } = findMoment(store, scope, { snapshot: versions[1].id });
    assert.equal(stateAt(store, scope.main, event).size, 2);
    applyCleanup(store, { maxTotalSize: 0 });
    const report = await verifyStore(store);
    assert.deepEqual([report.ok, report.objects_checked], [true, 2]);
  });
});

Deno.test("a clean-up by age keeps what was there at every later moment", async () => {
  await withVersions(async ({ store, scope }, versions) => {
    const later = versions.slice(1).map(({ id }) =>
      findMoment(store, scope, { snapshot: id }).event
    );
    const before = later.map((event) => [...stateAt(store, scope.main, event)]);
    const { events } = applyCleanup(store, { olderThanDays: 8 });
    assert.equal(events, 1);
    assert.deepEqual(later.map((event) => [...stateAt(store, scope.main, event)]), before);
    assert.equal((await verifyStore(store)).ok, true);
  });
});

Deno.test("a damaged list of slices stops every removal", async () => {
  await withSnapshots(async ({ store, scope, at }) => {
    Deno.writeFileSync(at("long.bin"), noise(600));
    await takeSnapshot(store, scope, BY_HAND);
    Deno.writeFileSync(at("long.bin"), noise(10));
    await takeSnapshot(store, scope, BY_HAND);
    const [list] = store.all<{ object: string }>(
      "SELECT object FROM events WHERE object LIKE '%.list'",
    );
    Deno.writeTextFileSync(store.objects.pathOf(list.object), "torn");
    const result = applyCleanup(store, { maxTotalSize: 0 });
    assert.deepEqual([result.ok, result.blocked !== null], [false, true]);
    const report = await verifyStore(store);
    assert.deepEqual(report.damaged.map(({ paths }) => paths), [["long.bin"]]);
  });
});

Deno.test("what others put into the folder of objects is named, and left alone", async () => {
  await withVersions(async ({ store }) => {
    const foreign = `${store.folder}/objects/notes.txt`;
    Deno.writeTextFileSync(foreign, "mine");
    applyCleanup(store, { maxTotalSize: 0 });
    assert.deepEqual((await verifyStore(store)).foreign, ["notes.txt"]);
    assert.equal(Deno.readTextFileSync(foreign), "mine");
  });
});

Deno.test("an object that is removed between being put and being noted is put again", async () => {
  let removed = "";
  const fs = {
    ...realFs,
    // The commit looks whether its objects are there: a clean-up was faster, once.
    lstat(path: string) {
      const isObject = /objects.[0-9A-F]{2}.[0-9A-F]{64}$/.test(path);
      if (isObject && removed === "" && lstatIfThere(realFs, path)) Deno.removeSync(removed = path);
      return realFs.lstat(path);
    },
  };
  await withSnapshots(async ({ store, scope, at }) => {
    Deno.writeTextFileSync(at("a.txt"), "content");
    const recorded = await recordFiles(store, scope, byTool("S"), [at("a.txt")]);
    assert.deepEqual([recorded.changes, removed === ""], [1, false]);
    assert.equal((await verifyStore(store)).ok, true);
  }, { fs });
});
