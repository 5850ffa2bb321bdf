import { DatabaseSync } from "node:sqlite";
import { ensureDir, type Host, pathsOf, removeIfThere } from "../base/mod.ts";
import type { ManifestHead } from "../archive/mod.ts";

/** What the catalog remembers of one archive or folder. Good as long as size and time still fit. */
export interface CatalogRow {
  /** Absolute path of the archive or of the folder's manifest. */
  path: string;
  /** Bytes. */
  bytes: number;
  mtimeMs: number;
  head: ManifestHead;
  /** Base64 of the public key that signed it. */
  signer: string | null;
}

/** What a backup says of itself. */
export type KnownBackup = Pick<CatalogRow, "head" | "signer">;

/** A cache of what backups say of themselves. Losing it costs time, never a backup (design.md 1.7). */
export interface Catalog {
  /** What is remembered of a file that still has this size and time. */
  get(path: string, bytes: number, mtimeMs: number): KnownBackup | undefined;
  put(row: CatalogRow): void;
  forget(path: string): void;
  /** When a backup was last verified without a fault, ISO 8601. */
  verifiedAt(path: string): string | undefined;
  noteVerified(path: string, at: string): void;
  /** SHA-256 of an archive when it was made here, upper-case hex. */
  sha256Of(path: string): string | undefined;
  /** The same of all archives of a name, wherever they were made. */
  sha256sNamed(archiveName: string): string[];
  noteSha256(path: string, sha256: string): void;
  /** Backends that the archive was copied to. */
  remotesOf(path: string): string[];
  noteRemote(path: string, backend: string): void;
  /** No archive of this name is at the backend any more. */
  forgetRemote(backend: string, archiveName: string): void;
  /** All archives of this machine that are at the backend, as it was seen there. */
  setRemotes(backend: string, archives: { name: string; bytes: number }[]): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS backups (
    path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, mtime_ms REAL NOT NULL, head TEXT NOT NULL,
    signer TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS verified (path TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS hashes (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS remotes (
    path TEXT NOT NULL, backend TEXT NOT NULL, PRIMARY KEY (path, backend)
  ) STRICT;
`;

/** Whether the last part of a path is this name. */
const IS_NAMED = "substr(path, -length($name) - 1) IN ('/' || $name, '\\' || $name)";

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  // Not synced: what a power cut takes is found again in the archives.
  database.exec(
    "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + SCHEMA,
  );
  return database;
}

/** Opens the catalog; one that is damaged is made anew, since it is only a cache. */
export function openCatalog(host: Host): Catalog {
  const { join } = pathsOf(host.platform);
  ensureDir(host.fs, host.folders.state, host.platform);
  const path = join(host.folders.state, "catalog.sqlite");
  let database: DatabaseSync;
  try {
    database = openDatabase(path);
  } catch {
    for (const suffix of ["", "-wal", "-shm"]) removeIfThere(host.fs, path + suffix);
    database = openDatabase(path);
  }
  return wrapDatabase(database);
}

function wrapDatabase(database: DatabaseSync): Catalog {
  const get = database.prepare(
    "SELECT head, signer FROM backups WHERE path = ? AND bytes = ? AND mtime_ms = ?",
  );
  const put = database.prepare(
    "INSERT OR REPLACE INTO backups (path, bytes, mtime_ms, head, signer) VALUES (?, ?, ?, ?, ?)",
  );
  const verifiedAt = database.prepare("SELECT at FROM verified WHERE path = ?");
  const noteVerified = database.prepare("INSERT OR REPLACE INTO verified (path, at) VALUES (?, ?)");
  const sha256Of = database.prepare("SELECT sha256 FROM hashes WHERE path = ?");
  const sha256sNamed = database.prepare(`SELECT sha256 FROM hashes WHERE ${IS_NAMED}`);
  const noteSha256 = database.prepare("INSERT OR REPLACE INTO hashes (path, sha256) VALUES (?, ?)");
  const remotesOf = database.prepare("SELECT backend FROM remotes WHERE path = ? ORDER BY backend");
  const noteRemote = database.prepare(
    "INSERT OR IGNORE INTO remotes (path, backend) VALUES (?, ?)",
  );
  const forgetRemote = database.prepare(
    `DELETE FROM remotes WHERE ${IS_NAMED} AND backend = $backend`,
  );
  const clearRemotes = database.prepare("DELETE FROM remotes WHERE backend = ?");
  const sizes = database.prepare("SELECT path, bytes FROM backups");

  function setRemotes(backend: string, archives: { name: string; bytes: number }[]): void {
    const there = new Map(archives.map(({ name, bytes }) => [name, bytes]));
    clearRemotes.run(backend);
    for (const { path, bytes } of sizes.all()) {
      const name = String(path).split(/[\\/]/).at(-1)!;
      if (there.get(name) === bytes) noteRemote.run(path, backend);
    }
  }

  const forget = ["backups", "verified", "hashes", "remotes"].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE path = ?`)
  );
  return {
    get(path, bytes, mtimeMs) {
      const row = get.get(path, bytes, mtimeMs);
      return row && { head: JSON.parse(String(row.head)), signer: row.signer as string | null };
    },
    put: ({ path, bytes, mtimeMs, head, signer }) =>
      void put.run(path, bytes, mtimeMs, JSON.stringify(head), signer),
    forget: (path) => forget.forEach((statement) => statement.run(path)),
    verifiedAt: (path) => verifiedAt.get(path)?.at as string | undefined,
    noteVerified: (path, at) => void noteVerified.run(path, at),
    sha256Of: (path) => sha256Of.get(path)?.sha256 as string | undefined,
    sha256sNamed: ($name) => sha256sNamed.all({ $name }).map(({ sha256 }) => String(sha256)),
    noteSha256: (path, sha256) => void noteSha256.run(path, sha256),
    remotesOf: (path) => remotesOf.all(path).map(({ backend }) => String(backend)),
    noteRemote: (path, backend) => void noteRemote.run(path, backend),
    forgetRemote: ($backend, $name) => void forgetRemote.run({ $backend, $name }),
    setRemotes,
    close: () => database.close(),
  };
}
