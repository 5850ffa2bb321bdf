import { type FileHandle, readFully } from "../base/mod.ts";

const NEWLINE = 0x0a;
const STEP_BYTES = 64 << 10;

/** Where the last whole line within the first `size` bytes ends; 0 when there is none. */
export function endOfLastLine(file: FileHandle, size: number): number {
  for (let end = size; end > 0; end -= STEP_BYTES) {
    const start = Math.max(0, end - STEP_BYTES);
    const buffer = new Uint8Array(end - start);
    file.seek(start);
    const at = buffer.subarray(0, readFully(file, buffer)).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
  }
  return 0;
}
