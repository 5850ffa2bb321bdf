import { dirname, join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import type { FileSystem, Host } from "../../src/base/mod.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { applyUndo, planUndo } from "../../src/restore/undo.ts";
import { listUndo } from "../../src/restore/undo_list.ts";
import { addNotes, countNotes, leaveBehind, makeDatabase } from "../support/databases.ts";
import { systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree, type Tree } from "../support/trees.ts";
import { type Attempt, attempt, unlock } from "./attempts.ts";
import { fixtureBackup, makeTarget, quickHost, targetTree, testHome } from "./fixture.ts";
import { apply, save, SPEC } from "./saved.ts";

/** Restores the fixture; returns it, and how the target was before and is after. */
async function restored(folder: string): Promise<Attempt & { before: Tree; after: Tree }> {
  makeTarget(join(folder, "before"));
  const one = await attempt(join(folder, "one"), fixtureBackup(folder), () => {});
  assert.equal(one.error, undefined);
  return { ...one, before: targetTree(join(folder, "before")), after: targetTree(one.folder) };
}

function undo({ host, folder }: { host: Host; folder: string }) {
  return applyUndo(host, { home: testHome(folder), confirmed: true });
}

Deno.test("an undo gives back exactly what was there, and an undo of the undo what was restored", async () => {
  await withTempDir(async (folder) => {
    const one = await restored(folder);
    const said = await planUndo(one.host, { home: testHome(one.folder) });
    assert.deepEqual(targetTree(one.folder), one.after, "a dry run changes nothing");
    const first = await undo(one);
    assert.equal(first.ok, true);
    assert.deepEqual(first.kept_beside, []);
    assert.deepEqual(targetTree(one.folder), one.before);
    const { files, create, overwrite, set_aside, remove_folders } = said.plan;
    assert.deepEqual(first.plan, said.plan);
    assert.deepEqual({ files, create, overwrite, set_aside, remove_folders }, {
      files: 9,
      create: 3,
      overwrite: 8,
      set_aside: 2,
      remove_folders: 4,
    });
    assert.deepEqual([first.restored, first.removed], [said.restored, said.removed]);
    const second = await undo(one);
    assert.equal(second.undo_id, first.new_undo_id);
    assert.deepEqual(targetTree(one.folder), one.after);
    await undo(one);
    assert.deepEqual(targetTree(one.folder), one.before);
    assert.equal(listUndo(one.host, testHome(one.folder)).undo.length, 4, "nothing is erased");
  });
});

Deno.test("files changed since the restore leave their place and are kept beside", async () => {
  await withTempDir(async (folder) => {
    const one = await restored(folder);
    unlock(one.folder);
    const home = join(one.folder, "home");
    makeTree(home, { "sub/deep/er/b.txt": "gone on", "config.toml": "edited", "sub/mine": "mine" });
    Deno.removeSync(join(home, "moving"));
    const planned = await planUndo(one.host, { home: testHome(one.folder) });
    const result = await undo(one);
    const beside = Object.fromEntries(
      result.kept_beside.map(({ path, at }) => [path, Deno.readTextFileSync(at!)]),
    );
    assert.deepEqual(beside, { "config.toml": "edited", "sub/deep/er/b.txt": "gone on" });
    assert.deepEqual(
      planned.kept_beside.map(({ path, at }) => [path, at]).sort(),
      [["config.toml", null], ["sub/deep/er/b.txt", null]],
    );
    const tree = targetTree(one.folder);
    assert.match(tree["home/sub/mine"], /"mine"/, "what the restore did not touch stays");
    assert.equal(tree["home/config.toml"], one.before["home/config.toml"]);
    assert.equal(tree["home/moving"], one.before["home/moving"], "a link that is gone returns");
    await undo(one);
    assert.equal(Deno.readTextFileSync(join(home, "config.toml")), "edited");
    assert.equal(Deno.readTextFileSync(join(home, "sub/deep/er/b.txt")), "gone on");
  });
});

Deno.test("a folder that the restore made stays when something else has come into it", async () => {
  await withTempDir(async (folder) => {
    const one = await restored(folder);
    Deno.writeTextFileSync(join(one.folder, "home/sub/empty/mine"), "mine");
    const { plan, ok } = await undo(one);
    assert.equal(ok, true);
    assert.deepEqual(plan.skipped.map(({ path, reason }) => [path, reason]), [
      ["sub/empty", "folder_not_empty"],
    ]);
    assert.equal(Deno.readTextFileSync(join(one.folder, "home/sub/empty/mine")), "mine");
  });
});

Deno.test("folders that are gone since are made again for the files that return to them", async () => {
  await withTempDir(async (folder) => {
    const one = await restored(folder);
    Deno.removeSync(join(one.folder, "home/sub"), { recursive: true });
    await undo(one);
    const tree = targetTree(one.folder);
    assert.equal(tree["home/sub/a.txt"], one.before["home/sub/a.txt"]);
    assert.equal(tree["home/sub"], one.before["home/sub"]);
  });
});

Deno.test("what is in the way is left as it is and named", async () => {
  await withTempDir(async (folder) => {
    const one = await restored(folder);
    const home = join(one.folder, "home");
    Deno.removeSync(join(home, "config.toml"));
    Deno.mkdirSync(join(home, "config.toml"));
    Deno.renameSync(join(home, "sub"), join(one.folder, "elsewhere"));
    Deno.symlinkSync(join(one.folder, "elsewhere"), join(home, "sub"));
    const before = readTree(join(one.folder, "elsewhere"));
    const result = await undo(one);
    assert.equal(result.ok, false);
    assert.deepEqual(result.plan.conflicts.map(({ path, code }) => [path, code]).sort(), [
      ["config.toml", "not_a_file"],
      ["sub/a.txt", "folder_blocked"],
    ]);
    assert.deepEqual(readTree(join(one.folder, "elsewhere")), before, "no link is followed");
    unlock(one.folder);
  });
});

Deno.test("a database comes back with its WAL, and without the one that was written since", async () => {
  await withTempDir(async (folder) => {
    const live = makeDatabase(join(folder, "live.sqlite"), "wal");
    const put = (home: string) =>
      leaveBehind(join(folder, "live.sqlite"), join(home, "state.sqlite"), "-wal", "-shm");
    const saved = await save(folder, SPEC, put);
    const { home, host } = saved;
    const path = join(home.path, "state.sqlite");
    addNotes(live, 50);
    for (const suffix of ["", "-wal", "-shm"]) Deno.removeSync(path + suffix);
    put(home.path);
    live.close();
    const before = hashes(home.path);
    await apply(saved);
    const agent = makeDatabase(join(folder, "agent.sqlite"), "wal");
    leaveBehind(join(folder, "agent.sqlite"), path, "-wal", "-shm");
    agent.close();
    const result = await applyUndo(host, { home, confirmed: true });
    assert.deepEqual(hashes(home.path), before);
    assert.deepEqual(result.kept_beside.map(({ path }) => path).sort(), [
      "state.sqlite-shm",
      "state.sqlite-wal",
    ]);
  });
});

Deno.test("the WAL of a database that a restore created leaves with it", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC, (home) => {
      makeDatabase(join(home, "state.sqlite")).close();
    });
    const { home, host } = saved;
    const path = join(home.path, "state.sqlite");
    Deno.removeSync(path);
    await apply(saved);
    assert.equal(countNotes(path), 100);
    Deno.writeTextFileSync(`${path}-wal`, "written since");
    const { removed } = await applyUndo(host, { home, confirmed: true });
    assert.deepEqual(removed.map(({ path }) => path), ["state.sqlite", "state.sqlite-wal"]);
  });
});

Deno.test("a WAL does not return to a database that was changed since", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC, (home) => {
      makeDatabase(join(home, "state.sqlite"), "wal").close();
    });
    const { home, host } = saved;
    const path = join(home.path, "state.sqlite");
    Deno.utimeSync(path, 1_700_000_000, 1_700_000_000);
    Deno.writeTextFileSync(`${path}-wal`, "older");
    await apply(saved);
    assert.deepEqual((await planUndo(host, { home })).restored, [
      { root: "home", path: "state.sqlite-wal" },
    ]);
    Deno.utimeSync(path, 1_900_000_000, 1_900_000_000);
    const { plan, restored } = await planUndo(host, { home });
    assert.deepEqual(plan.skipped.map(({ reason }) => reason), ["database_changed"]);
    assert.deepEqual(restored, []);
  });
});

function hashes(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.keys(readTree(folder, [".lifeboat"]))
      .filter((path) => Deno.lstatSync(join(folder, path)).isFile)
      .map((path) => [path, Deno.readFileSync(join(folder, path)).toHex()]),
  );
}

/** A file system that keeps even root from changing a folder that its owner may not write to. */
function strict(fs: FileSystem): FileSystem {
  const check = (...paths: string[]) => {
    for (const path of paths) {
      if ((fs.lstat(dirname(path)).mode & 0o200) === 0) throw systemError("EACCES");
    }
  };
  return {
    ...fs,
    rename: (from, to, options) => (check(from, to), fs.rename(from, to, options)),
    remove: (path) => (check(path), fs.remove(path)),
    makeDir: (path, mode) => (check(path), fs.makeDir(path, mode)),
  };
}

Deno.test("files leave and enter folders that nobody may write to, whose mode is as before then", async () => {
  await withTempDir(async (folder) => {
    const one = await restored(folder);
    const host = { ...one.host, fs: strict(one.host.fs) };
    Deno.chmodSync(join(one.folder, "home/sub"), 0o500);
    await undo({ ...one, host });
    assert.deepEqual(targetTree(one.folder), {
      ...one.before,
      "home/sub": one.before["home/sub"].replace(" 755 ", " 500 "),
    });
    await undo({ ...one, host });
    assert.deepEqual(targetTree(one.folder)["home/readonly"], one.after["home/readonly"]);
  });
});

Deno.test("a home that was not there is emptied again", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    Deno.removeSync(saved.home.path, { recursive: true });
    await apply(saved);
    const after = readTree(saved.home.path, [".lifeboat"]);
    const result = await applyUndo(saved.host, { home: saved.home, confirmed: true });
    assert.deepEqual(readTree(saved.home.path, [".lifeboat"]), {});
    assert.match(result.warnings.join(), /was not there before the restore/);
    await applyUndo(saved.host, { home: saved.home, confirmed: true });
    assert.deepEqual(readTree(saved.home.path, [".lifeboat"]), after);
  });
});

Deno.test("a root that the user chose is taken back without naming it again", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const at = join(folder, "target");
    makeTarget(at);
    const [host, home] = [quickHost(at), testHome(at, { roots: [] })];
    const before = targetTree(at);
    const roots = { agents: join(at, "agents") };
    await carryPlan(host, backup, await makePlan(host, { backup, home, roots }));
    const after = targetTree(at);
    assert.notEqual(after["agents/skills/one/SKILL.md"], before["agents/skills/one/SKILL.md"]);
    for (const expected of [before, after, before]) {
      await applyUndo(host, { home, confirmed: true });
      assert.deepEqual(targetTree(at), expected);
    }
  });
});

Deno.test("the restore that is taken back is the last one", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const config = join(saved.home.path, "config.toml");
    Deno.writeTextFileSync(config, "first");
    await apply(saved);
    Deno.writeTextFileSync(config, "second");
    await apply(saved); // in the same second, by the host's clock
    await applyUndo(saved.host, { home: saved.home, confirmed: true });
    assert.equal(Deno.readTextFileSync(config), "second");
  });
});

Deno.test("without a restore there is nothing to undo, and without a confirmation nothing is done", async () => {
  await withTempDir(async (folder) => {
    const [host, home] = [quickHost(folder), testHome(folder)];
    await rejectsWith(() => planUndo(host, { home }), "no_such_home");
    makeTree(home.path, SPEC);
    const error = await rejectsWith(() => planUndo(host, { home }), "nothing_to_undo");
    assert.equal(error.kind, "missing");
    await rejectsWith(() => applyUndo(host, { home, confirmed: false }), "confirmation_required");
  });
});
