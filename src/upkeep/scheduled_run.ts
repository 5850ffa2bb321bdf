/** A scheduled run: every home is backed up, old backups go by the user's rules, drills once a week. */
import { asLifeboatError, type Host, isoWithOffset, LifeboatError } from "../base/mod.ts";
import { type Home, homeExists, loadProfiles, resolveHome } from "../profiles/mod.ts";
import { notify } from "./alarm.ts";
import { backUp } from "./back_up.ts";
import { drill } from "./drill.ts";
import { lastDrill } from "./drill_record.ts";
import { prune } from "./prune.ts";
import { isDue, noteRun, readSchedule, readScheduleRecord, type Schedule } from "./schedule.ts";

const DRILL_EVERY_MS = 7 * 86_400_000;
/** Runs come by at the full hour or a little before. */
const SLACK_MS = 3_600_000;

/** What became of one home. */
export interface ScheduledBackup {
  profile: string;
  home: string;
  backup_id: string | null;
  /** Why there is none, or what is missing in it. */
  failure: string | null;
}

/** What a scheduled run gives back. */
export interface ScheduledRun {
  ok: boolean;
  /** False when it was not yet time. */
  ran: boolean;
  started_at: string;
  backups: ScheduledBackup[];
  /** Backups that no rule keeps, and that are gone now. */
  removed: string[];
  drills: { profile: string; backup: string; ok: boolean }[];
  failures: string[];
  /** Whether the desktop has shown a notification. */
  notified: boolean;
}

async function backUpOne(host: Host, home: Home): Promise<ScheduledBackup> {
  const known = { profile: home.profile.id, home: home.path };
  try {
    const { backup_id, status, errors } = await backUp(host, { home });
    const failure = status === "ok" ? null : `${errors.length} files could not be read`;
    return { ...known, backup_id, failure };
  } catch (error) {
    const { kind, message } = asLifeboatError(error);
    if (kind === "interrupted") throw error;
    return { ...known, backup_id: null, failure: message };
  }
}

async function removeOld(host: Host, { keep }: Schedule, failures: string[]): Promise<string[]> {
  if (Object.values(keep).every((count) => count === undefined)) return [];
  const { remove, errors } = await prune(host, { rules: keep, apply: true });
  failures.push(...errors.map(({ id, message }) => `${id} was not removed: ${message}`));
  const failed = new Set(errors.map(({ id }) => id));
  return remove.map(({ id }) => id).filter((id) => !failed.has(id));
}

/** Tries the newest backup of a home, once a week. */
async function drillIfDue(host: Host, home: Home): Promise<ScheduledRun["drills"]> {
  const last = Date.parse(lastDrill(host, home)?.at ?? "") || 0;
  if (host.now().getTime() - last < DRILL_EVERY_MS - SLACK_MS) return [];
  const { backup, ok } = await drill(host, home, {});
  return [{ profile: home.profile.id, backup, ok }];
}

/** Everything that a run does; what goes wrong with one home does not keep the next one from its turn. */
async function runAll(host: Host, schedule: Schedule, startedAt: Date): Promise<ScheduledRun> {
  const homes = loadProfiles(host).map((profile) => resolveHome(host, profile))
    .filter((home) => homeExists(host, home));
  const run: ScheduledRun = { ...nothingDone(startedAt), ran: true };
  for (const home of homes) {
    const made = await backUpOne(host, home);
    run.backups.push(made);
    if (made.failure !== null) run.failures.push(`${home.profile.name}: ${made.failure}`);
    if (made.backup_id !== null) run.drills.push(...await drillIfDue(host, home));
  }
  const bad = run.drills.filter(({ ok }) => !ok);
  run.failures.push(...bad.map(({ backup }) => `${backup} would not restore well`));
  // Only when all is well: what is old may be all that there is.
  if (run.failures.length === 0) run.removed = await removeOld(host, schedule, run.failures);
  return { ...run, ok: run.failures.length === 0 };
}

function nothingDone(startedAt: Date): ScheduledRun {
  return {
    ok: true,
    ran: false,
    started_at: isoWithOffset(startedAt),
    backups: [],
    removed: [],
    drills: [],
    failures: [],
    notified: false,
  };
}

/**
 * Does what is due, and notes how it went. A failure that is new is shown on the desktop. Throws
 * `no_schedule`, and `interrupted`.
 *
 * @param now although it is not yet time
 */
export async function runSchedule(
  host: Host,
  { now = false }: { now?: boolean } = {},
): Promise<ScheduledRun> {
  const schedule = readSchedule(host);
  if (!schedule) {
    throw new LifeboatError("missing", "no_schedule", "Nothing is scheduled", {
      hint: "Say what, and when: lifeboat schedule install --every 1d",
    });
  }
  const startedAt = host.now();
  const before = readScheduleRecord(host);
  if (!now && !isDue(schedule, before.last_ok, startedAt)) return nothingDone(startedAt);
  const run = await runAll(host, schedule, startedAt);
  noteRun(host, startedAt, run.ok ? null : run.failures[0]);
  const isNew = !run.ok && before.failure === null;
  return { ...run, notified: isNew && await notify(host, `Backup failed: ${run.failures[0]}`) };
}
