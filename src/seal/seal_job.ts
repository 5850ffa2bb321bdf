import { type JobResult, release } from "../base/mod.ts";
import { type PlainChunks, sealChunks } from "./age_stream.ts";

/** Name of the job in the worker program. */
export const SEAL_JOB = "seal.chunks";

/** Seals chunks, usually in a worker thread. `plain` and its buffer belong to the job. */
export function sealJob(input: PlainChunks<ArrayBuffer>): JobResult<Uint8Array<ArrayBuffer>> {
  const output = sealChunks(input);
  release(input.plain);
  return { output, transfer: [output.buffer] };
}
