/** Smaller buffers may be parts of one that node shares out; and they are not worth it. */
const SMALLEST_BYTES = 64 << 10;

/**
 * Gives the memory of a large buffer back now; the bytes are gone then. The collector comes around
 * late for what lies outside its heap: it let megabytes that were used once add up to hundreds.
 */
export function release({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < SMALLEST_BYTES) return;
  buffer.transfer(0);
}
