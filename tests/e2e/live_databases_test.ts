/** A backup beside agents that write to their databases 1,000 rows a second. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert } from "../assert.ts";
import { type Scene, withScene } from "../support/scene.ts";
import { askSqlite, readTicks } from "../support/sqlite_oracle.ts";
import { startWriter } from "../support/writer_process.ts";

const JOURNALS = ["wal", "delete"] as const;

/** The rollback-journal form may hold its readers' lock so long; one that waits longer stalls. */
const LONGEST_TRANSACTION_MS = 2500;

/** Rows that are there before anybody writes: a copy takes several steps, with writes in between. */
const FIRST_ROWS = 120_000;

/** A database of about 27 MB in the table of `sqlite_writer.ts`. */
function makeLargeDatabase(path: string, journal: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = ${journal};
    CREATE TABLE ticks (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, body TEXT NOT NULL);
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${FIRST_ROWS - 1})
      INSERT INTO ticks (batch, body) SELECT 1 + i / 10, printf('%0200d', i) FROM n`);
  db.close();
}

async function startWriters(scene: Scene) {
  const writers = [];
  for (const journal of JOURNALS) {
    const database = join(scene.home, `${journal}.sqlite`);
    makeLargeDatabase(database, journal);
    writers.push(await startWriter(database, "--journal", journal, "--rows-per-second", "1000"));
  }
  return writers;
}

Deno.test("a backup and programs that write 1,000 rows a second do not disturb each other", () =>
  withScene(async (scene) => {
    const alone = (await scene.backUp()).duration_ms;
    const writers = await startWriters(scene);
    const backups = [await scene.backUp(), await scene.backUp("--no-archive")];
    const reports = [];
    for (const writer of writers) reports.push(await writer.stop());

    for (const { error, longest_ms, rows, duration_ms } of reports) {
      assert.equal(error, null);
      assert.ok(longest_ms < LONGEST_TRANSACTION_MS, `one transaction took ${longest_ms} ms`);
      assert.ok(rows > 0.5 * duration_ms, `only ${rows} rows in ${duration_ms} ms`);
    }
    for (const { backup_dir, duration_ms, status, errors } of backups) {
      assert.deepEqual([status, errors], ["ok", []]);
      assert.ok(duration_ms < alone + 10_000, `${duration_ms} ms, without writers ${alone} ms`);
      for (const journal of JOURNALS) {
        const copy = join(backup_dir!, "files", `${journal}.sqlite`);
        const { rows, ...state } = await readTicks(copy);
        assert.deepEqual(state, { integrity: "ok", torn: [], gaps: 0 }, journal);
        assert.ok(rows > FIRST_ROWS, `${rows} rows in the copy of ${journal}.sqlite`);
      }
    }
    const verified = await scene.run(["verify", backups[0].archive!, "--json"]);
    assert.equal(verified.code, 0, verified.stdout);
  }));

Deno.test("rows that are only in the WAL of a killed agent are in the backup", () =>
  withScene(async (scene) => {
    const database = join(scene.home, "killed.sqlite");
    const writer = await startWriter(database);
    await new Promise((wake) => setTimeout(wake, 500));
    await writer.kill();
    const { backup_dir } = await scene.backUp();
    const copy = join(backup_dir!, "files", "killed.sqlite");
    const { rows, ...state } = await readTicks(copy);
    assert.deepEqual(state, { integrity: "ok", torn: [], gaps: 0 });
    const inFileAlone = await askSqlite(database, "SELECT count(*) FROM sqlite_schema");
    assert.ok(rows > 0 && inFileAlone[0] === "0", `${rows} rows, ${inFileAlone} tables`);
  }));
