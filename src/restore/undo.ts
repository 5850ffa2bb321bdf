/** Taking the last restore of a home back: planned, and carried out like a restore. */
import { type Host, LifeboatError, takeHomeLock } from "../base/mod.ts";
import { findRunning, type Running } from "../doctor/mod.ts";
import { type Home, requireHome } from "../profiles/mod.ts";
import { carryPlan } from "./carry_plan.ts";
import { recoverInterrupted } from "./recover.ts";
import { recoveryWarning } from "./restore.ts";
import { refuseWhileRunning } from "./running.ts";
import { requireSpace } from "./space.ts";
import { findUndoData, type OpenUndo, openUndo } from "./undo_data.ts";
import { isExpired, UNDO_DAYS } from "./undo_list.ts";
import { makeUndoPlan } from "./undo_plan.ts";
import { appliedUndo, plannedUndo, type Undoing, type UndoResult } from "./undo_result.ts";

/** Which home, and how. */
export interface UndoOptions {
  home: Home;
  /** Undo although a process is at work in the home. */
  allowRunning?: boolean;
}

/** How an undo is carried out. */
export interface ApplyUndoOptions extends UndoOptions {
  /** The user has said so: by the flag, or by typing UNDO. */
  confirmed: boolean;
}

/** Says exactly what an undo would do. Throws `nothing_to_undo`, `bad_journal`, `damaged_undo_data`. */
export async function planUndo(host: Host, { home }: UndoOptions): Promise<UndoResult> {
  const undoing = await prepare(host, home);
  return plannedUndo(undoing, await findRunning(host, home));
}

/**
 * Takes the last restore of a home back, or, after an undo, that undo. All or nothing; what leaves its
 * place is kept, so that this can be undone as well. Throws what {@linkcode planUndo} throws, and
 * `confirmation_required`, `locked`, `agent_running`, `disk_full`.
 */
export async function applyUndo(host: Host, options: ApplyUndoOptions): Promise<UndoResult> {
  const { home, confirmed, allowRunning } = options;
  refuseUnconfirmed(confirmed);
  requireHome(host, home);
  const lock = takeHomeLock(host, home.path);
  const look = () => refuseWhileRunning(host, home, { allowRunning, hint: hintFor(home) });
  try {
    await look();
    const recovered = recoverInterrupted(host, home).map(recoveryWarning);
    const undoing = await prepare(host, home);
    const { plan, backup } = undoing;
    requireSpace(host, plan);
    const looked: Running = await look(); // it may have been started in the meantime
    const carried = await carryPlan(host, backup, plan);
    return appliedUndo(undoing, looked, { carried, recovered });
  } finally {
    lock.release();
  }
}

function refuseUnconfirmed(confirmed: boolean): void {
  if (confirmed) return;
  throw new LifeboatError(
    "refused",
    "confirmation_required",
    "An undo replaces files of the agent's home, conversations and logins among them",
    { hint: "Confirm it with --i-understand-this-restores-sensitive-state" },
  );
}

function hintFor({ profile: { name } }: Home): string {
  return `Close ${name}, then try again. With --allow-running it is done all the same.`;
}

async function prepare(host: Host, home: Home): Promise<Undoing> {
  requireHome(host, home);
  const [last] = findUndoData(host, home);
  if (!last) {
    throw new LifeboatError(
      "missing",
      "nothing_to_undo",
      `Nothing is kept to undo in ${home.path}`,
      {
        hint:
          "A restore can be taken back once it was applied. See your backups with: lifeboat list",
      },
    );
  }
  const undo = openUndo(host, home, last);
  const warnings = [...expiryWarnings(host, undo), ...rootWarnings(undo)];
  return { undo, warnings, ...await makeUndoPlan(host, home, undo) };
}

function expiryWarnings(host: Host, { journal: { header } }: OpenUndo): string[] {
  if (!isExpired(host, Date.parse(header.created_at))) return [];
  return [`The restore that is taken back was made more than ${UNDO_DAYS} days ago`];
}

/** What is kept lies in a root itself, so one that the restore has made cannot go. */
function rootWarnings({ site, journal: { header } }: OpenUndo): string[] {
  return site.roots.filter(({ path }) => header.made.includes(path)).map(({ path }) =>
    `${path} was not there before the restore; it stays, with what is kept for undoing in it`
  );
}
