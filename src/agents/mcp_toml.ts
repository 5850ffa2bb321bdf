/** The server's table in Codex's config.toml. Pure; all other bytes of the text stay as they are. */
import { parse, TomlError } from "smol-toml";
import { findTomlKeys, type TomlKey, TomlSyntaxError } from "../base/mod.ts";
import {
  badConfig,
  cannotEdit,
  isSame,
  type McpConfig,
  type McpEntry,
  SERVER_NAME,
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

function tableOf({ command, args, env }: McpEntry, eol: string): string {
  const values = { command, args, tool_timeout_sec: TOOL_TIMEOUT };
  const lines = (table: Record<string, string | string[] | number>) =>
    Object.entries(table).map(([key, value]) => `${key} = ${tomlOf(value)}`);
  const header = `[${SERVER.join(".")}]`;
  const own = [header, ...lines(values)];
  const variables = env ? ["", `[${SERVER.join(".")}.env]`, ...lines(env)] : [];
  return [...own, ...variables, ""].join(eol);
}

function isBelow(path: string[]): boolean {
  return SERVER.every((key, index) => path[index] === key);
}

/** Where the tables of the server stand, each with all its lines. */
function tableSpans(text: string): [start: number, end: number][] {
  const spans: [number, number][] = [];
  let isOurs = false;
  for (const { isHeader, parts, start, end } of findTomlKeys(text)) {
    if (isHeader) isOurs = isBelow(parts.map(({ key }) => key));
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
      const eol = text.includes("\r\n") ? "\r\n" : "\n";
      const lines = text === "" ? "" : text.endsWith("\n") ? text + eol : text + eol + eol;
      const { command, args, env } = entry;
      const table = { command, args, tool_timeout_sec: TOOL_TIMEOUT, ...(env && { env }) };
      const servers = { ...serversOf(config), [SERVER_NAME]: table };
      return checked(lines + tableOf(entry, eol), { ...config, mcp_servers: servers });
    },
    replace(text, entry) {
      const config = read(text);
      const servers = serversOf(config);
      const values = { command: entry.command, args: entry.args };
      const spans = keysOf(text).flatMap(({ above, parts, start, end }) => {
        const [key, ...more] = [...above, ...parts.map((part) => part.key)].slice(SERVER.length);
        const isValue = isBelow([...above]) && more.length === 0 && key in values;
        const value = isValue ? values[key as keyof typeof values] : undefined;
        return value === undefined
          ? []
          : [[start, end, `${key} = ${tomlOf(value)}`] as [number, number, string]];
      });
      const server = { ...servers[SERVER_NAME] as Table, ...values };
      const expected = { ...config, mcp_servers: { ...servers, [SERVER_NAME]: server } };
      return checked(spliced(text, spans), expected);
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
