/** How well the homes of this machine are backed up, and what should be done next. */
import { asLifeboatError, type Host } from "../base/mod.ts";
import type { BackupItem } from "../catalog/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { type BackendItem, listBackends } from "../remote/mod.ts";
import { listUndo } from "../restore/mod.ts";
import { findTranscripts, homeRetention, isSweptSoon } from "../sessions/mod.ts";
import { hasSnapshotStore, snapshotTotals, withSnapshotStore } from "../snapshots/mod.ts";
import { lastDrill } from "./drill_record.ts";
import { backupsOf } from "./newest.ts";
import { readSchedule, readScheduleRecord } from "./schedule.ts";
import type { HomeStatus, ScheduleStatus, StatusResult } from "./status_result.ts";
import { copyFindings, findingsOf, scheduleFindings, tooOldDays } from "./status_findings.ts";

/** The state of one home. */
async function statusOf(
  host: Host,
  home: Home,
  options: { backupRoot?: string; backends: BackendItem[] },
): Promise<HomeStatus> {
  const { id: profile, name } = home.profile;
  const backups = await backupsOf(host, home, options);
  const last = backups.find(({ status }) => status !== "unreadable");
  const seen = {
    profile,
    name,
    home: home.path,
    isolated: home.isolated ?? null,
    backups: backups.length,
    bytes: backups.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    last_backup: last ? pick(last) : null,
    last_copy: lastCopy(backups, options.backends),
    last_drill: lastDrill(host, home) ?? null,
    sessions: sessionsOf(host, home),
    undo: undoOf(host, home),
  };
  const days = tooOldDays(readSchedule(host));
  const findings = [
    ...findingsOf(seen, host.now(), days),
    ...(options.backends.length > 0 ? copyFindings(seen, host.now(), days) : []),
  ];
  return { ok: findings.every(({ severity }) => severity !== "error"), ...seen, findings };
}

function pick({ id, created_at, status, verified_at }: BackupItem): HomeStatus["last_backup"] {
  return { id, created_at, status, verified_at };
}

function lastCopy(backups: BackupItem[], backends: BackendItem[]): HomeStatus["last_copy"] {
  const known = new Set(backends.map(({ id }) => id));
  for (const { id, created_at, remote } of backups) {
    const there = remote.filter((name) => known.has(name));
    if (there.length > 0) return { id, created_at, remote: there };
  }
  return null;
}

function sessionsOf(host: Host, home: Home): HomeStatus["sessions"] {
  const retention = home.profile.transcripts === "claude-code" && homeRetention(host, home);
  const sessions = { count: 0, at_risk: 0 };
  // What cannot be looked at is the doctor's to report.
  for (const { mtimeMs } of findTranscripts(host, home, () => {})) {
    sessions.count += 1;
    if (retention && isSweptSoon(mtimeMs, retention, host.now())) sessions.at_risk += 1;
  }
  return sessions;
}

function undoOf(host: Host, home: Home): HomeStatus["undo"] {
  const { undo } = listUndo(host, home);
  return {
    count: undo.length,
    bytes: undo.reduce((sum, { bytes }) => sum + bytes, 0),
    expired: undo.filter(({ expired }) => expired).length,
  };
}

function scheduleStatus(host: Host): ScheduleStatus | null {
  const schedule = readSchedule(host);
  if (!schedule) return null;
  const record = readScheduleRecord(host);
  return { ...schedule, ...record, findings: scheduleFindings(record) };
}

/** That the store cannot be opened must not keep the rest from being told. */
async function snapshotsOf(host: Host): Promise<StatusResult["snapshots"]> {
  if (!(await hasSnapshotStore(host))) return null;
  try {
    return await withSnapshotStore(host, snapshotTotals);
  } catch (thrown) {
    return { error: asLifeboatError(thrown).message };
  }
}

/** The state of every home that there is. Changes nothing. */
export async function statusOfHomes(
  host: Host,
  homes: Home[],
  options: { backupRoot?: string },
): Promise<StatusResult> {
  const all: HomeStatus[] = [];
  const backends = listBackends(host).backends.filter(({ type }) => type !== "local");
  for (const home of homes) all.push(await statusOf(host, home, { ...options, backends }));
  const schedule = scheduleStatus(host);
  const findings = [...all.flatMap((home) => home.findings), ...schedule?.findings ?? []];
  const ok = findings.every(({ severity }) => severity !== "error");
  return { ok, homes: all, schedule, backends, snapshots: await snapshotsOf(host) };
}
