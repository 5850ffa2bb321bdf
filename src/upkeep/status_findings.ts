/** What the user should see to, from what was seen of a home. Pure. */
import { type Schedule, type ScheduleRecord, tooOldHours } from "./schedule.ts";
import type { HomeStatus, StatusFinding } from "./status_result.ts";

/** Without a schedule, older than this the newest backup of a home is too old, days. */
const TOO_OLD_DAYS = 14;
/** The same for its last drill: twice the week after which a schedule tries again. */
const DRILL_TOO_OLD_DAYS = 14;
const DAY_MS = 86_400_000;

/** What a home's state is judged by. */
type Seen = Omit<HomeStatus, "ok" | "findings">;

function daysSince(iso: string | null, now: Date): number {
  return (now.getTime() - (Date.parse(iso ?? "") || 0)) / DAY_MS;
}

/** Days after which the newest backup of a home is too old. */
export function tooOldDays(schedule: Schedule | undefined): number {
  return schedule ? tooOldHours(schedule) / 24 : TOO_OLD_DAYS;
}

/** What is wrong with the copies of a home's backups, where there are backends for them. */
export function copyFindings(
  { profile, isolated, last_backup, last_copy }: Seen,
  now: Date,
  tooOldDays: number,
): StatusFinding[] {
  if (!last_backup) return [];
  const newest = isolated === null ? `latest --profile ${profile}` : last_backup.id;
  const hint = `Copy the newest one with: lifeboat sync ${newest}`;
  const warning = (code: string, message: string): StatusFinding[] => [
    { code, severity: "warning", message, hint },
  ];
  if (!last_copy) return warning("no_copy", "No backup of this home is known to be at a backend");
  if (daysSince(last_copy.created_at, now) <= tooOldDays) return [];
  return warning(
    "copy_too_old",
    `The newest copy at a backend is older than ${Math.round(tooOldDays)} days`,
  );
}

/** What is wrong with what is done regularly. */
export function scheduleFindings({ failure }: ScheduleRecord): StatusFinding[] {
  if (failure === null) return [];
  const message = `The last scheduled backup failed: ${failure}`;
  const hint = "It is tried again every hour; try now with: lifeboat schedule run --now";
  return [{ code: "schedule_failed", severity: "error", message, hint }];
}

function backupFindings(
  { profile, isolated, last_backup }: Seen,
  now: Date,
  tooOld: number,
): StatusFinding[] {
  const home = isolated === null ? `--profile ${profile}` : `--isolated ${isolated}`;
  const hint = `Make one with: lifeboat backup ${home}`;
  const error = (code: string, message: string): StatusFinding[] => [
    { code, severity: "error", message, hint },
  ];
  if (!last_backup) return error("no_backup", "There is no backup of this home");
  const { created_at, status } = last_backup;
  if (daysSince(created_at, now) > tooOld) {
    const days = Number(tooOld.toFixed(1));
    return error("backup_too_old", `The newest backup is older than ${days} days`);
  }
  if (status !== "partial") return [];
  return error("backup_partial", "Something is missing in the newest backup");
}

function drillFindings({ profile, isolated, last_drill }: Seen, now: Date): StatusFinding[] {
  const home = isolated === null ? `--profile ${profile}` : `--isolated ${isolated}`;
  const hint = `Try it with: lifeboat drill ${home}`;
  if (!last_drill) return [];
  if (!last_drill.ok) {
    const message = `The last drill failed: ${last_drill.backup} did not restore well`;
    return [{ code: "drill_failed", severity: "error", message, hint }];
  }
  if (daysSince(last_drill.at, now) <= DRILL_TOO_OLD_DAYS) return [];
  const message = `The last drill is older than ${DRILL_TOO_OLD_DAYS} days`;
  return [{ code: "drill_too_old", severity: "warning", message, hint }];
}

function otherFindings(
  { sessions: { at_risk }, undo, last_backup }: Seen,
  now: Date,
): StatusFinding[] {
  const findings: StatusFinding[] = [];
  if (at_risk > 0) {
    findings.push({
      code: "sessions_at_risk",
      severity: "warning",
      message: `The agent deletes ${at_risk} of its conversations within a week`,
      // They are weeks old, so that a backup of today has them.
      hint: last_backup && daysSince(last_backup.created_at, now) < 1
        ? "The newest backup has them; a larger cleanupPeriodDays in settings.json keeps them here"
        : "Back up now, and set a larger cleanupPeriodDays in settings.json",
    });
  }
  if (undo.expired > 0) {
    findings.push({
      code: "undo_expired",
      severity: "warning",
      message: `What is kept of ${undo.expired} old restores is no longer needed`,
      hint: "Remove it with: lifeboat undo --forget ID",
    });
  }
  return findings;
}

/**
 * What is wrong with a home's backups, the worst first.
 *
 * @param tooOld days after which its newest backup is too old
 */
export function findingsOf(seen: Seen, now: Date, tooOld: number): StatusFinding[] {
  return [
    ...backupFindings(seen, now, tooOld),
    ...drillFindings(seen, now),
    ...otherFindings(seen, now),
  ];
}
