import { type Entry, type EntryColumns, fromColumns, toColumns } from "./entry.ts";
import { type Look, TIME_STEP_MS } from "./look.ts";
import type { Place, TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";

/** What is known of a path as of its last look. */
export interface State {
  path: string;
  /** The event that brought it about. */
  event: number;
  entry: Entry;
  look: Look;
  /** When that look began, ms since 1970. */
  seenMs: number;
  /** Of a transcript: all of it was read, not just what had been appended. */
  isReadWhole: boolean;
}

interface StateRow extends EntryColumns {
  path: string;
  event: number;
  inode: number | null;
  device: number | null;
  disk_size: number | null;
  disk_mtime_ms: number | null;
  sides: string | null;
  seen_ms: number;
  is_read_whole: number;
}

function lookOf(row: StateRow, entry: Entry): Look {
  switch (entry.kind) {
    case "absent":
      return { kind: "absent" };
    case "link":
      return { kind: "link", target: entry.target };
    case "folder":
      return { kind: "folder", mode: entry.mode };
    case "file":
      return {
        kind: "file",
        inode: row.inode!,
        device: row.device!,
        size: row.disk_size!,
        mtimeMs: row.disk_mtime_ms!,
        mode: entry.mode,
        sides: row.sides ?? "",
      };
  }
}

function fromRow(row: StateRow): State {
  const entry = fromColumns(row);
  const { path, event, seen_ms: seenMs, is_read_whole } = row;
  const isReadWhole = is_read_whole === 1;
  return { path, event, entry, look: lookOf(row, entry), seenMs, isReadWhole };
}

/** What is known of a path; nothing when it was never looked at. */
export function stateOf(store: SnapshotStore, { root, path }: Place): State | undefined {
  const row = store.get<StateRow>(
    "SELECT * FROM states WHERE root = ? AND path = ?",
    root.id,
    path,
  );
  return row && fromRow(row);
}

/** As JSON has it; a number of a file may have more digits than SQLite writes of a REAL. */
const AS_JSON = [
  ...["path", "event", "kind", "object", "size", "mode", "mtime_ms", "target", "is_database"],
  ...["disk_size", "disk_mtime_ms", "sides", "seen_ms", "is_read_whole"],
].map((name) => `'${name}', ${name}`).concat(
  ["inode", "device"].map((name) => `'${name}', CAST(${name} AS INTEGER)`),
).join(", ");

/**
 * What is known of many paths, by path. Several times as fast as one by one, since SQLite hands over all of
 * them as one text.
 */
export function statesOf(
  store: SnapshotStore,
  root: TrackedRoot,
  paths: string[],
): Map<string, State> {
  const { states } = store.get<{ states: string }>(
    `SELECT json_group_array(json_object(${AS_JSON})) AS states FROM states
      WHERE root = ?1 AND path IN (SELECT value FROM json_each(?2))`,
    root.id,
    JSON.stringify(paths),
  )!;
  return new Map((JSON.parse(states) as StateRow[]).map((row) => [row.path, fromRow(row)]));
}

/** The mark of a path where nothing is, as far as is known. */
export const NOTHING_THERE = "-";
/** The mark of what a look alone does not tell: databases, links, files that were just written. */
const NOT_BY_LOOKS = "?";

/**
 * How every known path of a root looks, as one short text for each: a path with the same
 * {@linkcode markOf} is what is known of it, and must not be read. Ten times as fast as the states
 * themselves, since SQLite hands over all of them as one text (which `printf` makes in half the time that
 * `||` takes). No path has two slashes in a row.
 */
export function marksOf(store: SnapshotStore, root: TrackedRoot): Map<string, string> {
  const { marks } = store.get<{ marks: string | null }>(
    `SELECT group_concat(CASE
        WHEN kind = 'file' AND is_database = 0 AND is_read_whole = 1
          AND disk_mtime_ms < seen_ms - ${TIME_STEP_MS}
          THEN printf('%s//%d %d %d %d %d', path, mode, inode, device, disk_size, disk_mtime_ms)
        WHEN kind = 'folder' THEN printf('%s//d%d', path, mode)
        WHEN kind = 'absent' THEN path || '//${NOTHING_THERE}'
        ELSE path || '//${NOT_BY_LOOKS}'
      END, '//') AS marks FROM states WHERE root = ?`,
    root.id,
  )!;
  const known = new Map<string, string>();
  const texts = marks?.split("//") ?? [];
  for (let at = 0; at < texts.length; at += 2) known.set(texts[at], texts[at + 1]);
  return known;
}

/** The mark of what a look has found; nothing where a look alone tells too little. */
export function markOf(look: Look): string | undefined {
  if (look.kind === "folder") return `d${look.mode}`;
  if (look.kind !== "file") return undefined;
  return `${look.mode} ${look.inode} ${look.device} ${look.size} ${look.mtimeMs}`;
}

/** What is known below a folder. */
export function statesBelow(store: SnapshotStore, { root, path }: Place): State[] {
  const rows = store.all<StateRow>(
    "SELECT * FROM states WHERE root = ? AND path > ? AND path < ?",
    root.id,
    `${path}/`,
    `${path}0`, // the character after the slash
  );
  return rows.map(fromRow);
}

/** Remembers what a look has found. */
export function putState(store: SnapshotStore, root: TrackedRoot, state: State): void {
  const { path, event, entry, look, seenMs, isReadWhole } = state;
  const file = look.kind === "file" ? look : undefined;
  const { kind, object, size, mode, mtime_ms, target, is_database } = toColumns(entry);
  store.run(
    `INSERT OR REPLACE INTO states (root, path, event, kind, object, size, mode, mtime_ms, target,
      is_database, inode, device, disk_size, disk_mtime_ms, sides, seen_ms, is_read_whole)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    root.id,
    path,
    event,
    kind,
    object,
    size,
    mode,
    mtime_ms,
    target,
    is_database,
    file?.inode ?? null,
    file?.device ?? null,
    file?.size ?? null,
    file?.mtimeMs ?? null,
    file?.sides ?? null,
    seenMs,
    Number(isReadWhole),
  );
}

/**
 * Whether it is known that nothing was at a path that has no state: the root was looked at as a
 * whole, and that look did not leave the path out.
 */
export function wasAbsent(store: SnapshotStore, { root, path }: Place): boolean {
  const { scanned_ms } = store.get<{ scanned_ms: number | null }>(
    "SELECT scanned_ms FROM roots WHERE id = ?",
    root.id,
  )!;
  if (scanned_ms === null) return false;
  const names = path.split("/");
  return !names.some((_, index) =>
    store.get(
      "SELECT 1 FROM left_out WHERE root = ? AND path = ?",
      root.id,
      names.slice(0, index + 1).join("/"),
    )
  );
}

/** Remembers what a look at a whole root has left out. */
export function putLeftOut(store: SnapshotStore, root: TrackedRoot, paths: string[]): void {
  const known = store.all<{ path: string }>(
    "SELECT path FROM left_out WHERE root = ? ORDER BY path",
    root.id,
  ).map(({ path }) => path);
  const wanted = [...paths].sort();
  if (known.join("\0") === wanted.join("\0")) return;
  store.run("DELETE FROM left_out WHERE root = ?", root.id);
  for (const path of wanted) {
    store.run("INSERT OR IGNORE INTO left_out (root, path) VALUES (?, ?)", root.id, path);
  }
}
