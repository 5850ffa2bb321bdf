/** Which rows of OpenClaw's shared database are one agent's. */
import { DatabaseSync } from "node:sqlite";
import { columnsOf, kindOf, quoted } from "./agent_id.ts";
import { AGENT_TABLES, type AgentTable, NOT_MISSED, STATE_VERSIONS } from "./agent_tables.ts";

/** Rows by table, only those with any. */
export type RowCounts = Record<string, number>;

/** The copy itself, or what is attached to it. */
export type Schema = "main" | "backup";

/** Columns by table. */
export type Columns = Map<string, string[]>;

/** The columns of all tables as such. */
export function tablesOf(db: DatabaseSync, schema: Schema): Columns {
  const tables: Columns = new Map();
  for (const { table, column } of columnsOf(db, schema)) {
    tables.set(table, [...tables.get(table) ?? [], column]);
  }
  return tables;
}

/** Why a database is not one whose tables are known; nothing where it is one. */
export function whyUnknown(db: DatabaseSync, schema: Schema): string | undefined {
  const known = tablesOf(db, schema).get("schema_meta")?.includes("role");
  const query = `SELECT role FROM ${schema}.schema_meta WHERE meta_key = 'primary'`;
  if (!known || db.prepare(query).get()?.role !== "global") {
    return "it is not a shared database of OpenClaw";
  }
  const version = Number(db.prepare(`PRAGMA ${schema}.user_version`).get()?.user_version);
  return STATE_VERSIONS.includes(version) ? undefined : `its schema ${version} is not known`;
}

/** Whether a column names the agent `:agent`. */
function names(column: string, kind: "id" | "key"): string {
  const name = quoted(column);
  if (kind === "id") return `${name} = :agent`;
  const key = "'agent:' || :agent || ':'";
  return `substr(${name}, 1, length(${key})) = ${key}`;
}

/** Names of columns as SQL writes them. */
export function listOf(columns: string[]): string {
  return columns.map(quoted).join(", ");
}

/** Whether a row of a table is of the agent `:agent`, by what stands in a schema. */
export function belongs({ owner, parent }: AgentTable, schema: Schema): string {
  if (owner) return names(owner.column, owner.kind);
  const { table, columns } = parent!;
  const above = AGENT_TABLES.find(({ name }) => name === table)!;
  return `(${listOf(columns)}) IN (SELECT ${listOf(columns)} FROM ${schema}.${quoted(table)}
    WHERE ${belongs(above, schema)})`;
}

/** Whether a database has a table, and the one it belongs to, with all that is asked of them. */
export function isThere(tables: Columns, { name, owner, parent, paths = [] }: AgentTable): boolean {
  const columns = tables.get(name);
  const needed = [...owner ? [owner.column] : [], ...parent?.columns ?? [], ...paths];
  if (!columns || !needed.every((one) => columns.includes(one))) return false;
  return !parent || isThere(tables, AGENT_TABLES.find((one) => one.name === parent.table)!);
}

/** How many rows there are, of the agent `:agent` where one is named. */
export function count(db: DatabaseSync, from: string, agent?: string): number {
  const query = db.prepare(`SELECT count(*) AS n FROM ${from}`);
  return Number((agent === undefined ? query.get() : query.get({ agent }))?.n);
}

/** The rows about an agent in tables other than those that are taken. */
export function othersAbout(
  db: DatabaseSync,
  schema: Schema,
  agent: string,
  taken: AgentTable[],
): RowCounts {
  const counts: RowCounts = {};
  for (const [table, columns] of tablesOf(db, schema)) {
    if (NOT_MISSED.has(table) || taken.some(({ name }) => name === table)) continue;
    const known = AGENT_TABLES.find(({ name }) => name === table);
    const tests = known ? [belongs(known, schema)] : columns.flatMap((column) => {
      const kind = kindOf(table, column);
      return kind === "id" || kind === "key" ? [names(column, kind)] : [];
    });
    if (tests.length === 0 || (known && !isThere(tablesOf(db, schema), known))) continue;
    const rows = count(db, `${schema}.${quoted(table)} WHERE ${tests.join(" OR ")}`, agent);
    if (rows > 0) counts[table] = rows;
  }
  return counts;
}

/** Nothing of what is in it is written to the system's folder for temporary files. */
export function openCopy(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.prepare("PRAGMA temp_store = MEMORY").run();
  db.prepare("PRAGMA trusted_schema = OFF").run();
  return db;
}
