/** What the history has to tell. */
import { isInside, isoWithOffset, LifeboatError, pathsOf, toSlashes } from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import type { Entry } from "./entry.ts";
import { listRoots, type Place, type TrackedRoot } from "./roots.ts";
import { wholeSessionId } from "./sessions.ts";
import type { SnapshotStore } from "./store.ts";

/** Whose work something is. */
interface MadeBy {
  made_by: string;
  session: string | null;
  agent: string | null;
  tool: string | null;
  call: string | null;
}

/** One snapshot, as `snapshot list` shows it. */
export interface SnapshotItem extends MadeBy {
  id: string;
  /** ISO 8601. */
  at: string;
  note: string | null;
  /** The home or workspace. */
  root: string;
  kind: "home" | "workspace";
  profile: string | null;
  changes: number;
  /** False: it was cut off, and nothing can be rolled back to it. */
  complete: boolean;
}

/** What `snapshot list` gives back. */
export interface SnapshotList {
  ok: boolean;
  /** Newest first. */
  snapshots: SnapshotItem[];
  /** How many fit, shown or not. */
  total: number;
}

/** Which snapshots are wanted. */
export interface ListOptions {
  /** Its id, or a unique beginning of that. */
  session?: string;
  /** Id of the main root of a home or workspace. */
  root?: number;
  /** Only those in which one of these changed. */
  places?: Place[];
  /** From this moment on, ms since 1970. */
  sinceMs?: number;
  limit?: number;
}

interface ListRow extends Omit<SnapshotItem, "id" | "at" | "root" | "complete"> {
  name: string;
  started_ms: number;
  path: string;
  last_event: number | null;
}

/** Lists snapshots, newest first. Throws `ambiguous_id`. */
export function listSnapshots(store: SnapshotStore, options: ListOptions = {}): SnapshotList {
  const { root, places, sinceMs, limit = 50 } = options;
  const session = options.session && wholeSessionId(store, options.session);
  const paths = JSON.stringify(places?.map((place) => [place.root.id, place.path]) ?? null);
  const where = `FROM snapshots JOIN roots ON roots.id = snapshots.root WHERE forgotten = 0
    AND (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR snapshots.root = ?2)
    AND (?3 IS NULL OR started_ms >= ?3)
    AND (?4 = 'null' OR snapshots.id IN (SELECT snapshot FROM events JOIN json_each(?4) AS place
      ON events.root = place.value ->> 0 AND events.path = place.value ->> 1))`;
  const values = [session ?? null, root ?? null, sinceMs ?? null, paths];
  const rows = store.all<ListRow>(
    `SELECT snapshots.*, roots.path, roots.kind, roots.profile ${where}
      ORDER BY started_ms DESC, snapshots.id DESC LIMIT ?5`,
    ...values,
    limit,
  );
  const { total } = store.get<{ total: number }>(`SELECT count(*) AS total ${where}`, ...values)!;
  return { ok: true, snapshots: rows.map(toItem), total };
}

function toItem(row: ListRow): SnapshotItem {
  const { made_by, session, agent, tool, call, note, kind, profile, changes } = row;
  return {
    id: row.name,
    at: isoWithOffset(new Date(row.started_ms)),
    made_by,
    session,
    agent,
    tool,
    call,
    note,
    root: row.path,
    kind,
    profile,
    changes,
    complete: row.last_event !== null,
  };
}

/** One change of a file. */
export interface HistoryItem extends MadeBy {
  event: number;
  at: string;
  snapshot: string;
  operation: string;
  /** The path before or after a rename. */
  other: string | null;
  before: { kind: string; bytes: number | null; object: string | null };
  after: {
    kind: Entry["kind"];
    bytes: number | null;
    object: string | null;
    mode: number | null;
    modified_at: string | null;
  };
}

/** What `snapshot history` gives back. */
export interface History {
  ok: boolean;
  /** Absolute. */
  path: string;
  root: string;
  /** Newest first. */
  history: HistoryItem[];
  total: number;
}

/**
 * Where a path lies among all that is known; the innermost root counts. It need not be there any
 * more. Throws `not_tracked`.
 */
export function findPlace(store: SnapshotStore, absolute: string): Place {
  const { host } = store;
  const { dirname, basename, join, relative } = pathsOf(host.platform);
  const path = join(realPathOf(host, dirname(absolute)), basename(absolute));
  const roots = listRoots(store).filter((root) =>
    root.form === "file" ? root.path === path : isInside(path, root.path, host.platform)
  ).sort((a, b) => b.path.length - a.path.length);
  const [root] = roots;
  if (!root) {
    throw new LifeboatError("missing", "not_tracked", `No snapshots were taken around ${path}`, {
      hint: "See which folders are tracked with: lifeboat snapshot status",
    });
  }
  const below = root.form === "file" ? basename(path) : relative(root.path, path);
  return { root, path: toSlashes(below, host.platform) };
}

interface HistoryRow extends MadeBy {
  id: number;
  time_ms: number;
  name: string;
  operation: string;
  other: string | null;
  before_kind: string;
  before_size: number | null;
  before_object: string | null;
  kind: Entry["kind"];
  size: number | null;
  object: string | null;
  mode: number | null;
  mtime_ms: number | null;
}

/** All changes of one file, newest first. Throws `not_tracked`, `no_history`, `ambiguous_id`. */
export function fileHistory(
  store: SnapshotStore,
  absolute: string,
  options: { limit?: number; session?: string } = {},
): History {
  const { root, path } = findPlace(store, absolute);
  const { limit = 50 } = options;
  const session = options.session && wholeSessionId(store, options.session);
  const where = `FROM events JOIN snapshots ON snapshots.id = events.snapshot
    WHERE events.root = ?1 AND path = ?2 AND (?3 IS NULL OR session = ?3)`;
  const values = [root.id, path, session ?? null];
  const rows = store.all<HistoryRow>(
    `SELECT snapshots.*, events.* ${where} ORDER BY events.id DESC LIMIT ?4`,
    ...values,
    limit,
  );
  const { total } = store.get<{ total: number }>(`SELECT count(*) AS total ${where}`, ...values)!;
  if (total === 0) {
    throw new LifeboatError("missing", "no_history", `Nothing was recorded of ${absolute}`, {
      hint: "It may be left out by a rule, or not have been there yet.",
    });
  }
  return { ok: true, path: absolute, root: root.path, history: rows.map(toHistory), total };
}

function toHistory(row: HistoryRow): HistoryItem {
  const { made_by, session, agent, tool, call, operation, other } = row;
  return {
    event: row.id,
    at: isoWithOffset(new Date(row.time_ms)),
    snapshot: row.name,
    made_by,
    session,
    agent,
    tool,
    call,
    operation,
    other,
    before: { kind: row.before_kind, bytes: row.before_size, object: row.before_object },
    after: {
      kind: row.kind,
      bytes: row.size,
      object: row.object,
      mode: row.mode,
      modified_at: row.mtime_ms === null ? null : isoWithOffset(new Date(row.mtime_ms)),
    },
  };
}

/**
 * The main roots in which a snapshot or a session lies. Throws `no_such_snapshot`, `no_such_session`,
 * `ambiguous_id`.
 */
export function rootsWith(
  store: SnapshotStore,
  wanted: { snapshot: string } | { session: string },
): TrackedRoot[] {
  const isSnapshot = "snapshot" in wanted;
  const value = isSnapshot ? wanted.snapshot : wholeSessionId(store, wanted.session);
  const rootsWhere = (condition: string) =>
    store.all<{ root: number }>(
      `SELECT DISTINCT root FROM snapshots WHERE forgotten = 0 AND ${condition}`,
      value,
    ).map(({ root }) => root);
  const exact = rootsWhere(isSnapshot ? "name = ?1" : "session = ?1");
  const ids = exact.length === 0 && isSnapshot
    ? rootsWhere("substr(name, 1, length(?1)) = ?1")
    : exact;
  if (ids.length > 0) return listRoots(store).filter(({ id }) => ids.includes(id));
  const what = isSnapshot ? "snapshot" : "session";
  throw new LifeboatError("missing", `no_such_${what}`, `There is no ${what} ${value}`, {
    hint: "See what there is with: lifeboat snapshot list",
  });
}
