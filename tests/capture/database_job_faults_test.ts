import { lstatIfThere, realFs } from "../../src/base/mod.ts";
import { runDatabaseJob } from "../../src/capture/database_job.ts";
import { assert, rejectsWith } from "../assert.ts";
import {
  capture,
  captureUnseen,
  failed,
  withoutLocks,
  withPlaces,
} from "../support/database_places.ts";
import { addNotes, databaseJobFor, leaveBehind, makeDatabase } from "../support/databases.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";

function exists(path: string): boolean {
  return lstatIfThere(realFs, path) !== undefined;
}

Deno.test("a malformed database fails with what is wrong, and nothing is staged", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source);
    addNotes(live, 1000);
    live.close();
    const bytes = Deno.readFileSync(places.source);
    bytes.fill(0x41, 8192, 40960);
    Deno.writeFileSync(places.source, bytes);
    const { result, error } = failed(await captureUnseen(places), "malformed_database");
    assert.match(result, /btreeInitPage/);
    assert.ok(result.split("\n").length <= 5);
    assert.doesNotMatch(result + error, /note|AAAA/);
    assert.ok(!exists(places.staged));
  }));

Deno.test("a database whose header or schema is broken is malformed", async () => {
  for (const at of [20, 100]) {
    await withPlaces(async (places) => {
      makeDatabase(places.source).close();
      const bytes = Deno.readFileSync(places.source);
      bytes.fill(0x41, at, at + 60);
      Deno.writeFileSync(places.source, bytes);
      failed(await captureUnseen(places), "malformed_database");
      assert.ok(!exists(places.staged));
    });
  }
});

Deno.test("a database that is cut off is malformed", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    Deno.truncateSync(places.source, 5000);
    failed(await captureUnseen(places), "malformed_database");
  }));

Deno.test("a malformed database that is held open is malformed, not an error of the backup", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source, "wal");
    live.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const file = Deno.openSync(places.source, { write: true });
    file.seekSync(4096, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(4096).fill(0x41));
    live.exec("CREATE TABLE more (x)");
    failed(await capture(places), "malformed_database");
    file.close();
    live.close();
  }));

Deno.test("an empty database with a WAL is kept raw, since SQLite would delete the WAL", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(`${places.scratch}/a`, "wal");
    leaveBehind(`${places.scratch}/a`, places.source, "-wal");
    live.close();
    Deno.truncateSync(places.source, 0);
    failed(await captureUnseen(places), "malformed_database");
  }));

Deno.test("what cannot be checked for want of an extension is captured", () =>
  withPlaces(async (places) => {
    const database = makeDatabase(places.source);
    database.exec(
      "CREATE TABLE sorted (word TEXT COLLATE NOCASE); CREATE INDEX i ON sorted (word)",
    );
    database.close();
    const bytes = Deno.readFileSync(places.source);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("NOCASE");
    bytes.set(new TextEncoder().encode("FOREIG"), at);
    Deno.writeFileSync(places.source, bytes);
    const result = await captureUnseen(places);
    assert.ok(result.status === "captured", JSON.stringify(result));
    assert.match(result.result, /^not checked: no such collation sequence/);
  }));

Deno.test("a database that is gone has vanished", () =>
  withPlaces(async (places) => {
    assert.deepEqual(await capture(places), { status: "vanished" });
    makeDatabase(places.source).close();
    const fs = withoutLocks(({ operation, path }) => {
      if (operation === "open" && path === places.staged) Deno.removeSync(places.source);
    });
    const late = faultyFs(fs, ({ operation, path }) => {
      if (operation === "read" && path === places.source && !exists(path)) {
        return systemError("ENOENT");
      }
    });
    assert.deepEqual(await capture(places, late), { status: "vanished" });
  }));

Deno.test("a database that cannot be read fails with the system's reason", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    let opened = 0;
    const fs = withoutLocks(({ operation, path }) => {
      if (operation === "open" && path === places.source) opened++;
      if (operation === "read" && path === places.source && opened === 2) return systemError("EIO");
    });
    assert.equal(failed(await capture(places, fs), "unreadable").error, "EIO: simulated");
  }));

Deno.test("a full disk is an error of the backup, not of the database", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    const fs = withoutLocks(({ operation, path }) => {
      if (operation === "write" && path === places.staged) return systemError("ENOSPC");
    });
    await rejectsWith(() => capture(places, fs), "ENOSPC");
    assert.ok(!exists(places.staged));
  }));

Deno.test("a job stops when it is told to, and leaves nothing", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    const job = databaseJobFor(places.source, places.staged);
    Atomics.store(job.stop, 0, 1);
    await rejectsWith(() => runDatabaseJob(realFs, job), "interrupted");
    assert.ok(!exists(places.staged));
  }));

Deno.test("a file that is already where the copy should go is not touched", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    Deno.writeTextFileSync(places.staged, "precious");
    await rejectsWith(() => capture(places), "unexpected");
    assert.equal(Deno.readTextFileSync(places.staged), "precious");
  }));
