import JSON5 from "json5";
import { expandHome, type Host, isInside, pathsOf, readText, statIfThere } from "../base/mod.ts";

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
export function variableIn(host: Host, name: string): string | undefined {
  const value = host.env[name]?.trim();
  return value && value !== "undefined" && value !== "null" ? value : undefined;
}

function configPath(host: Host, home: string, isOwn: boolean): string {
  const { join, resolve } = pathsOf(host.platform);
  const named = isOwn ? variableIn(host, "OPENCLAW_CONFIG_PATH") : undefined;
  if (named) return resolve(expandHome(named, host.userHome, host.platform));
  const paths = NAMES.map((name) => join(home, name));
  return paths.find((path) => statIfThere(host.fs, path)) ?? paths[0];
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
function createReader(host: Host, main: string) {
  const { dirname, resolve, delimiter } = pathsOf(host.platform);
  const expand = (path: string) => resolve(expandHome(path, host.userHome, host.platform));
  const allowed = [
    dirname(main),
    ...(variableIn(host, "OPENCLAW_INCLUDE_ROOTS") ?? "").split(delimiter).filter(Boolean)
      .map(expand),
  ];
  const includes = new Set<string>();

  function included(file: string, name: unknown, depth: number): unknown {
    if (typeof name !== "string") return undefined;
    const path = resolve(dirname(file), expandHome(name, host.userHome, host.platform));
    if (!allowed.some((folder) => isInside(path, folder, host.platform))) return undefined;
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
    const base = names.map((name) => included(file, name, depth)).reduce(merge, {});
    return Object.keys(own).length > 0 ? merge(base, own) : base;
  }

  function read(path: string, depth: number): unknown {
    if (depth > MAX_DEPTH) return undefined;
    try {
      return resolved(JSON5.parse(readText(host.fs, path, MAX_BYTES)), path, depth);
    } catch {
      return undefined; // the doctor says what is wrong with the file
    }
  }

  return { includes, read: () => read(main, 0) };
}

/**
 * Reads the configuration of an OpenClaw home.
 *
 * @param isOwn whether it is the user's own home, so that variables of the environment count
 */
export function readOpenClawConfig(host: Host, home: string, isOwn: boolean): OpenClawConfig {
  const path = configPath(host, home, isOwn);
  const reader = createReader(host, path);
  const values = tableOf(reader.read());
  return { path, values, includes: [...reader.includes] };
}
