/** Puts changes of the past into the history, which is in the order of time. */
import { nameStamp } from "../base/mod.ts";
import type { Entry } from "./entry.ts";
import { addEvent } from "./events.ts";
import type { Place } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";

/** A change that others have recorded. */
export interface PastChange {
  place: Place;
  session: string;
  timeMs: number;
  /** Absent: the first that is known of the path is `after`, which was there before that moment. */
  before?: Entry;
  after: Entry;
}

/** A change and the event of ours after which it comes; 0: before all. */
type Placed = PastChange & { follows: number };

/**
 * Adds changes, within `write`. A moment is the id of an event (moments.ts), so that later events and
 * all that names them get new ids.
 */
export function addPastChanges(store: SnapshotStore, changes: PastChange[]): void {
  const placed = changes.map((change): Placed => ({
    ...change,
    follows: lastUntil(store, change.timeMs),
  })).sort((a, b) => a.follows - b.follows || a.timeMs - b.timeMs);
  makeRoom(store, placed);
  const snapshots = new Map<string, number>();
  for (const [index, change] of placed.entries()) {
    const { place, timeMs, before, after } = change;
    const snapshot = snapshotOf(store, snapshots, change);
    const id = change.follows + index + 1;
    addEvent(store, { ...place, id, snapshot, timeMs, before, after });
  }
  for (const id of snapshots.values()) {
    store.run(
      `UPDATE snapshots SET (changes, last_event) =
        (SELECT count(*), max(id) FROM events WHERE snapshot = ?1) WHERE id = ?1`,
      id,
    );
  }
}

function lastUntil(store: SnapshotStore, timeMs: number): number {
  return store.get<{ event: number | null }>(
    "SELECT max(id) AS event FROM events WHERE time_ms <= ?",
    timeMs,
  )!.event ?? 0;
}

/** Every event moves on by as many as come before it now. */
function makeRoom(store: SnapshotStore, placed: Placed[]): void {
  store.run("CREATE TEMP TABLE room (follows INTEGER PRIMARY KEY, added INTEGER NOT NULL)");
  for (const [index, { follows }] of placed.entries()) {
    store.run("INSERT OR REPLACE INTO room VALUES (?, ?)", follows, index + 1);
  }
  const moved = (id: string) =>
    `${id} + coalesce((SELECT added FROM room WHERE follows < ${id}
      ORDER BY follows DESC LIMIT 1), 0)`;
  // By way of negative ids: no two events may have the same one in between.
  store.run(`UPDATE events SET id = -(${moved("events.id")})`);
  store.run("UPDATE events SET id = -id");
  store.run(`UPDATE states SET event = ${moved("states.event")}`);
  store.run(`UPDATE snapshots SET last_event = ${moved("snapshots.last_event")}
    WHERE last_event IS NOT NULL`);
  store.run(
    "UPDATE sqlite_sequence SET seq = max(seq, (SELECT max(id) FROM events)) WHERE name = 'events'",
  );
  store.run("DROP TABLE room");
}

/** One for each session and home or workspace: of what was there before, and of what its tools did. */
function snapshotOf(
  store: SnapshotStore,
  snapshots: Map<string, number>,
  { place, session, timeMs, before }: PastChange,
): number {
  const cause = before ? "tool" : "other";
  const key = `${place.root.owner} ${cause} ${session}`;
  const known = snapshots.get(key);
  if (known !== undefined) return known;
  const id = store.run(
    `INSERT INTO snapshots (name, root, made_by, cause, session, agent, note, started_ms)
      VALUES (?, ?, 'import', ?, ?, 'openclaw', 'from ClawBackup', ?)`,
    crypto.randomUUID(),
    place.root.owner,
    cause,
    session,
    timeMs,
  );
  const name = `${nameStamp(new Date(timeMs))}-${id}`;
  store.run("UPDATE snapshots SET name = ? WHERE id = ?", name, id);
  snapshots.set(key, id);
  return id;
}
