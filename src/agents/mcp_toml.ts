/** The server's table in Codex's config.toml. Pure; all other bytes of the text stay as they are. */
import { parse, TomlError } from "smol-toml";
import { findTomlKeys, type TomlKey, TomlSyntaxError } from "../base/mod.ts";
import {
  badConfig,
  cannotEdit,
  isSame,
  type McpConfig,
  SERVER_NAME,
  type WrittenEntry,
} from "./mcp_entry.ts";

type Table = Record<string, unknown>;

/** Codex gives a tool a minute by default; a backup may take longer. Seconds. */
const TOOL_TIMEOUT = 3600;

const SERVER = ["mcp_servers", SERVER_NAME];

/** A TOML string, list or number: where they are the same, JSON is TOML. */
function tomlOf(value: string | string[] | number): string {
  const text = Array.isArray(value)
    ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]`
    : JSON.stringify(value);
  return text.replaceAll("\x7f", "\\u007f");
}

type Values = Record<string, string | string[] | number>;

function linesOf(path: string[], values: Values): string[] {
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${tomlOf(value)}`);
  return [`[${path.join(".")}]`, ...lines];
}

const ENV = [...SERVER, "env"];

function tableOf({ command, args, env }: WrittenEntry, eol: string): string {
  const own = linesOf(SERVER, { command, args, tool_timeout_sec: TOOL_TIMEOUT });
  return [...own, ...(env ? ["", ...linesOf(ENV, env)] : []), ""].join(eol);
}

function isBelow(path: string[], top = SERVER): boolean {
  return top.every((key, index) => path[index] === key);
}

/** Where a table and those below it stand, each with all its lines. */
function tableSpans(text: string, top = SERVER): [start: number, end: number][] {
  const spans: [number, number][] = [];
  let isOurs = false;
  for (const { isHeader, parts, start, end } of findTomlKeys(text)) {
    if (isHeader) isOurs = isBelow(parts.map(({ key }) => key), top);
    if (!isOurs) continue;
    if (isHeader) spans.push([start, end]);
    else spans.at(-1)![1] = end;
  }
  return spans.map(([start, end]) => [lineStart(text, start), lineEnd(text, end)]);
}

/** Where the line begins; the empty one above was put there with the table. */
function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /(?<=^|\n)\r?\n$/.exec(text.slice(0, start))?.index ?? start;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

/** The text with some of its spans replaced; they are in order. */
function spliced(text: string, spans: [number, number, string][]): string {
  let [done, at] = ["", 0];
  for (const [start, end, instead] of spans) {
    done += text.slice(at, start) + instead;
    at = end;
  }
  return done + text.slice(at);
}

function eolOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** The text with other variables in the server's table `env`; as a table of its own. */
function withVariables(text: string, env: WrittenEntry["env"]): string {
  const eol = eolOf(text);
  const table = env ? eol + [...linesOf(ENV, env), ""].join(eol) : "";
  const [there] = tableSpans(text, ENV);
  if (there) return spliced(text, [[...there, table]]);
  const [own] = tableSpans(text);
  if (!own) return text;
  const [, end] = own;
  return spliced(text, [[end, end, (text[end - 1] === "\n" ? "" : eol) + table]]);
}

/** Config.toml at a path, which errors name. */
export function codexConfig(path: string): McpConfig {
  function read(text: string): Table {
    try {
      return parse(text);
    } catch (error) {
      throw error instanceof TomlError ? badConfig(path) : error;
    }
  }

  function serversOf(config: Table): Table {
    const servers = config.mcp_servers ?? {};
    if (typeof servers === "object" && !Array.isArray(servers)) return servers as Table;
    throw badConfig(path);
  }

  /** Gives the text back when it means what it should. */
  function checked(text: string, expected: Table): string {
    try {
      if (isSame(parse(text), expected)) return text;
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
    }
    throw cannotEdit(path);
  }

  function keysOf(text: string): TomlKey[] {
    try {
      return findTomlKeys(text);
    } catch (error) {
      if (error instanceof TomlSyntaxError) throw cannotEdit(path);
      throw error;
    }
  }

  return {
    find: (text) => serversOf(read(text))[SERVER_NAME],
    add(text = "", entry) {
      const config = read(text);
      const eol = eolOf(text);
      const lines = text === "" ? "" : text.endsWith("\n") ? text + eol : text + eol + eol;
      const { command, args, env } = entry;
      const table = { command, args, tool_timeout_sec: TOOL_TIMEOUT, ...(env && { env }) };
      const servers = { ...serversOf(config), [SERVER_NAME]: table };
      return checked(lines + tableOf(entry, eol), { ...config, mcp_servers: servers });
    },
    replace(text, { command, args, env }) {
      const config = read(text);
      const servers = serversOf(config);
      const before = servers[SERVER_NAME] as Table;
      const values: Table = { command, args };
      const spans = keysOf(text).flatMap(({ above, parts, start, end }) => {
        const [key, ...more] = [...above, ...parts.map((part) => part.key)].slice(SERVER.length);
        const isValue = isBelow(above) && more.length === 0 && key in values;
        return isValue && !isSame(before[key], values[key])
          ? [[start, end, `${key} = ${tomlOf(values[key] as string)}`] as [number, number, string]]
          : [];
      });
      const moved = spliced(text, spans);
      const after = isSame(before.env, env) ? moved : withVariables(moved, env);
      const server = { ...before, ...values, env };
      return checked(after, { ...config, mcp_servers: { ...servers, [SERVER_NAME]: server } });
    },
    remove(text) {
      const config = read(text);
      const { [SERVER_NAME]: _, ...others } = serversOf(config);
      const { mcp_servers: _all, ...rest } = config;
      keysOf(text);
      const without = spliced(text, tableSpans(text).map(([start, end]) => [start, end, ""]));
      const expected = "mcp_servers" in read(without) ? { ...config, mcp_servers: others } : rest;
      return checked(without, expected);
    },
  };
}
