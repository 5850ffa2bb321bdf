import { pipeline, Readable } from "node:stream";
import * as zlib from "node:zlib";
import { describeError, LifeboatError } from "../base/mod.ts";

/** Bytes that any compressed transcript may inflate to; the largest plain ones have 2 GB. */
const FREE_BYTES = 4 * 2 ** 30;
/** Bytes beyond that for each compressed one. */
const RATIO = 250;

/** Whether this runtime can read what is zstd-compressed. */
export function canInflateZstd(runtime: object = zlib): boolean {
  return "createZstdDecompress" in runtime;
}

function unreadable(message: string, cause?: unknown): LifeboatError {
  return new LifeboatError("failed", "damaged_transcript", message, { cause });
}

/**
 * Inflates as a stream. Throws `damaged_transcript` where it is no zstd or inflates to far more than
 * a transcript can, `zstd_unavailable` where the runtime cannot do it, and what the source throws.
 *
 * @param freeBytes what even a tiny one may inflate to
 */
export async function* inflateZstd(
  chunks: AsyncIterable<Uint8Array>,
  freeBytes = FREE_BYTES,
): AsyncGenerator<Uint8Array> {
  if (!canInflateZstd()) {
    const message = "This build of lifeboat cannot read zstd-compressed transcripts";
    throw new LifeboatError("failed", "zstd_unavailable", message, {
      hint: "Use a newer lifeboat, or decompress the transcript with zstd -d.",
    });
  }
  let [taken, given] = [0, 0];
  let sourceError: unknown;
  // What is thrown while a chunk is handed over comes from the decompressor.
  let handsOver = false;
  async function* counted() {
    try {
      for await (const chunk of chunks) {
        taken += chunk.length;
        handsOver = true;
        // The decompressor works on while the source may already reuse its buffer.
        yield chunk.slice();
        handsOver = false;
      }
    } catch (error) {
      if (!handsOver) sourceError = error;
      throw error;
    }
  }
  const inflated = zlib.createZstdDecompress();
  pipeline(Readable.from(counted()), inflated, () => {});
  try {
    for await (const chunk of inflated) {
      given += chunk.length;
      if (given > freeBytes + RATIO * taken) throw unreadable("It inflates to far too much");
      yield chunk;
    }
  } catch (error) {
    if (error instanceof LifeboatError) throw error;
    throw sourceError ?? unreadable(describeError(error), error);
  }
}

/** Compresses as Codex does (level 3), as a stream. */
export async function* deflateZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  async function* copied() {
    // The compressor works on while the source may already reuse its buffer.
    for await (const chunk of chunks) yield chunk.slice();
  }
  const deflated = zlib.createZstdCompress({
    params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 },
  });
  let sourceError: unknown;
  pipeline(Readable.from(copied()), deflated, (error) => sourceError = error);
  try {
    yield* deflated;
  } catch (error) {
    throw sourceError ?? error;
  }
}
