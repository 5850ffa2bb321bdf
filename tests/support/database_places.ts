import { type FileSystem, realFs } from "../../src/base/mod.ts";
import { type DatabaseCapture, runDatabaseJob } from "../../src/capture/database_job.ts";
import { assert } from "../assert.ts";
import { databaseJobFor } from "./databases.ts";
import { faultyFs, type FsCall, systemError } from "./faulty_fs.ts";
import { folderState } from "./folder_state.ts";
import { withTempDir } from "./host.ts";

/** The folders of one capture of a database. */
export interface Places {
  /** A folder that a capture must leave as it is. */
  home: string;
  /** The database in it. */
  source: string;
  /** Where scratch files may lie. */
  scratch: string;
  staged: string;
}

/** Runs a test with a home and a staging folder, in which nothing but the copy may be left. */
export function withPlaces(use: (places: Places) => Promise<void>): Promise<void> {
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

/** Captures the database of the home. */
export async function capture({ source, staged }: Places, fs: FileSystem = realFs) {
  return await runDatabaseJob(fs, databaseJobFor(source, staged));
}

/** Captures, and asserts that nothing in the home has changed. */
export async function captureUnseen(places: Places): Promise<DatabaseCapture> {
  const before = folderState(places.home);
  const result = await capture(places);
  assert.deepEqual(folderState(places.home), before);
  return result;
}

/** Asserts that a copy was made and found well. */
export function captured(result: DatabaseCapture, journal: "wal" | "rollback"): void {
  assert.equal(result.status, "captured", JSON.stringify(result));
  assert.ok(result.status === "captured");
  assert.deepEqual([result.journal, result.result], [journal, "ok"]);
}

/** Asserts that a capture failed with a code. */
export function failed(
  result: DatabaseCapture,
  code: string,
): DatabaseCapture & { status: "failed" } {
  assert.ok(result.status === "failed", JSON.stringify(result));
  assert.equal(result.code, code);
  return result;
}

/** A file system without `/proc/locks`, on which `meddle` sees every call before it is made. */
export function withoutLocks(meddle: (call: FsCall) => Error | void = () => {}): FileSystem {
  return faultyFs(
    realFs,
    (call) => call.path === "/proc/locks" ? systemError("ENOENT") : meddle(call),
  );
}

/** Writes to the database whenever it is looked at, so that no copy is one state. */
export function restless(places: Places): FileSystem {
  let mtimeMs = 1_700_000_000_000;
  return withoutLocks(({ operation, path }) => {
    if (operation === "lstat" && path === places.source) realFs.setMtime(path, ++mtimeMs);
  });
}
