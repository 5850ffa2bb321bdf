import { join } from "node:path";
import { assert } from "../assert.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import {
  applyUndo,
  planRestore,
  type RestoreOptions,
  type RestoreResult,
} from "../../src/restore/mod.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree, type TreeSpec } from "../support/trees.ts";
import {
  backupOf,
  fixtureBackup,
  makeTarget,
  planInto,
  quickHost,
  targetTree,
  testHome,
  testProfile,
} from "./fixture.ts";

const MAGIC = "SQLite format 3\0";

/** Plans a mirror of `spec` in a home that holds `target`. */
function mirror(
  folder: string,
  spec: TreeSpec,
  target: TreeSpec,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreResult> {
  return planInto(folder, spec, target, { mirror: true, ...options });
}

/** What is set aside. */
function setAside({ plan }: RestoreResult): string[] {
  return plan.items!.filter(({ action, kind }) => action === "set_aside" && kind !== "folder")
    .map(({ path }) => path).sort();
}

Deno.test("a mirror sets aside files and links that the backup does not have, and nothing else", async () => {
  await withTempDir(async (folder) => {
    const result = await mirror(folder, { "a": "1", "sub/b": "2", "l": { link: "a" } }, {
      "a": "1",
      "sub/later": "x",
      "later/deep/y": "y",
      "l": { link: "a" },
      "m": { link: "a" },
    });
    assert.deepEqual(setAside(result), ["later/deep/y", "m", "sub/later"]);
    const { mode, will_prune_existing_files, set_aside, create, unchanged } = result.plan;
    assert.deepEqual(
      { mode, will_prune_existing_files, set_aside, create, unchanged },
      { mode: "mirror", will_prune_existing_files: true, set_aside: 3, create: 1, unchanged: 2 },
    );
  });
});

Deno.test("folders that the backup does not have go when all in them goes", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({ exclude: { always: ["**/cache"], compact: [] } });
    const home = testHome(folder, { profile, roots: [] });
    const backup = backupOf(folder, { "a/b": "1", "empty": {} });
    makeTree(home.path, {
      "a/b": "1",
      "empty": {},
      "later/deep/x": "",
      "later/locked": { mode: 0o500 },
      "mixed/y": "",
      "mixed/cache/z": "",
    });
    const host = quickHost(folder);
    const options = { backup, home, mirror: true, listFiles: true };
    const { plan } = await planRestore(host, options);
    const gone = plan.items!.filter(({ kind, action }) =>
      kind === "folder" && action === "set_aside"
    );
    assert.deepEqual(
      gone.map(({ path }) => path).sort(),
      ["later", "later/deep", "later/locked"],
    );
    assert.deepEqual([plan.remove_folders, plan.set_aside], [3, 2]);
    await carryPlan(host, backup, await makePlan(host, options));
    assert.deepEqual(
      Object.keys(readTree(home.path, [".lifeboat"])),
      ["a", "a/b", "empty", "mixed", "mixed/cache", "mixed/cache/z"],
    );
  });
});

Deno.test("what a mirror sets aside is in the undo data, with its bytes", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(folder);
    const [host, home] = [quickHost(folder), testHome(folder)];
    const { id } = await carryPlan(
      host,
      backup,
      await makePlan(host, { backup, home, mirror: true }),
    );
    const tree = readTree(join(folder, "home"), [".lifeboat"]);
    assert.equal(tree["only-here.txt"], undefined);
    assert.equal(readTree(join(folder, "agents"), [".lifeboat"])["mine.txt"], undefined);
    const kept = (root: string, path: string) =>
      Deno.readTextFileSync(join(folder, root, `.lifeboat/undo-${id}/kept`, path));
    assert.equal(kept("home", "only-here.txt"), "only here");
    assert.equal(kept("agents", "mine.txt"), "mine");
  });
});

Deno.test("an undo of a mirror gives back exactly what was there", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(folder);
    makeTree(join(folder, "home/alone"), { "deep/x": "x", "locked": { mode: 0o500 } });
    const before = targetTree(folder);
    const [host, home] = [quickHost(folder), testHome(folder)];
    await carryPlan(host, backup, await makePlan(host, { backup, home, mirror: true }));
    assert.equal(targetTree(folder)["home/alone"], undefined);
    await applyUndo(host, { home, confirmed: true });
    assert.deepEqual(targetTree(folder), before);
  });
});

Deno.test("what backups leave out by a rule stays, in this version, in that of the backup, or the user's", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({ exclude: { always: ["cache"], compact: ["logs_*"] } });
    const home = testHome(folder, { profile, roots: [] });
    const backup = backupOf(folder, { "a": "1" });
    backup.manifest.exclusions = { always: ["then/"], compact: ["also"], user: ["*.bin"], odd: 5 };
    const target = {
      "cache/x": "",
      "logs_1": "",
      "then/x": "",
      "also": "",
      "deep/x.bin": "",
      "deep/x.txt": "",
    };
    const compact = await mirror(folder, {}, target, { home, backup });
    assert.deepEqual(setAside(compact), ["deep/x.txt"]);
    assert.deepEqual(
      compact.plan.skipped.map(({ path, reason, rule }) => `${path} ${reason} ${rule}`).sort(),
      [
        "also excluded also",
        "cache excluded cache",
        "deep/x.bin excluded *.bin",
        "logs_1 excluded logs_*",
        "then excluded then/",
      ],
    );
    backup.manifest.mode = "full";
    const full = await mirror(folder, {}, target, { home, backup });
    assert.deepEqual(setAside(full), ["also", "deep/x.txt", "logs_1"]);
  });
});

Deno.test("what a backup has seen and not taken stays: nothing is known of it", async () => {
  await withTempDir(async (folder) => {
    const backup = backupOf(folder, { "a": "1" });
    const seen = { root: "home", reason: "vanished" as const };
    backup.manifest.skipped.push({ ...seen, relative_path: "gone" });
    const failed = { root: "home", method: "walk" as const, code: "unreadable", error: "no" };
    backup.manifest.errors.push({ ...failed, relative_path: "locked" });
    const target = { "gone": "", "locked/x/y": "", "locke": "" };
    assert.deepEqual(setAside(await mirror(folder, {}, target, { backup })), ["locke"]);
    backup.manifest.errors.push({ ...failed, relative_path: "." });
    assert.deepEqual(setAside(await mirror(folder, {}, target, { backup })), []);
  });
});

Deno.test("machine-bound files and Lifeboat's own stay", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({ restore_skip: ["locks/", "installation_id"] });
    const home = testHome(folder, { profile, roots: [] });
    const target = {
      "locks/1": "",
      "installation_id": "",
      ".lifeboat/undo-x/journal": "",
      "b": "",
    };
    assert.deepEqual(setAside(await mirror(folder, { "a": "1" }, target, { home })), ["b"]);
  });
});

Deno.test("sidecars stay with a database that stays, and leave with one that leaves", async () => {
  await withTempDir(async (folder) => {
    const spec = { "same.sqlite": `${MAGIC}1`, "other.sqlite": `${MAGIC}1`, "trip": "t" };
    const target = {
      "same.sqlite": `${MAGIC}1`,
      "same.sqlite-shm": "index",
      "other.sqlite": `${MAGIC}2`,
      "other.sqlite-wal": "w",
      "later.sqlite": `${MAGIC}3`,
      "later.sqlite-wal": "w",
      "trip": "t",
      "trip-journal": "text",
    };
    assert.deepEqual(
      setAside(await mirror(folder, spec, target)),
      ["later.sqlite", "later.sqlite-wal", "other.sqlite-wal", "trip-journal"],
    );
    const some = await mirror(folder, spec, {}, { only: ["later.sqlite"] });
    assert.deepEqual(setAside(some), ["later.sqlite", "later.sqlite-wal"]);
  });
});

Deno.test("a sidecar leaves with a database that a link of the backup replaces", async () => {
  await withTempDir(async (folder) => {
    const target = { "x.sqlite": `${MAGIC}1`, "x.sqlite-wal": "w" };
    const result = await mirror(folder, { "x.sqlite": { link: "a" } }, target);
    assert.deepEqual(setAside(result), ["x.sqlite-wal"]);
  });
});

Deno.test("what is in the way of something in the backup is a conflict and stays", async () => {
  await withTempDir(async (folder) => {
    const target = { "a/x": "", "c": "a file" };
    const result = await mirror(folder, { "a": "file", "c/d": "below" }, target);
    assert.deepEqual(setAside(result), ["a/x"]);
    assert.deepEqual(
      result.plan.conflicts.map(({ path, code }) => `${path} ${code}`).sort(),
      ["a not_a_file", "c not_a_folder", "c/d folder_blocked"],
    );
  });
});

Deno.test("a mirror of chosen paths leaves the others alone", async () => {
  await withTempDir(async (folder) => {
    const result = await mirror(folder, { "skills/a": "1", "b": "2" }, {
      "skills/later": "",
      "later": "",
    }, { only: ["skills"] });
    assert.deepEqual(setAside(result), ["skills/later"]);
    assert.equal(result.plan.not_selected, 1);
  });
});

Deno.test("a file that was not there when its root was backed up is set aside", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(folder);
    backup.manifest.roots.find(({ id }) => id === "json")!.entries = [];
    const home = testHome(folder);
    const result = await planRestore(quickHost(folder), {
      backup,
      home,
      mirror: true,
      listFiles: true,
    });
    assert.ok(setAside(result).includes(".test.json"));
    backup.manifest.errors.push({
      root: "json",
      relative_path: ".other-name.json",
      method: "copy2",
      code: "unreadable",
      error: "no",
    });
    const unknown = await planRestore(quickHost(folder), {
      backup,
      home,
      mirror: true,
      listFiles: true,
    });
    assert.ok(!setAside(unknown).includes(".test.json"));
  });
});
