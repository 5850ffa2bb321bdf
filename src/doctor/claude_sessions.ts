import type { Host } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { findTranscripts, homeRetention, isSweptSoon, SOON_DAYS } from "../sessions/mod.ts";
import {
  countOf,
  type Finding,
  finding,
  type SessionsExam,
  type SessionsReport,
} from "./report.ts";

/** Counts conversations, and those that Claude Code deletes by itself within a week. */
export function examineSessions(host: Host, home: Home): SessionsExam {
  const retention = homeRetention(host, home);
  const { days, setBy, doubt } = retention;
  const sessions: SessionsReport = {
    count: 0,
    archived: 0,
    bytes: 0,
    at_risk: 0,
    retention_days: days,
    retention_set_by: setBy,
  };
  // What cannot be looked at is reported by the survey.
  for (const { bytes, mtimeMs } of findTranscripts(host, home, () => {})) {
    sessions.count += 1;
    sessions.bytes += bytes;
    if (isSweptSoon(mtimeMs, retention, host.now())) sessions.at_risk += 1;
  }
  return { sessions, findings: [...atRisk(sessions), ...doubtful(doubt)] };
}

function atRisk({ at_risk, retention_days, retention_set_by }: SessionsReport): Finding[] {
  if (at_risk === 0) return [];
  const by = retention_set_by === "default" ? "its default" : retention_set_by;
  return [finding(
    "warning",
    "transcripts_at_risk",
    `Claude Code deletes ${countOf(at_risk, "conversation")} within ${SOON_DAYS} days: ` +
      `those not changed for ${countOf(retention_days!, "day")}, set by ${by}`,
    "Back up before Claude Code is started again, and set a larger cleanupPeriodDays in " +
      "settings.json. A project's own settings can shorten it too.",
  )];
}

function doubtful(doubt: string | undefined): Finding[] {
  if (!doubt) return [];
  return [finding(
    "warning",
    "retention_unclear",
    `How long Claude Code keeps conversations is not certain: ${doubt}`,
    "Set cleanupPeriodDays in settings.json to a whole number of days, at least 1.",
  )];
}
