import { type FileSystem, realFs } from "../../src/base/mod.ts";
import { type DatabaseCapture, runDatabaseJob } from "../../src/capture/database_job.ts";
import { assert, rejectsWith } from "../assert.ts";
import {
  addNotes,
  countNotes,
  databaseJobFor,
  leaveBehind,
  makeDatabase,
} from "../support/databases.ts";
import { faultyFs, type FsCall, systemError } from "../support/faulty_fs.ts";
import { folderState } from "../support/folder_state.ts";
import { withTempDir } from "../support/host.ts";

interface Places {
  /** A folder that a capture must leave as it is. */
  home: string;
  /** The database in it. */
  source: string;
  /** Where scratch files may lie. */
  scratch: string;
  staged: string;
}

function withPlaces(use: (places: Places) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const [home, staging, scratch] = ["home", "staging", "scratch"].map((name) => {
      Deno.mkdirSync(`${folder}/${name}`);
      return `${folder}/${name}`;
    });
    await use({ home, source: `${home}/state.sqlite`, scratch, staged: `${staging}/state` });
    const left = Array.from(Deno.readDirSync(staging), ({ name }) => name);
    assert.ok(left.every((name) => name === "state"), `left in staging: ${left}`);
  });
}

async function capture({ source, staged }: Places, fs: FileSystem = realFs) {
  return await runDatabaseJob(fs, databaseJobFor(source, staged));
}

/** Captures, and asserts that nothing in the home has changed. */
async function captureUnseen(places: Places): Promise<DatabaseCapture> {
  const before = folderState(places.home);
  const result = await capture(places);
  assert.deepEqual(folderState(places.home), before);
  return result;
}

function captured(result: DatabaseCapture, journal: "wal" | "rollback"): void {
  assert.equal(result.status, "captured", JSON.stringify(result));
  assert.ok(result.status === "captured");
  assert.deepEqual([result.journal, result.result], [journal, "ok"]);
}

function failed(result: DatabaseCapture, code: string): DatabaseCapture & { status: "failed" } {
  assert.ok(result.status === "failed", JSON.stringify(result));
  assert.equal(result.code, code);
  return result;
}

/** A file system without `/proc/locks`, on which `meddle` sees every call before it is made. */
function withoutLocks(meddle: (call: FsCall) => Error | void = () => {}): FileSystem {
  return faultyFs(
    realFs,
    (call) => call.path === "/proc/locks" ? systemError("ENOENT") : meddle(call),
  );
}

Deno.test("a database at rest is copied and checked, and its folder stays as it is", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    captured(await captureUnseen(places), "rollback");
    assert.equal(countNotes(places.staged), 100);
    assert.deepEqual(Deno.readFileSync(places.staged), Deno.readFileSync(places.source));
    if (Deno.build.os !== "windows") assert.equal(realFs.lstat(places.staged).mode, 0o600);
  }));

Deno.test("a WAL database without a WAL is copied without making one", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source, "wal").close();
    captured(await captureUnseen(places), "wal");
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a WAL left behind without -shm is part of the copy", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(`${places.scratch}/a`, "wal");
    leaveBehind(`${places.scratch}/a`, places.source, "-wal");
    live.close();
    captured(await captureUnseen(places), "wal");
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a WAL and -shm left behind by a crash are not touched, and the WAL is part of the copy", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(`${places.scratch}/a`, "wal");
    leaveBehind(`${places.scratch}/a`, places.source, "-wal", "-shm");
    live.close();
    captured(await captureUnseen(places), "wal");
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("where locks cannot be listed a WAL at rest is copied without opening it", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(`${places.scratch}/a`, "wal");
    leaveBehind(`${places.scratch}/a`, places.source, "-wal", "-shm");
    live.close();
    const before = folderState(places.home);
    captured(await capture(places, withoutLocks()), "wal");
    assert.deepEqual(folderState(places.home), before);
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a WAL database that is held open is copied as of now", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source, "wal");
    const before = folderState(places.home).filter((line) => !line.includes("-shm"));
    captured(await capture(places), "wal");
    const after = folderState(places.home).filter((line) => !line.includes("-shm"));
    assert.deepEqual(after, before);
    live.close();
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a WAL that begins anew while it is copied is copied again", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source, "wal");
    let isCopying = false;
    let meddled = false;
    const fs = withoutLocks(({ operation, path }) => {
      if (operation === "open" && path === places.staged) isCopying = true;
      if (meddled || !isCopying || path !== `${places.source}-wal`) return;
      meddled = true;
      live.exec("PRAGMA wal_checkpoint(RESTART)");
      addNotes(live, 50);
    });
    captured(await capture(places, fs), "wal");
    assert.ok(meddled);
    live.close();
    assert.equal(countNotes(places.staged), 150);
  }));

Deno.test("a checkpoint while a WAL database is copied does not matter", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source, "wal");
    addNotes(live, 100);
    let reads = 0;
    let isCopying = false;
    const fs = withoutLocks(({ operation, path }) => {
      if (operation === "open" && path === places.staged) isCopying = true;
      if (!isCopying || operation !== "read" || path !== places.source) return;
      // The first piece of the database has been read: now its pages change.
      if (++reads === 2) live.exec("PRAGMA wal_checkpoint(PASSIVE)");
    });
    captured(await capture(places, fs), "wal");
    assert.ok(reads >= 2);
    assert.ok(realFs.lstat(places.source).size > 40_000, "nothing has moved into the database");
    live.close();
    assert.equal(countNotes(places.staged), 200);
  }));

Deno.test("a hot journal left by a crash is rolled back in the copy only", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(`${places.scratch}/a`);
    live.exec("PRAGMA cache_size = 1; BEGIN");
    addNotes(live, 5000);
    leaveBehind(`${places.scratch}/a`, places.source, "-journal");
    live.exec("ROLLBACK");
    live.close();
    assert.ok(realFs.lstat(places.source).size > 200_000, "the transaction has not spilled");
    captured(await captureUnseen(places), "rollback");
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a journal that is kept between transactions is not part of the copy", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source, "persist");
    live.close();
    assert.ok(realFs.lstat(`${places.source}-journal`).size > 0);
    captured(await captureUnseen(places), "rollback");
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a database that is written to while it is copied is copied again", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source);
    let meddled = false;
    const fs = withoutLocks(({ operation, path }) => {
      if (meddled || operation !== "open" || path !== places.staged) return;
      meddled = true;
      addNotes(live, 50);
    });
    captured(await capture(places, fs), "rollback");
    live.close();
    assert.equal(countNotes(places.staged), 150);
  }));

/** Writes to the database whenever it is looked at, so that no copy is one state. */
function restless(places: Places): FileSystem {
  let mtimeMs = 1_700_000_000_000;
  return withoutLocks(({ operation, path }) => {
    if (operation === "lstat" && path === places.source) realFs.setMtime(path, ++mtimeMs);
  });
}

Deno.test("a database in rollback mode that never rests is copied under a lock", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    captured(await capture(places, restless(places)), "rollback");
    assert.equal(countNotes(places.staged), 100);
  }));

Deno.test("a database that is locked all the time is busy", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source);
    live.exec("BEGIN EXCLUSIVE");
    const result = failed(await capture(places, restless(places)), "database_busy");
    assert.equal(result.result, "not checked: busy");
    live.close();
  }));

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

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

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
