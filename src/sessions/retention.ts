import { type Env, type Host, isNotFound, pathsOf, type Platform, readText } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { objectOf } from "./head.ts";

/** Claude Code's own default (agent-homes.md 2.6). */
const DEFAULT_DAYS = 30;

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
  settings?: { [key: string]: unknown };
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

const MAX_SETTINGS_BYTES = 4 << 20;

/** @param path what the file is called when it decides */
function settingsAt(host: Host, file: string, path: string): SettingsFile {
  try {
    const value = JSON.parse(readText(host.fs, file, MAX_SETTINGS_BYTES));
    return { path, settings: objectOf(value), broken: false };
  } catch (error) {
    return { path, broken: !isNotFound(error) };
  }
}

/** How long Claude Code keeps the conversations of a home, as far as this machine's settings say. */
export function homeRetention(host: Host, home: Home): Retention {
  const user = "settings.json";
  return retentionOf([
    ...managedSettingsPaths(host.platform, host.env).map((path) => settingsAt(host, path, path)),
    settingsAt(host, pathsOf(host.platform).join(home.path, user), user),
  ]);
}

const DAY_MS = 86_400_000;
/** How long before its deletion a conversation counts as endangered, days. */
export const SOON_DAYS = 7;

/**
 * Whether Claude Code deletes a file that was last written at some time within a week, by its own
 * clean-up (agent-homes.md 2.6).
 */
export function isSweptSoon(mtimeMs: number, { days }: Retention, now: Date): boolean {
  return mtimeMs <= now.getTime() - (days - SOON_DAYS) * DAY_MS;
}

/** When Claude Code may delete such a file, ms since 1970. */
export function sweptAfter(mtimeMs: number, { days }: Retention): number {
  return mtimeMs + days * DAY_MS;
}
