import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { recoveryWarning } from "../../src/restore/mod.ts";
import { recoverInterrupted, refuseInterrupted } from "../../src/restore/recover.ts";
import { makePlan } from "../../src/restore/plan.ts";
import type { RestoreOptions } from "../../src/restore/options.ts";
import { systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import { readTree } from "../support/trees.ts";
import { attempt, changes, powerCutAt, unlock, withFault } from "./attempts.ts";
import {
  fixtureBackup,
  leftovers,
  makeTarget,
  quickHost,
  targetTree,
  testHome,
} from "./fixture.ts";

/** Cuts a restore of the fixture off after so many renames; returns where it lies. */
async function cutAfterRenames(folder: string, count: number): Promise<string> {
  const backup = fixtureBackup(folder);
  const whole = await attempt(join(folder, "whole"), backup, () => {});
  unlock(whole.folder);
  const renames = whole.calls.flatMap((name, index) => name === "rename" ? [index] : []);
  const one = await attempt(join(folder, "one"), backup, powerCutAt(renames[count]));
  assert.ok(one.error);
  return one.folder;
}

/** Files below a folder by name, whatever folders they are in. */
function findFile(folder: string, name: string): string[] {
  return Object.keys(readTree(folder)).filter((path) => path.endsWith(`/${name}`));
}

Deno.test("a file that came into the way of a cut-off restore is set aside and reported", async () => {
  await withTempDir(async (folder) => {
    const at = await cutAfterRenames(folder, 10); // old files have left, new ones are not there
    Deno.writeTextFileSync(join(at, "home/config.toml"), "written meanwhile");
    const [recovery] = recoverInterrupted(quickHost(at), testHome(at));
    assert.equal(recovery.outcome, "completed");
    const [aside] = recovery.set_aside;
    assert.equal(aside.path, "config.toml");
    assert.equal(Deno.readTextFileSync(aside.at), "written meanwhile");
    assert.equal(Deno.readTextFileSync(join(at, "home/config.toml")), "new = 22");
    assert.match(recoveryWarning(recovery), /config\.toml had been changed/);
    unlock(at);
  });
});

Deno.test("whoever must not recover can tell that there is something to recover", async () => {
  await withTempDir(async (folder) => {
    const at = await cutAfterRenames(folder, 1);
    const [host, home] = [quickHost(at), testHome(at)];
    const before = readTree(at);
    await rejectsWith(() => refuseInterrupted(host, home), "restore_interrupted");
    assert.deepEqual(readTree(at), before);
    recoverInterrupted(host, home);
    refuseInterrupted(host, home);
    unlock(at);
  });
});

Deno.test("an old file that was changed after a restore was cut off is kept as it then was", async () => {
  await withTempDir(async (folder) => {
    const at = await cutAfterRenames(folder, 1);
    Deno.writeTextFileSync(join(at, "home/sub/a.txt"), "written meanwhile");
    const [recovery] = recoverInterrupted(quickHost(at), testHome(at));
    const aside = recovery.set_aside.find(({ path }) => path === "sub/a.txt")!;
    assert.equal(Deno.readTextFileSync(aside.at), "written meanwhile");
    assert.equal(Deno.readTextFileSync(join(at, "home/sub/a.txt")), "new a");
    unlock(at);
  });
});

Deno.test("a new file that was changed before a restore is taken back is not lost", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    // Everything is in its place when setting a folder's time fails; taking back fails, too.
    let isBroken = false;
    const one = await attempt(join(folder, "one"), backup, ({ operation }) => {
      isBroken ||= operation === "setMtime" && hasNew(join(folder, "one"));
      return isBroken ? systemError("EIO") : undefined;
    });
    await rejectsWith(() => Promise.reject(one.error), "restore_interrupted");
    unlock(one.folder);
    Deno.writeTextFileSync(join(one.folder, "home/config.toml"), "written meanwhile");
    const [journal] = findFile(join(one.folder, "home"), "journal.jsonl");
    const line = '{"state":"rolling_back"}\n';
    Deno.writeTextFileSync(join(one.folder, "home", journal), line, { append: true });
    const [recovery] = recoverInterrupted(one.host, testHome(one.folder));
    assert.equal(recovery.outcome, "taken_back");
    assert.equal(Deno.readTextFileSync(recovery.set_aside[0].at), "written meanwhile");
    makeTarget(join(folder, "before"));
    assert.deepEqual(targetTree(one.folder), targetTree(join(folder, "before")));
    assert.deepEqual(recoverInterrupted(one.host, testHome(one.folder)), []);
  });
});

function hasNew(folder: string): boolean {
  return Deno.readTextFileSync(join(folder, "home/config.toml")) === "new = 22";
}

Deno.test("recovery goes back where it cannot go forward", async () => {
  await withTempDir(async (folder) => {
    const at = await cutAfterRenames(folder, 12);
    const host = quickHost(at);
    let renames = 0;
    const fs = withFault(
      host.fs,
      ({ operation }) => operation === "rename" && ++renames === 2 ? systemError("EIO") : undefined,
    );
    const [recovery] = recoverInterrupted({ ...host, fs }, testHome(at));
    assert.equal(recovery.outcome, "taken_back");
    assert.match(recovery.reason!, /EIO/);
    makeTarget(join(folder, "before"));
    assert.deepEqual(targetTree(at), targetTree(join(folder, "before")));
    assert.deepEqual(leftovers(at), []);
  });
});

Deno.test("recovery that can go neither way says so and leaves the journal", async () => {
  await withTempDir(async (folder) => {
    const at = await cutAfterRenames(folder, 12);
    const host = quickHost(at);
    const fs = withFault(
      host.fs,
      ({ operation }) => operation === "rename" ? systemError("EACCES") : undefined,
    );
    await rejectsWith(
      () => recoverInterrupted({ ...host, fs }, testHome(at)),
      "recovery_failed",
    );
    recoverInterrupted(host, testHome(at));
    makeTarget(join(folder, "before"));
    assert.deepEqual(targetTree(at), targetTree(join(folder, "before")));
  });
});

Deno.test("a root that the user chose is recovered too, by any later command", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const run = async (name: string, fault: Parameters<typeof attempt>[2]) => {
      const at = join(folder, name);
      makeTarget(at);
      const home = testHome(at, { roots: [] });
      const options: RestoreOptions = { backup, home, roots: { agents: join(at, "agents") } };
      const host = quickHost(at);
      const calls: string[] = [];
      const plan = await makePlan(host, options);
      try {
        await carryPlan({ ...host, fs: withFault(host.fs, fault, calls) }, backup, plan);
      } catch {
        // cut off
      }
      return { at, host, home, calls };
    };
    const whole = await run("whole", () => {});
    const [before, after] = [join(folder, "before"), targetTree(whole.at)];
    makeTarget(before);
    for (const k of whole.calls.flatMap((name, index) => changes(name) ? [index] : [])) {
      const { at, host, home } = await run(`${k}`, powerCutAt(k));
      const [recovery] = recoverInterrupted(host, home);
      const isNew = recovery?.outcome === "completed" ||
        Deno.readTextFileSync(join(at, "home/config.toml")) === "new = 22";
      assert.deepEqual(targetTree(at), isNew ? after : targetTree(before), `at call ${k}`);
      if (!isNew) assert.deepEqual(leftovers(at), [], `at call ${k}`);
      unlock(at);
      Deno.removeSync(at, { recursive: true });
    }
    unlock(whole.at);
  });
});

Deno.test("what another home is doing in a root that both have is left alone", async () => {
  await withTempDir((folder) => {
    makeTarget(folder);
    const other = join(folder, "agents/.lifeboat/restore-20261120-120000-00000000/staged");
    Deno.mkdirSync(other, { recursive: true });
    assert.deepEqual(recoverInterrupted(quickHost(folder), testHome(folder)), []);
    assert.ok(Deno.statSync(other).isDirectory);
  });
});

Deno.test("a restore into a home that was not there leaves nothing of it after a power cut", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const home = (at: string) => testHome(at, { path: join(at, "new/home"), roots: [] });
    const run = async (at: string, k: number) => {
      Deno.mkdirSync(at);
      const host = quickHost(at);
      const calls: string[] = [];
      const plan = await makePlan(host, { backup, home: home(at) });
      try {
        const fs = withFault(host.fs, powerCutAt(k), calls);
        await carryPlan({ ...host, fs }, backup, plan);
      } catch {
        // cut off
      }
      return { host, calls };
    };
    const whole = await run(join(folder, "whole"), Infinity);
    const after = readTree(join(folder, "whole/new/home"), [".lifeboat"]);
    Deno.chmodSync(join(folder, "whole/new/home/readonly"), 0o700);
    for (const k of whole.calls.flatMap((name, index) => changes(name) ? [index] : [])) {
      const at = join(folder, `${k}`);
      const { host } = await run(at, k);
      const [recovery] = recoverInterrupted(host, home(at));
      const tree = readTree(join(at, "new/home"), [".lifeboat"]);
      if (recovery?.outcome === "completed") assert.deepEqual(tree, after, `at call ${k}`);
      else assert.ok([0, Object.keys(after).length].includes(Object.keys(tree).length), `at ${k}`);
      if ("readonly" in tree) Deno.chmodSync(join(at, "new/home/readonly"), 0o700);
    }
  });
});
