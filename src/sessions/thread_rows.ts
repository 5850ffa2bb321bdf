import { DatabaseSync } from "node:sqlite";
import type { Job } from "../base/mod.ts";
import { inTransaction, settle } from "./database_change.ts";

/** A conversation whose rows are wanted. */
export interface WantedThread {
  /** As the backup has it. */
  id: string;
  /** The id under which it comes back. */
  newId: string;
  /** Where its rollout lies once it is back, absolute; without `.zst`, even if it is compressed. */
  rolloutPath: string;
  archived: boolean;
}

/** What is to be copied; both databases are scratch copies that nobody else has open. */
export interface ThreadRowsInput {
  /** The database in the backup. */
  from: string;
  /** A copy of the one in the home; it is changed. */
  into: string;
  threads: WantedThread[];
}

/** What was copied. */
export interface CopiedRows {
  /** Ids, as they are now, of the conversations that have a row of their own now. */
  added: string[];
  /** Rows by table, only those with any. */
  tables: Record<string, number>;
  /** Why nothing could be copied: the home's database wants what the backup's does not have. */
  refused?: string;
}

/** A column as SQLite describes it. */
interface Column {
  name: string;
  notNull: boolean;
  hasDefault: boolean;
  /** Position in the primary key, from 1; 0: not part of it. */
  key: number;
  type: string;
}

/** A column that refers to a row of another table. */
interface Reference {
  column: string;
  table: string;
  to: string;
}

interface Table {
  name: string;
  columns: Column[];
  references: Reference[];
}

const THREADS = "threads";

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function tablesOf(db: DatabaseSync, schema: string): Map<string, Table> {
  const names = db.prepare(
    `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ` +
      "ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'",
  ).all().map(({ name }) => String(name));
  return new Map(names.map((name) => [name, describeTable(db, schema, name)]));
}

function describeTable(db: DatabaseSync, schema: string, name: string): Table {
  const columns = db.prepare("SELECT * FROM pragma_table_info(?, ?)").all(name, schema)
    .map((row): Column => ({
      name: String(row.name),
      notNull: Boolean(row.notnull),
      hasDefault: row.dflt_value !== null,
      key: Number(row.pk),
      type: String(row.type).toUpperCase(),
    }));
  const references = db.prepare("SELECT * FROM pragma_foreign_key_list(?, ?)").all(name, schema)
    .map((row): Reference => ({
      column: String(row.from),
      table: String(row.table),
      to: row.to === null ? "id" : String(row.to),
    }));
  return { name, columns, references };
}

/** The columns that hold the id of a conversation: by what they refer to, else by their name. */
function threadColumns({ name, columns, references }: Table): string[] {
  if (name === THREADS) return ["id"];
  const referring = references.filter(({ table }) => table === THREADS).map(({ column }) => column);
  const named = columns.map((one) => one.name).filter((one) => /^(?:.+_)?thread_id$/.test(one));
  return [...new Set([...referring, ...named])];
}

/** SQLite numbers the rows of such a table itself. */
function isRowNumber({ columns }: Table, { key, type }: Column): boolean {
  return key === 1 && type === "INTEGER" && columns.every((other) => other.key < 2);
}

/** The columns of a row that both sides have, each with what it gets. */
function assignments(from: Table, into: Table, known: Map<string, Table>) {
  const names = new Set(from.columns.map(({ name }) => name));
  const ids = new Set(threadColumns(into));
  return into.columns.filter((column) => names.has(column.name) && !isRowNumber(into, column))
    .map((column) => {
      const value = `old.${quoted(column.name)}`;
      if (ids.has(column.name)) return { column, value: newIdOf(value) };
      if (into.name === THREADS && column.name === "rollout_path") {
        return { column, value: ROLLOUT_PATH };
      }
      if (into.name === THREADS && column.name === "archived") {
        return { column, value: ownThread("archived") };
      }
      return { column, value: column.notNull ? value : whereThere(value, column, into, known) };
    });
}

/** Ids of other conversations stay as they are. */
function newIdOf(value: string): string {
  return `COALESCE((SELECT new_id FROM temp.wanted WHERE id = ${value}), ${value})`;
}

function ownThread(column: string): string {
  return `(SELECT ${column} FROM temp.wanted WHERE id = old."id")`;
}

/** Whether a compressed rollout is named with its ending is left as the row has it. */
const ROLLOUT_PATH = `${ownThread("rollout_path")} || ` +
  `CASE WHEN old."rollout_path" LIKE '%.zst' THEN '.zst' ELSE '' END`;

/** A section or project that is not there any more is let go of, as the agent itself does. */
function whereThere(
  value: string,
  { name }: Column,
  { references }: Table,
  known: Map<string, Table>,
) {
  const reference = references.find(({ column, table }) => column === name && table !== THREADS);
  if (!reference || !known.has(reference.table)) return value;
  const { table, to } = reference;
  return `(SELECT ${quoted(to)} FROM main.${quoted(table)} WHERE ${quoted(to)} = ${value})`;
}

/** Names what the home's table wants and the backup's does not have. */
function unfilled(from: Table, into: Table): string | undefined {
  const names = new Set(from.columns.map(({ name }) => name));
  const column = into.columns.find((one) =>
    one.notNull && !one.hasDefault && !names.has(one.name) && !isRowNumber(into, one)
  );
  return column && `${into.name}.${column.name}`;
}

/** Rows of one table about the wanted conversations; one that is there already stays. */
function copyTable(db: DatabaseSync, from: Table, into: Table, known: Map<string, Table>): number {
  const pairs = assignments(from, into, known);
  const ids = threadColumns(into).filter((name) => from.columns.some((one) => one.name === name));
  const isWanted = "(SELECT id FROM temp.wanted WHERE is_new)";
  const where = ids.map((name) => `old.${quoted(name)} IN ${isWanted}`).join(" OR ");
  const { changes } = db.prepare(
    `INSERT OR IGNORE INTO main.${quoted(into.name)} ` +
      `(${pairs.map(({ column }) => quoted(column.name)).join(", ")}) ` +
      `SELECT ${pairs.map(({ value }) => value).join(", ")} ` +
      `FROM backup.${quoted(from.name)} AS old WHERE ${where}`,
  ).run();
  return Number(changes);
}

/** The wanted conversations; those with a row in the home's database get none from the backup. */
function noteWanted(db: DatabaseSync, threads: WantedThread[], isState: boolean): void {
  db.prepare(
    "CREATE TEMP TABLE wanted (id TEXT PRIMARY KEY COLLATE NOCASE, new_id TEXT, " +
      "rollout_path TEXT, archived INTEGER, is_new INTEGER)",
  ).run();
  const isNew = isState ? "NOT EXISTS (SELECT 1 FROM main.threads WHERE id = ?2)" : "1";
  const note = db.prepare(`INSERT INTO temp.wanted VALUES (?1, ?2, ?3, ?4, ${isNew})`);
  for (const { id, newId, rolloutPath, archived } of threads) {
    note.run(id, newId, rolloutPath, archived ? 1 : 0);
  }
}

function copyAll(db: DatabaseSync, threads: WantedThread[]): CopiedRows {
  const [from, into] = [tablesOf(db, "backup"), tablesOf(db, "main")];
  const shared = [...into.values()].filter((table) =>
    from.has(table.name) && threadColumns(table).length > 0
  );
  for (const table of shared) {
    const missing = unfilled(from.get(table.name)!, table);
    if (missing) return { added: [], tables: {}, refused: missing };
  }
  noteWanted(db, threads, into.has(THREADS));
  // What refers to a conversation comes after it.
  shared.sort((a, b) => Number(b.name === THREADS) - Number(a.name === THREADS));
  const tables: Record<string, number> = {};
  for (const table of shared) {
    const count = copyTable(db, from.get(table.name)!, table, into);
    if (count > 0) tables[table.name] = count;
  }
  const added = tables[THREADS] === undefined ? [] : db.prepare(
    "SELECT new_id FROM temp.wanted WHERE is_new AND new_id IN (SELECT id FROM main.threads)",
  ).all().map(({ new_id }) => String(new_id));
  return { added, tables };
}

/** Name of the job {@linkcode copyThreadRows} in src/worker.ts. */
export const COPY_THREAD_ROWS_JOB = "sessions.copy_thread_rows";

/**
 * Copies what Codex's databases have of some conversations, from a backup's into the home's: every
 * table that refers to them, as far as both sides have its columns, which differ from version to
 * version (agent-homes.md 1.6). Rows move only inside SQL (design.md section 4). Leaves one file,
 * without a WAL.
 */
export const copyThreadRows: Job = ({ from, into, threads }: ThreadRowsInput) => {
  const db = new DatabaseSync(into, { enableForeignKeyConstraints: false });
  try {
    db.prepare("ATTACH DATABASE ? AS backup").run(from);
    const output = inTransaction(db, () => copyAll(db, threads));
    db.prepare("DETACH DATABASE backup").run();
    settle(db);
    return { output };
  } finally {
    db.close();
  }
};

/** What is to be forgotten. */
export interface ForgetThreadsInput {
  /** A scratch copy; it is changed. */
  path: string;
  ids: string[];
}

/** Name of the job {@linkcode forgetThreads} in src/worker.ts. */
export const FORGET_THREADS_JOB = "sessions.forget_threads";

/**
 * Removes all rows about some conversations, such as those of the projection of their rollouts, which
 * Codex makes again (agent-homes.md 1.6). The output is how many rows that were.
 */
export const forgetThreads: Job = ({ path, ids }: ForgetThreadsInput) => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    const removed = inTransaction(db, () => {
      let rows = 0;
      for (const table of tablesOf(db, "main").values()) {
        for (const column of threadColumns(table)) {
          const remove = db.prepare(
            `DELETE FROM ${quoted(table.name)} WHERE ${quoted(column)} = ?`,
          );
          for (const id of ids) rows += Number(remove.run(id).changes);
        }
      }
      return rows;
    });
    settle(db);
    return { output: { removed } };
  } finally {
    db.close();
  }
};
