import JSON5 from "json5";
import {
  expandHome,
  type Host,
  isInside,
  pathsOf,
  type Platform,
  readText,
  statIfThere,
} from "../base/mod.ts";

/** A table of a configuration. */
export type Table = Record<string, unknown>;

/** OpenClaw's configuration with all that it includes. */
export interface OpenClawConfig {
  /** The main file, absolute; it need not exist. */
  path: string;
  /** Undefined where it is not there, or does not parse. */
  values?: Table;
  /** Absolute paths of included files. */
  includes: string[];
}

const MAX_BYTES = 4 << 20;
const MAX_DEPTH = 10;

/** Names that the file had over time, the newest first (facts A1). */
const NAMES = ["openclaw.json", "clawdbot.json", "moltbot.json", "moldbot.json"];

/** A table, and not a list. */
export function tableOf(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Table
    : undefined;
}

/** A variable's value, unless it is what OpenClaw takes for none. */
export function variableIn({ env }: Pick<Host, "env">, name: string): string | undefined {
  const value = env[name]?.trim();
  return value && value !== "undefined" && value !== "null" ? value : undefined;
}

/** A home of OpenClaw as its configuration is read: on this machine, or in a backup. */
export interface OpenClawHome {
  platform: Platform;
  /** The state folder, absolute. */
  path: string;
  /** What `~` is. */
  userHome: string;
  /** Whether variables of the environment say where things lie: it is the user's own home. */
  isOwn: boolean;
  env: Record<string, string | undefined>;
  isThere(path: string): boolean;
  /** Throws where it cannot be read. */
  read(path: string): string;
}

/** A home on this machine. */
export function localOpenClaw(host: Host, path: string, isOwn: boolean): OpenClawHome {
  const { fs, platform, env } = host;
  const named = variableIn(host, "OPENCLAW_HOME");
  const { resolve } = pathsOf(platform);
  return {
    platform,
    path,
    userHome: named ? resolve(expandHome(named, host.userHome, platform)) : host.userHome,
    isOwn,
    env,
    isThere: (file) => statIfThere(fs, file) !== undefined,
    read: (file) => readText(fs, file, MAX_BYTES),
  };
}

/** A path as the configuration or a variable has it, absolute. */
export function placeIn({ platform, userHome }: OpenClawHome, path: string): string {
  return pathsOf(platform).resolve(expandHome(path, userHome, platform));
}

function configPath(home: OpenClawHome): string {
  const variables = home.isOwn ? ["OPENCLAW_CONFIG_PATH", "CLAWDBOT_CONFIG_PATH"] : [];
  const named = variables.map((name) => variableIn(home, name)).find(Boolean);
  if (named) return placeIn(home, named);
  const paths = NAMES.map((name) => pathsOf(home.platform).join(home.path, name));
  return paths.find(home.isThere) ?? paths[0];
}

function merge(under: unknown, over: unknown): unknown {
  const [a, b] = [tableOf(under), tableOf(over)];
  if (!a || !b) return over;
  const merged = { ...a };
  for (const [key, value] of Object.entries(b)) {
    merged[key] = Object.hasOwn(a, key) ? merge(a[key], value) : value;
  }
  return merged;
}

/** Reads `$include`s as OpenClaw does: relative to the file, siblings win, only from allowed folders. */
function createReader(home: OpenClawHome, main: string) {
  const { platform, userHome } = home;
  const { dirname, resolve, delimiter } = pathsOf(platform);
  const allowed = [
    dirname(main),
    ...(variableIn(home, "OPENCLAW_INCLUDE_ROOTS") ?? "").split(delimiter).filter(Boolean)
      .map((path) => placeIn(home, path)),
  ];
  const includes = new Set<string>();

  function included(file: string, name: unknown, depth: number): unknown {
    if (typeof name !== "string") return undefined;
    const path = resolve(dirname(file), expandHome(name, userHome, platform));
    if (!allowed.some((folder) => isInside(path, folder, platform))) return undefined;
    includes.add(path);
    return read(path, depth + 1);
  }

  function resolved(value: unknown, file: string, depth: number): unknown {
    if (Array.isArray(value)) return value.map((one) => resolved(one, file, depth));
    const table = tableOf(value);
    if (!table) return value;
    const { $include, ...rest } = table;
    const own = Object.fromEntries(
      Object.entries(rest).map(([key, one]) => [key, resolved(one, file, depth)]),
    );
    if ($include === undefined) return own;
    const names = Array.isArray($include) ? $include : [$include];
    const base = names.map((name) => included(file, name, depth))
      .filter((one) => one !== undefined).reduce(merge, {});
    return Object.keys(own).length > 0 ? merge(base, own) : base;
  }

  function read(path: string, depth: number): unknown {
    if (depth > MAX_DEPTH) return undefined;
    try {
      return resolved(JSON5.parse(home.read(path)), path, depth);
    } catch {
      return undefined; // the doctor says what is wrong with the file
    }
  }

  return { includes, read: () => read(main, 0) };
}

/** Reads the configuration of an OpenClaw home. */
export function readOpenClawConfig(home: OpenClawHome): OpenClawConfig {
  const path = configPath(home);
  const reader = createReader(home, path);
  const values = tableOf(reader.read());
  return { path, values, includes: [...reader.includes] };
}
