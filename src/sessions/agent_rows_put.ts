/**
 * One agent's rows of OpenClaw's shared database put into that of a home, in which those of all other
 * agents stay as they are.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Job } from "../base/mod.ts";
import { quoted } from "./agent_id.ts";
import {
  belongs,
  type Columns,
  count,
  isThere,
  listOf,
  openCopy,
  othersAbout,
  type RowCounts,
  type Schema,
  tablesOf,
  whyUnknown,
} from "./agent_rows.ts";
import { AGENT_TABLES, type AgentTable, DELETED_AGENTS } from "./agent_tables.ts";
import { inTransaction, settle } from "./database_change.ts";
import { mapPath, type PathMapping } from "./remap/paths.ts";

/** What is to be put where; both databases are scratch copies that nobody else has open. */
export interface PutAgentRows {
  /** The database in the backup, or what was kept of it. */
  from: string;
  /** A copy of the one in the home; it is changed. */
  into: string;
  id: string;
  /** The agent's id from now on. */
  as: string;
  /** Folders that lie elsewhere now. */
  mappings: PathMapping[];
}

/** What was put. */
export interface PutRows {
  /** Why nothing was: the database in the backup, or the one in the home, is not known. */
  refused?: string;
  /** Rows of the agent that were replaced, added or taken away, by table. */
  tables: RowCounts;
  /** Whether OpenClaw had the agent for deleted, which it has no more. */
  revived: boolean;
  /** Rows about the agent in the backup that were left there. */
  left: RowCounts;
}

/** Name of the job {@linkcode putAgentRows} in src/worker.ts. */
export const PUT_AGENT_ROWS_JOB = "sessions.put_agent_rows";

/**
 * Makes an agent's rows in the home's database those of the backup. A row of another agent is neither
 * changed nor replaced. Rows move only inside SQL (design.md section 4). Leaves one file, without a WAL.
 */
export const putAgentRows: Job = (input: PutAgentRows) => {
  const db = openCopy(input.into);
  try {
    db.prepare("ATTACH DATABASE ? AS backup").run(input.from);
    const refused = whyNot(db);
    const nothing: PutRows = { refused, tables: {}, revived: false, left: {} };
    const output = refused ? nothing : inTransaction(db, () => putAll(db, input));
    db.prepare("DETACH DATABASE backup").run();
    settle(db);
    return { output };
  } finally {
    db.close();
  }
};

function whyNot(db: DatabaseSync): string | undefined {
  const [there, here] = [whyUnknown(db, "backup"), whyUnknown(db, "main")];
  if (there) return `in the backup, ${there}`;
  if (here) return `here, ${here}`;
  const version = (schema: Schema) => db.prepare(`PRAGMA ${schema}.user_version`).get();
  const [before, now] = [version("backup")!.user_version, version("main")!.user_version];
  return before === now ? undefined : `its schema is ${before} in the backup and ${now} here`;
}

/** A table on its way, and the columns that both sides have. */
interface Moving {
  table: AgentTable;
  columns: string[];
  /** Where its rows wait. */
  waiting: string;
}

function putAll(db: DatabaseSync, input: PutAgentRows): PutRows {
  const { id, as } = input;
  const [there, here] = [tablesOf(db, "backup"), tablesOf(db, "main")];
  const moving = AGENT_TABLES.filter(({ cloned }) => as === id || cloned)
    .filter((one) => isThere(there, one) && isThere(here, one))
    .map((table): Moving => {
      const columns = here.get(table.name)!.filter((column) =>
        column !== table.number && there.get(table.name)!.includes(column)
      );
      return { table, columns, waiting: `temp.${quoted(`waiting_${table.name}`)}` };
    });
  for (const one of moving) fetch(db, one, input);
  const changed = moving.filter((one) => differs(db, one, as));
  // What belongs to a row goes before it, as long as that tells whose it is.
  const before = changed.toReversed().map(({ table }) => removeOwn(db, table, as)).reverse();
  const tables: RowCounts = {};
  for (const [index, one] of changed.entries()) {
    tables[one.table.name] = Math.max(insert(db, one, as), before[index]);
  }
  const left = othersAbout(db, "backup", id, moving.map(({ table }) => table));
  return { tables, revived: revive(db, here, as), left };
}

/** Brings the rows of the backup to where they wait, as they come back. */
function fetch(db: DatabaseSync, { table, columns, waiting }: Moving, input: PutAgentRows): void {
  const { id, as, mappings } = input;
  db.prepare(
    `CREATE TABLE ${waiting} AS SELECT ${listOf(columns)} FROM backup.${quoted(table.name)}
      WHERE 0`,
  ).run();
  db.prepare(
    `INSERT INTO ${waiting} SELECT ${listOf(columns)} FROM backup.${quoted(table.name)}
      WHERE ${belongs(table, "backup")}`,
  ).run({ agent: id });
  if (as !== id && table.owner) rename(db, waiting, table.owner, { id, as });
  for (const column of table.paths ?? []) mapColumn(db, waiting, column, mappings);
}

function rename(
  db: DatabaseSync,
  waiting: string,
  { column, kind }: NonNullable<AgentTable["owner"]>,
  { id, as }: { id: string; as: string },
): void {
  const name = quoted(column);
  const after = kind === "id"
    ? ":as"
    : `'agent:' || :as || substr(${name}, length('agent:' || :id) + 1)`;
  const values: Record<string, string> = kind === "id" ? { as } : { id, as };
  db.prepare(`UPDATE ${waiting} SET ${name} = ${after}`).run(values);
}

function mapColumn(
  db: DatabaseSync,
  waiting: string,
  column: string,
  mappings: PathMapping[],
): void {
  const name = quoted(column);
  // Through JavaScript, text is cut at a NUL; no path has one.
  const rows = db.prepare(
    `SELECT rowid AS id, ${name} AS path FROM ${waiting}
      WHERE typeof(${name}) = 'text' AND instr(${name}, char(0)) = 0`,
  ).all();
  const update = db.prepare(`UPDATE ${waiting} SET ${name} = ? WHERE rowid = ?`);
  for (const { id, path } of rows) {
    const after = mapPath(String(path), mappings);
    if (after !== undefined) update.run(after, Number(id));
  }
}

/** Whether what waits is other than what the agent has here. */
function differs(db: DatabaseSync, { table, columns, waiting }: Moving, agent: string): boolean {
  const list = listOf(columns);
  const come = `SELECT ${list} FROM ${waiting}`;
  const here = `SELECT ${list} FROM main.${quoted(table.name)} WHERE ${belongs(table, "main")}`;
  return count(db, `(SELECT * FROM (${come}) EXCEPT SELECT * FROM (${here}))`, agent) > 0 ||
    count(db, `(SELECT * FROM (${here}) EXCEPT SELECT * FROM (${come}))`, agent) > 0;
}

function removeOwn(db: DatabaseSync, table: AgentTable, agent: string): number {
  const remove = db.prepare(
    `DELETE FROM main.${quoted(table.name)} WHERE ${belongs(table, "main")}`,
  );
  return Number(remove.run({ agent }).changes);
}

/** A row in whose place one of another agent is stays out, and what belongs to it, too. */
function insert(
  db: DatabaseSync,
  { table, columns, waiting }: Moving,
  agent: string,
): number {
  const insert = `INSERT OR IGNORE INTO main.${quoted(table.name)} (${listOf(columns)})
    SELECT ${listOf(columns)} FROM ${waiting}`;
  const { changes } = table.parent
    ? db.prepare(`${insert} WHERE ${belongs(table, "main")}`).run({ agent })
    : db.prepare(insert).run();
  return Number(changes);
}

/** An agent that was deleted has its databases closed to it until this is forgotten (tried). */
function revive(db: DatabaseSync, here: Columns, agent: string): boolean {
  if (!here.get(DELETED_AGENTS)?.includes("agent_id")) return false;
  const forget = db.prepare(`DELETE FROM main.${DELETED_AGENTS} WHERE agent_id = ?`);
  return Number(forget.run(agent).changes) > 0;
}
