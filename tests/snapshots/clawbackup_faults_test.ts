/** What goes wrong in ClawBackup's snapshots (facts: openclaw-and-others E6) and must not in ours. */
import { join } from "node:path";
import { realFs } from "../../src/base/mod.ts";
import { toolCallOf } from "../../src/hooks/tool_call.ts";
import { applyRollback } from "../../src/restore/mod.ts";
import {
  applyCleanup,
  type MomentChoice,
  openSnapshotStore,
  recordFiles,
  type Scope,
  type SnapshotStore,
  takeSnapshot,
  trackWorkspace,
  verifyStore,
} from "../../src/snapshots/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { BY_HAND, byTool, type SnapshotScene, withSnapshots } from "../support/snapshots.ts";
import { plainTree } from "../support/random_tree.ts";
import { readTree } from "../support/trees.ts";

const MINUTE = 60_000;

/** A clock that the test sets, in minutes. */
function clock() {
  let at = Date.UTC(2026, 10, 20);
  const begun = at;
  return {
    now: () => new Date(at),
    set: (minute: number) => void (at = begun + minute * MINUTE),
    begun,
  };
}

function back({ host }: SnapshotScene, store: SnapshotStore, scope: Scope, moment: MomentChoice) {
  return applyRollback(host, { store, scope, choice: { moment }, confirmed: true });
}

Deno.test("3: a rollback to a time is the state as it was then: changed, deleted and new files", () => {
  const time = clock();
  return withSnapshots(async (scene) => {
    const { store, scope, at, work } = scene;
    const record = async (minute: number, act: () => void) => {
      time.set(minute);
      act();
      await takeSnapshot(store, scope, byTool("S"));
    };
    await record(0, () => Deno.writeTextFileSync(at("a.txt"), "one"));
    await record(10, () => Deno.writeTextFileSync(at("a.txt"), "two"));
    await record(10, () => Deno.writeTextFileSync(at("kept.txt"), "kept"));
    const then = plainTree(work);
    await record(20, () => Deno.writeTextFileSync(at("a.txt"), "three"));
    await record(30, () => Deno.removeSync(at("kept.txt")));
    await record(40, () => Deno.writeTextFileSync(at("new.txt"), "new"));
    time.set(50);
    await back(scene, store, scope, { timeMs: time.begun + 15 * MINUTE });
    assert.deepEqual(plainTree(work), then);
  }, { now: time.now });
});

Deno.test("4, 5: a damaged history is told, and neither read as empty nor overwritten nor cleaned up", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder, { now: () => new Date() });
    const work = join(folder, "work");
    Deno.mkdirSync(work);
    Deno.writeTextFileSync(join(work, "a.txt"), "one");
    await tryTake(host, work);
    const database = join(host.folders.state, "snapshots", "snapshots.sqlite");
    Deno.writeTextFileSync(database, "torn".repeat(5000));
    const before = readTree(folder);
    await rejectsWith(() => openSnapshotStore(host), "store_damaged");
    assert.deepEqual(readTree(folder), before);
  }));

Deno.test("5: a look that fails at any call, as a full disk makes it, leaves a store that is whole", () =>
  withTempDir(async (folder) => {
    const work = join(folder, "work");
    Deno.mkdirSync(work);
    let reached = true;
    for (let failing = 0; reached; failing++) {
      for (const name of ["a", "b", "c"]) {
        Deno.writeTextFileSync(join(work, name), `${name} ${failing}`);
      }
      reached = false;
      const writes = ["open", "write", "syncSoon", "sync", "rename", "makeDir", "syncDir"];
      let index = 0;
      const fs = faultyFs(realFs, ({ operation, path }) => {
        if (!writes.includes(operation) || path.startsWith(work) || index++ !== failing) return;
        reached = true;
        return systemError("ENOSPC");
      });
      await tryTake(testHost(folder, { fs, now: () => new Date() }), work);
      const store = await openSnapshotStore(testHost(folder, { now: () => new Date() }));
      try {
        const { damaged, database_faults } = await verifyStore(store);
        assert.deepEqual([damaged, database_faults], [[], []], `call ${failing}`);
      } finally {
        store.close();
      }
    }
  }));

async function tryTake(host: ReturnType<typeof testHost>, work: string): Promise<void> {
  let store: SnapshotStore | undefined;
  try {
    store = await openSnapshotStore(host);
    await takeSnapshot(store, trackWorkspace(store, work), BY_HAND);
  } catch (error) {
    assert.match(String(error), /ENOSPC/);
  } finally {
    store?.close();
  }
}

Deno.test("20, 21: whatever a shell command does, also to files that were there, is taken back", () =>
  withSnapshots(async (scene) => {
    const { store, scope, work, at } = scene;
    for (const name of ["one.txt", "two.txt", "three.txt", "-r", "a b.txt"]) {
      Deno.writeTextFileSync(at(name), name);
    }
    Deno.mkdirSync(at("dir"));
    Deno.writeTextFileSync(at("dir/x.log"), "x");
    await takeSnapshot(store, scope, BY_HAND);
    const then = plainTree(work);
    const command = "cp one.txt two.txt; mv one.txt three.txt; rm -f -- -r *' 'b.txt; " +
      "echo new | tee dir/new.log >/dev/null; sed -i s/x/y/ dir/*.log; rm -rf dir/none 2>/dev/null; " +
      "ln -s two.txt link; chmod 600 two.txt";
    const { success } = new Deno.Command("sh", { args: ["-c", command], cwd: work }).outputSync();
    assert.ok(success);
    await takeSnapshot(store, scope, byTool("S", "Bash"));
    await back(scene, store, scope, { session: "S" });
    assert.deepEqual(plainTree(work), then);
  }));

Deno.test("21: a patch that moves over a file, or adds one that is there, is taken back", () =>
  withSnapshots(async (scene) => {
    const { store, scope, at, work } = scene;
    Deno.writeTextFileSync(at("from.txt"), "from");
    Deno.writeTextFileSync(at("target.txt"), "the user's");
    Deno.writeTextFileSync(at("there.txt"), "the user's too");
    const then = plainTree(work);
    const patch = "*** Update File: from.txt\n*** Move to: target.txt\n*** Add File: there.txt\n";
    const { paths } = toolCallOf("openclaw", "apply_patch", { input: patch });
    const absolute = paths.map(at);
    await recordFiles(store, scope, { ...byTool("S"), cause: "other" }, absolute);
    Deno.renameSync(at("from.txt"), at("target.txt"));
    Deno.writeTextFileSync(at("there.txt"), "overwritten");
    await recordFiles(store, scope, byTool("S"), absolute);
    await back(scene, store, scope, { session: "S" });
    assert.deepEqual(plainTree(work), then);
  }));

Deno.test("22: tools that are not known to write files are given none", () => {
  for (const tool of ["gateway", "memory", "memory_search", "read", "no such tool"]) {
    const call = toolCallOf("openclaw", tool, { path: "x", action: "config.apply", input: "y" });
    assert.deepEqual(call, { name: tool, paths: [], isShell: false });
  }
});

Deno.test("23: a rollback is recorded, keeps modes, times and links, and can be rolled back", () =>
  withSnapshots(async (scene) => {
    const { store, scope, at, work } = scene;
    Deno.writeTextFileSync(at("run.sh"), "#!", { mode: 0o755 });
    Deno.utimeSync(at("run.sh"), 1_700_000_000, 1_700_000_000);
    Deno.symlinkSync("run.sh", at("link"));
    const { snapshot } = await takeSnapshot(store, scope, BY_HAND);
    const [then, time] = [plainTree(work), Deno.statSync(at("run.sh")).mtime];
    Deno.removeSync(at("link"));
    Deno.writeTextFileSync(at("run.sh"), "changed");
    Deno.chmodSync(at("run.sh"), 0o600);
    Deno.mkdirSync(at("mine/deep"), { recursive: true });
    Deno.writeTextFileSync(at("mine/deep/notes.txt"), "never recorded before");
    const changed = plainTree(work);
    const done = await back(scene, store, scope, { snapshot: snapshot! });
    assert.deepEqual(plainTree(work), then);
    assert.deepEqual(Deno.statSync(at("run.sh")).mtime, time);
    await back(scene, store, scope, { snapshot: done.before_snapshot! });
    assert.deepEqual(plainTree(work), changed);
  }));

Deno.test("24: a clean-up changes nothing outside the store", () =>
  withSnapshots(async ({ store, scope, at, folder }) => {
    for (const text of ["one", "two", "three"]) {
      Deno.writeTextFileSync(at("a.txt"), text);
      await takeSnapshot(store, scope, BY_HAND);
    }
    const others = () =>
      Object.entries(readTree(folder)).filter(([path]) =>
        !join(folder, path).startsWith(store.folder)
      );
    const before = others();
    assert.ok(applyCleanup(store, { maxTotalSize: 0 }).objects > 0);
    assert.deepEqual(others(), before);
  }));

Deno.test("25: a file above the largest size is not opened, and any other is opened once", () => {
  const opened: string[] = [];
  const fs = faultyFs(realFs, ({ operation, path }) => {
    if (operation === "open" && path.endsWith(".txt")) opened.push(path.slice(-9));
  });
  return withSnapshots(async ({ store, scope, at }) => {
    store.settings.maxFileSize = 1000;
    Deno.writeTextFileSync(at("large.txt"), "x".repeat(1001));
    Deno.writeTextFileSync(at("small.txt"), "x".repeat(1000));
    await takeSnapshot(store, scope, BY_HAND);
    await recordFiles(store, scope, BY_HAND, [at("large.txt")]);
    assert.ok(!opened.includes("large.txt"), opened.join());
    assert.ok(opened.filter((name) => name === "small.txt").length <= 2, "as a database, and read");
  }, { fs });
});

Deno.test("26, 27: verify opens every object, and says which files a damaged one is of", () =>
  withSnapshots(async ({ store, scope, at }) => {
    Deno.writeTextFileSync(at("a.txt"), "one");
    await takeSnapshot(store, scope, BY_HAND);
    const { object } = store.get<{ object: string }>(
      "SELECT object FROM states WHERE path = 'a.txt'",
    )!;
    Deno.writeTextFileSync(store.objects.pathOf(object), "LBO1\0\0\0\0two");
    const { ok, damaged } = await verifyStore(store);
    assert.deepEqual([ok, damaged.map(({ paths }) => paths)], [false, [["a.txt"]]]);
  }));
