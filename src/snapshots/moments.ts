/** Moments of the history, and what was where then. */
import { isoWithOffset, LifeboatError } from "../base/mod.ts";
import { type Entry, type EntryColumns, fromColumns } from "./entry.ts";
import type { Scope, TrackedRoot } from "./roots.ts";
import { wholeSessionId } from "./sessions.ts";
import type { SnapshotStore } from "./store.ts";

/** A moment: all events up to this one have happened, and none of the later ones. */
export interface Moment {
  /** 0: before everything. */
  event: number;
  /** For a person: `snapshot 20261121-…`, `before session …`. */
  name: string;
  /** ISO 8601. */
  at: string;
  /** The session that is taken back; changes of others are the user's. */
  session: string | null;
}

/** Which moment is meant. */
export type MomentChoice =
  | { snapshot: string }
  /** Ms since 1970. */
  | { timeMs: number }
  /** Before it. */
  | { session: string }
  /** After the last change that was recorded in it. */
  | { endOf: string }
  /** One that was found before. */
  | { moment: Moment };

function noSuch(what: string, code: string): LifeboatError {
  return new LifeboatError("missing", code, what, {
    hint: "See what there is with: lifeboat snapshot list",
  });
}

interface SnapshotRow {
  name: string;
  last_event: number | null;
  started_ms: number;
  forgotten: number;
}

function iso(ms: number): string {
  return isoWithOffset(new Date(ms));
}

/**
 * The moment that is meant, in a scope; snapshots and sessions by their ids or unique beginnings of
 * them. Throws `no_such_snapshot`, `no_such_session`, `ambiguous_id`.
 */
export function findMoment(store: SnapshotStore, scope: Scope, choice: MomentChoice): Moment {
  if ("moment" in choice) return choice.moment;
  if ("snapshot" in choice) return momentOfSnapshot(store, scope, choice.snapshot);
  if ("endOf" in choice) return momentAfter(store, scope, wholeSessionId(store, choice.endOf));
  if ("session" in choice) {
    return momentBefore(store, scope, wholeSessionId(store, choice.session));
  }
  const { timeMs } = choice;
  const row = store.get<{ event: number | null }>(
    "SELECT max(id) AS event FROM events WHERE time_ms <= ?",
    timeMs,
  )!;
  const at = iso(timeMs);
  return { event: row.event ?? 0, name: at, at, session: null };
}

function momentOfSnapshot(store: SnapshotStore, { main }: Scope, id: string): Moment {
  const isLatest = id === "latest";
  const rows = store.all<SnapshotRow>(
    `SELECT * FROM snapshots WHERE root = ?1 AND forgotten = 0 AND (?2 OR substr(name, 1, ?3) = ?4)
      ORDER BY name = ?4 DESC, started_ms DESC, id DESC LIMIT 2`,
    main.id,
    Number(isLatest),
    id.length,
    id,
  );
  const exact = rows.find(({ name }) => name === id);
  if (!exact && !isLatest && rows.length > 1) {
    throw new LifeboatError("refused", "ambiguous_id", `More than one snapshot begins with ${id}`, {
      hint: "Write more of it. See: lifeboat snapshot list",
    });
  }
  const row = exact ?? rows[0];
  if (!row) throw noSuch(`There is no snapshot ${id} of ${main.path}`, "no_such_snapshot");
  if (row.last_event === null) {
    throw new LifeboatError(
      "refused",
      "snapshot_not_complete",
      `Snapshot ${row.name} was cut off`,
      {
        hint: "Choose another one. What it has recorded is in the history of each file.",
      },
    );
  }
  return {
    event: row.last_event,
    name: `snapshot ${row.name}`,
    at: iso(row.started_ms),
    session: null,
  };
}

/** Before the first change that a tool of the session made, or else at its first snapshot. */
function momentBefore(store: SnapshotStore, { main }: Scope, session: string): Moment {
  const row = store.get<{ tool: number | null; first: number | null; at: number | null }>(
    `SELECT (SELECT min(events.id) FROM events JOIN snapshots ON snapshots.id = events.snapshot
          WHERE session = ?1 AND cause = 'tool' AND snapshots.root = ?2) AS tool,
        (SELECT last_event FROM snapshots WHERE session = ?1 AND root = ?2
          AND last_event IS NOT NULL ORDER BY started_ms, id LIMIT 1) AS first,
        min(started_ms) AS at FROM snapshots WHERE session = ?1 AND root = ?2 AND forgotten = 0`,
    session,
    main.id,
  )!;
  const event = row.tool === null ? row.first : row.tool - 1;
  if (event === null || row.at === null) {
    throw noSuch(`No session ${session} is known in ${main.path}`, "no_such_session");
  }
  return { event, name: `before session ${session}`, at: iso(row.at), session };
}

function momentAfter(store: SnapshotStore, { main }: Scope, session: string): Moment {
  const row = store.get<{ event: number | null; at: number | null }>(
    `SELECT max(last_event) AS event, max(started_ms) AS at FROM snapshots
      WHERE session = ? AND root = ? AND forgotten = 0`,
    session,
    main.id,
  )!;
  if (row.event === null || row.at === null) {
    throw noSuch(`No session ${session} is known in ${main.path}`, "no_such_session");
  }
  return { event: row.event, name: `after session ${session}`, at: iso(row.at), session: null };
}

/** What a path was at a moment. */
export interface PastEntry {
  entry: Entry;
  /** It was first looked at later; this is what was found then. */
  assumed: boolean;
}

interface PastRow extends EntryColumns {
  path: string;
  before_kind: string;
  is_later: number;
}

/**
 * What has to be where so that a root is as it was at a moment: the paths that have changed since,
 * each with what it was, as its last event until then tells or else its first one after.
 */
export function changedSince(
  store: SnapshotStore,
  root: TrackedRoot,
  event: number,
): Map<string, PastEntry> {
  // The plus keeps SQLite from going through all events of the root instead of the last ones.
  const rows = store.all<PastRow>(
    `SELECT later.path, later.before_kind, told.id > ?2 AS is_later, told.kind, told.object,
        told.size, told.mode, told.mtime_ms, told.target, told.is_database
      FROM (SELECT min(id) AS first, path, before_kind FROM events
        WHERE +root = ?1 AND id > ?2 GROUP BY path) AS later
      JOIN events AS told ON told.id = coalesce((SELECT max(id) FROM events
        WHERE root = ?1 AND path = later.path AND id <= ?2), later.first)`,
    root.id,
    event,
  );
  return new Map(rows.map((row) => [row.path, pastEntry(row)]));
}

function pastEntry(row: PastRow): PastEntry {
  if (row.is_later === 0) return { entry: fromColumns(row), assumed: false };
  if (row.before_kind === "absent") return { entry: { kind: "absent" }, assumed: false };
  return { entry: fromColumns(row), assumed: true };
}

/** What was at every known path of a root at a moment; those where nothing was are left out. */
export function stateAt(
  store: SnapshotStore,
  root: TrackedRoot,
  event: number,
): Map<string, Entry> {
  const rows = store.all<EntryColumns & { path: string }>(
    "SELECT * FROM states WHERE root = ?",
    root.id,
  );
  const state = new Map(rows.map((row) => [row.path, fromColumns(row)]));
  for (const [path, { entry }] of changedSince(store, root, event)) state.set(path, entry);
  for (const [path, { kind }] of state) if (kind === "absent") state.delete(path);
  return state;
}

/** Who changed a path after a moment, other than the session that is taken back. */
export interface LaterChange {
  path: string;
  at: string;
  session: string | null;
  tool: string | null;
}

/**
 * Changes after a moment that are not the session's: of its tools' own changes it is known. Without a
 * session, what hooks have found before a tool began, and rollbacks before they did.
 */
export function othersSince(
  store: SnapshotStore,
  root: TrackedRoot,
  { event, session }: Moment,
): LaterChange[] {
  return store.all<{ path: string; at: number; session: string | null; tool: string | null }>(
    `SELECT path, max(time_ms) AS at, session, tool FROM events
      JOIN snapshots ON snapshots.id = events.snapshot
      WHERE +events.root = ?1 AND events.id > ?2 AND operation <> 'seen'
        AND CASE WHEN ?3 IS NULL THEN made_by IN ('hook', 'rollback') AND cause = 'other'
          ELSE NOT (cause = 'tool' AND (session IS ?3 OR made_by = 'rollback')) END GROUP BY path`,
    root.id,
    event,
    session,
  ).map((row) => ({ ...row, at: iso(row.at) }));
}
