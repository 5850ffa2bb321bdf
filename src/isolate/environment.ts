/** The environment of a program in an isolated home: the rules of facts D. Pure. */
import type { Env, Platform } from "../base/mod.ts";
import type { IsolatedHome } from "../profiles/mod.ts";
import type { Login } from "./login.ts";

/** What the environment is made of. */
export interface EnvironmentOptions {
  home: Pick<IsolatedHome, "path" | "user_home">;
  /** Of this process. */
  inherited: Env;
  /** Values that the user names; they come before everything else. */
  explicit: Record<string, string>;
  /** Names that are not handed on; those of the homes are reserved. */
  clear: string[];
  /** What login the home of the program holds. */
  login: Login;
  platform: Platform;
}

/** What says where the homes are, and so cannot be cleared. */
const RESERVED = ["CODEX_HOME", "HOME", "USERPROFILE"];

/** What would lead Codex back to the personal databases. */
const LEAKS = ["CODEX_SQLITE_HOME"];

const KEYS = ["CODEX_API_KEY", "OPENAI_API_KEY"];

/** Whether two names are one variable; the list of names to clear has no case, as OpenClaw has it. */
function isIn(names: string[], name: string): boolean {
  return names.some((one) => one.toUpperCase() === name.toUpperCase());
}

/** The names of a list that cannot be cleared. */
export function reservedIn(names: string[]): string[] {
  return names.filter((name) => isIn(RESERVED, name));
}

function without(env: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isIn(names, name)));
}

function inheritedOf({ inherited, clear }: EnvironmentOptions): Record<string, string> {
  const set = Object.entries(inherited).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  const cleared = clear.filter((name) => !isIn(RESERVED, name));
  return without(Object.fromEntries(set), [...cleared, ...LEAKS]);
}

/**
 * A login in the home comes first: keys of the personal environment would be used instead of it.
 * Without one, `CODEX_API_KEY` comes before `OPENAI_API_KEY`.
 */
function withKeys(env: Record<string, string>, login: Login): Record<string, string> {
  if (login !== "none") return without(env, KEYS);
  const key = KEYS.map((name) => env[name]).find(Boolean);
  return key ? { ...env, CODEX_API_KEY: key } : env;
}

/** Values of the user; blank ones say nothing about where the homes are. */
function explicitOf({ explicit }: EnvironmentOptions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(explicit).filter(([name, value]) => !isIn(RESERVED, name) || value.trim()),
  );
}

/** The whole environment of a program that runs in an isolated home. */
export function isolatedEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { home, login, platform } = options;
  const names = ["CODEX_HOME"];
  const homes: Record<string, string> = { CODEX_HOME: home.path };
  if (home.user_home !== null) {
    homes.HOME = home.user_home;
    names.push("HOME");
    if (platform === "windows") {
      homes.USERPROFILE = home.user_home;
      names.push("USERPROFILE");
    }
  }
  const inherited = withKeys(inheritedOf(options), login);
  const explicit = explicitOf(options);
  // Windows has no case in names: of two spellings of one, only the new one may stay.
  const replaced = platform === "windows" ? [...names, ...Object.keys(explicit)] : [];
  return { ...without(inherited, replaced), ...homes, ...explicit };
}

/** Where the program's Codex home is: a value of the user comes first. */
export function effectiveHome({ home, explicit }: EnvironmentOptions): string {
  return explicit.CODEX_HOME?.trim() || home.path;
}
