import { crc32 } from "../base/mod.ts";
import { type FoundIndex, HEX_CRC, isCount } from "./archive_index.ts";
import { concat } from "./byte_reader.ts";
import { damaged } from "./faults.ts";
import {
  type Extent,
  FRAMINGS,
  MAX_SEGMENT_RAW,
  MAX_TABLE_LINE,
  type SegmentLine,
  TABLE_HEADER,
  TABLE_PATH,
} from "./format.ts";
import { inflatePiece, streamPiece } from "./inflate_segments.ts";
import type { Allowance } from "./limits.ts";
import type { SourceFile } from "./source_file.ts";
import { readTar } from "./tar_reader.ts";

/** An archive with its index, and what may still be inflated of it. */
export interface IndexedArchive {
  source: SourceFile;
  index: FoundIndex;
  allowance: Allowance;
}

async function* crcChecked(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  expected: string,
): AsyncGenerator<Uint8Array> {
  let crc = 0;
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (crc !== parseInt(expected, 16)) throw damaged(path, "a checksum in it does not match");
}

/** An extent up to this length, in the file and in the tar, is inflated at once, not as a stream. */
const AT_ONCE = 16 << 20;

/** The tar bytes of an extent. A stream costs several times the memory and the time. */
async function* inflateExtent(source: SourceFile, extent: Extent): AsyncGenerator<Uint8Array> {
  const piece = { at: extent.at, bytes: extent.bytes, raw: extent.raw_bytes };
  if (piece.raw > AT_ONCE || piece.bytes > AT_ONCE) return yield* streamPiece(source, piece);
  yield await Promise.resolve(inflatePiece(source, piece));
}

/** Content of the one entry that lies in an extent. */
export async function* readExtent(
  { source, index, allowance }: IndexedArchive,
  extent: Extent,
  storedPath: string,
): AsyncGenerator<Uint8Array> {
  const { path } = source;
  const checked = crcChecked(path, inflateExtent(source, extent), extent.crc);
  let entries = 0;
  for await (const entry of readTar(checked, { path, allowance, ending: "edge" })) {
    if (entries++ > 0 || entry.kind !== "file" || entry.name !== `${index.top}/${storedPath}`) {
      throw damaged(path, `${storedPath} is not where its index says`);
    }
    yield* entry.chunks;
  }
  if (entries === 0) throw damaged(path, `${storedPath} is not where its index says`);
}

async function* linesOf(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      pieces.push(chunk.subarray(from, end));
      yield concat(pieces);
      pieces = [];
      bytes = 0;
      from = end + 1;
    }
    pieces.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > MAX_TABLE_LINE) throw damaged(path, "a line of its table is too long");
  }
  if (bytes > 0) throw damaged(path, "its table does not end with a line");
}

function isTableEntry(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "string" && isCount(value[1]);
}

function isSegmentLine(line: unknown): line is SegmentLine {
  if (typeof line !== "object" || line === null) return false;
  const { at, bytes, raw, crc, kind, ...rest } = line as Record<string, unknown>;
  if (!isCount(at) || !isCount(bytes) || !isCount(raw) || typeof crc !== "string") return false;
  if (raw === 0 || raw > MAX_SEGMENT_RAW || !HEX_CRC.test(crc)) return false;
  if (kind === "slice") {
    return typeof rest.path === "string" && isCount(rest.offset) && isCount(rest.length);
  }
  const { entries } = rest;
  if ((kind !== "run" && kind !== "head") || !Array.isArray(entries)) return false;
  return entries.length > 0 && entries.every(isTableEntry) &&
    (kind === "run" || entries.length === 1);
}

function parseLine(path: string, line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
  } catch (error) {
    throw damaged(path, "a line of its table is not JSON", error);
  }
}

/**
 * The lines of the table, one after the other, in constant memory. Throws `damaged_archive` where
 * segments leave a gap, overlap, or do not come out at the places that the index states.
 */
export async function* readTable(archive: IndexedArchive): AsyncGenerator<SegmentLine> {
  const { source: { path }, index } = archive;
  let [at, raw, entries] = [FRAMINGS[index.form].start.length, 0, 0];
  let header: unknown;
  for await (const bytes of linesOf(path, readExtent(archive, index.segments, TABLE_PATH))) {
    const line = parseLine(path, bytes);
    if (header === undefined) {
      header = line;
      expectHeader(path, line);
      continue;
    }
    if (!isSegmentLine(line) || line.at !== at) {
      throw damaged(path, "its table is not one of segments that follow each other");
    }
    at += line.bytes;
    raw += line.raw;
    entries += line.kind === "slice" ? 0 : line.entries.length;
    if (at > index.segments.at) break;
    yield line;
  }
  if (at !== index.segments.at || raw !== index.segments.raw_at || entries !== index.entries) {
    throw damaged(path, "its table and its index do not fit together");
  }
}

function expectHeader(path: string, line: unknown): void {
  const { format, version } = (line ?? {}) as Partial<typeof TABLE_HEADER>;
  if (format !== TABLE_HEADER.format || version !== TABLE_HEADER.version) {
    throw damaged(path, "its table is not one of segments");
  }
}
