import { deflateJob } from "../../src/archive/mod.ts";
import type { JobResult, WorkerPool } from "../../src/base/mod.ts";
import { sealJob } from "../../src/seal/mod.ts";

/** Says when a job that was given to the pool may run. */
export type Turn = (jobs: number) => Promise<void>;

/** Those that writing an archive needs. */
// deno-lint-ignore no-explicit-any -- each job knows the shape of its own input
const JOBS: Record<string, (input: any) => JobResult> = {
  deflate: deflateJob,
  "seal.chunks": sealJob,
};

/**
 * A worker pool without workers, fast to start: jobs run in this thread, in the order that `turn`
 * allows. Buffers that are transferred are detached here too.
 */
export function inlinePool(size = 2, turn: Turn = () => Promise.resolve()): WorkerPool {
  let jobs = 0;
  return {
    size,
    isWarm: true,
    async run<Output>(job: string, input: unknown, transfer: Transferable[] = []) {
      const moved = structuredClone(input, { transfer });
      await turn(jobs++);
      return JOBS[job](moved).output as Output;
    },
    close: () => {},
  };
}
