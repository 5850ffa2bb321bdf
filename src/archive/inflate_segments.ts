/** Segments of either form, inflated. */
import { DEFLATE_END, inflateStream, inflateWhole, unzstdStream, unzstdWhole } from "./inflate.ts";
import type { SourceFile } from "./source_file.ts";
import { startsAsZstd } from "./zstd.ts";

/** Where segments lie that follow each other, and their length when inflated, bytes. */
export interface Piece {
  at: number;
  bytes: number;
  raw: number;
}

/** Pieces of segments at once. Throws `damaged_archive` where they are not so long. */
export function inflatePiece(source: SourceFile, { at, bytes, raw }: Piece): Uint8Array {
  const packed = source.read(at, bytes, DEFLATE_END.length);
  const inflated = startsAsZstd(packed)
    ? unzstdWhole(source.path, packed.subarray(0, bytes), raw)
    : inflateWhole(source.path, withEnd(packed, bytes), raw);
  // Given back at once: V8 would let 64 MB of such buffers come together, in each thread.
  packed.buffer.transfer(0);
  return inflated;
}

function withEnd(packed: Uint8Array, bytes: number): Uint8Array {
  packed.set(DEFLATE_END, bytes);
  return packed;
}

/** The same as a stream. */
export function streamPiece(
  source: SourceFile,
  { at, bytes, raw }: Piece,
): AsyncGenerator<Uint8Array> {
  const { path } = source;
  const chunks = source.range(at, bytes);
  if (bytes >= 4 && startsAsZstd(source.read(at, 4))) {
    return unzstdStream(path, chunks, raw);
  }
  return inflateStream(path, ended(chunks), { bytes: bytes + DEFLATE_END.length, raw });
}

function* ended(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield* chunks;
  yield DEFLATE_END;
}
