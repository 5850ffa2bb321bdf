import { type Host, isNotFound, readText } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { findTranscripts } from "../sessions/mod.ts";
import type { Configuration } from "./config.ts";
import { parseConfig, tableOf } from "./parse.ts";
import {
  countOf,
  type Finding,
  finding,
  type SessionsExam,
  type SessionsReport,
} from "./report.ts";
import {
  managedSettingsPaths,
  type Retention,
  retentionOf,
  type SettingsFile,
} from "./retention.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 7;
const MAX_SETTINGS_BYTES = 4 << 20;
const USER_SETTINGS = "settings.json";

function managedSettings(host: Host, path: string): SettingsFile {
  try {
    const parsed = parseConfig(readText(host.fs, path, MAX_SETTINGS_BYTES), "json");
    return parsed.ok
      ? { path, settings: tableOf(parsed.value), broken: false }
      : { path, broken: true };
  } catch (error) {
    return { path, broken: !isNotFound(error) };
  }
}

function retention(host: Host, config: Configuration): Retention {
  const managed = managedSettingsPaths(host.platform, host.env)
    .map((path) => managedSettings(host, path));
  const user: SettingsFile = {
    path: USER_SETTINGS,
    settings: config.values.get(USER_SETTINGS),
    broken: config.report.parse_status === "failed",
  };
  return retentionOf([...managed, user]);
}

/** Counts conversations, and those that Claude Code deletes by itself within a week. */
export function examineSessions(host: Host, home: Home, config: Configuration): SessionsExam {
  const { days, setBy, doubt } = retention(host, config);
  const oldest = host.now().getTime() - (days - SOON_DAYS) * DAY_MS;
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
    if (mtimeMs <= oldest) sessions.at_risk += 1;
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
