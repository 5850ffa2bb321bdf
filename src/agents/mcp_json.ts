/** The server's entry in .claude.json and openclaw.json. Pure; all other bytes stay as they are. */
import { addJson5, Json5SyntaxError, removeJson5 } from "../base/mod.ts";
import JSON5 from "json5";
import {
  badConfig,
  cannotEdit,
  isSame,
  type McpConfig,
  SERVER_NAME,
  type WrittenEntry,
} from "./mcp_entry.ts";

type Table = Record<string, unknown>;

/** How an agent's configuration names servers. */
export interface JsonShape {
  /** The keys above the servers. */
  keys: string[];
  parse(text: string): unknown;
  /** The entry as this agent wants it. */
  entryOf(entry: WrittenEntry): Table;
}

/** `.claude.json`, which Claude Code itself rewrites often. */
export const CLAUDE: JsonShape = {
  keys: ["mcpServers"],
  parse: JSON.parse,
  entryOf: ({ command, args, env }) => ({ type: "stdio", command, args, ...(env && { env }) }),
};

/** OpenClaw gives a tool a minute by default; a backup may take longer. ms. */
const REQUEST_TIMEOUT = 3_600_000;

/** `openclaw.json`, which is JSON5. */
export const OPENCLAW: JsonShape = {
  keys: ["mcp", "servers"],
  parse: JSON5.parse,
  entryOf: ({ command, args, env }) => {
    return { command, args, ...(env && { env }), requestTimeoutMs: REQUEST_TIMEOUT };
  },
};

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A configuration at a path, which errors name. */
export function jsonConfig(path: string, { keys, parse, entryOf }: JsonShape): McpConfig {
  function read(text: string): Table {
    try {
      const value = parse(text);
      if (isTable(value)) return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // it would quote the text
    }
    throw badConfig(path);
  }

  /** What stands under the server's name; undefined where there is nothing. */
  function find(text: string): unknown {
    let value: unknown = read(text);
    for (const key of [...keys, SERVER_NAME]) {
      if (value === undefined) return undefined;
      if (!isTable(value)) throw badConfig(path);
      value = value[key];
    }
    return value;
  }

  /** The configuration with another value under the server's name. */
  function changed(config: Table, entry: Table | undefined): Table {
    const copy = structuredClone(config);
    const servers = keys.reduce((table, key) => (table[key] ??= {}) as Table, copy);
    if (entry) servers[SERVER_NAME] = entry;
    else delete servers[SERVER_NAME];
    return copy;
  }

  /** Gives the text back when it means what it should. */
  function checked(edit: () => string, expected: Table): string {
    try {
      const text = edit();
      if (isSame(parse(text), expected)) return text;
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof Json5SyntaxError)) throw error;
    }
    throw cannotEdit(path);
  }

  return {
    find,
    add(text, entry) {
      const value = entryOf(entry);
      if (text === undefined || text.trim() === "") {
        return JSON.stringify(changed({}, value), null, 2) + "\n";
      }
      const edit = () => addJson5(text, [...keys, SERVER_NAME], value);
      return checked(edit, changed(read(text), value));
    },
    replace(text, { command, args, env }) {
      const before = find(text) as Table;
      const wanted: Table = { command, args, env };
      const edit = () => {
        let after = text;
        for (const [key, value] of Object.entries(wanted)) {
          const way = [...keys, SERVER_NAME, key];
          if (isSame(before[key], value)) continue;
          after = value === undefined ? removeJson5(after, way) : addJson5(after, way, value);
        }
        return after;
      };
      return checked(edit, changed(read(text), { ...before, ...wanted }));
    },
    remove(text) {
      const edit = () => removeJson5(text, [...keys, SERVER_NAME]);
      return checked(edit, changed(read(text), undefined));
    },
  };
}
