import { join } from "node:path";
import { assert } from "../assert.ts";
import type { Host } from "../../src/base/mod.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { recoverInterrupted } from "../../src/restore/recover.ts";
import { findUndoData, openUndo } from "../../src/restore/undo_data.ts";
import { makeUndoPlan } from "../../src/restore/undo_plan.ts";
import { type Fault, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import type { Tree } from "../support/trees.ts";
import { attempt, changes, powerCutAt, unlock, withFault } from "./attempts.ts";
import { fixtureBackup, makeTarget, targetTree, testHome } from "./fixture.ts";

/** An undo of the fixture's restore in a fresh folder. */
interface Undone {
  folder: string;
  host: Host;
  error?: unknown;
  calls: string[];
}

/** Restores the fixture, then takes that back with a fault from the first change on. */
async function undoWith(folder: string, fault: Fault): Promise<Undone> {
  const { host } = await attempt(folder, fixtureBackup(`${folder}-source`), () => {});
  const home = testHome(folder);
  const undo = openUndo(host, home, findUndoData(host, home)[0]);
  const { plan, backup } = await makeUndoPlan(host, home, undo);
  const calls: string[] = [];
  try {
    await carryPlan({ ...host, fs: withFault(host.fs, fault, calls) }, backup, plan);
    return { folder, host, calls };
  } catch (error) {
    return { folder, host, calls, error };
  }
}

/** Runs `use` for a fault at each changing call of an undo; `before` is how it all was at first. */
async function atEveryChange(
  makeFault: (k: number) => Fault,
  use: (undone: Undone, k: number, trees: { before: Tree; restored: Tree }) => void,
): Promise<void> {
  await withTempDir(async (folder) => {
    makeTarget(join(folder, "before"));
    const restored = await attempt(join(folder, "restored"), fixtureBackup(folder), () => {});
    const trees = {
      before: targetTree(join(folder, "before")),
      restored: targetTree(restored.folder),
    };
    const whole = await undoWith(join(folder, "whole"), () => {});
    assert.equal(whole.error, undefined);
    for (let k = 0; k < whole.calls.length; k++) {
      if (!changes(whole.calls[k])) continue;
      const one = await undoWith(join(folder, `${k}`), makeFault(k));
      use(one, k, trees);
      unlock(one.folder);
      Deno.removeSync(one.folder, { recursive: true });
    }
    unlock(restored.folder);
  });
}

Deno.test("a power cut at any call of an undo leaves the restored home or the one before", async () => {
  const outcomes = new Set<string>();
  await atEveryChange(powerCutAt, (one, k, { before, restored }) => {
    const [recovery] = recoverInterrupted(one.host, testHome(one.folder));
    const tree = targetTree(one.folder);
    const isUndone = tree["home/config.toml"] === before["home/config.toml"];
    const outcome = recovery?.outcome ?? (isUndone ? "completed" : "discarded");
    outcomes.add(outcome);
    assert.deepEqual(recovery?.set_aside ?? [], [], `at call ${k}`);
    assert.deepEqual(tree, outcome === "completed" ? before : restored, `at call ${k}`);
    assert.equal(findUndoData(one.host, testHome(one.folder)).length, isUndone ? 2 : 1);
  });
  assert.deepEqual([...outcomes].sort(), ["completed", "discarded"]);
});

Deno.test("an input or output error at any call of an undo leaves the restored home", async () => {
  const fault = (k: number): Fault => ({ index }) => index === k ? systemError("EIO") : undefined;
  await atEveryChange(fault, (one, k, { before, restored }) => {
    assert.deepEqual(targetTree(one.folder), one.error ? restored : before, `at call ${k}`);
  });
});
