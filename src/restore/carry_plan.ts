/** From a plan to a changed home: staged, committed, carried out; or not begun at all. */
import type { Backup } from "../archive/mod.ts";
import {
  asLifeboatError,
  collectGarbage,
  describeError,
  type Host,
  LifeboatError,
} from "../base/mod.ts";
import { begin, type Beginning, prepare } from "./begin.ts";
import { discard, goForward, rollBack, settle } from "./carry_out.ts";
import { appendState, commitJournal } from "./journal.ts";
import type { LinkOp } from "./journal_types.ts";
import { isLarge } from "./plan.ts";
import type { Plan } from "./planner.ts";
import { forgetRoots } from "./recall.ts";
import { stage, type Staged } from "./stage.ts";
import { placesOf, type SetAsideFile, type Work } from "./steps.ts";

/** What became of a plan. */
export interface Carried {
  id: string;
  restoredFiles: number;
  setAside: SetAsideFile[];
  lostLinks: LinkOp[];
  warnings: string[];
}

/** Does what a plan says, all of it or nothing. The caller holds the home's lock. */
export async function carryPlan(host: Host, backup: Backup, plan: Plan): Promise<Carried> {
  const beginning = prepare(host, plan);
  const staged = await stageAndCommit(beginning, backup, plan);
  const work: Work = {
    ...beginning.site,
    ops: staged.ops,
    inPlace: new Map(),
    setAside: [],
    unsynced: new Set(),
    unset: 0,
    isStaged: true,
    fresh: new Set(),
  };
  try {
    goForward(work);
  } catch (error) {
    takeBack(work, beginning, error);
  }
  return { ...close(work), lostLinks: staged.lostLinks };
}

async function stageAndCommit(
  beginning: Beginning,
  backup: Backup,
  plan: Plan,
): Promise<Staged> {
  const { site, header } = beginning;
  try {
    begin(beginning, plan.target.chosen);
    const staged = await stage(site, backup, plan);
    if (isLarge(plan)) collectGarbage();
    commitJournal(site, header, staged.ops);
    return staged;
  } catch (error) {
    cleanUp(beginning);
    throw notRestored(error);
  }
}

/** What cannot be cleaned up now is left to the next command: nothing was committed. */
function cleanUp({ site, header }: Beginning): void {
  try {
    discard(site, header.made);
    forgetRoots(site.host, site.id);
  } catch {
    // The error that led here is the one to tell.
  }
}

function notRestored(cause: unknown): LifeboatError {
  const error = asLifeboatError(cause);
  if (error.code !== "unexpected" && error.code !== "disk_full") return error;
  const code = error.code === "disk_full" ? error.code : "restore_failed";
  return new LifeboatError("failed", code, `Nothing was restored: ${describeError(cause)}`, {
    hint: "The home is as it was before. Remove the cause, then try again.",
    cause,
  });
}

function takeBack(work: Work, { header }: Beginning, error: unknown): never {
  try {
    rollBack(work, header.made);
    forgetRoots(work.host, work.id);
  } catch (second) {
    throw new LifeboatError(
      "failed",
      "restore_interrupted",
      `The restore stopped half-way (${describeError(error)}), and taking it back stopped too ` +
        `(${describeError(second)})`,
      { hint: "Run the same command again: it first brings the home to one state.", cause: error },
    );
  }
  throw notRestored(error);
}

/** All is in its place. What cannot be tidied up now is left to the next command. */
function close(work: Work): Omit<Carried, "lostLinks"> {
  const warnings: string[] = [];
  try {
    appendState(work, "done");
    settle(work);
  } catch (error) {
    warnings.push(`The restore is complete, but not tidied up: ${describeError(error)}`);
  }
  if (work.unset > 0) {
    warnings.push(`${work.unset} permissions or times could not be set on this file system`);
  }
  const { id } = work;
  const restoredFiles = work.ops.values().reduce(
    (sum, op) => op.op === "file" || op.op === "link" ? sum + 1 : sum,
    0,
  );
  return { id, restoredFiles, setAside: placesOf(work, `undo-${id}`), warnings };
}
