import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { DatabaseJob } from "../../src/capture/database_job.ts";

/** A small database with 100 rows in table `notes`, open for writing. */
export function makeDatabase(path: string, journal = "delete"): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = ${journal}; CREATE TABLE notes (body TEXT)`);
  addNotes(database, 100);
  return database;
}

/** Adds rows in one transaction. */
export function addNotes(database: DatabaseSync, count: number): void {
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO notes SELECT 'note ' || hex(randomblob(100)) FROM n`);
}

/** How many rows a database has that has no side files, and gets none. */
export function countNotes(path: string): number {
  const database = new DatabaseSync(`${pathToFileURL(path)}?immutable=1`, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS n FROM notes").get()?.n);
  } finally {
    database.close();
  }
}

/**
 * Copies a database that is open, with its side files, as a crash at this moment would leave them.
 */
export function leaveBehind(path: string, target: string, ...suffixes: string[]): void {
  for (const suffix of ["", ...suffixes]) Deno.copyFileSync(path + suffix, target + suffix);
}

/** What a capture job gets. */
export function databaseJobFor(source: string, staged: string): DatabaseJob {
  return { source, staged, stop: new Int32Array(new SharedArrayBuffer(4)) };
}
