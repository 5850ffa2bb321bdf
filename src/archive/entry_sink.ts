import type { EarlierFile } from "./earlier.ts";
import { type LargeEntry, type Packer, type SizedMeta, SMALL_BYTES } from "./packer.ts";
import { SLICE_BYTES } from "./format.ts";
import { roundToBlock } from "./tar_header.ts";

/** Where the content of one file goes. */
export interface EntrySink {
  /** The next bytes; what is kept of them is copied. */
  write(chunk: Uint8Array): Promise<void>;
  /** The file is complete; the SHA-256 of its content, upper-case hex. */
  commit(sha256: string): Promise<void>;
  /** Makes the archive what it would be if the file had never begun. */
  rollback(): Promise<void>;
}

/**
 * Takes the content of a file in pieces of any size. The caller counts the bytes, and takes the file
 * back when its content does not begin with `start`.
 */
export async function createEntrySink(
  packer: Packer,
  meta: SizedMeta,
  start?: EarlierFile,
): Promise<EntrySink> {
  if (meta.size <= SMALL_BYTES) return smallSink(packer, meta);
  return largeSink(await packer.large(meta, start), meta.size);
}

function smallSink(packer: Packer, meta: SizedMeta): EntrySink {
  const content = new Uint8Array(meta.size);
  let filled = 0;
  return {
    write(chunk) {
      content.set(chunk, filled);
      filled += chunk.length;
      return Promise.resolve();
    },
    commit: (sha256) => packer.small({ ...meta, sha256 }, content),
    rollback: () => Promise.resolve(),
  };
}

function largeSink(entry: LargeEntry, size: number): EntrySink {
  let skip = entry.done;
  let remaining = size - skip;
  let length = 0;
  let filled = 0;
  let buffer = new Uint8Array();

  function nextBuffer(): void {
    length = Math.min(SLICE_BYTES, remaining);
    buffer = new Uint8Array(roundToBlock(length));
    filled = 0;
  }

  nextBuffer();
  return {
    async write(chunk) {
      const skipped = Math.min(skip, chunk.length);
      skip -= skipped;
      for (let at = skipped; at < chunk.length;) {
        const piece = chunk.subarray(at, at + length - filled);
        buffer.set(piece, filled);
        at += piece.length;
        filled += piece.length;
        remaining -= piece.length;
        // The last slice waits for the hash of the whole, which its line in the table carries.
        if (filled < length || remaining === 0) continue;
        await entry.slice(buffer, length);
        nextBuffer();
      }
    },
    commit: (sha256) => entry.slice(buffer, length, sha256),
    rollback: () => entry.drop(),
  };
}
