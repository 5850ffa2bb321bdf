/** What is put into configuration files of agents, all other text left as it is. Pure. */
import JSON5 from "json5";
import { parse, stringify } from "smol-toml";
import { addJson5, LifeboatError } from "../base/mod.ts";

type Table = Record<string, unknown>;

/** Why nothing is put into a file. */
export function notEditable(file: string, why: string): LifeboatError {
  return new LifeboatError("refused", "config_not_editable", `${file} cannot be changed: ${why}`, {
    hint: "Put it in by hand.",
  });
}

function tableOf(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Table
    : undefined;
}

/** A way of writing servers down. */
export interface ConfigText {
  /** Whether there is a server of a name. Throws `config_not_editable`. */
  has(text: string | undefined, name: string): boolean;
  /** The text with a server. Throws `config_not_editable`. */
  put(text: string | undefined, name: string, server: Table): string;
  /** Whether one that is there can be replaced. */
  canReplace: boolean;
}

function parseToml(text: string, file: string): Table {
  try {
    return parse(text);
  } catch (cause) {
    const error = notEditable(file, "it is no TOML");
    error.cause = cause;
    throw error;
  }
}

/** `[mcp_servers.NAME]` at the end of a TOML file. */
export function tomlServers(file: string): ConfigText {
  return {
    canReplace: false,
    has(text = "", name) {
      return Object.hasOwn(tableOf(parseToml(text, file).mcp_servers) ?? {}, name);
    },
    put(text = "", name, server) {
      const added = stringify({ mcp_servers: { [name]: server } });
      const end = text === "" || text.endsWith("\n") ? "" : "\n";
      const whole = `${text}${end}${text === "" ? "" : "\n"}${added}`;
      // Where `mcp_servers` is written as one value, no table can be added to it.
      const written = tableOf(parseToml(whole, file).mcp_servers)?.[name];
      if (!written) throw notEditable(file, "mcp_servers is written as one value");
      return whole.endsWith("\n") ? whole : `${whole}\n`;
    },
  };
}

function parseJson5(text: string, file: string): unknown {
  try {
    return JSON5.parse(text);
  } catch (cause) {
    const error = notEditable(file, "it is no JSON");
    error.cause = cause;
    throw error;
  }
}

/** A key of a table in a JSON file, JSON5 with comments too. */
export function jsonServers(file: string, keys: string[]): ConfigText {
  function holder(text: string): unknown {
    const whole = parseJson5(text, file);
    if (!tableOf(whole)) throw notEditable(file, "it is no JSON");
    return keys.reduce<unknown>((value, key) => tableOf(value)?.[key], whole);
  }
  /** Whether each key on the way is a table, or not there. */
  function hasRoom(value: unknown, keys: string[]): boolean {
    const held = tableOf(value);
    if (!held || keys.length === 0) return held !== undefined;
    return held[keys[0]] === undefined || hasRoom(held[keys[0]], keys.slice(1));
  }
  const textOf = (text: string | undefined) => text?.trim() ? text : "{}\n";
  return {
    canReplace: true,
    has(text, name) {
      return Object.hasOwn(tableOf(holder(textOf(text))) ?? {}, name);
    },
    put(text, name, server) {
      const before = textOf(text);
      if (!hasRoom(parseJson5(before, file), keys)) {
        throw notEditable(file, `${keys.join(".")} is no table`);
      }
      return addJson5(before, [...keys, name], server);
    },
  };
}

/** Keys that would reach into the objects of the program that reads them. */
const UNSAFE_KEYS = ["__proto__", "constructor", "prototype"];

/** Whether each key of a path names something. */
export function isSafePath(path: string[]): boolean {
  return path.length > 0 && path.every((key) => key !== "" && !UNSAFE_KEYS.includes(key));
}

/** What stands in a configuration under a path. */
export function settingAt(values: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (held, key) => Object.hasOwn(tableOf(held) ?? {}, key) ? tableOf(held)![key] : undefined,
    values,
  );
}

/** The same, of the text of a JSON5 file. Throws `config_not_editable`. */
export function settingIn(file: string, text: string | undefined, path: string[]): unknown {
  return settingAt(parseJson5(text?.trim() ? text : "{}", file), path);
}

/**
 * A JSON5 file with a value under a path: what is a table on both sides is merged, all else is
 * replaced (facts C3). Throws `config_not_editable`.
 */
export function putSetting(
  file: string,
  text: string | undefined,
  path: string[],
  value: unknown,
): string {
  const before = text?.trim() ? text : "{}\n";
  const whole = parseJson5(before, file);
  if (!tableOf(whole)) throw notEditable(file, "it is no JSON");
  for (let end = 1; end < path.length; end++) {
    const held = settingAt(whole, path.slice(0, end));
    if (held !== undefined && !tableOf(held)) {
      throw notEditable(file, `${path.slice(0, end).join(".")} is no table`);
    }
  }
  const table = tableOf(value);
  if (!table || !tableOf(settingAt(whole, path))) return addJson5(before, path, value);
  const entries = Object.entries(table).filter(([key]) => isSafePath([key]));
  return entries.reduce(
    (grown, [key, one]) => putSetting(file, grown, [...path, key], one),
    before,
  );
}
