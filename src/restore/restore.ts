/** The way back: archive to home. */
import { createBackup } from "../backup/mod.ts";
import {
  asLifeboatError,
  collectGarbage,
  createWorkerPool,
  describeError,
  type Host,
  LifeboatError,
  lstatIfThere,
  takeHomeLock,
} from "../base/mod.ts";
import { examineHome, findRunning } from "../doctor/mod.ts";
import { requireAsPlanned } from "./as_planned.ts";
import { carryPlan } from "./carry_plan.ts";
import type { ApplyOptions, RestoreOptions, RestoreResult } from "./options.ts";
import { isLarge, makePlan } from "./plan.ts";
import type { Plan } from "./planner.ts";
import { recoverInterrupted, type Recovery } from "./recover.ts";
import {
  appliedResult,
  changesNothing,
  dryRunResult,
  type Outcome,
  unchangedResult,
} from "./result.ts";
import { hintForRestore, refuseWhileRunning } from "./running.ts";
import { requireSpace } from "./space.ts";
import { targetHomeOf } from "./target.ts";
import { requireTrust } from "./trust.ts";

/** Says exactly what a restore would do. Changes nothing, and recovers nothing. */
export async function planRestore(host: Host, options: RestoreOptions): Promise<RestoreResult> {
  refuseOtherProfile(options);
  const plan = await makePlan(host, options);
  try {
    return dryRunResult(host, options, plan, await findRunning(host, plan.target.home));
  } finally {
    plan.close();
  }
}

/**
 * Restores: plans, backs up what is there, replaces all that differs or nothing, and examines the
 * result; where nothing differs, it only says so. Throws `confirmation_required`, `locked`, `agent_running`, `trust_required`,
 * `pre_restore_failed`, `changed_meanwhile`, `damaged_archive`, …; the home is then as it was.
 */
export async function applyRestore(host: Host, options: ApplyOptions): Promise<RestoreResult> {
  refuseUnconfirmed(options);
  refuseOtherProfile(options);
  const home = targetHomeOf(host, options);
  const lock = takeHomeLock(host, home.path);
  const running = { allowRunning: options.allowRunning, hint: hintForRestore(home) };
  try {
    const free = await refuseWhileRunning(host, home, running);
    const warnings = recoverInterrupted(host, home).map(recoveryWarning);
    // Where there is a home it is backed up first, and memory is for that.
    if (!lstatIfThere(host.fs, home.path)) options.backup.prepareVisit?.();
    const plan = await makePlan(host, options);
    try {
      if (changesNothing(host, plan)) {
        return unchangedResult(host, options, plan, { looked: free, warnings });
      }
      requireTrust(host, options, plan);
      requireSpace(host, plan);
      const preRestoreBackup = await backUpBefore(host, options, plan);
      // It may have been started in the meantime.
      const looked = await refuseWhileRunning(host, plan.target.home, running);
      requireAsPlanned(host, plan, options);
      const isNew = isNothingThere(host, plan);
      const carried = await carryPlan(host, plan.backup, plan)
        .catch((error) => tellOfBackup(error, preRestoreBackup));
      if (isLarge(options)) collectGarbage();
      return appliedResult(host, options, plan, {
        ...await examine(host, options, plan, { isNew, warnings }),
        looked,
        carried,
        preRestoreBackup,
      });
    } finally {
      plan.close();
    }
  } finally {
    lock.release();
  }
}

function refuseUnconfirmed({ confirmed }: ApplyOptions): void {
  if (confirmed) return;
  throw new LifeboatError(
    "refused",
    "confirmation_required",
    "A restore replaces files of the agent's home, conversations and logins among them",
    { hint: "Confirm it with --i-understand-this-restores-sensitive-state" },
  );
}

/** A home that the user named, or a folder apart, is the user's own decision. */
function refuseOtherProfile({ backup, home, targetDir }: RestoreOptions): void {
  const { profile } = backup.head;
  if (profile === home.profile.id || !home.isOwn || targetDir !== undefined) return;
  throw new LifeboatError(
    "refused",
    "profile_mismatch",
    `This is a backup of ${profile}, not of ${home.profile.id}`,
    { hint: "Leave out --profile, or name the home to restore to with --home." },
  );
}

/** A line for the user about a restore that was brought to its end. */
export function recoveryWarning({ id, outcome, set_aside, reason }: Recovery): string {
  const what = {
    completed: "was completed",
    taken_back: "was taken back",
    discarded: "had changed nothing and was removed",
  }[outcome];
  const files = set_aside.map(({ path, at }) => `; ${path} had been changed, and is now ${at}`);
  return `An interrupted restore (${id}) ${what}${reason ? `: ${reason}` : ""}${files.join("")}`;
}

/** A restore that fails leaves the backup that was made before it: whoever wonders finds it so. */
function tellOfBackup(thrown: unknown, path: string | null): never {
  const { kind, code, message, hint, cause } = asLifeboatError(thrown);
  if (path === null) throw thrown;
  const kept = `The backup made before it stays: ${path}`;
  throw new LifeboatError(kind, code, message, { hint: hint ? `${hint} ${kept}` : kept, cause });
}

async function backUpBefore(host: Host, options: ApplyOptions, plan: Plan): Promise<string | null> {
  const { home } = plan.target;
  if (!lstatIfThere(host.fs, home.path)) return null;
  const { backupRoot, format, jobs, backup: { readers: seal } } = options;
  const mustHold = plan.ops.values()
    .filter((op) => (op.op === "file" || op.op === "link") && op.old.kind === "file")
    .map(({ root, path }) => ({ root, path }))
    .toArray();
  const made = await createBackup(host, {
    home,
    backupRoot,
    format: seal ? undefined : format,
    seal,
    jobs,
    kit: host.executable ? "full" : "light", // run from its sources, there is none to add
    preRestore: { mustHold },
  });
  return made.archive ?? made.backup_dir;
}

/** Whether all that the doctor will look at is made by this restore. */
function isNothingThere(host: Host, { target: { home } }: Plan): boolean {
  return [home, ...home.roots].every(({ path }) => lstatIfThere(host.fs, path) === undefined);
}

/** The files are in place: a doctor that fails does not make the restore fail. */
async function examine(
  host: Host,
  options: ApplyOptions,
  plan: Plan,
  { isNew, warnings }: { isNew: boolean; warnings: string[] },
): Promise<Omit<Outcome, "looked" | "carried" | "preRestoreBackup">> {
  const runCommands = options.runDoctorCommands ?? false;
  const { pool: readers } = options.backup;
  const own = readers?.isWarm ? undefined : createWorkerPool(1);
  try {
    own?.start?.();
    const doctor = await examineHome(host, own ?? readers!, plan.target.home, {
      runCommands,
      openFiles: isNew ? "needed" : "all",
    });
    return { doctor, doctorMode: runCommands ? "commands" : "structural", warnings };
  } catch (error) {
    const warning = `The restored home could not be examined: ${describeError(error)}`;
    return { doctor: null, doctorMode: null, warnings: [...warnings, warning] };
  } finally {
    own?.close();
  }
}
