/** Reads one consistent state of a path into objects. */
import {
  delay,
  type FileHandle,
  type Host,
  isNotFound,
  readFully,
  removeIfThere,
  type WorkerPool,
} from "../base/mod.ts";
import { captureFile, endOfLastLine, isDatabase, mainOfSidecar } from "../capture/mod.ts";
import type { ProfileConfig } from "../profiles/mod.ts";
import type { Entry } from "./entry.ts";
import { type FileLook, fileLook, isSameLook, type Look, sidesOf } from "./look.ts";
import { blobId, isDamagedObject, SLICE_BYTES } from "./object_format.ts";
import type { ObjectWriter } from "./objects.ts";
import { type PutContent, Slicer, slicesOf, slicingSink } from "./slices.ts";
import { lookAtPlace, type Place } from "./roots.ts";
import type { State } from "./states.ts";
import type { SnapshotStore } from "./store.ts";

/** What a path holds, and how it looked when that was read. */
export interface Observation {
  entry: Entry;
  look: Look;
  /** When the look began, ms since 1970. */
  seenMs: number;
  isReadWhole: boolean;
  /** A transcript: what was read of it stays true when it grows. */
  mayGrow: boolean;
  /** Objects that must be there when this is recorded. */
  put: string[];
  /** Only the end was read: what goes before it is what this event says. */
  basis?: number;
}

/** Why a path is not recorded. */
export interface NotRead {
  /** snake_case: `unreadable`, `never_stable`, `special_file`, `database`, … */
  reason: string;
  /** For a person. */
  message?: string;
}

/** What reading needs. */
export interface Reader {
  store: SnapshotStore;
  writer: ObjectWriter;
  /** Databases are copied in it; without one they are left for the next look that has one. */
  pool?: WorkerPool;
}

/** A path to read. */
export interface Reading {
  absolute: string;
  look: Look;
  known?: State;
  config?: ProfileConfig["format"];
}

function observed(entry: Entry, look: Look, seenMs: number): Observation {
  return { entry, look, seenMs, isReadWhole: true, mayGrow: false, put: [] };
}

/** Reads what a look has found. */
export async function readPath(reader: Reader, reading: Reading): Promise<Observation | NotRead> {
  const { look } = reading;
  const seenMs = reader.store.host.now().getTime();
  switch (look.kind) {
    case "absent":
    case "folder":
    case "link":
      return observed(look, look, seenMs);
    case "other":
      return { reason: "special_file" };
    case "file":
      return await readFile(reader, { ...reading, look }, seenMs);
  }
}

type FileReading = Reading & { look: FileLook };

async function readFile(
  reader: Reader,
  reading: FileReading,
  seenMs: number,
): Promise<Observation | NotRead> {
  const { host } = reader.store;
  if (mainOfSidecar(host, reading.absolute)) return { reason: "part_of_database" };
  if (isDatabase(host.fs, reading.absolute)) return await readDatabase(reader, reading, seenMs);
  return await readTail(reader, reading, seenMs) ?? await readWhole(reader, reading, seenMs);
}

function isTranscript(path: string): boolean {
  return path.endsWith(".jsonl");
}

function fileEntry({ object, size }: PutContent, look: FileLook, database = false): Entry {
  return { kind: "file", object, size, mode: look.mode, mtimeMs: look.mtimeMs, database };
}

async function readWhole(
  { store: { host }, writer }: Reader,
  { absolute, config }: FileReading,
  seenMs: number,
): Promise<Observation | NotRead> {
  const sink = slicingSink(writer);
  const captured = await captureFile(host, absolute, { config }, sink);
  if (captured.status === "vanished") {
    return observed({ kind: "absent" }, { kind: "absent" }, seenMs);
  }
  if (captured.status === "failed") return { reason: captured.code, message: captured.error };
  const content = await sink.end();
  const look = fileLook(captured.info);
  return {
    ...observed(fileEntry(content, look), look, seenMs),
    mayGrow: isTranscript(absolute),
    put: content.put,
  };
}

/**
 * Reads only the end of a transcript that has grown. What was there before is trusted when it is the
 * same file, not shorter, and its first slice and its last one are what they were: agents append,
 * or write a file anew. A later look, once the file rests, reads all of it.
 */
async function readTail(
  { store, writer }: Reader,
  { absolute, look, known }: FileReading,
  seenMs: number,
): Promise<Observation | undefined> {
  if (!isTranscript(absolute) || known?.entry.kind !== "file" || known.look.kind !== "file") {
    return undefined;
  }
  const { entry, look: before } = known;
  const isSame = look.inode === before.inode && look.device === before.device;
  if (!isSame || look.size < entry.size || entry.size <= SLICE_BYTES) return undefined;
  try {
    const slices = slicesOf(store.objects, entry.object);
    return await withOpen(store.host, absolute, async (file) => {
      if (!beginsAlike(file, slices, entry.size)) return undefined;
      const end = await endOfWhole(store.host, file, look.size, entry.size);
      const content = await sliceTail(writer, file, slices, entry.size, end);
      return {
        ...observed(fileEntry(content, look), { ...look, size: end }, seenMs),
        isReadWhole: false,
        mayGrow: true,
        basis: known.event,
        put: content.put,
      };
    });
  } catch (error) {
    if (isNotFound(error) || isDamagedObject(error)) return undefined; // read as a whole, then
    throw error;
  }
}

async function withOpen<T>(
  { fs }: Host,
  path: string,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = fs.open(path);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

function sliceIs(file: FileHandle, id: string, index: number, size: number): boolean {
  const at = index * SLICE_BYTES;
  const bytes = new Uint8Array(Math.min(SLICE_BYTES, size - at));
  file.seek(at);
  return readFully(file, bytes) === bytes.length && blobId(bytes) === id;
}

function beginsAlike(file: FileHandle, slices: string[], size: number): boolean {
  return [0, slices.length - 1].every((index) => sliceIs(file, slices[index], index, size));
}

const GROWTH_LOOK_MS = 20;

/** Where to stop: at the end, or after the last whole line while the transcript is being written. */
async function endOfWhole(
  host: Host,
  file: FileHandle,
  size: number,
  known: number,
): Promise<number> {
  const lines = endOfLastLine(file, size);
  if (lines === size) return size;
  await delay(GROWTH_LOOK_MS, host.signal);
  return file.info().size === size ? size : Math.max(lines, known);
}

async function sliceTail(
  writer: ObjectWriter,
  file: FileHandle,
  slices: string[],
  known: number,
  end: number,
): Promise<PutContent> {
  const whole = Math.floor(known / SLICE_BYTES);
  const slicer = new Slicer(writer, slices.slice(0, whole));
  const buffer = new Uint8Array(SLICE_BYTES);
  file.seek(whole * SLICE_BYTES);
  for (let at = whole * SLICE_BYTES; at < end;) {
    const piece = buffer.subarray(0, Math.min(SLICE_BYTES, end - at));
    const n = readFully(file, piece);
    if (n === 0) break;
    await slicer.write(piece.subarray(0, n));
    at += n;
  }
  return await slicer.end();
}

/** Copies a database as design.md section 4 says, and puts the copy. */
async function readDatabase(
  { store, writer, pool }: Reader,
  { absolute, look }: FileReading,
  seenMs: number,
): Promise<Observation | NotRead> {
  if (!pool) return { reason: "database" };
  const { captureDatabase } = await import("../capture/mod.ts");
  const { host } = store;
  const staged = store.objects.temporary();
  const sides = sidesOf(host.fs, absolute);
  try {
    const captured = await captureDatabase(host, pool, absolute, staged);
    if (captured.status === "vanished") {
      return observed({ kind: "absent" }, { kind: "absent" }, seenMs);
    }
    if (captured.status === "failed") return { reason: captured.code, message: captured.error };
    const content = await sliceFile(host, writer, staged);
    const seen = { ...look, sides };
    return { ...observed(fileEntry(content, look, true), seen, seenMs), put: content.put };
  } finally {
    removeIfThere(host.fs, staged);
  }
}

async function sliceFile(host: Host, writer: ObjectWriter, path: string): Promise<PutContent> {
  return await withOpen(host, path, async (file) => {
    const slicer = new Slicer(writer);
    const buffer = new Uint8Array(1 << 20);
    for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
      await slicer.write(buffer.subarray(0, n));
    }
    return await slicer.end();
  });
}

/** Looks again at what was read: whether it is still so, or for a transcript still begins so. */
export function stillHolds(store: SnapshotStore, place: Place, seen: Observation): boolean {
  const now = lookAtPlace(store, place);
  const { look, entry } = seen;
  if (look.kind === "file" && now.kind === "file" && entry.kind === "file") {
    const isSameFile = now.inode === look.inode && now.device === look.device;
    // Writing to a database moves pages between its files; the copy was one state.
    if (entry.database || (seen.mayGrow && now.size > look.size)) return isSameFile;
  }
  return isSameLook(look, now);
}
