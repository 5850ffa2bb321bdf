import { DatabaseSync } from "node:sqlite";
import { realFs } from "../../src/base/mod.ts";
import { backupLive, copyLocked } from "../../src/capture/database_in_place.ts";
import { assert, rejectsWith } from "../assert.ts";
import { addNotes, countNotes, makeDatabase } from "../support/databases.ts";
import { folderState } from "../support/folder_state.ts";
import { withTempDir } from "../support/host.ts";

const goOn = () => true;

Deno.test("a live backup is of the moment it began, whatever is written meanwhile", () =>
  withTempDir(async (folder) => {
    const live = makeDatabase(`${folder}/a`, "wal");
    addNotes(live, 50_000);
    let asked = 0;
    await backupLive(realFs, `${folder}/a`, `${folder}/copy`, () => {
      asked++;
      addNotes(live, 100);
      return true;
    });
    live.close();
    assert.ok(asked > 0);
    assert.equal(countNotes(`${folder}/copy`), 50_100);
    if (Deno.build.os !== "windows") assert.equal(realFs.lstat(`${folder}/copy`).mode, 0o600);
  }));

Deno.test("a database that was closed before it could be opened gets no side files", () =>
  withTempDir(async (folder) => {
    // Only Linux can tell that nobody else came for them.
    if (Deno.build.os !== "linux") return;
    Deno.mkdirSync(`${folder}/home`);
    makeDatabase(`${folder}/home/a`, "wal").close();
    const before = folderState(`${folder}/home`);
    await backupLive(realFs, `${folder}/home/a`, `${folder}/copy`, goOn);
    assert.deepEqual(folderState(`${folder}/home`), before);
    assert.equal(countNotes(`${folder}/copy`), 100);
  }));

Deno.test("side files of a process that came meanwhile stay", () =>
  withTempDir(async (folder) => {
    makeDatabase(`${folder}/a`, "wal").close();
    const newcomer = new DatabaseSync(`${folder}/a`);
    newcomer.prepare("SELECT count(*) FROM notes").get();
    await backupLive(realFs, `${folder}/a`, `${folder}/copy`, goOn);
    assert.equal(realFs.lstat(`${folder}/a-wal`).size, 0);
    newcomer.close();
  }));

Deno.test("a live backup stops when it is told to", () =>
  withTempDir(async (folder) => {
    const live = makeDatabase(`${folder}/a`, "wal");
    addNotes(live, 50_000);
    const stop = () => {
      throw Object.assign(new Error("stop"), { code: "interrupted" });
    };
    await rejectsWith(
      () => backupLive(realFs, `${folder}/a`, `${folder}/copy`, stop),
      "interrupted",
    );
    live.close();
  }));

Deno.test("a copy under a lock gives up when its time is up, and lets writers in again", () =>
  withTempDir(async (folder) => {
    const live = makeDatabase(`${folder}/a`);
    assert.ok(!await copyLocked(realFs, `${folder}/a`, `${folder}/copy-1`, 0, goOn));
    addNotes(live, 1);
    assert.ok(await copyLocked(realFs, `${folder}/a`, `${folder}/copy-2`, 2000, goOn));
    addNotes(live, 1);
    live.close();
    assert.equal(countNotes(`${folder}/copy-2`), 101);
  }));

Deno.test("writers wait while a copy is made under a lock", () =>
  withTempDir(async (folder) => {
    const live = makeDatabase(`${folder}/a`);
    let refused = "";
    await copyLocked(realFs, `${folder}/a`, `${folder}/copy`, 2000, () => {
      try {
        addNotes(live, 1);
      } catch (error) {
        refused = String(error);
      }
      return true;
    });
    live.close();
    assert.match(refused, /locked/);
    assert.equal(countNotes(`${folder}/copy`), 100);
  }));
