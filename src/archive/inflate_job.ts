import { describeError, type JobResult, realFs, release, sha256, sha256Of } from "../base/mod.ts";
import { damaged, decodeName } from "./faults.ts";
import type { SegmentLine, TableEntry } from "./format.ts";
import { inflateSegment } from "./group_reader.ts";
import { openRef } from "./payload_source.ts";
import type { SourceFile, SourceRef } from "./source_file.ts";
import { BLOCK, roundToBlock } from "./tar_header.ts";
import { applyPax, parseBlock, parsePax, type TarBlock } from "./tar_parse.ts";

/** Name of the job in the worker program. */
export const INFLATE_JOB = "archive.inflate";

/** Segments of one archive that a worker inflates. */
export interface InflateInput {
  source: SourceRef;
  top: string;
  /** Whether the content comes back, or only hashes. */
  need: "content" | "hash";
  /** Groups of segments, or single slices of an entry. */
  groups: SegmentLine[][];
}

/** A file in inflated segments. */
export interface InflatedFile {
  mode: number;
  mtimeMs: number;
  /** Where its content begins in the group's only piece; of a file in slices 0. */
  at: number;
  /** Of its content, upper-case hex. */
  sha256: string;
}

/** What was found; `files` in the order of the table, none where only slices were asked for. */
export interface InflatedGroup {
  /** Each segment, inflated; none where only hashes are needed. */
  pieces: Uint8Array<ArrayBuffer>[];
  files: InflatedFile[];
}

/** Undefined for a group that is not what its table says, or that takes a closer look to tell. */
export type InflateOutput = (InflatedGroup | undefined)[];

/**
 * Inflates segments in a worker, on the file system of this machine: compares their checksums and tar
 * headers with the table, and hashes the files. What it does not like it leaves to the caller, whose
 * reading says what is wrong.
 */
export function inflateJob({ source: ref, top, need, groups }: InflateInput): JobResult {
  const source = openRef({ fs: realFs }, ref);
  try {
    const output: InflateOutput = groups.map((lines) => groupIfWhole(source, top, need, lines));
    const pieces = output.flatMap((group) => group?.pieces ?? []);
    return { output, transfer: pieces.map(({ buffer }) => buffer) };
  } finally {
    source.close();
  }
}

function groupIfWhole(
  source: SourceFile,
  top: string,
  need: InflateInput["need"],
  lines: SegmentLine[],
): InflatedGroup | undefined {
  try {
    return need === "hash" ? hashGroup(source, top, lines) : inflateGroup(source, top, lines);
  } catch {
    return undefined; // the caller reads it again and says why
  }
}

function inflateGroup(source: SourceFile, top: string, lines: SegmentLine[]): InflatedGroup {
  const pieces = lines.map((line) => movable(inflateSegment(source, line)));
  return { pieces, files: filesOf(top, lines, (n) => pieces[n]) };
}

/** Holds one segment after the other, so that a file may be longer than what fits into memory. */
function hashGroup(source: SourceFile, top: string, lines: SegmentLine[]): InflatedGroup {
  let held: Uint8Array = new Uint8Array();
  const files = filesOf(top, lines, (n) => {
    release(held);
    return held = inflateSegment(source, lines[n]);
  });
  release(held);
  return { pieces: [], files };
}

/** Node keeps small buffers in one large one, which must not be handed to another thread. */
function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.buffer instanceof ArrayBuffer && bytes.length * 2 > bytes.buffer.byteLength;
  return isOwn ? bytes as Uint8Array<ArrayBuffer> : bytes.slice();
}

/** `inflated` is called for each segment, in order. */
function filesOf(
  top: string,
  [line, ...slices]: SegmentLine[],
  inflated: (n: number) => Uint8Array,
): InflatedFile[] {
  if (line.kind === "slice") return [];
  const headers = inflated(0);
  if (line.kind === "run") return filesOfRun(top, line.entries, headers);
  const head = headOf(top, line.entries[0], headers);
  const hash = sha256();
  slices.forEach((slice, n) => {
    const content = inflated(n + 1);
    if (slice.kind === "slice") hash.update(content.subarray(0, slice.length));
  });
  return [{ ...head, at: 0, sha256: hash.hex() }];
}

/**
 * What the header of a large file says, which is a segment by itself. Throws where it is not what the
 * table says.
 */
export function headOf(top: string, entry: TableEntry, headers: Uint8Array) {
  const { block, content } = headerAt(headers, 0);
  expectSame(block, entry, top);
  if (content !== headers.length) throw new Error("something follows the header");
  return { mode: block.mode, mtimeMs: block.mtimeMs };
}

/** The files of an inflated run. Throws `damaged_archive` where it is not what its table says. */
export function filesInRun(
  { path }: SourceFile,
  { at, entries }: { at: number; entries: TableEntry[] },
  { top, inflated }: { top: string; inflated: Uint8Array },
): InflatedFile[] {
  try {
    return filesOfRun(top, entries, inflated);
  } catch (error) {
    throw damaged(path, `its segment at byte ${at}: ${describeError(error)}`, error);
  }
}

/** The same. Throws any error where it is not what the table says. */
export function filesOfRun(top: string, entries: TableEntry[], run: Uint8Array): InflatedFile[] {
  const files: InflatedFile[] = [];
  let at = 0;
  for (const entry of entries) {
    const { block, content } = headerAt(run, at);
    expectSame(block, entry, top);
    at = content + roundToBlock(block.size);
    if (at > run.length) throw new Error("it is cut off");
    if (block.typeflag !== "0") continue;
    const { mode, mtimeMs, size } = block;
    const sha256 = sha256Of(run.subarray(content, content + size));
    files.push({ mode, mtimeMs, at: content, sha256 });
  }
  if (at !== run.length) throw new Error("something follows the last entry");
  return files;
}

/** A header with its PAX header, as our writer makes them, and where the content begins. */
function headerAt(tar: Uint8Array, at: number): { block: TarBlock; content: number } {
  const block = parseBlock(tar.subarray(at, at + BLOCK));
  if (block.typeflag !== "x") return { block, content: at + BLOCK };
  const records = parsePax(tar.subarray(at + BLOCK, at + BLOCK + block.size));
  const next = at + BLOCK + roundToBlock(block.size);
  return {
    block: applyPax(parseBlock(tar.subarray(next, next + BLOCK)), records),
    content: next + BLOCK,
  };
}

function expectSame({ typeflag, size, name }: TarBlock, entry: TableEntry, top: string): void {
  const [stored, bytes] = entry;
  const isFolder = stored.endsWith("/");
  const expected = stored === "/" ? `${top}/` : `${top}/${stored}`;
  const same = typeflag === (isFolder ? "5" : "0") && size === (isFolder ? 0 : bytes) &&
    decodeName(name) === expected;
  if (!same) throw new Error("it is not what the table says");
}
