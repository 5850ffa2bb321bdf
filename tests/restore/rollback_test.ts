import { DatabaseSync } from "node:sqlite";
import { applyRollback, planRollback } from "../../src/restore/mod.ts";
import { type MomentChoice, recordFiles, takeSnapshot } from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { BY_HAND, byTool, type SnapshotScene, withSnapshots } from "../support/snapshots.ts";
import { makeTree, readTree } from "../support/trees.ts";

/** What a workspace holds, without the time of folders, which is not recorded. */
function treeOf({ work }: SnapshotScene) {
  return Object.fromEntries(
    Object.entries(readTree(work, [".lifeboat"])).map((
      [path, what],
    ) => [path, what.startsWith("folder") ? what.replace(/ \d+$/, "") : what]),
  );
}

async function take({ store, scope }: SnapshotScene): Promise<string> {
  return (await takeSnapshot(store, scope, BY_HAND)).snapshot!;
}

function back({ host, store, scope }: SnapshotScene, moment: MomentChoice, files?: string[]) {
  const places = files?.map((path) => ({ root: scope.main, path }));
  const choice = { moment, files: places };
  return applyRollback(host, { store, scope, choice, confirmed: true });
}

const BEFORE = {
  "a.txt": "a",
  "same.txt": "same",
  "gone/b.txt": { text: "b", mode: 0o600 },
  "run.sh": { text: "#!", mode: 0o755 },
  "link": { link: "a.txt" },
  "empty": { mode: 0o750 },
};

function change({ at }: SnapshotScene): void {
  Deno.writeTextFileSync(at("a.txt"), "changed");
  Deno.removeSync(at("gone"), { recursive: true });
  Deno.chmodSync(at("run.sh"), 0o644);
  Deno.removeSync(at("link"));
  Deno.symlinkSync("run.sh", at("link"));
  Deno.removeSync(at("empty"));
  Deno.mkdirSync(at("later"));
  Deno.writeTextFileSync(at("later/c.txt"), "c");
}

Deno.test("a rollback brings back what was there, and sets aside what came later", async () => {
  await withSnapshots(async (scene) => {
    makeTree(scene.work, BEFORE);
    const before = treeOf(scene);
    const first = await take(scene);
    change(scene);
    const changed = treeOf(scene);
    const result = await back(scene, { snapshot: first });
    assert.deepEqual([result.ok, result.plan.conflicts], [true, []]);
    assert.deepEqual(treeOf(scene), before);
    await back(scene, { snapshot: result.before_snapshot! });
    assert.deepEqual(treeOf(scene), changed);
  });
});

Deno.test("a preview changes nothing, and names what a rollback does", async () => {
  await withSnapshots(async (scene) => {
    makeTree(scene.work, BEFORE);
    const first = await take(scene);
    change(scene);
    const changed = readTree(scene.work);
    const { host, store, scope } = scene;
    const choice = { moment: { snapshot: first } };
    const { plan, dry_run } = await planRollback(host, { store, scope, choice });
    assert.equal(dry_run, true);
    assert.deepEqual(
      plan.items.map(({ path, kind, action }) => `${action} ${kind} ${path}`).sort(),
      [
        "create file gone/b.txt",
        "create folder empty",
        "create folder gone",
        "overwrite file a.txt",
        "overwrite file run.sh",
        "overwrite link link",
        "set_aside file later/c.txt",
        "set_aside folder later",
      ],
    );
    assert.equal(plan.changed_by_others.length, 8); // nobody has recorded who did it
    assert.deepEqual(readTree(scene.work), changed);
  });
});

Deno.test("a file can take the name of a folder, and a folder that of a file", async () => {
  await withSnapshots(async (scene) => {
    const { at } = scene;
    makeTree(scene.work, { "one": "file", "two/deep/x.txt": "x" });
    const before = treeOf(scene);
    const first = await take(scene);
    Deno.removeSync(at("one"));
    Deno.removeSync(at("two"), { recursive: true });
    makeTree(scene.work, { "one/y.txt": "y", "two": { link: "one" } });
    const changed = treeOf(scene);
    const result = await back(scene, { snapshot: first });
    assert.deepEqual(treeOf(scene), before);
    await back(scene, { snapshot: result.before_snapshot! });
    assert.deepEqual(treeOf(scene), changed);
  });
});

Deno.test("a folder comes back where a link that leads to itself is now", async () => {
  await withSnapshots(async (scene) => {
    makeTree(scene.work, { "a/b/c.txt": "c", "a/empty": {} });
    const before = treeOf(scene);
    const snapshot = await take(scene);
    Deno.removeSync(scene.at("a"), { recursive: true });
    Deno.symlinkSync("a", scene.at("a"));
    await back(scene, { snapshot });
    assert.deepEqual(treeOf(scene), before);
  });
});

Deno.test("a rollback to before a session keeps what the session found, and shows what others changed", async () => {
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    makeTree(scene.work, { "a.txt": "a", "b.txt": "b" });
    const paths = [at("a.txt"), at("b.txt"), at("new.txt")];
    await recordFiles(store, scope, { ...byTool("S"), cause: "other" }, paths);
    Deno.writeTextFileSync(at("a.txt"), "by S");
    Deno.writeTextFileSync(at("new.txt"), "by S");
    await recordFiles(store, scope, byTool("S"), paths);
    Deno.writeTextFileSync(at("b.txt"), "by the user");
    const result = await back(scene, { session: "S" });
    assert.equal(Deno.readTextFileSync(at("a.txt")), "a");
    assert.equal(Deno.readTextFileSync(at("b.txt")), "b");
    assert.throws(() => Deno.lstatSync(at("new.txt")), Deno.errors.NotFound);
    assert.deepEqual(result.plan.changed_by_others.map(({ path }) => path), ["b.txt"]);
  });
});

Deno.test("a rollback of one file leaves the others as they are", async () => {
  await withSnapshots(async (scene) => {
    makeTree(scene.work, BEFORE);
    const first = await take(scene);
    change(scene);
    await back(scene, { snapshot: first }, ["gone/b.txt"]);
    const tree = treeOf(scene);
    assert.equal(tree["gone/b.txt"], `file 600 1700000000000 "b"`);
    assert.match(tree["a.txt"], /changed/);
  });
});

Deno.test("a database comes back without its WAL", async () => {
  await withSnapshots(async (scene) => {
    const { at } = scene;
    const fill = (value: string) => {
      const database = new DatabaseSync(at("state.sqlite"));
      database.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (v TEXT)");
      database.prepare("INSERT INTO t VALUES (?)").run(value);
      return database;
    };
    fill("one").close();
    const first = await take(scene);
    const open = fill("two");
    Deno.copyFileSync(at("state.sqlite-wal"), at("wal.copy"));
    open.close();
    Deno.renameSync(at("wal.copy"), at("state.sqlite-wal"));
    const { ok } = await back(scene, { snapshot: first });
    assert.equal(ok, true);
    assert.throws(() => Deno.lstatSync(at("state.sqlite-wal")), Deno.errors.NotFound);
    const database = new DatabaseSync(at("state.sqlite"));
    assert.deepEqual(database.prepare("SELECT v FROM t").all().map(({ v }) => v), ["one"]);
    database.close();
  });
});

Deno.test("without a confirmation nothing is rolled back", async () => {
  await withSnapshots(async (scene) => {
    makeTree(scene.work, BEFORE);
    const first = await take(scene);
    change(scene);
    const changed = readTree(scene.work);
    const { host, store, scope } = scene;
    await assert.rejects(
      applyRollback(host, {
        store,
        scope,
        choice: { moment: { snapshot: first } },
        confirmed: false,
      }),
      { code: "confirmation_required" },
    );
    assert.deepEqual(readTree(scene.work), changed);
  });
});
