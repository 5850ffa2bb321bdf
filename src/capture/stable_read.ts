import {
  checkInterrupt,
  type FileHandle,
  type FileInfo,
  type Host,
  isNotFound,
  lstatIfThere,
  readFully,
  sha256,
  sha256Of,
} from "../base/mod.ts";
import type { ProfileConfig } from "../profiles/mod.ts";
import { DATABASE_START_BYTES, isDatabase, startsAsDatabase } from "./database_files.ts";
import { pause } from "./pause.ts";
import { isSameFile } from "./same_file.ts";
import { fromSource, isSourceTrouble } from "./source_errors.ts";
import { endOfLastLine } from "./whole_lines.ts";

const PIECE_BYTES = 1 << 20;
/** Configuration is read whole so that it can be parsed, up to this size. */
const MAX_CONFIG_BYTES = 64 << 20;
const MAX_ATTEMPTS = 5;
/** An agent rewrites its configuration within milliseconds; what stays broken is broken. */
const MAX_CONFIG_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 10;
/** How long a transcript whose last line is not ended is watched for growth. */
const GROWTH_LOOK_MS = 20;

/** What is known of a file before its bytes arrive. */
export interface CaptureMeta {
  /** Exactly so many bytes follow. */
  size: number;
  mode: number;
  /** Milliseconds since 1970. */
  mtimeMs: number;
  /** It is taken to begin with the known start; when it does not, it is rolled back and begins again. */
  isGrown?: boolean;
}

/** Where a captured file goes. The caller commits when the capture has succeeded. */
export interface CaptureSink {
  begin(meta: CaptureMeta): void | Promise<void>;
  /** The chunk may be used again once this has resolved. */
  write(chunk: Uint8Array): void | Promise<void>;
  /** The file changed underneath: as if it had never begun. It may begin again. */
  rollback(): void | Promise<void>;
}

/** How a file is captured. */
export interface CaptureFileOptions {
  /** A configuration file, read again while it does not parse. */
  config?: ProfileConfig["format"];
  /** What the file was when it was last captured: perhaps it has only grown. */
  start?: { bytes: number; sha256: string };
}

/** What became of a file. After anything but `captured`, the sink is rolled back or never begun. */
export type FileCapture =
  | {
    status: "captured";
    info: FileInfo;
    bytes: number;
    /** Upper-case hex. */
    sha256: string;
    attempts: number;
    flag?: "config_does_not_parse";
  }
  | { status: "vanished" }
  | { status: "failed"; code: "unreadable" | "never_stable"; error: string };

type Captured = Omit<FileCapture & { status: "captured" }, "attempts">;
type Outcome =
  | Captured
  | Exclude<FileCapture, { status: "captured" }>
  | { status: "unstable" }
  | { status: "database" };

const UNSTABLE = { status: "unstable" } as const;

/** A file to read, and where it goes. */
interface Reading extends CaptureFileOptions {
  host: Host;
  path: string;
  sink: CaptureSink;
  unlessDatabase?: boolean;
}

/**
 * Captures one consistent state of a file (design.md 1.2): reads it again while it changes
 * underneath, and a growing `.jsonl` up to its last whole line. Small files are handed over once
 * they are known to be stable, larger ones while they are read. What the sink throws goes through.
 */
export async function captureFile(
  host: Host,
  path: string,
  options: CaptureFileOptions,
  sink: CaptureSink,
): Promise<FileCapture> {
  return await capture({ host, path, sink, ...options }) as FileCapture;
}

/** The same, unless it is a database: that must not be copied like other files. */
export async function captureUnlessDatabase(
  host: Host,
  path: string,
  options: CaptureFileOptions,
  sink: CaptureSink,
): Promise<FileCapture | { status: "database" }> {
  return await capture({ host, path, sink, ...options, unlessDatabase: true });
}

async function capture(reading: Reading): Promise<FileCapture | { status: "database" }> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts++) {
    if (attempts > 1) await pause(reading.host, FIRST_PAUSE_MS * 2 ** (attempts - 2));
    const outcome = await readOnce(reading, attempts);
    if (outcome.status === "captured") return { ...outcome, attempts };
    if (outcome.status !== "unstable") return outcome;
  }
  const error = `It changed each of the ${MAX_ATTEMPTS} times it was read`;
  return { status: "failed", code: "never_stable", error };
}

async function readOnce(reading: Reading, attempt: number): Promise<Outcome> {
  const { host: { fs }, path } = reading;
  try {
    const seen = fromSource(() => lstatIfThere(fs, path));
    // What is no file any more is not the file that was seen; opening a FIFO would wait for ever.
    if (seen?.kind !== "file") return { status: "vanished" };
    const file = fromSource(() => fs.open(path));
    try {
      return await readOpen(reading, file, seen, attempt);
    } finally {
      file.close();
    }
  } catch (thrown) {
    if (!isSourceTrouble(thrown)) throw thrown;
    if (isNotFound(thrown.cause)) return { status: "vanished" };
    return { status: "failed", code: "unreadable", error: thrown.message };
  }
}

/** How much of a file is taken. */
interface Extent {
  before: FileInfo;
  /** Bytes. */
  end: number;
  /** What is taken stays whole when the file grows. */
  mayGrow: boolean;
  /** Whether the file is still the one that was looked at, and what is taken of it still holds. */
  isStable(): boolean;
}

async function readOpen(
  reading: Reading,
  file: FileHandle,
  seen: FileInfo,
  attempt: number,
): Promise<Outcome> {
  const before = fromSource(() => file.info());
  if (reading.unlessDatabase && fromSource(() => isDatabaseFile(reading, file, before))) {
    return { status: "database" };
  }
  const part = await chooseExtent(reading, file, before);
  if (!part) return UNSTABLE;
  const extent = {
    ...part,
    before,
    isStable: () =>
      fromSource(() => {
        const now = lstatIfThere(reading.host.fs, reading.path);
        return now !== undefined && isSameFile(seen, now) &&
          isUnchanged(before, file.info(), part.mayGrow);
      }),
  };
  fromSource(() => file.seek(0));
  const whole = part.end <= (reading.config ? MAX_CONFIG_BYTES : PIECE_BYTES);
  return whole
    ? await readWhole(reading, file, extent, attempt)
    : await readPieces(reading, file, extent);
}

function isDatabaseFile({ host, path }: Reading, file: FileHandle, { size }: FileInfo): boolean {
  if (size === 0) return isDatabase(host.fs, path);
  const start = new Uint8Array(DATABASE_START_BYTES);
  return startsAsDatabase(start.subarray(0, readFully(file, start)));
}

function isUnchanged(before: FileInfo, after: FileInfo, mayGrow: boolean): boolean {
  if (!isSameFile(before, after)) return false;
  if (after.size > before.size) return mayGrow;
  return after.size === before.size && after.mtimeMs === before.mtimeMs;
}

/** Nothing when a growing transcript has no whole line yet, or shrinks. */
async function chooseExtent(
  { host, path }: Reading,
  file: FileHandle,
  { size }: FileInfo,
): Promise<Pick<Extent, "end" | "mayGrow"> | undefined> {
  if (!path.endsWith(".jsonl")) return { end: size, mayGrow: false };
  const lines = fromSource(() => endOfLastLine(file, size));
  if (lines === size) return { end: size, mayGrow: true };
  await pause(host, GROWTH_LOOK_MS);
  const { size: later } = fromSource(() => file.info());
  if (later === size) return { end: size, mayGrow: false };
  return later > size && lines > 0 ? { end: lines, mayGrow: true } : undefined;
}

async function readWhole(
  { sink, config }: Reading,
  file: FileHandle,
  { before, end, isStable }: Extent,
  attempt: number,
): Promise<Outcome> {
  const bytes = new Uint8Array(end);
  const isRead = fromSource(() => readFully(file, bytes)) === end;
  if (!isRead || !isStable()) return UNSTABLE;
  const parses = !config || await isWellFormed(bytes, config);
  // An empty file is what a rewrite in place looks like at its first moment.
  if ((!parses || (config && end === 0)) && attempt < MAX_CONFIG_ATTEMPTS) return UNSTABLE;
  await sink.begin({ size: end, mode: before.mode, mtimeMs: before.mtimeMs });
  if (end > 0) await sink.write(bytes);
  const captured: Captured = {
    status: "captured",
    info: before,
    bytes: end,
    sha256: sha256Of(bytes),
  };
  return parses ? captured : { ...captured, flag: "config_does_not_parse" };
}

/** The parsers are loaded only where there is something for them: hooks seldom have. */
async function isWellFormed(bytes: Uint8Array, format: ProfileConfig["format"]): Promise<boolean> {
  return (await import("./config_syntax.ts")).isWellFormed(bytes, format);
}

async function readPieces(reading: Reading, file: FileHandle, extent: Extent): Promise<Outcome> {
  const { sink } = reading;
  const { before, end, isStable } = extent;
  const start = reading.start && reading.start.bytes < end ? reading.start : undefined;
  const { mode, mtimeMs } = before;
  await sink.begin({ size: end, mode, mtimeMs, isGrown: start !== undefined });
  try {
    const hex = await pour(reading, file, end, start);
    if (hex !== undefined && isStable()) {
      return { status: "captured", info: before, bytes: end, sha256: hex };
    }
  } catch (thrown) {
    if (isSourceTrouble(thrown)) await sink.rollback();
    throw thrown;
  }
  await sink.rollback();
  if (!start) return UNSTABLE;
  fromSource(() => file.seek(0));
  return await readPieces({ ...reading, start: undefined }, file, extent);
}

/**
 * Hands over the first `end` bytes; gives back their SHA-256, or nothing when they are not there or do
 * not begin with the known start.
 */
async function pour(
  { host, sink }: Reading,
  file: FileHandle,
  end: number,
  start: Reading["start"],
): Promise<string | undefined> {
  const hash = sha256();
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < end;) {
    checkInterrupt(host);
    const stop = start && at < start.bytes ? start.bytes : end;
    const wanted = buffer.subarray(0, Math.min(PIECE_BYTES, stop - at));
    const piece = wanted.subarray(0, fromSource(() => readFully(file, wanted)));
    if (piece.length === 0) return undefined;
    hash.update(piece);
    at += piece.length;
    if (at === start?.bytes && hash.copy().hex() !== start.sha256) return undefined;
    await sink.write(piece);
  }
  return hash.hex();
}
