import { constants, deflateRawSync } from "node:zlib";
import { zstdFrame } from "./zstd.ts";
import { crc32, type JobResult, joinBytes, release, sha256Of } from "../base/mod.ts";

/** Name of the job in the worker program. */
export const DEFLATE_JOB = "deflate";

/** What is to be deflated; `bytes` and its buffer move to the worker. */
export interface DeflateInput {
  bytes: Uint8Array<ArrayBuffer>;
  /** So many bytes at the start of `bytes` are compressed already; what follows refers to them. */
  done?: number;
  /** Lengths of the parts of what is left of `bytes`, each compressed on its own. */
  parts: number[];
  /** 0 to 9. */
  level: number;
  /** `segment`: ends byte-aligned and can be followed; `stream`: complete; `frame`: of zstd. */
  ending: "segment" | "stream" | "frame";
  /** Tells the SHA-256 of the first so many bytes. */
  hashed?: number;
}

/** What came out. */
export interface DeflateOutput {
  /** The compressed parts, joined. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Compressed length of each part, and the CRC-32 of what went in; the first goes on from `done`. */
  parts: { bytes: number; crc: number }[];
  /** Upper-case hex. */
  sha256?: string;
}

const SMALLEST_CHUNK = 16 << 10;
/** References of deflate reach no further back. */
const WINDOW_BYTES = 32 << 10;

/** Deflates, usually in a worker thread. */
export function deflateJob(input: DeflateInput): JobResult<DeflateOutput> {
  const { bytes, done = 0, parts, hashed } = input;
  const output: DeflateOutput = { bytes: new Uint8Array(), parts: [] };
  const compressed: Uint8Array[] = [];
  let at = done;
  let window = bytes.subarray(Math.max(0, done - WINDOW_BYTES), done);
  let crc = crc32(bytes.subarray(0, done));
  for (const length of parts) {
    const part = bytes.subarray(at, at += length);
    const deflated = deflatePart(part, input, window);
    compressed.push(deflated);
    output.parts.push({ bytes: deflated.length, crc: crc32(part, crc) });
    [window, crc] = [new Uint8Array(), 0];
  }
  output.bytes = joinBytes(compressed);
  if (hashed !== undefined) output.sha256 = sha256Of(bytes.subarray(0, hashed));
  for (const used of [bytes, ...compressed]) release(used);
  return { output, transfer: [output.bytes.buffer] };
}

function deflatePart(
  part: Uint8Array,
  { level, ending }: DeflateInput,
  window: Uint8Array,
): Uint8Array {
  if (ending === "frame") return zstdFrame(part, level);
  const finishFlush = ending === "segment" ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  // One piece of output in place of many that have to be joined.
  const chunkSize = Math.max(SMALLEST_CHUNK, part.length >> 1);
  const dictionary = window.length > 0 ? window : undefined;
  return deflateRawSync(part, { level, finishFlush, chunkSize, dictionary });
}
