/** What the user wants done regularly, and how it went last. */
import {
  ensureDir,
  type Host,
  isoWithOffset,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  readText,
  removeIfThere,
  replaceFile,
} from "../base/mod.ts";
import type { KeepRules } from "./retention.ts";

/** What is to be done, and when. */
export interface Schedule {
  /** Hours from one run to the next, where no time of day is set. */
  every_hours: number;
  /** Local time of day, `HH:MM`; then it runs once a day. */
  at: string | null;
  /** What stays of older backups; no rule: everything. */
  keep: KeepRules;
  /** Whom each backup is encrypted to: `age1…`, or names of keys of this machine; none: it is not. */
  recipients: string[];
  /** The backend that each backup is copied to. */
  storage: string | null;
}

/** How the runs went. */
export interface ScheduleRecord {
  /** When the last run began that did all it should, ISO 8601. */
  last_ok: string | null;
  /** When the last run began. */
  last_run: string | null;
  /** Why the last run did not do all it should; for a person. */
  failure: string | null;
}

const MAX_BYTES = 1 << 16;
const HOUR_MS = 3_600_000;
/** Timers are a little early or late. */
const SLACK_MS = 5 * 60_000;

/** Where the schedule is kept. */
export function schedulePath(host: Host): string {
  return pathsOf(host.platform).join(host.folders.config, "schedule.json");
}

function recordPath(host: Host): string {
  return pathsOf(host.platform).join(host.folders.state, "schedule.json");
}

function readJson(host: Host, path: string): Record<string, unknown> | undefined {
  if (!lstatIfThere(host.fs, path)) return undefined;
  try {
    const value = JSON.parse(readText(host.fs, path, MAX_BYTES));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below like any other text that is none of ours.
  }
  throw new LifeboatError("refused", "bad_config", `${path} is not what lifeboat has written`, {
    hint: "Write it anew with: lifeboat schedule install",
  });
}

/** What is to be done regularly; nothing when there is no schedule. Throws `bad_config`. */
export function readSchedule(host: Host): Schedule | undefined {
  const found = readJson(host, schedulePath(host));
  if (!found) return undefined;
  const { every_hours, at, keep, recipients, storage } = found as Partial<Schedule>;
  return {
    every_hours: typeof every_hours === "number" && every_hours > 0 ? every_hours : 24,
    at: typeof at === "string" && parseTimeOfDay(at) !== undefined ? at : null,
    keep: typeof keep === "object" && keep !== null ? keep : {},
    recipients: Array.isArray(recipients) ? recipients.map(String) : [],
    storage: typeof storage === "string" ? storage : null,
  };
}

/** Keeps a schedule. */
export function writeSchedule(host: Host, schedule: Schedule): void {
  ensureDir(host.fs, host.folders.config, host.platform);
  replaceFile(host.fs, schedulePath(host), JSON.stringify(schedule, null, 2) + "\n", host.platform);
}

/** Forgets the schedule. */
export function removeSchedule(host: Host): void {
  removeIfThere(host.fs, schedulePath(host));
}

/** How the runs went; a record that does not parse tells of none. */
export function readScheduleRecord(host: Host): ScheduleRecord {
  let found: Partial<ScheduleRecord> = {};
  try {
    found = readJson(host, recordPath(host)) ?? {};
  } catch {
    // The next run writes it anew.
  }
  const text = (value: unknown) => typeof value === "string" ? value : null;
  return {
    last_ok: text(found.last_ok),
    last_run: text(found.last_run),
    failure: text(found.failure),
  };
}

/** Notes a run. */
export function noteRun(host: Host, startedAt: Date, failure: string | null): void {
  const at = isoWithOffset(startedAt);
  const last_ok = failure === null ? at : readScheduleRecord(host).last_ok;
  const record: ScheduleRecord = { last_ok, last_run: at, failure };
  ensureDir(host.fs, host.folders.state, host.platform);
  replaceFile(host.fs, recordPath(host), JSON.stringify(record, null, 2) + "\n", host.platform);
}

/** Minutes since midnight out of `03:00`; undefined when it is no time of day. */
export function parseTimeOfDay(text: string): number | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/** Hours out of `12h`, `1d` or `2w`; undefined when it is none. */
export function parseInterval(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,3})([hdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * { h: 1, d: 24, w: 168 }[unit]!;
}

/** The last moment at which it was that time of day. */
function lastTimeOfDay(minutes: number, now: Date): Date {
  const moment = new Date(now);
  moment.setHours(Math.floor(minutes / 60), minutes % 60, 0, 0);
  if (moment > now) moment.setDate(moment.getDate() - 1);
  return moment;
}

/**
 * Whether it is time. The timer comes by every hour, and this decides: so a machine that was asleep or
 * switched off catches up, and a run that failed is tried again, whatever kind of timer the system has.
 */
export function isDue(schedule: Schedule, lastOk: string | null, now: Date): boolean {
  const last = Date.parse(lastOk ?? "");
  if (Number.isNaN(last) || last > now.getTime()) return true; // a clock that was wrong
  const minutes = schedule.at === null ? undefined : parseTimeOfDay(schedule.at);
  if (minutes !== undefined) return last < lastTimeOfDay(minutes, now).getTime() - SLACK_MS;
  return now.getTime() - last >= schedule.every_hours * HOUR_MS - SLACK_MS;
}

/** Hours after which a backup is too old: twice the interval of the schedule. */
export function tooOldHours(schedule: Schedule): number {
  return 2 * (schedule.at === null ? schedule.every_hours : 24);
}
