/** A scheduled run: every home is backed up, old backups go by the user's rules, drills once a week. */
import { asLifeboatError, type Host, isoWithOffset, LifeboatError } from "../base/mod.ts";
import { type Home, homeExists, loadProfiles, resolveHome } from "../profiles/mod.ts";
import { listIdentities, type Readers, recipientNamed, unlockWith } from "../seal/mod.ts";
import { notify } from "./alarm.ts";
import { backUp } from "./back_up.ts";
import { drill } from "./drill.ts";
import { lastDrill } from "./drill_record.ts";
import { prune } from "./prune.ts";
import { isDue, noteRun, readSchedule, readScheduleRecord, type Schedule } from "./schedule.ts";
import { checkStorage, copyToStorage } from "./storage.ts";

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

/** Whom backups are encrypted to; nothing where they are not. Throws `bad_recipient`. */
function readersOf(host: Host, { recipients }: Schedule): Readers | undefined {
  if (recipients.length === 0) return undefined;
  return { kind: "recipients", recipients: recipients.map((one) => recipientNamed(host, one)) };
}

/** Refuses a schedule whose every run would be refused: `bad_recipient`, `plaintext_refused`, … */
export function checkSchedule(host: Host, schedule: Schedule): void {
  const encrypted = readersOf(host, schedule) !== undefined;
  checkStorage(host, { storage: schedule.storage ?? undefined }, encrypted);
}

async function backUpOne(host: Host, home: Home, schedule: Schedule): Promise<ScheduledBackup> {
  const known = { profile: home.profile.id, home: home.path };
  try {
    const made = await backUp(host, { home, seal: readersOf(host, schedule) });
    const { backup_id, status, errors } = made;
    await copyToStorage(host, { storage: schedule.storage ?? undefined }, made);
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

/** Whether this machine can open what it encrypts without asking anybody. */
function canRead(host: Host, { recipients }: Schedule): boolean {
  const own = listIdentities(host).filter(({ locked }) => !locked);
  return recipients.length === 0 ||
    recipients.some((one) => own.some(({ name, recipient }) => [name, recipient].includes(one)));
}

/** Tries the newest backup of a home, once a week, where this machine can read it. */
async function drillIfDue(
  host: Host,
  home: Home,
  schedule: Schedule,
): Promise<ScheduledRun["drills"]> {
  if (!canRead(host, schedule)) return [];
  const last = Date.parse(lastDrill(host, home)?.at ?? "") || 0;
  if (host.now().getTime() - last < DRILL_EVERY_MS - SLACK_MS) return [];
  const { backup, ok } = await drill(host, home, { unlock: unlockWith(host) });
  return [{ profile: home.profile.id, backup, ok }];
}

/** Everything that a run does; what goes wrong with one home does not keep the next one from its turn. */
async function runAll(host: Host, schedule: Schedule, startedAt: Date): Promise<ScheduledRun> {
  const homes = loadProfiles(host).map((profile) => resolveHome(host, profile))
    .filter((home) => homeExists(host, home));
  const run: ScheduledRun = { ...nothingDone(startedAt), ran: true };
  for (const home of homes) {
    const made = await backUpOne(host, home, schedule);
    run.backups.push(made);
    if (made.failure !== null) run.failures.push(`${home.profile.name}: ${made.failure}`);
    if (made.backup_id !== null) run.drills.push(...await drillIfDue(host, home, schedule));
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
