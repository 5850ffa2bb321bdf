import type { WorkerPool } from "../base/mod.ts";
import { DEFLATE_JOB, type DeflateInput, deflateJob, type DeflateOutput } from "./deflate_job.ts";

/** Something to compress, and what is to be done with the result. */
export interface Segment {
  /** Its `bytes` must have a buffer of their own: it moves to a worker. */
  input: Omit<DeflateInput, "level">;
  /** Called in the order in which segments were submitted. */
  write(output: DeflateOutput): void;
  /** Segments of one group can be dropped together. */
  group?: object;
}

/** Compresses segments in parallel and writes them in order. Calls must be awaited one by one. */
export interface SegmentQueue {
  /** Waits while as many segments are under way as the queue allows. */
  submit(segment: Segment): Promise<void>;
  /** Whether nothing is under way, so that what is passed is written at once. */
  readonly isEmpty: boolean;
  /** What needs no compressing is written in its turn. */
  pass(write: () => void, group?: object): Promise<void>;
  /** Writes everything that was submitted. */
  drain(): Promise<void>;
  /** Forgets the segments of a group that are not written yet; they must be the last ones. */
  drop(group: object): Promise<void>;
}

interface Pending {
  group?: object;
  /** Resolves when it can be written. */
  ready: Promise<() => void>;
}

/** How a queue works. */
export interface QueueOptions {
  /** How hard to compress, 0 to 9. */
  level: number;
  /**
   * So many bytes are compressed here as long as no worker runs: where little is to be compressed,
   * starting one takes longer.
   */
  inline?: number;
  /** Waited for after each write: what is written may have to go on before more can come. */
  room(): Promise<void> | undefined;
}

/** A queue that holds at most two segments more than the pool has workers. */
export function createSegmentQueue(
  pool: WorkerPool,
  { level, inline = 0, room }: QueueOptions,
): SegmentQueue {
  const pending: Pending[] = [];
  let left = inline;

  /** Nothing is under way then: what was submitted before was compressed here, too. */
  function isLittle({ bytes, done = 0 }: DeflateInput): boolean {
    left -= bytes.length - done;
    if (pool.isWarm || pending.length > 0) left = 0;
    return left > 0;
  }

  async function writeUntil(remaining: number): Promise<void> {
    while (pending.length > remaining) {
      const write = await pending[0].ready;
      pending.shift();
      write();
      await room();
    }
  }

  async function enqueue(entry: () => Pending): Promise<void> {
    await writeUntil(pool.size + 1);
    pending.push(entry());
  }

  return {
    async submit(segment) {
      const input = { ...segment.input, level };
      if (isLittle(input)) {
        segment.write(deflateJob(input).output);
        return await room();
      }
      await enqueue(() => {
        const deflated = pool.run<DeflateOutput>(DEFLATE_JOB, input, [input.bytes.buffer]);
        const ready = deflated.then((output) => () => segment.write(output));
        ready.catch(() => {}); // told when its turn comes to be written
        return { group: segment.group, ready };
      });
    },
    get isEmpty() {
      return pending.length === 0;
    },
    async pass(write, group) {
      if (pending.length > 0) {
        return await enqueue(() => ({ group, ready: Promise.resolve(write) }));
      }
      write();
      await room();
    },
    drain: () => writeUntil(0),
    async drop(group) {
      const first = pending.findIndex((entry) => entry.group === group);
      if (first < 0) return;
      await Promise.allSettled(pending.splice(first).map(({ ready }) => ready));
    },
  };
}
