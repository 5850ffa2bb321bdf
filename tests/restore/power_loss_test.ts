import { join } from "node:path";
import { assert } from "../assert.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { recoverInterrupted } from "../../src/restore/recover.ts";
import { withTempDir } from "../support/host.ts";
import type { MemoryBackup } from "../support/memory_backup.ts";
import { atEveryPowerCut, type Names, recordChanges } from "../support/power_loss.ts";
import { makeTree, type Tree } from "../support/trees.ts";
import { unlock } from "./attempts.ts";
import {
  backupOf,
  fixtureBackup,
  leftovers,
  makeTarget,
  quickHost,
  targetTree,
  testHome,
} from "./fixture.ts";

/** What is restored, and over what. */
interface Case {
  backup(folder: string): MemoryBackup;
  makeTarget(folder: string): void;
}

/** Enough files that they are synced all at once. */
const MANY = Object.fromEntries(
  Array.from({ length: 40 }, (_, n) => [`many/${n % 4}/${n}.txt`, `new ${n}`]),
);

const CASES: Record<string, Case> = {
  "few files over a home, each synced": { backup: fixtureBackup, makeTarget },
  "many files over a home, synced at once": {
    backup: (folder) => backupOf(folder, MANY),
    makeTarget: (folder) =>
      makeTree(join(folder, "home"), { "many/0/0.txt": "old", "many/1/1.txt": "old", "mine": "" }),
  },
  "many files where no home is": {
    backup: (folder) => backupOf(folder, MANY),
    makeTarget: (folder) => Deno.mkdirSync(folder, { recursive: true }),
  },
};

async function restore(folder: string, backup: MemoryBackup, host = quickHost(folder)) {
  const home = testHome(folder);
  await carryPlan(host, backup, await makePlan(host, { backup, home }));
}

/** Recovers what a power cut left, and tells which of the two homes it came to. */
function assertWhole(folder: string, trees: { before: Tree; after: Tree }, where: string): string {
  const host = quickHost(folder);
  const recoveries = recoverInterrupted(host, testHome(folder));
  assert.deepEqual(recoveries.flatMap(({ set_aside }) => set_aside), [], where);
  const tree = targetTree(folder);
  const isNew = Object.keys(tree).length === Object.keys(trees.after).length &&
    JSON.stringify(tree) === JSON.stringify(trees.after);
  assert.deepEqual(tree, isNew ? trees.after : trees.before, where);
  if (!isNew) assert.deepEqual(leftovers(folder), [], where);
  assert.deepEqual(recoverInterrupted(host, testHome(folder)), [], where);
  return recoveries[0]?.outcome ?? (isNew ? "new" : "old");
}

for (const [what, { backup: make, makeTarget: makeOld }] of Object.entries(CASES)) {
  for (const names of ["synced", "all"] as Names[]) {
    const kept = names === "all" ? "all names" : "only what was synced";
    Deno.test(`a power cut that leaves ${kept} gives the old or the new home: ${what}`, () =>
      withTempDir(async (folder) => {
        const backup = make(join(folder, "backup"));
        const place = join(folder, "place");
        makeOld(place);
        const before = targetTree(place);
        const recorder = recordChanges(place);
        await restore(place, backup, quickHost(place, { fs: recorder.fs }));
        const trees = { before, after: targetTree(place) };
        const outcomes = new Set<string>();
        const disks = await atEveryPowerCut(recorder, names, (moment) => {
          outcomes.add(assertWhole(place, trees, `at change ${moment}`));
        });
        assert.ok(disks > 10, `${disks} disks`);
        assert.ok(outcomes.has("completed") && outcomes.has("discarded") && outcomes.has("new"));
        await restore(place, backup);
        unlock(place);
      }));
  }
}
