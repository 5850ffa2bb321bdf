/** Where zstd frames end (RFC 8878 section 3.1), for a decompressor that knows one frame only. */
import { damaged } from "./faults.ts";
import { startsAsZstd } from "./zstd.ts";

/** Takes pieces of any length from a stream of chunks. */
interface Input {
  atEnd(): boolean;
  /** Exactly so many bytes, in as many pieces as they lie in. */
  take(bytes: number): Generator<Uint8Array>;
  /** The same as one piece. */
  whole(bytes: number): Uint8Array;
}

/** The frames of a stream, one after the other; each must be read to its end before the next. */
export function* zstdFrames(
  path: string,
  source: Iterable<Uint8Array>,
): Generator<Iterable<Uint8Array>> {
  const input = inputOf(path, source);
  while (!input.atEnd()) {
    const start = input.whole(4);
    if (isSkippable(start)) { for (const _ of input.take(uint(input.whole(4)))); }
    else if (startsAsZstd(start)) yield frame(path, input, start);
    else throw damaged(path, "something in it is no zstd frame");
  }
}

const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const CHECKSUM_BYTES = 4;
const RLE = 1;
const RESERVED = 3;

function* frame(path: string, input: Input, magic: Uint8Array): Generator<Uint8Array> {
  yield magic;
  const descriptor = input.whole(1);
  yield descriptor;
  const [flags] = descriptor;
  const isSingle = (flags & 0x20) !== 0;
  const size = CONTENT_SIZE_BYTES[flags >> 6] || (isSingle ? 1 : 0);
  yield* input.take((isSingle ? 0 : 1) + DICTIONARY_ID_BYTES[flags & 3] + size);
  for (let isLast = false; !isLast;) {
    const header = input.whole(3);
    yield header;
    const value = uint(header);
    const type = value >> 1 & 3;
    if (type === RESERVED) throw damaged(path, "a zstd block in it is of no known type");
    yield* input.take(type === RLE ? 1 : value >> 3);
    isLast = (value & 1) === 1;
  }
  if (flags & 4) yield* input.take(CHECKSUM_BYTES);
}

function isSkippable([a, b, c, d]: Uint8Array): boolean {
  return a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18;
}

/** Little-endian. */
function uint(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

function inputOf(path: string, source: Iterable<Uint8Array>): Input {
  const chunks = source[Symbol.iterator]();
  let current: Uint8Array = new Uint8Array();

  function refill(): boolean {
    while (current.length === 0) {
      const next = chunks.next();
      if (next.done) return false;
      current = next.value;
    }
    return true;
  }

  function* take(bytes: number): Generator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      if (!refill()) throw damaged(path, "it ends too early");
      const piece = current.subarray(0, left);
      current = current.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  return {
    atEnd: () => !refill(),
    take,
    whole: (bytes) => Uint8Array.from([...take(bytes)].flatMap((piece) => [...piece])),
  };
}
