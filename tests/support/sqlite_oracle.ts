import { toolText } from "./oracles.ts";

/**
 * What the system's own `sqlite3` answers, one line per row. The file must be at rest: it is opened
 * as one that nobody changes, so that asking leaves nothing beside it.
 */
export async function askSqlite(database: string, sql: string): Promise<string[]> {
  const url = `file:${encodeURI(database)}?immutable=1`;
  const text = await toolText(["sqlite3", "-batch", "-readonly", url, sql]);
  return text.split("\n").filter((line) => line !== "");
}

/** How the rows of `sqlite_writer.ts` stand in a copy. */
export interface Ticks {
  integrity: string;
  rows: number;
  /** Numbers of transactions that have other than `rowsEach` rows. */
  torn: string[];
  /** Transactions missing between the first and the last. */
  gaps: number;
}

/** Reads a copy of a database that `sqlite_writer.ts` wrote with `rowsEach` rows per transaction. */
export async function readTicks(database: string, rowsEach = 10): Promise<Ticks> {
  const [integrity] = await askSqlite(database, "PRAGMA integrity_check");
  const [rows] = await askSqlite(database, "SELECT count(*) FROM ticks");
  const torn = await askSqlite(
    database,
    `SELECT batch FROM ticks GROUP BY batch HAVING count(*) <> ${rowsEach}`,
  );
  const [gaps] = await askSqlite(
    database,
    "SELECT max(batch) - min(batch) + 1 - count(DISTINCT batch) FROM ticks",
  );
  return { integrity, rows: Number(rows), torn, gaps: Number(gaps) };
}
