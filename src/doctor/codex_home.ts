import { type Host, lstatIfThere, type Platform, statIfThere } from "../base/mod.ts";
import { type Home, HOME_ROOT } from "../profiles/mod.ts";
import type { Configuration } from "./config.ts";
import { tableOf } from "./parse.ts";
import { countOf, type Finding, finding } from "./report.ts";
import type { Survey, SurveyedFile } from "./survey.ts";

/** What is to be said about a Codex home alone. */
export function findInCodexHome(
  host: Host,
  home: Home,
  config: Configuration,
  survey: Survey,
): Finding[] {
  return [
    ...severalStateDatabases(survey),
    ...hugeLogs(host, survey),
    ...lostHookTrust(host, config),
    ...sandboxFindings(host.platform, topNames(host, home)),
  ];
}

/** Nothing where the home cannot be listed; that is reported before. */
function topNames(host: Host, home: Home): string[] {
  try {
    return host.fs.list(home.path).entries.map(({ name }) => name);
  } catch {
    return [];
  }
}

const STATE_DATABASE = /^(?:(.*)\/)?state_(\d+)\.sqlite$/;

/** A state database of Codex: its place and its generation. */
interface StateDatabase extends SurveyedFile {
  /** The home, its folder `sqlite`, or a root outside. */
  place: string;
  generation: number;
}

function stateDatabaseOf(file: SurveyedFile): StateDatabase[] {
  const match = STATE_DATABASE.exec(file.path);
  if (!match) return [];
  const [, folder = "", generation] = match;
  const known = file.root === HOME_ROOT
    ? ["", "sqlite"].includes(folder)
    : file.root === "sqlite" && folder === "";
  return known
    ? [{ ...file, place: `${file.root}/${folder}`, generation: Number(generation) }]
    : [];
}

/**
 * The state databases that Codex uses: in each place the newest, since an update begins a new one
 * and leaves the old one there. The app and the command line may have different places
 * (agent-homes.md 1.1).
 */
export function currentStateDatabases({ databases }: Survey): StateDatabase[] {
  const found = databases.flatMap(stateDatabaseOf);
  return found.filter(({ place, generation }) =>
    !found.some((other) => other.place === place && other.generation > generation)
  );
}

function severalStateDatabases(survey: Survey): Finding[] {
  if (currentStateDatabases(survey).length < 2) return [];
  return [finding(
    "warning",
    "several_state_databases",
    "Codex has more than one state database: at the top of the home, in its folder sqlite, or " +
      "elsewhere",
    "The Codex app and the command line then list different conversations. All are backed up.",
  )];
}

const HUGE_BYTES = 1 << 30;

/** They grow without end and never shrink (agent-homes.md 1.2). */
function hugeLogs(host: Host, { databases }: Survey): Finding[] {
  return databases.filter(({ path }) => /(?:^|\/)logs_\d+\.sqlite$/.test(path)).flatMap((file) => {
    const bytes = sizeOf(host, file.absolute) + sizeOf(host, `${file.absolute}-wal`);
    if (bytes < HUGE_BYTES) return [];
    return [finding(
      "warning",
      "huge_logs_database",
      `${file.path} and its -wal take ${(bytes / HUGE_BYTES).toFixed(1)} GiB`,
      "It holds diagnostics only, and compact backups leave it out. With Codex closed it can be " +
        "deleted, together with its -wal and -shm.",
    )];
  });
}

function sizeOf(host: Host, path: string): number {
  try {
    return lstatIfThere(host.fs, path)?.size ?? 0;
  } catch {
    return 0;
  }
}

/**
 * What a Codex home on Windows needs said about its sandbox (agent-homes.md 1.2).
 *
 * @param names at the top of the home
 */
export function sandboxFindings(platform: Platform, names: string[]): Finding[] {
  const bound = names.some((name) => name === "cap_sid" || name.startsWith(".sandbox"));
  if (platform !== "windows" || !bound) return [];
  return [finding(
    "info",
    "windows_sandbox",
    "Codex's Windows sandbox has put access rules of its own on folders; they belong to this " +
      "machine's accounts",
    "Lifeboat neither backs them up nor changes them. After a restore, let Codex set up its " +
      "sandbox again.",
  )];
}

/** The end of a key under `[hooks.state]`, after the file that the hook stands in. */
const HOOK_PLACE = /:\w+:\d+:\d+$/;

/**
 * Codex runs a hook only if `config.toml` trusts it under its file's absolute path, and otherwise
 * skips it without a word (agent-homes.md 3): a home that was moved has lost its hooks.
 */
function lostHookTrust(host: Host, { values }: Configuration): Finding[] {
  const state = tableOf(tableOf(values.get("config.toml")?.hooks)?.state) ?? {};
  const lost = Object.keys(state)
    .filter((key) => HOOK_PLACE.test(key))
    .filter((key) => isMissing(host, key.replace(HOOK_PLACE, "")));
  if (lost.length === 0) return [];
  return [finding(
    "warning",
    "hook_trust_lost",
    `config.toml trusts ${countOf(lost.length, "hook")} in files that are not there`,
    "If the home was moved, approve its hooks again in Codex with /hooks.",
  )];
}

/** An absolute path with nothing at it; one on a server is not looked at. */
function isMissing(host: Host, path: string): boolean {
  const absolute = /^(?:\/|[A-Za-z]:[\\/])/.test(path) && !/^[\\/]{2}/.test(path);
  try {
    return absolute && !statIfThere(host.fs, path);
  } catch {
    return false;
  }
}
