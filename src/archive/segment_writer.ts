import { crc32, crc32Combine } from "../base/mod.ts";
import type { ArchiveOutput, OutputMark } from "./output_file.ts";
import {
  type Coverage,
  type Extent,
  type Framing,
  type SegmentLine,
  TABLE_HEADER,
} from "./format.ts";
import type { Spool } from "./spool.ts";

/** A segment whose compressed bytes are known, from wherever they come. */
export interface ReadySegment {
  /** Compressed. */
  bytes: Uint8Array;
  /** Length when inflated, bytes. */
  raw: number;
  /** CRC-32 of the inflated bytes. */
  crc: number;
  /** The same of the compressed ones as the table has it, where it is known. */
  packed?: string;
  /** What the table says of it; the table's own segments have none. */
  coverage?: Coverage;
  /** Counts the segments of one entry together. */
  tally?: Tally;
}

/** Where the segments of an entry lie; empty until the first of them is written. */
export interface Tally {
  extent?: Extent;
}

/** A place in the stream of segments that can be gone back to. */
export interface SegmentMark {
  output: OutputMark;
  tableLength: number;
  raw: number;
  crc: number;
}

/** The compressed tar: segments, and the tail that ends it. Their table grows in the spool. */
export interface SegmentWriter {
  append(segment: ReadySegment): void;
  mark(): SegmentMark;
  /** Takes back everything after a mark, which must not be used again. */
  restore(mark: SegmentMark): Promise<void>;
  /** Length of the tar so far. */
  readonly raw: number;
  /** Writes the end of the tar, `TAIL_RAW_BYTES` long, and what follows it. */
  end(tail: Uint8Array): void;
}

const encoder = new TextEncoder();

/** Starts the stream in an empty output, and the table in an empty spool. */
export function createSegmentWriter(
  output: ArchiveOutput,
  table: Spool,
  framing: Framing,
): SegmentWriter {
  let raw = 0;
  let crc = 0;
  if (framing.start.length > 0) output.write(framing.start);
  table.append(jsonLine(TABLE_HEADER));
  return {
    append(segment) {
      const { bytes, coverage, packed = crcText(crc32(bytes)) } = segment;
      const place: Extent = {
        at: output.at,
        bytes: bytes.length,
        raw_at: raw,
        raw_bytes: segment.raw,
        crc: crcText(segment.crc),
      };
      output.write(bytes);
      if (coverage) table.append(jsonLine(tableLine(place, packed, coverage)));
      if (segment.tally) count(segment.tally, place);
      crc = crc32Combine(crc, segment.crc, segment.raw);
      raw += segment.raw;
    },
    mark: () => ({ output: output.mark(), tableLength: table.length, raw, crc }),
    async restore(mark) {
      await output.restore(mark.output);
      table.truncate(mark.tableLength);
      ({ raw, crc } = mark);
    },
    get raw() {
      return raw;
    },
    end(tail) {
      const trailer = { crc: crc32Combine(crc, crc32(tail), tail.length), raw: raw + tail.length };
      output.write(tailBytes(framing, tail, trailer));
    },
  };
}

function jsonLine(value: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify(value)}\n`);
}

function crcText(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}

function tableLine(place: Extent, packed: string, coverage: Coverage): SegmentLine {
  const { at, bytes, raw_bytes, crc } = place;
  return { at, bytes, raw: raw_bytes, crc, packed, ...coverage };
}

function count(tally: Tally, place: Extent): void {
  const { extent } = tally;
  if (!extent) {
    tally.extent = place;
    return;
  }
  const crc = crc32Combine(parseInt(extent.crc, 16), parseInt(place.crc, 16), place.raw_bytes);
  extent.bytes += place.bytes;
  extent.raw_bytes += place.raw_bytes;
  extent.crc = crcText(crc);
}

function tailBytes(
  { tailStart, tailBytes, hasTrailer }: Framing,
  tail: Uint8Array,
  trailer: { crc: number; raw: number },
): Uint8Array {
  const bytes = new Uint8Array(tailBytes);
  bytes.set(tailStart);
  bytes.set(tail, tailStart.length);
  if (!hasTrailer) return bytes;
  const view = new DataView(bytes.buffer, tailBytes - 8);
  view.setUint32(0, trailer.crc, true);
  view.setUint32(4, trailer.raw % 2 ** 32, true);
  return bytes;
}
