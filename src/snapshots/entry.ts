/** What was at a path, as far as snapshots keep it. */

/** A file; `database`: its content is SQLite's own copy, without a WAL. */
export interface FileContent {
  kind: "file";
  object: string;
  /** Bytes. */
  size: number;
  mode: number;
  /** Ms since 1970. */
  mtimeMs: number;
  database: boolean;
}

/** What was at a path. */
export type Entry =
  | { kind: "absent" }
  | FileContent
  | { kind: "folder"; mode: number }
  | { kind: "link"; target: string };

/** Permission bits that are kept: without set-user-id and its like. */
export const MODE = 0o777;

/** Whether two entries are the same to a user; the time of a file alone does not make a change. */
export function isSameEntry(a: Entry, b: Entry): boolean {
  if (a.kind === "file" && b.kind === "file") return a.object === b.object && a.mode === b.mode;
  if (a.kind === "folder" && b.kind === "folder") return a.mode === b.mode;
  if (a.kind === "link" && b.kind === "link") return a.target === b.target;
  return a.kind === b.kind;
}

/** An entry as columns of the store's tables. */
export interface EntryColumns {
  kind: Entry["kind"];
  object: string | null;
  size: number | null;
  mode: number | null;
  mtime_ms: number | null;
  target: string | null;
  is_database: number;
}

const NOTHING = {
  object: null,
  size: null,
  mode: null,
  mtime_ms: null,
  target: null,
  is_database: 0,
};

/** An entry for the store. */
export function toColumns(entry: Entry): EntryColumns {
  switch (entry.kind) {
    case "absent":
      return { ...NOTHING, kind: "absent" };
    case "folder":
      return { ...NOTHING, kind: "folder", mode: entry.mode };
    case "link":
      return { ...NOTHING, kind: "link", target: entry.target };
    case "file": {
      const { object, size, mode, mtimeMs, database } = entry;
      const is_database = Number(database);
      return { kind: "file", object, size, mode, mtime_ms: mtimeMs, target: null, is_database };
    }
  }
}

/** An entry out of the store. */
export function fromColumns(columns: EntryColumns): Entry {
  const { kind, object, size, mode, mtime_ms, target, is_database } = columns;
  switch (kind) {
    case "absent":
      return { kind };
    case "folder":
      return { kind, mode: mode! };
    case "link":
      return { kind, target: target! };
    case "file": {
      const database = is_database === 1;
      return { kind, object: object!, size: size!, mode: mode!, mtimeMs: mtime_ms!, database };
    }
  }
}
