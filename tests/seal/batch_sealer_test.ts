import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { createWorkerPool, joinBytes, sha256Of, type WorkerPool } from "../../src/base/mod.ts";
import { BATCH_PLAIN, createBatchSealer } from "../../src/seal/batch_sealer.ts";
import { CHUNK_PLAIN } from "../../src/seal/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { inlinePool } from "../support/inline_pool.ts";
import "../support/libraries.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, at) => at * 7);

/** At every edge of a chunk and of a batch, and beyond what is sealed without a worker. */
const SIZES = [
  0,
  1,
  CHUNK_PLAIN - 1,
  CHUNK_PLAIN,
  CHUNK_PLAIN + 1,
  BATCH_PLAIN - 1,
  BATCH_PLAIN,
  BATCH_PLAIN + 1,
  BATCH_PLAIN + CHUNK_PLAIN,
  3 * BATCH_PLAIN,
  7 * BATCH_PLAIN - 1,
  7 * BATCH_PLAIN,
  7 * BATCH_PLAIN + 1,
];

function some(bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}

/** The payload chunk by chunk, as C2SP age v1 says it, with another's cipher. */
function expected(plain: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let number = 0; number === 0 || number * CHUNK_PLAIN < plain.length; number++) {
    const end = (number + 1) * CHUNK_PLAIN;
    const nonce = new Uint8Array(12);
    [nonce[9], nonce[10]] = [number >> 8, number & 0xff];
    nonce[11] = end >= plain.length ? 1 : 0;
    pieces.push(chacha20poly1305(KEY, nonce).encrypt(plain.subarray(end - CHUNK_PLAIN, end)));
  }
  return joinBytes(pieces);
}

/** Seals content that comes in pieces; returns what was stored. */
async function sealed(
  pool: WorkerPool,
  plain: Uint8Array,
  piece = 300_007,
): Promise<Uint8Array> {
  const stored: Uint8Array[] = [];
  const sealer = createBatchSealer(pool, KEY, (bytes) => stored.push(bytes.slice()));
  for (let at = 0; at < plain.length; at += piece) {
    const given = plain.slice(at, at + piece);
    sealer.write(given);
    given.fill(0); // the sealer has its own copy
    assert.equal(sealer.at, Math.min(plain.length, at + piece));
    await sealer.room();
  }
  await sealer.end();
  return joinBytes(stored);
}

Deno.test("batches that workers seal are the chunks of age, at every edge", async () => {
  const slowest = 5;
  const delays = (job: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, (job * 3) % slowest));
  const pools = {
    workers: createWorkerPool(2),
    "workers that finish in another order": inlinePool(3, delays),
    "no worker for little": createWorkerPool(1),
  };
  pools.workers.start!();
  try {
    for (const size of SIZES) {
      const plain = some(size);
      const hash = sha256Of(expected(plain));
      for (const [name, pool] of Object.entries(pools)) {
        assert.equal(sha256Of(await sealed(pool, plain)), hash, `${size} bytes, ${name}`);
      }
      assert.equal(sha256Of(await sealed(inlinePool(), plain, size + 1)), hash, "in one piece");
    }
  } finally {
    pools.workers.close();
    pools["no worker for little"].close();
  }
});

/** A pool that tells how many jobs were under way at most, and in all. */
function counted(isWarm: boolean) {
  const inner = inlinePool(3);
  const counts = { underWay: 0, most: 0, jobs: 0 };
  const pool: WorkerPool = {
    ...inner,
    isWarm,
    async run<Output>(job: string, input: unknown, transfer?: Transferable[]) {
      counts.jobs++;
      counts.most = Math.max(counts.most, ++counts.underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const output = await inner.run<Output>(job, input, transfer);
      counts.underWay--;
      return output;
    },
  };
  return { pool, counts };
}

Deno.test("no more is under way than the workers can do, and two", async () => {
  const { pool, counts } = counted(true);
  await sealed(pool, some(20 * BATCH_PLAIN), BATCH_PLAIN);
  assert.equal(counts.jobs, 20);
  assert.equal(counts.most, 5);
});

Deno.test("no worker is started for little, and one is for much", async () => {
  const little = counted(false);
  await sealed(little.pool, some(4 * BATCH_PLAIN));
  assert.equal(little.counts.jobs, 0);
  const much = counted(false);
  await sealed(much.pool, some(9 * BATCH_PLAIN));
  assert.equal(much.counts.jobs, 5);
});

Deno.test("what has not begun to be sealed can be taken back", async () => {
  const stored: Uint8Array[] = [];
  const sealer = createBatchSealer(inlinePool(), KEY, (bytes) => stored.push(bytes.slice()));
  const plain = some(BATCH_PLAIN + 5000);
  sealer.write(plain);
  sealer.write(new Uint8Array(1000));
  assert.deepEqual([sealer.begun, sealer.at], [BATCH_PLAIN, BATCH_PLAIN + 6000]);
  sealer.cut(BATCH_PLAIN + 100);
  sealer.write(plain.subarray(BATCH_PLAIN + 100));
  await sealer.settle();
  assert.equal(stored.length, 1, "only what has begun is stored");
  await sealer.end();
  assert.equal(sha256Of(joinBytes(stored)), sha256Of(expected(plain)));
});

Deno.test("the error of a worker is told, and nothing that comes after it is stored", async () => {
  const inner = inlinePool();
  let jobs = 0;
  const pool: WorkerPool = {
    ...inner,
    run: <Output>(job: string, input: unknown, transfer?: Transferable[]) =>
      jobs++ === 2
        ? Promise.reject(Object.assign(new Error("worker"), { code: "worker_failed" }))
        : inner.run<Output>(job, input, transfer),
  };
  let stored = 0;
  const sealer = createBatchSealer(pool, KEY, () => void stored++);
  sealer.write(some(6 * BATCH_PLAIN));
  await rejectsWith(() => sealer.settle(), "worker_failed");
  await rejectsWith(() => sealer.end(), "worker_failed");
  assert.equal(stored, 2);
});
