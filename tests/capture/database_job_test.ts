import { realFs, sha256OfFile } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import {
  capture,
  captured,
  captureUnseen,
  failed,
  type Places,
  restless,
  withoutLocks,
  withPlaces,
} from "../support/database_places.ts";
import { addNotes, countNotes, leaveBehind, makeDatabase } from "../support/databases.ts";
import { folderState } from "../support/folder_state.ts";

function assertSameBytes({ source, staged }: Places): void {
  assert.equal(sha256OfFile(realFs, staged), sha256OfFile(realFs, source));
}

Deno.test("a database at rest is copied and checked, and its folder stays as it is", () =>
  withPlaces(async (places) => {
    makeDatabase(places.source).close();
    captured(await captureUnseen(places), "rollback");
    assert.equal(countNotes(places.staged), 100);
    assertSameBytes(places);
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

Deno.test("a transaction too quick for the clock of the file system is seen by its counter", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source);
    const { mtimeMs, size } = realFs.lstat(places.source);
    let meddled = false;
    const fs = withoutLocks(({ operation, path }) => {
      if (meddled || operation !== "write" || path !== places.staged) return;
      meddled = true;
      live.exec("UPDATE notes SET body = 'new'");
      realFs.setMtime(places.source, mtimeMs);
    });
    captured(await capture(places, fs), "rollback");
    live.close();
    assert.equal(realFs.lstat(places.source).size, size);
    assertSameBytes(places);
  }));

Deno.test("a database that shrinks while it is copied is copied at its new size", () =>
  withPlaces(async (places) => {
    const live = makeDatabase(places.source);
    addNotes(live, 1000);
    let copies = 0;
    const fs = withoutLocks(({ operation, path }) => {
      if (operation !== "close" || path !== places.staged || ++copies > 1) return;
      live.exec("DELETE FROM notes WHERE rowid > 100; VACUUM");
    });
    captured(await capture(places, fs), "rollback");
    live.close();
    assertSameBytes(places);
  }));

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
