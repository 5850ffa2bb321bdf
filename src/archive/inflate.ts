import { Buffer } from "node:buffer";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createInflateRaw, inflateRawSync } from "node:zlib";
import { describeError, errnoOf, LifeboatError } from "../base/mod.ts";
import { concat } from "./byte_reader.ts";
import { damaged } from "./faults.ts";
import { CHUNK_BYTES } from "./source_file.ts";
import { requireZstd } from "./zstd.ts";
import { zstdFrames } from "./zstd_frames.ts";

/** An empty final block: makes a run of segments a finished deflate stream (FORMAT.md section 2). */
export const DEFLATE_END = Uint8Array.of(0x03, 0x00);

type Zlib = Transform & { bytesWritten: number };

/** zlib's own errors are damage; what reading the source threw stays what it is. */
function asDamage(path: string, error: unknown): unknown {
  return error instanceof LifeboatError ? error : damaged(path, describeError(error), error);
}

/** The same bytes, not as a node Buffer, whose methods are several times slower in Deno. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

async function* through(
  path: string,
  source: Iterable<Uint8Array>,
  zlib: Zlib,
): AsyncGenerator<Uint8Array> {
  // pipeline() hands an error of the source on to zlib, where the loop below meets it.
  pipeline(Readable.from(source, { highWaterMark: 1 }), zlib, () => {});
  try {
    for await (const chunk of zlib) yield plain(chunk);
  } catch (error) {
    throw asDamage(path, error);
  }
}

/**
 * A whole `.gz` file, of any number of members. Node's zlib, since `DecompressionStream` fails at
 * the second member (facts of Deno 2.6); it refuses bytes after the last member, except zeros.
 */
export function gunzip(path: string, source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return through(path, source, createGunzip({ chunkSize: CHUNK_BYTES }));
}

function wrongLength(path: string): LifeboatError {
  return damaged(path, "a compressed piece has not the length that the archive states");
}

/**
 * Any number of zstd frames. The runtime's reader stops after the first without a word (tried, Deno
 * 2.6.10 and 2.7.14), so each gets one of its own. Throws `zstd_unavailable`.
 */
export async function* unzstd(
  path: string,
  source: Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { createZstdDecompress } = requireZstd();
  for (const frame of zstdFrames(path, source)) {
    const zlib = createZstdDecompress({ chunkSize: CHUNK_BYTES }) as unknown as Zlib;
    yield* through(path, frame, zlib);
  }
}

/** A deflate stream that must inflate to `raw` bytes and have no byte left over. */
export async function* inflateStream(
  path: string,
  source: Iterable<Uint8Array>,
  expected: { bytes: number; raw: number },
): AsyncGenerator<Uint8Array> {
  const zlib = createInflateRaw({ chunkSize: CHUNK_BYTES });
  let seen = 0;
  for await (const chunk of through(path, source, zlib)) {
    seen += chunk.length;
    if (seen > expected.raw) throw wrongLength(path);
    yield chunk;
  }
  if (seen !== expected.raw || zlib.bytesWritten !== expected.bytes) throw wrongLength(path);
}

interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/** Frames that must hold `raw` bytes, as a stream. */
export async function* unzstdStream(
  path: string,
  source: Iterable<Uint8Array>,
  raw: number,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of unzstd(path, source)) {
    seen += chunk.length;
    if (seen > raw) throw wrongLength(path);
    yield chunk;
  }
  if (seen !== raw) throw wrongLength(path);
}

/** A deflate stream that fits into memory, as of {@linkcode inflateStream}. */
export function inflateWhole(path: string, deflated: Uint8Array, raw: number): Uint8Array {
  const { buffer, engine } = inflateSync(path, deflated, raw, inflateRawSync as InflateSync);
  if (buffer.length !== raw || engine.bytesWritten !== deflated.length) throw wrongLength(path);
  return plain(buffer);
}

/** Frames that fit into memory, as of {@linkcode unzstdStream}. */
export function unzstdWhole(path: string, frames: Uint8Array, raw: number): Uint8Array {
  const inflate = requireZstd().zstdDecompressSync as InflateSync;
  const pieces: Uint8Array[] = [];
  let [at, left] = [0, raw];
  while (at < frames.length) {
    const { buffer, engine } = inflateSync(path, frames.subarray(at), left, inflate);
    if (engine.bytesWritten === 0 || buffer.length > left) throw wrongLength(path);
    pieces.push(plain(buffer));
    at += engine.bytesWritten;
    left -= buffer.length;
  }
  if (left > 0) throw wrongLength(path);
  return concat(pieces);
}

type InflateSync = (bytes: Buffer, options: object) => unknown;

function inflateSync(
  path: string,
  { buffer, byteOffset, length }: Uint8Array,
  most: number,
  inflate: InflateSync,
): Inflated {
  try {
    // One byte more than expected, so that the piece's end is met in the same call.
    const options = { chunkSize: Math.max(64, most + 1), maxOutputLength: most + 1, info: true };
    return inflate(Buffer.from(buffer, byteOffset, length), options) as Inflated;
  } catch (error) {
    throw errnoOf(error) === "ERR_BUFFER_TOO_LARGE" ? wrongLength(path) : asDamage(path, error);
  }
}
