import { DatabaseSync } from "node:sqlite";
import type { Job } from "../base/mod.ts";

/** A row of Codex's `threads`. */
export interface ThreadRow {
  id: string;
  /** Absolute, as Codex wrote it. */
  rolloutPath: string;
  /** Nothing where the table has no such column. */
  archived?: boolean;
}

/** The rows; nothing where the database has no such table with an id and a path. */
export type ThreadRows = ThreadRow[] | undefined;

/** The columns differ from version to version (agent-homes.md 1.6), so the database is asked. */
function columnsOf(database: DatabaseSync): Set<string> {
  const columns = database.prepare("SELECT name FROM pragma_table_info('threads')").all();
  return new Set(columns.map(({ name }) => String(name)));
}

function readRows(database: DatabaseSync): ThreadRows {
  const columns = columnsOf(database);
  if (!columns.has("id") || !columns.has("rollout_path")) return undefined;
  const hasArchived = columns.has("archived");
  const archived = hasArchived ? "archived" : "NULL";
  const query = `SELECT id, rollout_path, ${archived} AS archived FROM threads`;
  return database.prepare(query).all().map((row) => ({
    id: String(row.id).toLowerCase(),
    rolloutPath: String(row.rollout_path),
    archived: hasArchived ? Boolean(row.archived) : undefined,
  }));
}

/**
 * The rows of `threads` in a copy of a state database, which nobody else has open.
 *
 * @param input path of the copy
 */
export const readThreadRows: Job = (input: { path: string }) => {
  const database = new DatabaseSync(input.path);
  try {
    return { output: readRows(database) };
  } finally {
    database.close();
  }
};
