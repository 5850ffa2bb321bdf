import {
  delay,
  describeError,
  type FileInfo,
  type FileSystem,
  isNotFound,
  LifeboatError,
  lstatIfThere,
  withFile,
} from "../base/mod.ts";
import { copyAtRest, type GoOn, settle } from "./database_copy.ts";
import { checkIntegrity, sqliteTrouble } from "./database_check.ts";
import { type DatabaseState, lookAt, removeStaged } from "./database_files.ts";
import { backupLive, copyLocked } from "./database_in_place.ts";
import { connectionTo } from "./lock_owner.ts";
import { fromSource, isSourceTrouble } from "./source_errors.ts";

/** Copies without a lock before a writer is made to wait. */
const MAX_COPIES = 3;
const PAUSE_MS = 50;
/** The longest time a writer waits for us, ms (design.md section 4). */
const MAX_LOCK_MS = 2000;

/** What a worker needs to capture a database. */
export interface DatabaseJob {
  /** The database in the home. */
  source: string;
  /** A file that does not exist yet, on a disk with room for the copy. */
  staged: string;
  /** Set to 1 to stop; shared with the worker. */
  stop: Int32Array<SharedArrayBuffer>;
}

/** What became of a database. After anything but `captured`, nothing is staged. */
export type DatabaseCapture =
  | {
    status: "captured";
    /** About the database in the home. */
    info: FileInfo;
    journal: "wal" | "rollback";
    /** Where it had a WAL: bytes of the main file, bytes of the WAL, and the WAL's mtime, ms. */
    wal?: [mainBytes: number, bytes: number, mtimeMs: number];
    /** What the check of the copy said. */
    result: string;
  }
  | { status: "vanished" }
  | {
    status: "failed";
    code: "malformed_database" | "database_busy" | "unreadable";
    error: string;
    /** What the check said, or why there was none. */
    result: string;
  };

type Failed = DatabaseCapture & { status: "failed" };

const BUSY = {
  status: "failed",
  code: "database_busy",
  error: "It is written to all the time, and could not be copied while its writer waits 2 s",
  result: "not checked: busy",
} as const;

function malformed(result: string): Failed {
  const error = `The database is malformed: ${result.split("\n", 1)[0]}`;
  return { status: "failed", code: "malformed_database", error, result };
}

/**
 * Captures one consistent state of a database into one file and checks it (design.md section 4).
 * The home is left as it is: the database is opened there only when a process is at work on it.
 */
export async function runDatabaseJob(fs: FileSystem, job: DatabaseJob): Promise<DatabaseCapture> {
  if (lstatIfThere(fs, job.staged)) {
    throw new LifeboatError("failed", "unexpected", `${job.staged} is already there`);
  }
  try {
    const captured = await captureAndCheck(fs, job);
    if (captured.status !== "captured") removeStaged(fs, job.staged);
    return captured;
  } catch (error) {
    removeStaged(fs, job.staged);
    return troubleWith(error);
  }
}

function troubleWith(error: unknown): DatabaseCapture {
  if (isSourceTrouble(error)) {
    if (isNotFound(error.cause)) return { status: "vanished" };
    return unreadable(error.message);
  }
  const reason = describeError(error);
  switch (sqliteTrouble(error)) {
    case "malformed":
      return malformed(reason);
    case "busy":
      return BUSY;
    case "full":
      throw Object.assign(new Error(reason), { code: "ENOSPC" });
    case "other":
      return unreadable(reason);
    default:
      throw error;
  }
}

function unreadable(error: string): Failed {
  return { status: "failed", code: "unreadable", error, result: "not checked: unreadable" };
}

function goOnWith({ stop }: DatabaseJob): GoOn {
  return () => {
    if (Atomics.load(stop, 0) === 0) return true;
    throw new LifeboatError("interrupted", "interrupted", "Stopped before it was finished");
  };
}

async function captureAndCheck(fs: FileSystem, job: DatabaseJob): Promise<DatabaseCapture> {
  const state = await copyOneState(fs, job);
  if (state === "vanished") return { status: "vanished" };
  if (state === "busy") return BUSY;
  const { ok, result } = checkIntegrity(job.staged);
  if (!ok) return malformed(result);
  withFile(fs.open(job.staged, { write: true }), (file) => file.sync());
  const journal = state.isWalMode ? "wal" : "rollback";
  return { status: "captured", info: state.main, journal, wal: walOf(state), result };
}

function walOf({ main, wal }: DatabaseState): [number, number, number] | undefined {
  return wal && [main.size, wal.info.size, wal.info.mtimeMs];
}

async function copyOneState(
  fs: FileSystem,
  job: DatabaseJob,
): Promise<DatabaseState | "busy" | "vanished"> {
  const { source, staged } = job;
  const goOn = goOnWith(job);
  for (let copy = 1;; copy++) {
    const state = fromSource(() => lookAt(fs, source));
    if (!state) return "vanished";
    if (state.main.size === 0 && state.wal) throw emptyDatabase();
    if (copy > MAX_COPIES || isHeldOpen(fs, state)) {
      return await copyFromWriter(fs, job, state, goOn);
    }
    if (copyAtRest(fs, source, staged, state, goOn)) {
      if (state.wal || state.journal) settle(fs, staged);
      return state;
    }
    await delay(PAUSE_MS * copy);
  }
}

/** Whether a process has the database open in WAL mode, as far as the system can tell. */
function isHeldOpen(fs: FileSystem, { wal, shm }: DatabaseState): boolean {
  return wal !== undefined && shm !== undefined && connectionTo(fs, shm) === "open";
}

/** SQLite deletes the WAL of an empty database (tried), so that a copy would lose what is in it. */
function emptyDatabase(): Error {
  const message = "the file is empty, and all is in a WAL that SQLite would delete";
  return Object.assign(new Error(message), { errcode: 11 });
}

/** Copies a database that a process has open or that changed whenever it was copied. */
async function copyFromWriter(
  fs: FileSystem,
  { source, staged }: DatabaseJob,
  state: DatabaseState,
  goOn: GoOn,
): Promise<DatabaseState | "busy"> {
  if (state.wal && state.shm) {
    removeStaged(fs, staged);
    await backupLive(fs, source, staged, goOn);
    return state;
  }
  if (state.isWalMode) return "busy";
  return await copyLocked(fs, source, staged, MAX_LOCK_MS, goOn) ? state : "busy";
}
