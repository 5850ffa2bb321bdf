import { Buffer } from "node:buffer";
import { constants, deflateRawSync, gunzipSync, inflateRawSync } from "node:zlib";
import {
  type ArchiveIndex,
  GZIP_HEADER,
  type SegmentLine,
  TABLE_HEADER,
  TAIL_BLOCK_HEADER,
  TAIL_BYTES,
} from "../../src/archive/format.ts";
import { crc32, sha256Of } from "../../src/base/mod.ts";
import { TOP } from "./archives.ts";
import { join, membersOf } from "./raw_tar.ts";

/** A segment taken out of an archive. */
export interface Piece {
  deflated: Uint8Array;
  raw: Uint8Array;
  line: SegmentLine;
}

/** An archive with its index, taken apart. */
export interface Parts {
  pieces: Piece[];
  index: ArchiveIndex;
}

/** How an archive is put together again, to lie in one place and to agree in all others. */
export interface Lies {
  /** Lines of the table, header included, once their places are right; text goes in as it is. */
  table?: (lines: SegmentLine[]) => unknown[] | string;
  index?: (index: ArchiveIndex) => unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function entryOf(name: string, content: Uint8Array): Uint8Array {
  return membersOf([{ name: `${TOP}/${name}`, content }]);
}

/** Compresses a piece as a segment is: byte-aligned at its end, and not final. */
export function deflateSegment(raw: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(raw, { finishFlush: constants.Z_SYNC_FLUSH }));
}

const hex = (crc: number) => crc.toString(16).padStart(8, "0");

/** Takes an archive of ours apart. */
export function takeApart(archive: Uint8Array): Parts {
  const tail = archive.subarray(archive.length - TAIL_BYTES);
  const index: ArchiveIndex = JSON.parse(decoder.decode(tail.subarray(517, 517 + 512)));
  const tar = new Uint8Array(gunzipSync(Buffer.from(archive)));
  const table = tar.subarray(index.segments.raw_at + 512);
  const size = parseInt(
    decoder.decode(tar.subarray(index.segments.raw_at + 124).subarray(0, 11)),
    8,
  );
  const lines = decoder.decode(table.subarray(0, size)).trimEnd().split("\n").slice(1);
  const pieces = lines.map((text) => {
    const line: SegmentLine = JSON.parse(text);
    const deflated = archive.slice(line.at, line.at + line.bytes);
    const whole = Buffer.from(join([deflated, Uint8Array.of(3, 0)]));
    return { line, deflated, raw: new Uint8Array(inflateRawSync(whole)) };
  });
  return { pieces, index };
}

function placed(pieces: Piece[]): SegmentLine[] {
  let at = GZIP_HEADER.length;
  return pieces.map(({ line, deflated }) => {
    const moved = { ...line, at, bytes: deflated.length };
    at += deflated.length;
    return moved;
  });
}

/** Puts an archive together whose checksums are right, whatever its table and index say. */
export function putTogether({ pieces, index }: Parts, lies: Lies = {}): Uint8Array {
  const lines = placed(pieces);
  const told = lies.table?.(lines) ?? lines;
  const text = typeof told === "string"
    ? told
    : [TABLE_HEADER, ...told].map((line) => `${JSON.stringify(line)}\n`).join("");
  const table = entryOf("segments.jsonl", encoder.encode(text));
  const deflatedTable = deflateSegment(table);
  const body = join(pieces.map(({ raw }) => raw));
  const at = lines.at(-1)!.at + lines.at(-1)!.bytes;
  const isOfManifest = (line: SegmentLine) => line.at >= index.manifest.at;
  const manifestAt = lines.find((line, i) => isOfManifest(pieces[i].line) && line)!.at;
  const honest: ArchiveIndex = {
    ...index,
    manifest: { ...index.manifest, at: manifestAt, bytes: at - manifestAt },
    segments: {
      at,
      bytes: deflatedTable.length,
      raw_at: body.length,
      raw_bytes: table.length,
      crc: hex(crc32(table)),
    },
    entries: lines.reduce((sum, line) => sum + ("entries" in line ? line.entries.length : 0), 0),
    raw_bytes: body.length + table.length + 2048,
  };
  honest.manifest.raw_at = body.length - index.manifest.raw_bytes;
  const content = JSON.stringify(lies.index?.(honest) ?? honest).padEnd(511) + "\n";
  const tail = join([entryOf("index.json", encoder.encode(content)), new Uint8Array(1024)]);
  const trailer = new Uint8Array(8);
  const tar = join([body, table, tail]);
  new DataView(trailer.buffer).setUint32(0, crc32(tar), true);
  new DataView(trailer.buffer).setUint32(4, tar.length, true);
  const deflated = pieces.map((piece) => piece.deflated);
  return join([GZIP_HEADER, ...deflated, deflatedTable, TAIL_BLOCK_HEADER, tail, trailer]);
}

/** A segment with other content, of which the table tells the truth. */
export function pieceOf(line: SegmentLine, raw: Uint8Array): Piece {
  const told = { ...line, raw: raw.length, crc: hex(crc32(raw)) } as SegmentLine;
  return { line: told, raw, deflated: deflateSegment(raw) };
}

/** A tar entry of the archive's top folder, and its line in the table. */
export function runOf(files: Record<string, string>): Piece {
  const contents = Object.entries(files).map(([path, text]) => ({
    path,
    bytes: encoder.encode(text),
  }));
  const raw = join(contents.map(({ path, bytes }) => entryOf(path, bytes)));
  const entries = contents.map(({ path, bytes }) =>
    [path, bytes.length, 0, 0o600, sha256Of(bytes)] as [string, number, number, number, string]
  );
  return pieceOf({ kind: "run", entries, at: 0, bytes: 0, raw: 0, crc: "" }, raw);
}
