/** Which small entries share a segment. Policy of this writer, not format (FORMAT.md section 2). */

import { crc32 } from "../base/mod.ts";
import type { TableEntry } from "./format.ts";
import { BLOCK } from "./tar_header.ts";

/** Whole tar entries that will be one segment. */
export interface Run {
  pieces: Uint8Array[];
  /** Length of all pieces, bytes. */
  raw: number;
  entries: TableEntry[];
}

/** A run is closed when it has reached this length, bytes. */
const RUN_BYTES = 1 << 20;
/** It may be closed earlier from this length on, and is then so long again on average. */
const RUN_STEP = 1 << 18;

const encoder = new TextEncoder();
const ZEROS = new Uint8Array(BLOCK);

/** A run with nothing in it. */
export function emptyRun(): Run {
  return { pieces: [], raw: 0, entries: [] };
}

/** Adds an entry, and zeros up to the next tar block. */
export function addToRun(run: Run, entry: TableEntry, header: Uint8Array, content: Uint8Array) {
  const padding = ZEROS.subarray(0, -content.length & (BLOCK - 1));
  for (const piece of [header, content, padding]) {
    if (piece.length === 0) continue;
    run.pieces.push(piece);
    run.raw += piece.length;
  }
  run.entries.push(entry);
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
  if (run.raw < RUN_STEP) return false;
  return crc32(encoder.encode(path)) / 2 ** 32 < length / RUN_STEP;
}
