/**
 * The id of an OpenClaw agent in what it keeps of its conversations (facts: keys are
 * `agent:<id>:<key>`; the database of an agent names its owner in `schema_meta`).
 */
import { DatabaseSync } from "node:sqlite";
import type { Job } from "../base/mod.ts";
import { inTransaction, settle } from "./database_change.ts";
import { mapPath, type PathMapping } from "./remap/paths.ts";

/** Name of the worker job that renames an agent in its database. */
export const RENAME_AGENT_JOB = "sessions.rename_agent";

/** What the job gets. */
export interface RenameAgent {
  /** The copy; changed in place, and left without a WAL. */
  path: string;
  from: string;
  to: string;
}

/** A name as SQL writes it. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Columns that are an agent's id, that are a key with it in front, and that hold such keys in JSON. */
export function kindOf(table: string, column: string): "id" | "key" | "json" | undefined {
  if (/(?:^|_)agent_id$/.test(column)) return "id";
  if (/(?:^|_)session_key$/.test(column) || column === "spawned_by") return "key";
  return table === "session_nodes" && column === "entry_json" ? "json" : undefined;
}

function updateFor(kind: "id" | "key" | "json", table: string, column: string): string {
  const [from, name] = [quoted(table), quoted(column)];
  if (kind === "id") return `UPDATE OR IGNORE ${from} SET ${name} = :to WHERE ${name} = :from`;
  if (kind === "key") {
    return `UPDATE OR IGNORE ${from} SET ${name} = 'agent:' || :to || substr(${name},
      length('agent:' || :from || ':')) WHERE substr(${name}, 1, length('agent:' || :from || ':'))
      = 'agent:' || :from || ':'`;
  }
  return `UPDATE ${from} SET ${name} = replace(${name}, '"agent:' || :from || ':',
    '"agent:' || :to || ':') WHERE instr(${name}, '"agent:' || :from || ':') > 0`;
}

/** Only tables as such: what is derived of them, SQLite keeps in step. */
export function columnsOf(
  database: DatabaseSync,
  schema = "main",
): { table: string; column: string }[] {
  const query = `SELECT s.name AS "table", c.name AS "column"
    FROM pragma_table_list AS s JOIN pragma_table_info(s.name, s.schema) AS c
    WHERE s.schema = ? AND s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
  return database.prepare(query).all(schema)
    .map((row) => ({ table: String(row.table), column: String(row.column) }));
}

/**
 * Gives an agent another id in a copy of its database. What was said stays as it was said.
 *
 * @param input what {@linkcode RenameAgent} says
 */
export const renameAgentJob: Job = ({ path, from, to }: RenameAgent) => {
  // Keys and what leads to them change one after the other.
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    inTransaction(database, () => {
      for (const { table, column } of columnsOf(database)) {
        const kind = kindOf(table, column);
        if (kind) database.prepare(updateFor(kind, table, column)).run({ from, to });
      }
    });
    settle(database);
  } finally {
    database.close();
  }
  return { output: null };
};

/**
 * The index of conversations of the time before databases, `sessions.json`, with another id and other
 * paths; what is no JSON stays as it is.
 */
export function renamedAgentIn(
  text: string,
  { from, to, mappings }: { from: string; to: string; mappings: PathMapping[] },
): string {
  const [before, after] = [`agent:${from}:`, `agent:${to}:`];
  const renamed = (value: string) =>
    value.startsWith(before)
      ? after + value.slice(before.length)
      : mapPath(value, mappings) ?? value;
  function walked(value: unknown): unknown {
    if (typeof value === "string") return renamed(value);
    if (Array.isArray(value)) return value.map(walked);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [renamed(key), walked(one)]),
    );
  }
  try {
    return JSON.stringify(walked(JSON.parse(text)), null, 2);
  } catch {
    return text;
  }
}
