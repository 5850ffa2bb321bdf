import { DatabaseSync } from "node:sqlite";
import { type FileHandle, type FileSystem, LifeboatError, withFile } from "../base/mod.ts";
import {
  type DatabaseState,
  isOneState,
  lookAt,
  removeSides,
  removeStaged,
} from "./database_files.ts";
import { fromSource } from "./source_errors.ts";

const PIECE_BYTES = 1 << 20;

/** Asked between pieces whether to go on; throws when the user wants to stop. */
export type GoOn = () => boolean;

/** Copies an open file to a new, private one. Says whether all of it was copied. */
export function copyOpenFile(
  fs: FileSystem,
  from: FileHandle,
  to: string,
  goOn: GoOn,
): boolean {
  return withFile(fs.open(to, { createNew: true, mode: 0o600 }), (copy) => {
    const buffer = new Uint8Array(PIECE_BYTES);
    while (goOn()) {
      const n = fromSource(() => from.read(buffer));
      if (n === 0) return true;
      copy.write(buffer.subarray(0, n));
    }
    return false;
  });
}

function copyFile(fs: FileSystem, from: string, to: string, goOn: GoOn): void {
  withFile(fromSource(() => fs.open(from)), (file) => copyOpenFile(fs, file, to, goOn));
}

/**
 * Copies a database and its side files without opening it as one, so that its folder stays as it
 * is and no writer waits. Says whether one state was caught; if not, nothing is staged.
 */
export function copyAtRest(
  fs: FileSystem,
  source: string,
  staged: string,
  before: DatabaseState,
  goOn: GoOn,
): boolean {
  copyFile(fs, source, staged, goOn);
  if (before.wal) copyFile(fs, `${source}-wal`, `${staged}-wal`, goOn);
  if (before.journal) copyFile(fs, `${source}-journal`, `${staged}-journal`, goOn);
  const after = fromSource(() => lookAt(fs, source));
  if (after && isOneState(before, after)) return true;
  removeStaged(fs, staged);
  return false;
}

/**
 * Brings what the WAL or the journal of a staged database holds into the database itself, so that
 * one file remains. Throws what SQLite throws when it is malformed.
 */
export function settle(fs: FileSystem, staged: string): void {
  const database = new DatabaseSync(staged);
  try {
    database.exec("PRAGMA synchronous = OFF");
    // Reading rolls an interrupted transaction back.
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    const done = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    if (done?.busy !== 0) {
      throw new LifeboatError("failed", "unexpected", `The WAL of ${staged} could not be emptied`);
    }
  } finally {
    database.close();
  }
  removeSides(fs, staged);
}
