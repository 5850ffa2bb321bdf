/** How an agent starts the MCP server, and recognising what was put there for that. */
import { LifeboatError } from "../base/mod.ts";

/** The name under which agents know the server. */
export const SERVER_NAME = "lifeboat";

/** What an agent's configuration says of the server, but for what only that agent knows. */
export interface McpEntry {
  command: string;
  args: string[];
  /** Variables that say where homes and Lifeboat's own folders lie; undefined where they are not set. */
  env?: Record<string, string | undefined>;
}

/** An entry as it is written: only with variables that are set. */
export type WrittenEntry = McpEntry & { env?: Record<string, string> };

/** What a configuration holds under the server's name. */
export type Existing = "none" | "same" | "moved" | "foreign";

interface Found {
  command?: unknown;
  args?: unknown;
  env?: unknown;
}

/** Whether it is ours, wherever the program and the homes lay when it was put there. */
export function compareEntry(value: unknown, entry: McpEntry): Existing {
  if (value === undefined) return "none";
  if (typeof value !== "object" || value === null) return "foreign";
  const { command, args, env = {} } = value as Found;
  const isOurs = typeof command === "string" && /(^|[\\/])lifeboat(\.exe)?$/.test(command) &&
    Array.isArray(args) && args[0] === "mcp";
  if (!isOurs) return "foreign";
  const wanted = writtenEntry(entry, value);
  return isSame([command, args, env], [wanted.command, wanted.args, wanted.env ?? {}])
    ? "same"
    : "moved";
}

/**
 * An entry as it is to be written. Variables that the user has added to the one that is there stay.
 */
export function writtenEntry({ command, args, env }: McpEntry, there: Found = {}): WrittenEntry {
  const theirs = typeof there.env === "object" ? there.env as Record<string, string> : {};
  const set = Object.entries({ ...theirs, ...env }).filter(([, value]) => value !== undefined);
  return { command, args, ...(set.length > 0 && { env: Object.fromEntries(set) }) } as WrittenEntry;
}

/** Changes the text of a configuration; each says what it cannot do by an error. */
export interface McpConfig {
  /** What the text holds under the server's name. Throws `bad_config`. */
  find(text: string): unknown;
  /** The text with the entry added, where there is none. */
  add(text: string | undefined, entry: WrittenEntry): string;
  /** The text with command, arguments and variables of the entry that is there replaced. */
  replace(text: string, entry: WrittenEntry): string;
  /** The text without the entry, and all that belongs to it. */
  remove(text: string): string;
}

/** A value as text in which the order of keys plays no part. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    const isTable = typeof item === "object" && item !== null && !Array.isArray(item);
    if (!isTable) return item;
    return Object.fromEntries(Object.keys(item).sort().map((key) => [key, item[key]]));
  });
}

/** Whether two parsed configurations are the same. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** The error where a configuration is not what its agent writes. */
export function badConfig(path: string): LifeboatError {
  return new LifeboatError("refused", "bad_config", `${path} is not what its agent writes`, {
    hint: "Nothing was changed. See what is wrong with: lifeboat doctor",
  });
}

/** The error where a configuration is written in a way that cannot be changed safely. */
export function cannotEdit(path: string): LifeboatError {
  return new LifeboatError("refused", "cannot_edit", `${path} is written in an unusual way`, {
    hint: "Nothing was changed. Change it with the agent's own command, such as codex mcp add.",
  });
}
