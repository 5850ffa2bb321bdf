/** The tables of the store. Paths are relative to their root, with forward slashes. */

/** `PRAGMA user_version` of a store with these tables. */
export const SCHEMA_VERSION = 1;

const ENTRY = `
  kind TEXT NOT NULL, object TEXT, size INTEGER, mode INTEGER, mtime_ms INTEGER, target TEXT,
  is_database INTEGER NOT NULL`;

/** What makes the tables. */
export const SCHEMA = [
  // A folder, or a single file, whose content is recorded. `owner` is the root itself, or the home
  // that it belongs to; `scanned_ms` is null until all of it was looked at once.
  `CREATE TABLE roots (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, path TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, form TEXT NOT NULL, profile TEXT, part TEXT NOT NULL, scanned_ms INTEGER
  ) STRICT`,
  // One look at files: by hand, by a hook, by watch, before and after a rollback. `last_event` is
  // the newest event of all when it was complete; null: it was never completed. "forgotten":
  // a clean-up has taken what it would need to come back.
  `CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, root INTEGER NOT NULL,
    made_by TEXT NOT NULL, cause TEXT NOT NULL, session TEXT, agent TEXT, tool TEXT, call TEXT,
    note TEXT, started_ms INTEGER NOT NULL, last_event INTEGER, changes INTEGER NOT NULL DEFAULT 0,
    forgotten INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  "CREATE INDEX snapshots_of_session ON snapshots (session)",
  // One change of one path. `before_kind` is "unknown" where the path was never looked at before.
  `CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, snapshot INTEGER NOT NULL, root INTEGER NOT NULL,
    path TEXT NOT NULL, time_ms INTEGER NOT NULL, operation TEXT NOT NULL, other TEXT,
    before_kind TEXT NOT NULL, before_object TEXT, before_size INTEGER,${ENTRY}
  ) STRICT`,
  "CREATE INDEX events_of_path ON events (root, path, id)",
  "CREATE INDEX events_of_snapshot ON events (snapshot)",
  "CREATE INDEX events_by_time ON events (time_ms)",
  // What is at each path as of its last look, and how the file looked then.
  `CREATE TABLE states (
    root INTEGER NOT NULL, path TEXT NOT NULL, event INTEGER NOT NULL,${ENTRY},
    inode REAL, device REAL, disk_size INTEGER, disk_mtime_ms INTEGER, sides TEXT,
    seen_ms INTEGER NOT NULL, is_read_whole INTEGER NOT NULL,
    PRIMARY KEY (root, path)
  ) STRICT, WITHOUT ROWID`,
  // What the last full look left out: whether it was there before is not known.
  `CREATE TABLE left_out (
    root INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (root, path)
  ) STRICT, WITHOUT ROWID`,
];
