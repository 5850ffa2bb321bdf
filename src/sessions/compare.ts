import { Buffer } from "node:buffer";

/** How the transcript of a backup stands to the live one. */
export type Comparison = "equal" | "shorter" | "longer" | "diverged";

/** Gives the bytes of some content in pieces of any length that is asked for. */
function createReader(chunks: AsyncIterable<Uint8Array>) {
  const source = chunks[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  return {
    /** What is there without waiting longer than for one chunk; empty at the end. */
    async some(): Promise<Uint8Array> {
      while (held.length === 0) {
        const { value, done } = await source.next();
        if (done) break;
        held = value;
      }
      return held;
    },
    skip(bytes: number): void {
      held = held.subarray(bytes);
    },
    /** Lets the source close what it has open. */
    async end(): Promise<void> {
      await source.return?.();
    },
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/**
 * Compares two transcripts byte by byte as far as both go. An agent only ever adds to a transcript, so
 * the one that begins with all of the other has all that was said in both. Throws what they throw.
 */
export async function compareTranscripts(
  stored: AsyncIterable<Uint8Array>,
  live: AsyncIterable<Uint8Array>,
): Promise<Comparison> {
  const [a, b] = [createReader(stored), createReader(live)];
  try {
    for (;;) {
      const [one, other] = [await a.some(), await b.some()];
      const length = Math.min(one.length, other.length);
      if (length === 0) {
        if (one.length === other.length) return "equal";
        return one.length > 0 ? "longer" : "shorter";
      }
      if (!isSame(one.subarray(0, length), other.subarray(0, length))) return "diverged";
      a.skip(length);
      b.skip(length);
    }
  } finally {
    await a.end();
    await b.end();
  }
}
