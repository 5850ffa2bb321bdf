import { backup, DatabaseSync } from "node:sqlite";
import { type FileSystem, lstatIfThere, removeIfThere } from "../base/mod.ts";
import { copyOpenFile, type GoOn } from "./database_copy.ts";
import { connectionTo } from "./lock_owner.ts";
import { fromSource } from "./source_errors.ts";

/** How long another connection is waited for, ms. */
const BUSY_MS = 2000;
/** Pages between two looks at whether to stop. */
const PAGES_AT_ONCE = 1024;

/** Runs with a read transaction, which sees one state until it ends. Nothing can be written. */
async function withReadTransaction(
  path: string,
  use: (database: DatabaseSync) => void | Promise<void>,
): Promise<void> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    // Prepared, since the errors of exec() do not say which they are (tried).
    database.prepare(`PRAGMA busy_timeout = ${BUSY_MS}`).get();
    database.prepare("BEGIN").run();
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    await use(database);
    database.prepare("COMMIT").run();
  } finally {
    database.close();
  }
}

/**
 * Copies a WAL database that a process holds open, by SQLite's own backup. A read transaction on
 * the source pins its state: without one the copy begins anew at every write (design.md section 4).
 * Writers of a WAL database do not wait for readers.
 */
export async function backupLive(
  fs: FileSystem,
  source: string,
  staged: string,
  goOn: GoOn,
): Promise<void> {
  // SQLite would make the file readable for all.
  fs.open(staged, { createNew: true, mode: 0o600 }).close();
  try {
    await withReadTransaction(source, async (database) => {
      await backup(database, staged, { rate: PAGES_AT_ONCE, progress: goOn });
    });
  } finally {
    removeOwnSides(fs, source);
  }
}

/**
 * A process that closed the database between the last look and our opening took WAL and `-shm`
 * along, and SQLite made empty ones for us. Whoever came since holds a lock on them.
 */
function removeOwnSides(fs: FileSystem, source: string): void {
  const wal = lstatIfThere(fs, `${source}-wal`);
  const shm = lstatIfThere(fs, `${source}-shm`);
  if (wal?.size !== 0 || !shm || connectionTo(fs, shm) !== "none") return;
  removeIfThere(fs, `${source}-wal`);
  removeIfThere(fs, `${source}-shm`);
}

/**
 * Copies a database in rollback mode while a read lock keeps writers out, for at most `maxMs`. Says
 * whether that was enough.
 */
export async function copyLocked(
  fs: FileSystem,
  source: string,
  staged: string,
  maxMs: number,
  goOn: GoOn,
): Promise<boolean> {
  // Closing any handle of a file drops all locks of this process on it: ours is closed last.
  const file = fromSource(() => fs.open(source));
  try {
    let isWhole = false;
    await withReadTransaction(source, () => {
      const end = performance.now() + maxMs;
      isWhole = copyOpenFile(fs, file, staged, () => goOn() && performance.now() < end);
    });
    return isWhole;
  } finally {
    file.close();
  }
}
