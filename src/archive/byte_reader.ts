import { joinBytes } from "../base/mod.ts";

/** Takes a stream of chunks apart into pieces of the lengths that a parser asks for. */
export interface ByteReader {
  /** Exactly `bytes` bytes, or undefined when the stream has not so many left. */
  take(bytes: number): Promise<Uint8Array | undefined>;
  /** From 1 to `most` bytes, whatever is at hand; empty at the end. */
  some(most: number): Promise<Uint8Array>;
  /** How many bytes are left over in `take` that answered undefined; 0 at a clean end. */
  leftover(): number;
}

const NOTHING = new Uint8Array();

/** Reads from chunks; a piece is a view of a chunk where it lies in one. */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const source = chunks[Symbol.asyncIterator]();
  let current: Uint8Array = NOTHING;

  async function refill(): Promise<boolean> {
    while (current.length === 0) {
      const next = await source.next();
      if (next.done) return false;
      current = next.value;
    }
    return true;
  }

  function split(bytes: number): Uint8Array {
    const piece = current.subarray(0, bytes);
    current = current.subarray(piece.length);
    return piece;
  }

  async function gather(bytes: number): Promise<Uint8Array | undefined> {
    const pieces = [split(bytes)];
    let missing = bytes - pieces[0].length;
    while (missing > 0 && await refill()) {
      const piece = split(missing);
      pieces.push(piece);
      missing -= piece.length;
    }
    const joined = concat(pieces);
    if (missing === 0) return joined;
    current = joined;
    return undefined;
  }

  return {
    async take(bytes) {
      return current.length >= bytes ? split(bytes) : await gather(bytes);
    },
    async some(most) {
      return await refill() ? split(most) : NOTHING;
    },
    leftover: () => current.length,
  };
}

/** Joins pieces; one alone is not copied. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0] : joinBytes(pieces);
}

/** Whether two arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
