/** A database that comes back is the one that was backed up, whatever its successor left behind. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { leaveBehind } from "../support/databases.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { askSqlite } from "../support/sqlite_oracle.ts";
import { startWriter } from "../support/writer_process.ts";

const ALL_ROWS = "SELECT id, body FROM notes ORDER BY id";

function makeNotes(path: string, journal: "wal" | "delete"): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = ${journal};
    CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
    INSERT INTO notes (body) VALUES ('one'), ('two'), ('three')`);
  db.close();
}

async function restoreLatest(scene: Scene): Promise<void> {
  const { code, json, stderr } = await scene.run<RestoreResult>(
    ["restore", "latest", "--apply", CONFIRM, "--json"],
  );
  assert.equal(code, 0, JSON.stringify(json.error ?? json.restore) + stderr);
}

async function assertRestored(scene: Scene, database: string, rows: string[]): Promise<void> {
  const beside = namesIn(scene.home).filter((name) => name.startsWith("notes.sqlite"));
  assert.deepEqual(beside, ["notes.sqlite"]);
  assert.deepEqual(await askSqlite(database, ALL_ROWS), rows);
  // As the agent will open it: with whatever SQLite would roll forward or back.
  const db = new DatabaseSync(database);
  try {
    const opened = db.prepare(ALL_ROWS).all().map(({ id, body }) => `${id}|${body}`);
    assert.deepEqual(opened, rows);
  } finally {
    db.close();
  }
}

Deno.test("a database restored over a newer one with a WAL has exactly the backed-up rows", () =>
  withScene(async (scene) => {
    const database = join(scene.home, "notes.sqlite");
    makeNotes(database, "wal");
    const rows = await askSqlite(database, ALL_ROWS);
    await scene.backUp();

    const newer = join(scene.folder, "newer.sqlite");
    await Deno.copyFile(database, newer);
    const db = new DatabaseSync(newer);
    db.exec("PRAGMA wal_autocheckpoint = 0; UPDATE notes SET body = 'newer'");
    db.exec("INSERT INTO notes (body) VALUES ('four')");
    leaveBehind(newer, database, "-wal", "-shm");
    db.close();
    assert.ok(Deno.statSync(`${database}-wal`).size > 0);

    await restoreLatest(scene);
    await assertRestored(scene, database, rows);
  }));

Deno.test("a database restored over one with a hot journal has exactly the backed-up rows", () =>
  withScene(async (scene) => {
    const database = join(scene.home, "notes.sqlite");
    makeNotes(database, "delete");
    const rows = await askSqlite(database, ALL_ROWS);
    await scene.backUp();

    const newer = join(scene.folder, "newer.sqlite");
    await Deno.copyFile(database, newer);
    const db = new DatabaseSync(newer);
    db.exec("PRAGMA cache_size = 2; BEGIN; UPDATE notes SET body = 'newer'");
    db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      INSERT INTO notes (body) SELECT hex(randomblob(100)) FROM n`);
    leaveBehind(newer, database, "-journal");
    db.exec("ROLLBACK");
    db.close();
    assert.ok(Deno.statSync(`${database}-journal`).size > 0);

    await restoreLatest(scene);
    await assertRestored(scene, database, rows);
  }));

Deno.test("what a killed agent wrote after the backup is gone after the restore", () =>
  withScene(async (scene) => {
    const database = join(scene.home, "notes.sqlite");
    makeNotes(database, "wal");
    const rows = await askSqlite(database, ALL_ROWS);
    await scene.backUp();
    const writer = await startWriter(database);
    await new Promise((wake) => setTimeout(wake, 300));
    await writer.kill();
    assert.ok(Deno.statSync(`${database}-wal`).size > 0);

    await restoreLatest(scene);
    await assertRestored(scene, database, rows);
    const tables = await askSqlite(database, "SELECT name FROM sqlite_schema");
    assert.deepEqual(tables, ["notes"]);
  }));
