/** How a database's copy is changed: all at once, and in the one file. */
import type { DatabaseSync } from "node:sqlite";

/** Does all of some work, or nothing of it. */
export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.prepare("BEGIN IMMEDIATE").run();
  try {
    const result = work();
    db.prepare("COMMIT").run();
    return result;
  } catch (error) {
    db.prepare("ROLLBACK").run();
    throw error;
  }
}

/**
 * Brings all changes into the one file; what its mode of writing is stays as the agent has it. Older
 * runtimes leave a WAL when a database is closed (tried: Deno 2.6.10).
 */
export function settle(db: DatabaseSync): void {
  db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
}
