import { Buffer } from "node:buffer";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createInflateRaw, inflateRawSync } from "node:zlib";
import { describeError, errnoOf, LifeboatError } from "../base/mod.ts";
import { damaged } from "./faults.ts";
import { CHUNK_BYTES } from "./source_file.ts";

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

/** The same for a piece that fits into memory. */
export function inflateWhole(path: string, deflated: Uint8Array, raw: number): Uint8Array {
  let inflated: Inflated;
  try {
    // One byte more than expected, so that the piece's end is met in the same call.
    const options = { chunkSize: Math.max(64, raw + 1), maxOutputLength: raw + 1, info: true };
    inflated = inflateRawSync(
      Buffer.from(deflated.buffer, deflated.byteOffset, deflated.length),
      options,
    ) as unknown as Inflated;
  } catch (error) {
    throw errnoOf(error) === "ERR_BUFFER_TOO_LARGE" ? wrongLength(path) : asDamage(path, error);
  }
  const { buffer, engine } = inflated;
  if (buffer.length !== raw || engine.bytesWritten !== deflated.length) throw wrongLength(path);
  return plain(buffer);
}
