import { createWorkerPool, type WorkerPool } from "../../src/base/mod.ts";
import { captureDatabase } from "../../src/capture/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { countNotes, makeDatabase } from "../support/databases.ts";
import { testHost, withTempDir } from "../support/host.ts";

function withPool(use: (pool: WorkerPool, folder: string) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    Deno.mkdirSync(`${folder}/home`);
    Deno.mkdirSync(`${folder}/staging`);
    const pool = createWorkerPool(1);
    try {
      await use(pool, folder);
    } finally {
      pool.close();
    }
  });
}

Deno.test("a worker captures a database while this thread goes on", () =>
  withPool(async (pool, folder) => {
    makeDatabase(`${folder}/home/a`).close();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const staged = `${folder}/staging/a`;
    const result = await captureDatabase(testHost(folder), pool, `${folder}/home/a`, staged);
    clearInterval(timer);
    assert.equal(result.status, "captured");
    assert.equal(countNotes(staged), 100);
    assert.ok(ticks > 0);
  }));

Deno.test("a capture is given up at once when the user wants to stop", () =>
  withPool(async (pool, folder) => {
    makeDatabase(`${folder}/home/a`).close();
    const stop = new AbortController();
    const host = testHost(folder, { signal: stop.signal });
    const capture = () => captureDatabase(host, pool, `${folder}/home/a`, `${folder}/staging/a`);
    const pending = capture();
    stop.abort();
    await rejectsWith(() => pending, "interrupted");
    await rejectsWith(capture, "interrupted");
  }));
