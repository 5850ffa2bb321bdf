/**
 * Sealing the payload of an age file in workers: its chunks are independent, so batches of them are
 * sealed in parallel and stored in order.
 */
import { release, type WorkerPool } from "../base/mod.ts";
import { CHUNK_PLAIN, type PlainChunks } from "./age_stream.ts";
import { SEAL_JOB, sealJob } from "./seal_job.ts";

/** So much goes to a worker at once, bytes. */
export const BATCH_PLAIN = 16 * CHUNK_PLAIN;
/** So much is sealed here rather than by a worker that would have to be started, bytes. */
const INLINE_PLAIN = 4 << 20;

/** A payload while it is sealed. Calls that return a promise are awaited one by one. */
export interface BatchSealer {
  /** Plain bytes so far. */
  readonly at: number;
  /** So many of them have gone to be sealed under their number, which cannot be taken back. */
  readonly begun: number;
  /** Takes a copy of the bytes. */
  write(bytes: Uint8Array): void;
  /** Waits while more is under way than the workers can do, and stores what is done. */
  room(): Promise<void>;
  /** Takes back everything after a place, which must not lie before `begun`. */
  cut(at: number): void;
  /** Waits until everything that has begun is stored. */
  settle(): Promise<void>;
  /** Seals the rest and marks the end; nothing may follow. */
  end(): Promise<void>;
}

/** Starts with the first chunk of a new key; `store` gets what is sealed, in order. */
export function createBatchSealer(
  pool: WorkerPool,
  key: Uint8Array,
  store: (sealed: Uint8Array) => void,
): BatchSealer {
  const underWay: Promise<Uint8Array>[] = [];
  let batch = new Uint8Array(BATCH_PLAIN);
  let used = 0;
  let begun = 0;

  function seal(input: PlainChunks<ArrayBuffer>): Promise<Uint8Array> {
    const isLittle = !pool.isWarm && begun <= INLINE_PLAIN;
    if (isLittle) return Promise.resolve(sealJob(input).output);
    return pool.run<Uint8Array>(SEAL_JOB, input, [input.plain.buffer]);
  }

  function send(isLast: boolean): void {
    const first = begun / CHUNK_PLAIN;
    const plain = batch.subarray(0, used);
    begun += used;
    used = 0;
    const sealed = seal({ key, first, plain, isLast });
    sealed.catch(() => {}); // told when its turn comes to be stored
    underWay.push(sealed);
    batch = new Uint8Array(isLast ? 0 : BATCH_PLAIN);
  }

  async function storeUntil(remaining: number): Promise<void> {
    while (underWay.length > remaining) {
      const sealed = await underWay[0];
      underWay.shift();
      store(sealed);
      release(sealed);
    }
  }

  return {
    get at() {
      return begun + used;
    },
    get begun() {
      return begun;
    },
    write(bytes) {
      for (let done = 0; done < bytes.length;) {
        if (used === BATCH_PLAIN) send(false); // it may be the last one: so only now
        const piece = bytes.subarray(done, done + BATCH_PLAIN - used);
        batch.set(piece, used);
        used += piece.length;
        done += piece.length;
      }
    },
    room: () => storeUntil(pool.size + 1),
    cut(at) {
      used = at - begun;
    },
    settle: () => storeUntil(0),
    async end() {
      send(true);
      await storeUntil(0);
    },
  };
}
