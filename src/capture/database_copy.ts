import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import {
  type FileHandle,
  type FileSystem,
  isNotFound,
  LifeboatError,
  lstatIfThere,
  readFully,
  withFile,
} from "../base/mod.ts";
import { type DatabaseState, isOneState, lookAt, removeSides } from "./database_files.ts";
import { fromSource, isSourceTrouble } from "./source_errors.ts";

const PIECE_BYTES = 1 << 20;

/** Asked between pieces whether to go on; throws when the user wants to stop. */
export type GoOn = () => boolean;

/**
 * Makes a private file the same as an open one. Pieces that an earlier try left there and that are
 * still right are not written again, so that another try takes a fraction of the time. Says whether
 * all of it was copied.
 */
export function copyOpenFile(
  fs: FileSystem,
  from: FileHandle,
  to: string,
  goOn: GoOn,
): boolean {
  const options = lstatIfThere(fs, to) ? { write: true } : { createNew: true, mode: 0o600 };
  return withFile(fs.open(to, options), (copy) => {
    const wanted = new Uint8Array(PIECE_BYTES);
    const present = new Uint8Array(PIECE_BYTES);
    for (let at = 0; goOn();) {
      const piece = wanted.subarray(0, fromSource(() => readFully(from, wanted)));
      if (piece.length === 0) {
        copy.truncate(at);
        return true;
      }
      const old = present.subarray(0, readFully(copy, present.subarray(0, piece.length)));
      if (Buffer.compare(piece, old) !== 0) {
        copy.seek(at);
        copy.write(piece);
      }
      at += piece.length;
    }
    return false;
  });
}

/** Says whether all of it was copied: a journal goes with its transaction. */
function copyFile(fs: FileSystem, from: string, to: string, goOn: GoOn): boolean {
  try {
    return withFile(fromSource(() => fs.open(from)), (file) => copyOpenFile(fs, file, to, goOn));
  } catch (error) {
    if (isSourceTrouble(error) && isNotFound(error.cause)) return false;
    throw error;
  }
}

/**
 * Copies a database and its side files without opening it as one, so that its folder stays as it
 * is and no writer waits. Says whether one state was caught; if not, the copy of the database alone
 * stays for another try.
 */
export function copyAtRest(
  fs: FileSystem,
  source: string,
  staged: string,
  before: DatabaseState,
  goOn: GoOn,
): boolean {
  const suffixes = ["", ...before.wal ? ["-wal"] : [], ...before.journal ? ["-journal"] : []];
  const isWhole = suffixes.every((suffix) => copyFile(fs, source + suffix, staged + suffix, goOn));
  const after = fromSource(() => lookAt(fs, source));
  if (isWhole && after && isOneState(before, after)) return true;
  removeSides(fs, staged);
  return false;
}

/**
 * Brings what the WAL or the journal of a staged database holds into the database itself, so that
 * one file remains. Throws what SQLite throws when it is malformed.
 */
export function settle(fs: FileSystem, staged: string): void {
  const database = new DatabaseSync(staged);
  try {
    // Prepared, since the errors of exec() do not say which they are (tried).
    database.prepare("PRAGMA synchronous = OFF").get();
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
