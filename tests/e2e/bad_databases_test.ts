/** Databases that are malformed, or locked by an agent. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BackupResult } from "../../src/backup/mod.ts";
import { assert } from "../assert.ts";
import { leaveBehind } from "../support/databases.ts";
import { folderState } from "../support/folder_state.ts";
import { type Scene, withScene } from "../support/scene.ts";
import { askSqlite } from "../support/sqlite_oracle.ts";

async function backUp(scene: Scene, code: number): Promise<BackupResult> {
  const outcome = await scene.run<BackupResult>(["backup", "--kit", "light", "--json"]);
  assert.equal(outcome.code, code, outcome.stdout + outcome.stderr);
  assert.equal(outcome.json.status, code === 0 ? "ok" : "partial");
  return outcome.json;
}

function failedIn({ errors }: BackupResult): string[] {
  return errors.map(({ relative_path, code }) => `${relative_path}: ${code}`);
}

Deno.test("a malformed database is kept as it is, with its WAL, in a backup that is partial", () =>
  withScene(async (scene) => {
    const draft = join(scene.folder, "draft.sqlite");
    const db = new DatabaseSync(draft);
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (body TEXT)");
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    db.exec("INSERT INTO notes VALUES ('kept')");
    const database = join(scene.home, "broken.sqlite");
    leaveBehind(draft, database, "-wal", "-shm");
    db.close();
    const bytes = Deno.readFileSync(database);
    bytes.fill(0xa5, 100);
    Deno.writeFileSync(database, bytes);
    Deno.truncateSync(`${database}-wal`, 20);
    const before = folderState(scene.home);

    const result = await backUp(scene, 1);
    assert.deepEqual(failedIn(result), ["broken.sqlite: malformed_database"]);
    assert.deepEqual(folderState(scene.home), before);
    for (const name of ["broken.sqlite", "broken.sqlite-wal", "broken.sqlite-shm"]) {
      const copy = Deno.readFileSync(join(result.backup_dir!, "files", name));
      assert.deepEqual(copy, Deno.readFileSync(join(scene.home, name)), name);
    }
    const checks = JSON.parse(Deno.readTextFileSync(result.sqlite_integrity!));
    const check = checks.find(({ path }: { path: string }) => path === "files/broken.sqlite");
    assert.equal(check.ok, false);
  }));

Deno.test("a database of the agent that is none any more makes each backup partial", () =>
  withScene(async (scene) => {
    Deno.mkdirSync(join(scene.home, "worktrees"), { recursive: true });
    Deno.writeTextFileSync(
      join(scene.home, "worktrees", "fixture.sqlite"),
      "no database, on purpose",
    );
    assert.deepEqual(failedIn(await backUp(scene, 0)), []);

    const database = join(scene.home, "state_5.sqlite");
    const noise = new Uint8Array(5000).fill(0xa5);
    Deno.writeFileSync(database, noise);
    Deno.utimeSync(database, new Date("2026-01-01"), new Date("2026-01-01"));
    for (const _ of ["first", "taken over from the first"]) {
      const result = await backUp(scene, 1);
      assert.deepEqual(failedIn(result), ["state_5.sqlite: malformed_database"]);
      const copy = Deno.readFileSync(join(result.backup_dir!, "files", "state_5.sqlite"));
      assert.deepEqual(copy, noise);
    }
  }));

for (const journal of ["wal", "delete"]) {
  Deno.test(`a database in mode ${journal} that is locked for good comes with its committed rows`, () =>
    withScene(async (scene) => {
      const database = join(scene.home, "locked.sqlite");
      const db = new DatabaseSync(database);
      db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = ${journal};
        CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('committed');
        BEGIN EXCLUSIVE; INSERT INTO notes VALUES ('not committed')`);
      const result = await backUp(scene, 0);
      db.exec("COMMIT; INSERT INTO notes VALUES ('later')");
      db.close();
      const copy = join(result.backup_dir!, "files", "locked.sqlite");
      assert.deepEqual(await askSqlite(copy, "SELECT body FROM notes"), ["committed"]);
      assert.deepEqual(await askSqlite(database, "SELECT count(*) FROM notes"), ["3"]);
    }));
}

Deno.test("a database that is locked and written to all the time is told, and does not stop a backup", () =>
  withScene(async (scene) => {
    const db = new DatabaseSync(join(scene.home, "busy.sqlite"));
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF");
    db.exec("CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES (zeroblob(10000000))");
    let busy = true;
    const writing = (async () => {
      while (busy) {
        db.exec("INSERT INTO notes VALUES ('x')");
        await new Promise((wake) => setTimeout(wake, 0));
      }
    })();
    try {
      const result = await backUp(scene, 1);
      const failed = failedIn(result);
      assert.ok(failed.includes("busy.sqlite: database_busy"), failed.join());
      assert.equal(result.counts.sqlite_databases, 4);
    } finally {
      busy = false;
      await writing;
      db.close();
    }
  }));
