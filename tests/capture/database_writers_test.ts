import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { createWorkerPool, delay, type WorkerPool } from "../../src/base/mod.ts";
import { captureDatabase } from "../../src/capture/mod.ts";
import { assert } from "../assert.ts";
import { addNotes, makeDatabase } from "../support/databases.ts";
import { folderState } from "../support/folder_state.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { startWriter } from "../support/writer_process.ts";

const ROWS_PER_TRANSACTION = 10;

async function withPool(use: (pool: WorkerPool) => Promise<void>): Promise<void> {
  const pool = createWorkerPool(1);
  try {
    await use(pool);
  } finally {
    pool.close();
  }
}

/** How many transactions of the writer are in a copy; all of them whole. */
function wholeTransactions(path: string): number {
  const database = new DatabaseSync(`${pathToFileURL(path)}?immutable=1`, { readOnly: true });
  try {
    const torn = database.prepare("SELECT batch FROM ticks GROUP BY batch HAVING count(*) <> ?");
    assert.deepEqual(torn.all(ROWS_PER_TRANSACTION), []);
    return Number(database.prepare("SELECT max(batch) AS n FROM ticks").get()?.n ?? 0);
  } finally {
    database.close();
  }
}

/** A database of some megabytes, so that copying it takes longer than a transaction. */
function makeBallast(path: string, journal: string): void {
  const database = makeDatabase(path, journal);
  addNotes(database, 30_000);
  database.close();
}

for (const journal of ["wal", "delete"] as const) {
  Deno.test(`copies of a database in mode ${journal} and a writer of 1,000 rows a second do not disturb each other`, () =>
    withTempDir((folder) =>
      withPool(async (pool) => {
        const source = `${folder}/busy.sqlite`;
        makeBallast(source, journal);
        const writer = await startWriter(source, "--journal", journal);
        const seen: number[] = [];
        for (let copy = 0; copy < 3; copy++) {
          await delay(200);
          const staged = `${folder}/copy-${copy}`;
          const result = await captureDatabase(testHost(folder), pool, source, staged);
          assert.equal(result.status, "captured", JSON.stringify(result));
          seen.push(wholeTransactions(staged));
        }
        const report = await writer.stop();
        assert.equal(report.error, null);
        assert.ok(report.longest_ms < 2000, `a transaction took ${report.longest_ms} ms`);
        assert.ok(seen[0] < seen[1] && seen[1] < seen[2], `transactions in the copies: ${seen}`);
        assert.ok(seen[2] <= report.transactions);
      })
    ));

  Deno.test(`a writer in mode ${journal} that was killed leaves a home that is captured untouched`, () =>
    withTempDir((folder) =>
      withPool(async (pool) => {
        Deno.mkdirSync(`${folder}/home`);
        const source = `${folder}/home/killed.sqlite`;
        makeBallast(source, journal);
        const writer = await startWriter(source, "--journal", journal);
        await delay(300);
        await writer.kill();
        const before = folderState(`${folder}/home`);
        const staged = `${folder}/copy`;
        const result = await captureDatabase(testHost(folder), pool, source, staged);
        assert.equal(result.status, "captured", JSON.stringify(result));
        assert.ok(wholeTransactions(staged) > 0);
        assert.deepEqual(folderState(`${folder}/home`), before);
      })
    ));
}
