import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  ensureDir,
  errnoOf,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
} from "../base/mod.ts";
import { type Objects, openObjects } from "./objects.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { type SnapshotSettings, snapshotSettings } from "./settings.ts";

/**
 * The store of snapshots: objects in files, and in a database what happened to which path. Many
 * processes use it at once. Nothing in it is ever repaired by deleting.
 */
export interface SnapshotStore {
  host: Host;
  settings: SnapshotSettings;
  /** Absolute, links resolved. */
  folder: string;
  objects: Objects;
  /** The rows of a query. Throws `store_damaged`, `store_busy`. */
  all<T>(sql: string, ...values: SQLInputValue[]): T[];
  /** The first row. */
  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined;
  /** Changes rows; gives back the id of the last one that was added. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** Runs with the right to write, which one process at a time has; all of it counts or nothing. */
  write<T>(use: () => T): T;
  close(): void;
}

/** How a store is opened. */
export interface OpenStoreOptions {
  /** How long another process is waited for, ms. A hook has less time than a person. */
  busyMs?: number;
}

const DATABASE = "snapshots.sqlite";
const BUSY_MS = 30_000;

/** Opens the store, and makes it when there is none. Throws `store_damaged`, `store_busy`, `newer_store`. */
export async function openSnapshotStore(
  host: Host,
  options: OpenStoreOptions = {},
): Promise<SnapshotStore> {
  const settings = await snapshotSettings(host);
  const { join } = pathsOf(host.platform);
  ensureDir(host.fs, settings.folder, host.platform);
  const folder = host.fs.realPath(settings.folder);
  const objects = join(folder, "objects");
  ensureDir(host.fs, objects, host.platform);
  const path = join(folder, DATABASE);
  makePrivate(host, path);
  const database = guarded(path, () => openDatabase(path, options.busyMs ?? BUSY_MS));
  return { host, settings, folder, objects: openObjects(host, objects), ...access(path, database) };
}

/** Whether there is a store at all; a question about one that is not there makes none. */
export async function hasSnapshotStore(host: Host): Promise<boolean> {
  const { folder } = await snapshotSettings(host);
  return lstatIfThere(host.fs, pathsOf(host.platform).join(folder, DATABASE)) !== undefined;
}

/** SQLite would make the file readable for all. */
function makePrivate({ fs }: Host, path: string): void {
  try {
    if (!lstatIfThere(fs, path)) fs.open(path, { createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error; // another process was faster
  }
}

function openDatabase(path: string, busyMs: number): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // Prepared, since the errors of exec() do not say which they are (tried).
    database.prepare(`PRAGMA busy_timeout = ${busyMs}`).get();
    const version = versionOf(database);
    if (version > SCHEMA_VERSION) throw newerStore(path);
    if (version < SCHEMA_VERSION) makeSchema(database);
    database.prepare("PRAGMA synchronous = NORMAL").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()!.user_version);
}

/** The first of several processes makes the tables, the others wait and find them. */
function makeSchema(database: DatabaseSync): void {
  enterWalMode(database);
  database.prepare("BEGIN IMMEDIATE").run();
  if (versionOf(database) === 0) {
    for (const statement of SCHEMA) database.prepare(statement).run();
    database.prepare(`PRAGMA user_version = ${SCHEMA_VERSION}`).run();
  }
  database.prepare("COMMIT").run();
}

/** SQLite does not wait here for another process that does the same. */
function enterWalMode(database: DatabaseSync): void {
  for (let attempt = 1;; attempt++) {
    try {
      database.prepare("PRAGMA journal_mode = WAL").get();
      return;
    } catch (error) {
      if (codeOf(error) !== BUSY || attempt === 50) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function newerStore(path: string): LifeboatError {
  return new LifeboatError("refused", "newer_store", `${path} was made by a newer lifeboat`, {
    hint: "Use that one, or keep snapshots in another folder.",
  });
}

const [BUSY, FULL] = [5, 13];
/** SQLite's codes for a file that is not what it should be: CORRUPT, NOTADB. */
const DAMAGED = [11, 26];

function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: number } | null)?.errcode;
  return code === undefined ? undefined : code & 0xff; // the rest says more of the same
}

function guarded<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw troubleWith(path, error);
  }
}

function troubleWith(path: string, cause: unknown): unknown {
  const code = codeOf(cause);
  if (code === BUSY) {
    return new LifeboatError("busy", "store_busy", `Other processes keep ${path} busy`, {
      hint: "Try again.",
      cause,
    });
  }
  if (code === FULL) return Object.assign(new Error(`${path}: disk full`), { code: "ENOSPC" });
  if (code !== undefined && DAMAGED.includes(code)) {
    return new LifeboatError("failed", "store_damaged", `${path} is damaged`, {
      hint: "Nothing was deleted. Move its folder away to begin anew; its objects stay readable.",
      cause,
    });
  }
  return cause;
}

function access(
  path: string,
  database: DatabaseSync,
): Pick<SnapshotStore, "all" | "get" | "run" | "write" | "close"> {
  const statements = new Map<string, StatementSync>();
  const statement = (sql: string) => {
    let known = statements.get(sql);
    if (!known) statements.set(sql, known = database.prepare(sql));
    return known;
  };
  const guard = <T>(use: () => T) => guarded(path, use);
  const run = (sql: string, ...values: SQLInputValue[]) =>
    guard(() => Number(statement(sql).run(...values).lastInsertRowid));
  return {
    all: <T>(sql: string, ...values: SQLInputValue[]) =>
      guard(() => statement(sql).all(...values) as T[]),
    get: <T>(sql: string, ...values: SQLInputValue[]) =>
      guard(() => statement(sql).get(...values) as T | undefined),
    run,
    write(use) {
      run("BEGIN IMMEDIATE");
      try {
        const result = use();
        run("COMMIT");
        return result;
      } catch (error) {
        if (database.isTransaction) run("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}
