import { type Env, type Platform } from "../base/mod.ts";
import type { Table } from "./parse.ts";

/** Claude Code's own default (agent-homes.md 2.6). */
export const DEFAULT_DAYS = 30;

/** When Claude Code deletes conversations by itself. */
export interface Retention {
  /** Age since the last change of the file, days. */
  days: number;
  /** The file that decides, or `default`. */
  setBy: string;
  /** Why the days are not certain, for a person. */
  doubt?: string;
}

/** A settings file; no `settings` where it is not there or does not parse. */
export interface SettingsFile {
  path: string;
  settings?: Table;
  /** It is there, but could not be read or parsed. */
  broken: boolean;
}

/** Where an administrator's settings lie, which win over the user's. */
export function managedSettingsPaths(platform: Platform, env: Env): string[] {
  if (platform === "darwin") {
    return ["/Library/Application Support/ClaudeCode/managed-settings.json"];
  }
  if (platform === "linux") return ["/etc/claude-code/managed-settings.json"];
  return [env.ProgramFiles ?? "C:\\Program Files", env.ProgramData ?? "C:\\ProgramData"]
    .map((folder) => `${folder}\\ClaudeCode\\managed-settings.json`);
}

function decide(path: string, value: unknown): Retention {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    const doubt = `${path} sets cleanupPeriodDays to something that is no number of days`;
    return { days: DEFAULT_DAYS, setBy: "default", doubt };
  }
  if (value < 1) {
    const doubt = `${path} sets cleanupPeriodDays below 1, which some versions of Claude Code ` +
      "refuse and others take for keeping nothing";
    return { days: value, setBy: path, doubt };
  }
  return { days: value, setBy: path };
}

/**
 * How long conversations are kept: the first file that says so decides, an administrator's before
 * the user's. A broken file leaves it open; newer versions then delete nothing, older ones go by
 * their default.
 */
export function retentionOf(files: SettingsFile[]): Retention {
  for (const { path, settings, broken } of files) {
    if (broken) {
      const doubt = `${path} cannot be read, and it may set cleanupPeriodDays`;
      return { days: DEFAULT_DAYS, setBy: "default", doubt };
    }
    if (settings?.cleanupPeriodDays !== undefined) {
      return decide(path, settings.cleanupPeriodDays);
    }
  }
  return { days: DEFAULT_DAYS, setBy: "default" };
}
