import { join } from "node:path";
import { takeSnapshot, trackHome, withSnapshotStore } from "../../src/snapshots/mod.ts";
import { statusOfHomes } from "../../src/upkeep/mod.ts";
import { assert } from "../assert.ts";
import { withBackupScene } from "../support/backups.ts";
import { BY_HAND } from "../support/snapshots.ts";

Deno.test("the status tells what is recorded, and that a damaged store cannot be read", () =>
  withBackupScene(async ({ host, home }) => {
    const snapshots = async () => (await statusOfHomes(host, [home], {})).snapshots;
    assert.equal(await snapshots(), null);
    const folder = await withSnapshotStore(host, async (store) => {
      await takeSnapshot(store, trackHome(store, home), BY_HAND);
      return store.folder;
    });
    const recorded = await snapshots();
    assert.ok(recorded && "newest" in recorded);
    assert.deepEqual([recorded.snapshots, typeof recorded.newest], [1, "string"]);

    Deno.writeTextFileSync(join(folder, "snapshots.sqlite"), "no database any more".repeat(99));
    const damaged = await snapshots();
    assert.ok(damaged && "error" in damaged);
  }));
