/** Writes down what a look has found: one event for each path that is not as it was. */
import { nameStamp } from "../base/mod.ts";
import { type Entry, isSameEntry, toColumns } from "./entry.ts";
import { isSameLook } from "./look.ts";
import { type Observation, stillHolds } from "./read.ts";
import { type Place, type TrackedRoot } from "./roots.ts";
import { putState, type State, stateOf, wasAbsent } from "./states.ts";
import type { SnapshotStore } from "./store.ts";

/** Who looks, and why. */
export interface SnapshotContext {
  madeBy: "hand" | "hook" | "watch" | "rollback" | "import";
  /**
   * `tool`: what is found is what a tool of the session did; `other`: it was there before, whoever
   * made it. A rollback to before a session takes the first of its `tool` changes as its beginning.
   */
  cause: "tool" | "other";
  session?: string;
  agent?: string;
  tool?: string;
  /** The agent's own id of the tool call. */
  call?: string;
  /** For a person: `before rolling back to …`. */
  note?: string;
}

/** `seen`: the first look at a path, which may have been so for long. */
type Operation = "seen" | "create" | "update" | "delete" | "rename";

/** An observation of a path. */
export interface Found extends Place {
  seen: Observation;
  /** The path that the file had before, or has now, when it was renamed. */
  other?: string;
}

/** Adds a snapshot that is not complete yet; gives back its id. Call it within `write`. */
export function addSnapshot(
  store: SnapshotStore,
  root: TrackedRoot,
  context: SnapshotContext,
): number {
  const now = store.host.now();
  const { madeBy, cause, session, agent, tool, call, note } = context;
  const id = store.run(
    `INSERT INTO snapshots (name, root, made_by, cause, session, agent, tool, call, note, started_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    crypto.randomUUID(),
    root.id,
    madeBy,
    cause,
    session ?? null,
    agent ?? null,
    tool ?? null,
    call ?? null,
    note ?? null,
    now.getTime(),
  );
  store.run("UPDATE snapshots SET name = ? WHERE id = ?", `${nameStamp(now)}-${id}`, id);
  return id;
}

/** Marks a snapshot as complete: it stands for all that is known at this moment. Within `write`. */
export function completeSnapshot(store: SnapshotStore, id: number, changes: number): void {
  store.run(
    `UPDATE snapshots SET changes = ?,
      last_event = (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events')
      WHERE id = ?`,
    changes,
    id,
  );
}

/** What writing down has come to. */
export interface Noted {
  /** How many events. */
  events: number;
  /** Paths that changed while they were read: to be read again. */
  unstable: Found[];
}

/**
 * Writes down what was found, as part of a snapshot. Must run within `write`, after all objects were
 * flushed: no clean-up can then take one of them before it is referred to.
 */
export function noteFound(store: SnapshotStore, snapshot: () => number, found: Found[]): Noted {
  let events = 0;
  const unstable: Found[] = [];
  for (const one of found) {
    const { seen } = one;
    const isThere = seen.put.every((id) => store.objects.has(id)) &&
      (seen.basis === undefined || stateOf(store, one)?.event === seen.basis);
    if (!isThere || !stillHolds(store, one, seen)) unstable.push(one);
    else if (noteOne(store, snapshot, one)) events++;
  }
  return { events, unstable };
}

function noteOne(store: SnapshotStore, snapshot: () => number, found: Found): boolean {
  const { root, path, seen } = found;
  const known = stateOf(store, found);
  if (known && isSameEntry(known.entry, seen.entry)) {
    refresh(store, found, known);
    return false;
  }
  const before = known?.entry ??
    (wasAbsent(store, found) ? { kind: "absent" as const } : undefined);
  if (before?.kind === "absent" && seen.entry.kind === "absent") return false;
  const { entry, look, seenMs, isReadWhole } = seen;
  const event = addEvent(store, {
    root,
    path,
    snapshot: snapshot(),
    timeMs: store.host.now().getTime(),
    before,
    after: entry,
    other: found.other,
  });
  putState(store, root, { path, event, entry, look, seenMs, isReadWhole });
  return true;
}

/** The same as before, but it may look otherwise now: its next look must not read it again. */
function refresh(store: SnapshotStore, { root, path, seen }: Found, known: State): void {
  const { look, seenMs } = seen;
  const isReadWhole = seen.isReadWhole || known.isReadWhole && isSameLook(look, known.look);
  if (look.kind !== "file") return;
  putState(store, root, {
    path,
    event: known.event,
    entry: known.entry,
    look,
    seenMs,
    isReadWhole,
  });
}

/** One change of a path, as the history has it. */
export interface Change extends Place {
  /** Absent: the one after all that there are. */
  id?: number;
  snapshot: number;
  timeMs: number;
  /** Absent: nothing is known of what was there before. */
  before?: Entry;
  after: Entry;
  /** The path before or after a rename. */
  other?: string;
}

function operationOf({ before, after, other }: Change): Operation {
  if (other !== undefined) return "rename";
  if (!before) return "seen";
  if (before.kind === "absent") return "create";
  return after.kind === "absent" ? "delete" : "update";
}

/** Adds a change to the history, within `write`; gives back its id. */
export function addEvent(store: SnapshotStore, change: Change): number {
  const { before, after } = change;
  const { kind, object, size, mode, mtime_ms, target, is_database } = toColumns(after);
  const old = before?.kind === "file" ? before : undefined;
  return store.run(
    `INSERT INTO events (id, snapshot, root, path, time_ms, operation, other, before_kind,
      before_object, before_size, kind, object, size, mode, mtime_ms, target, is_database)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    change.id ?? null,
    change.snapshot,
    change.root.id,
    change.path,
    change.timeMs,
    operationOf(change),
    change.other ?? null,
    before?.kind ?? "unknown",
    old?.object ?? null,
    old?.size ?? null,
    kind,
    object,
    size,
    mode,
    mtime_ms,
    target,
    is_database,
  );
}
