import { deflateJob } from "../../src/archive/mod.ts";
import type { WorkerPool } from "../../src/base/mod.ts";

/** Says when a job that was given to the pool may run. */
export type Turn = (jobs: number) => Promise<void>;

/**
 * A worker pool without workers, fast to start: jobs run in this thread, in the order that `turn`
 * allows. Buffers that are transferred are detached here too.
 */
export function inlinePool(size = 2, turn: Turn = () => Promise.resolve()): WorkerPool {
  let jobs = 0;
  return {
    size,
    isWarm: true,
    async run<Output>(_job: string, input: unknown, transfer: Transferable[] = []) {
      const moved = structuredClone(input, { transfer });
      await turn(jobs++);
      return (await deflateJob(moved as Parameters<typeof deflateJob>[0])).output as Output;
    },
    close: () => {},
  };
}
