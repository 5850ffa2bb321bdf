/** Which small entries share a segment. Policy of this writer, not format (FORMAT.md section 2). */

import { crc32, joinBytes } from "../base/mod.ts";
import type { EarlierFile } from "./earlier.ts";
import type { TableEntry } from "./format.ts";
import { partOf } from "./stored_order.ts";
import { BLOCK } from "./tar_header.ts";

/** Content of an entry: its bytes, or the file of an earlier archive that has the same. */
export type RunContent = Uint8Array | EarlierFile;

/** Whole tar entries that will be one segment. */
export interface Run {
  pieces: (RunContent | (() => Uint8Array))[];
  /** Length of all pieces, bytes. */
  raw: number;
  entries: TableEntry[];
  /** The earlier file at the path of one of the entries: perhaps the whole run is as it was there. */
  met?: EarlierFile;
}

/**
 * A run is closed when it has reached this length, bytes. With half of it small files take 5 % more
 * room, with twice as much 3 % less; but a run is compressed again when one of its files changes.
 */
const RUN_BYTES = 1 << 19;
/** It may be closed earlier from this length on, and is then so long again on average. */
const RUN_STEP = 1 << 17;

const encoder = new TextEncoder();
const ZEROS = new Uint8Array(BLOCK);

/** A run with nothing in it. */
export function emptyRun(): Run {
  return { pieces: [], raw: 0, entries: [] };
}

/** Header blocks that are made when they are needed. */
export interface RunHeader {
  /** Bytes. */
  length: number;
  blocks(): Uint8Array;
}

/** Adds an entry, and zeros up to the next tar block. */
export function addToRun(run: Run, entry: TableEntry, header: RunHeader, content: RunContent) {
  const [, size] = entry;
  const padding = ZEROS.subarray(0, -size & (BLOCK - 1));
  run.pieces.push(header.blocks, content, padding);
  run.raw += header.length + size + padding.length;
  run.entries.push(entry);
}

/** The segments of an earlier archive that hold exactly a run's entries, if there are such. */
export function sameSegments({ met, entries }: Run): EarlierFile | undefined {
  const same = met?.group.entries.length === entries.length &&
    entries.every((entry, index) => isSameEntry(entry, met.group.entries[index]));
  return same ? met : undefined;
}

function isSameEntry(a: TableEntry, b: TableEntry): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** The bytes of a run. What lies in an earlier archive is read from there. */
export async function bytesOfRun({ pieces }: Run): Promise<Uint8Array<ArrayBuffer>> {
  const loaded: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) loaded.push(piece);
    else if (typeof piece === "function") loaded.push(piece());
    else loaded.push(await piece.archive.content(piece));
  }
  return joinBytes(loaded);
}

/** Whether a run takes nothing more. */
export function isFull(run: Run): boolean {
  return run.raw >= RUN_BYTES;
}

/**
 * Whether a run ends before an entry that is `length` bytes long in the tar. The path decides, with
 * a chance that grows with the length: so the borders of later runs stay where they are when a file
 * is added or grows, and their segments can be taken over from the backup before.
 */
export function endsBefore(run: Run, path: string, length: number): boolean {
  const last = run.entries.at(-1)?.[0] ?? "/";
  // What carries the time of the backup must not share a segment with what does not.
  if (last !== "/" && partOf(last) !== partOf(path)) return true;
  if (run.raw < RUN_STEP) return false;
  return crc32(encoder.encode(path)) / 2 ** 32 < length / RUN_STEP;
}
