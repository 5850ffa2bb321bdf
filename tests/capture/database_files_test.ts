import { realFs } from "../../src/base/mod.ts";
import { isDatabase, mainOfSidecar } from "../../src/capture/mod.ts";
import { assert } from "../assert.ts";
import { leaveBehind, makeDatabase } from "../support/databases.ts";
import { testHost, withTempDir } from "../support/host.ts";

Deno.test("a database is known by its content, not by its name", () =>
  withTempDir((folder) => {
    makeDatabase(`${folder}/history.db`).close();
    Deno.writeTextFileSync(`${folder}/notes.sqlite`, "SQLite format 4");
    Deno.writeFileSync(`${folder}/encrypted.sqlite`, new Uint8Array(4096).fill(7));
    Deno.writeTextFileSync(`${folder}/empty.sqlite`, "");
    assert.ok(isDatabase(realFs, `${folder}/history.db`));
    for (const name of ["notes.sqlite", "encrypted.sqlite", "empty.sqlite", "missing", "."]) {
      assert.ok(!isDatabase(realFs, `${folder}/${name}`), name);
    }
  }));

Deno.test("an empty file is a database when it has a WAL", () =>
  withTempDir((folder) => {
    const live = makeDatabase(`${folder}/a`, "wal");
    Deno.writeTextFileSync(`${folder}/b`, "");
    Deno.copyFileSync(`${folder}/a-wal`, `${folder}/b-wal`);
    Deno.writeTextFileSync(`${folder}/c`, "");
    Deno.writeTextFileSync(`${folder}/c-wal`, "a diary, not a log");
    live.close();
    assert.ok(isDatabase(realFs, `${folder}/b`));
    assert.ok(!isDatabase(realFs, `${folder}/c`));
  }));

Deno.test("a pipe is not opened to see whether it is a database", () =>
  withTempDir((folder) => {
    if (Deno.build.os === "windows") return;
    new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
    assert.ok(!isDatabase(realFs, `${folder}/pipe`));
  }));

Deno.test("side files belong to a database only where there is one", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const live = makeDatabase(`${folder}/state_5.sqlite`, "wal");
    leaveBehind(`${folder}/state_5.sqlite`, `${folder}/x`, "-wal");
    live.close();
    Deno.removeSync(`${folder}/x`);
    Deno.writeTextFileSync(`${folder}/travel`, "text");
    for (const suffix of ["-wal", "-shm", "-journal"]) {
      const path = `${folder}/state_5.sqlite`;
      assert.equal(mainOfSidecar(host, path + suffix), path);
      assert.equal(mainOfSidecar(host, `${folder}/travel${suffix}`), undefined);
      assert.equal(mainOfSidecar(host, `${folder}/x${suffix}`), undefined);
    }
    assert.equal(mainOfSidecar(host, `${folder}/state_5.sqlite`), undefined);
  }));
