import {
  type FileInfo,
  type FileSystem,
  type Host,
  isNotFound,
  lstatIfThere,
  readFully,
  removeIfThere,
  withFile,
} from "../base/mod.ts";
import { isSameFile, isUntouched } from "./same_file.ts";

/** What every SQLite database begins with. */
const MAGIC = new TextEncoder().encode("SQLite format 3\0");
/** So many bytes tell a database. */
export const DATABASE_START_BYTES = MAGIC.length;
/** What a write-ahead log begins with; the last bit tells the byte order of its checksums. */
const WAL_MAGIC = 0x377f0682;
/** The database's header, in which a counter changes with every transaction in rollback mode. */
const HEADER_BYTES = 100;
/** The header of a WAL, whose salts change when it begins anew; a journal's holds a nonce. */
const SIDE_HEADER_BYTES = 32;
/** Where the header says how the database is written: 2 is WAL. */
const WRITE_VERSION_AT = 18;

const SIDE_SUFFIXES = ["-wal", "-shm", "-journal"] as const;

function readStart(fs: FileSystem, path: string, bytes: number): Uint8Array {
  return withFile(fs.open(path), (file) => {
    const buffer = new Uint8Array(bytes);
    return buffer.subarray(0, readFully(file, buffer));
  });
}

/** The beginning of a file, or nothing when it is gone. */
function startIfThere(fs: FileSystem, path: string, bytes: number): Uint8Array | undefined {
  try {
    return readStart(fs, path, bytes);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function startsAsWal(fs: FileSystem, path: string): boolean {
  if (lstatIfThere(fs, path)?.kind !== "file") return false;
  const start = readStart(fs, path, 4);
  return start.length === 4 && (new DataView(start.buffer).getUint32(0) & ~1) === WAL_MAGIC;
}

/**
 * Whether a file is a SQLite database, by its content; an empty one is when it has a WAL. A file
 * that cannot be read is none: whoever captures it finds out why.
 */
export function isDatabase(fs: FileSystem, path: string): boolean {
  try {
    const info = fs.lstat(path);
    if (info.kind !== "file") return false;
    if (info.size === 0) return startsAsWal(fs, `${path}-wal`);
    return startsAsDatabase(readStart(fs, path, MAGIC.length));
  } catch {
    return false;
  }
}

/** Whether these are the first bytes of a SQLite database. */
export function startsAsDatabase(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/** The database that a `-wal`, `-shm` or `-journal` file belongs to; nothing when it is none. */
export function mainOfSidecar(host: Host, path: string): string | undefined {
  const suffix = SIDE_SUFFIXES.find((one) => path.endsWith(one));
  const main = suffix && path.slice(0, -suffix.length);
  return main && isDatabase(host.fs, main) ? main : undefined;
}

/** Removes a staged database with its side files. */
export function removeStaged(fs: FileSystem, staged: string): void {
  removeIfThere(fs, staged);
  removeSides(fs, staged);
}

/** Removes the side files of a staged database. */
export function removeSides(fs: FileSystem, staged: string): void {
  for (const suffix of SIDE_SUFFIXES) removeIfThere(fs, staged + suffix);
}

/** A side file that is not empty. */
interface Side {
  info: FileInfo;
  /** Its header. */
  start: string;
}

/** A database with its side files, as one look found them. */
export interface DatabaseState {
  main: FileInfo;
  header: string;
  isWalMode: boolean;
  wal?: Side;
  journal?: Side;
  shm?: FileInfo;
}

function lookAtSide(fs: FileSystem, path: string): Side | undefined {
  const info = lstatIfThere(fs, path);
  if (info?.kind !== "file" || info.size === 0) return undefined;
  const start = startIfThere(fs, path, SIDE_HEADER_BYTES);
  return start && { info, start: start.join() };
}

/** Looks at a database without opening it as one; nothing when it is not there. */
export function lookAt(fs: FileSystem, path: string): DatabaseState | undefined {
  const main = lstatIfThere(fs, path);
  const header = main?.kind === "file" ? startIfThere(fs, path, HEADER_BYTES) : undefined;
  if (!main || !header) return undefined;
  return {
    main,
    header: header.join(),
    isWalMode: header[WRITE_VERSION_AT] === 2,
    wal: lookAtSide(fs, `${path}-wal`),
    journal: lookAtSide(fs, `${path}-journal`),
    shm: lstatIfThere(fs, `${path}-shm`),
  };
}

function isSameSide(a: Side | undefined, b: Side | undefined): boolean {
  return a && b ? isUntouched(a.info, b.info) && a.start === b.start : a === b;
}

/**
 * Whether what was copied between two looks, the database first, then its WAL and journal, is one
 * state. With a WAL it may have grown, and its pages may have moved into the database: the copy of
 * the WAL holds all of them as long as the WAL did not begin anew. Without, nothing may have changed.
 */
export function isOneState(before: DatabaseState, after: DatabaseState): boolean {
  if (!isSameSide(before.journal, after.journal)) return false;
  if (before.wal && after.wal) {
    return isSameFile(before.main, after.main) && isSameFile(before.wal.info, after.wal.info) &&
      before.wal.start === after.wal.start && after.wal.info.size >= before.wal.info.size;
  }
  return !before.wal && !after.wal && isUntouched(before.main, after.main) &&
    before.header === after.header;
}
