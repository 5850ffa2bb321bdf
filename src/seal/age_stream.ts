/**
 * The payload of an age file (C2SP age v1, "Payload"): chunks of 64 KiB, each sealed with
 * ChaCha20-Poly1305 under its number and a mark on the last. So a chunk opens alone, and none can be
 * changed, left out, doubled or put elsewhere. Not by age-encryption, which reads and writes streams
 * only, from front to back.
 */
import { hkdfSync } from "node:crypto";
import { openInto, sealInto, TAG_BYTES } from "./chacha.ts";

/** Bytes of a whole chunk before it is sealed. */
export const CHUNK_PLAIN = 64 << 10;
/** Bytes of a whole chunk as it lies in the file. */
export const CHUNK_SEALED = CHUNK_PLAIN + TAG_BYTES;
/** Bytes of the nonce between header and chunks. */
export const NONCE_BYTES = 16;

/** The key of the chunks, from the file key of the header and the nonce that follows it. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", fileKey, nonce, "payload", 32));
}

/** Eleven bytes of the chunk's number, big-endian, and one that is 1 on the last. */
function chunkNonce(number: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(number));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Content that follows each other, to be sealed. */
export interface PlainChunks<Buffer extends ArrayBufferLike = ArrayBufferLike> {
  key: Uint8Array;
  /** The number of the first. No number may be used twice with the same key for other content. */
  first: number;
  /** Whole chunks, but for the very last. */
  plain: Uint8Array<Buffer>;
  /** Whether nothing follows: then the last of them has the mark. */
  isLast: boolean;
}

/** Seals chunks, also the one empty chunk of an empty payload. */
export function sealChunks({ key, first, plain, isLast }: PlainChunks): Uint8Array<ArrayBuffer> {
  const count = Math.max(1, Math.ceil(plain.length / CHUNK_PLAIN));
  const sealed = new Uint8Array(plain.length + count * TAG_BYTES);
  for (let n = 0; n < count; n++) {
    const piece = plain.subarray(n * CHUNK_PLAIN, (n + 1) * CHUNK_PLAIN);
    const at = n * CHUNK_SEALED;
    const place = sealed.subarray(at, at + piece.length + TAG_BYTES);
    sealInto(place, key, chunkNonce(first + n, isLast && n === count - 1), piece);
  }
  return sealed;
}

/**
 * Opens a chunk; undefined when it is not the one that was sealed under this number. `into`: where it
 * may be put, in place of a buffer of its own.
 */
export function openChunk(
  key: Uint8Array,
  number: number,
  isLast: boolean,
  sealed: Uint8Array,
  into = new Uint8Array(CHUNK_PLAIN),
): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES || sealed.length > CHUNK_SEALED) return undefined;
  const plain = into.subarray(0, sealed.length - TAG_BYTES);
  return openInto(plain, key, chunkNonce(number, isLast), sealed) ? plain : undefined;
}

/** What so many bytes of chunks hold; undefined when chunks cannot have that length. */
export function plainSize(sealedBytes: number): number | undefined {
  const chunks = Math.ceil(sealedBytes / CHUNK_SEALED);
  const last = sealedBytes - (chunks - 1) * CHUNK_SEALED;
  if (chunks === 0 || last < TAG_BYTES || (last === TAG_BYTES && chunks > 1)) return undefined;
  return sealedBytes - chunks * TAG_BYTES;
}
