/** Takes ClawBackup's snapshots and events into our history, each at its time. */
import { asLifeboatError, checkInterrupt } from "../base/mod.ts";
import { findProfile, resolveHome } from "../profiles/mod.ts";
import { type ClawEvent, type ClawStore, readClawSnapshots } from "./clawbackup.ts";
import {
  type Entry,
  type EntryColumns,
  type FileContent,
  fromColumns,
  isSameEntry,
} from "./entry.ts";
import { addPastChanges, type PastChange } from "./past_events.ts";
import { recordFiles } from "./record.ts";
import { absoluteOf, listRoots, locate, type Place } from "./roots.ts";
import { scopeOfRoot, trackHome } from "./track_home.ts";
import { Slicer } from "./slices.ts";
import { stateOf } from "./states.ts";
import type { SnapshotStore } from "./store.ts";

/** What `import clawbackup` says of snapshots. */
export interface ImportedSnapshots {
  /** The folder that was read. */
  source: string;
  /** Changes that are in our history now. */
  events: number;
  sessions: number;
  files: number;
  /** Why others are not. */
  skipped: {
    /** Lines that are torn, or no events. */
    bad_lines: number;
    /** Outside every home and folder that is tracked. */
    outside: number;
    /** What was there before had not been kept, or is damaged. */
    unknown: number;
    /** They were imported before. */
    already_there: number;
  };
}

/** The changes of one path, oldest first. */
interface PathEvents {
  place: Place;
  events: ClawEvent[];
}

/** Imports a store of ClawBackup. What is imported twice is there once. */
export async function importClawSnapshots(
  store: SnapshotStore,
  folder: string,
): Promise<ImportedSnapshots> {
  const claw = readClawSnapshots(store.host, folder);
  const skipped = { bad_lines: claw.badLines, outside: 0, unknown: 0, already_there: 0 };
  const byPath = sortByPath(store, claw.events, skipped);
  await recordPresent(store, byPath);
  const changes: PastChange[] = [];
  for (const one of byPath) {
    checkInterrupt(store.host);
    changes.push(...await changesOf(store, claw, one, skipped));
  }
  store.write(() => addPastChanges(store, changes));
  return {
    source: folder,
    events: changes.length,
    sessions: new Set(changes.map(({ session }) => session)).size,
    files: byPath.length,
    skipped,
  };
}

/** OpenClaw's own home is tracked from now on; it is what ClawBackup mostly knows of. */
function trackOpenClaw(store: SnapshotStore): void {
  const { host } = store;
  trackHome(store, resolveHome(host, findProfile(host, "openclaw")));
}

function sortByPath(
  store: SnapshotStore,
  events: ClawEvent[],
  skipped: ImportedSnapshots["skipped"],
): PathEvents[] {
  trackOpenClaw(store);
  const roots = listRoots(store).sort((a, b) => b.path.length - a.path.length);
  const imported = importedBefore(store);
  const byPath = new Map<string, PathEvents>();
  for (const event of events) {
    const place = locate(store, { main: roots[0], roots }, event.path);
    if (!("root" in place)) {
      skipped.outside++;
      continue;
    }
    const key = `${place.root.id} ${place.path}`;
    if (imported.has(`${key} ${event.timeMs}`)) skipped.already_there++;
    else if (byPath.has(key)) byPath.get(key)!.events.push(event);
    else byPath.set(key, { place, events: [event] });
  }
  return [...byPath.values()];
}

function importedBefore(store: SnapshotStore): Set<string> {
  const rows = store.all<{ root: number; path: string; time_ms: number }>(
    `SELECT events.root, path, time_ms FROM events JOIN snapshots ON snapshots.id = events.snapshot
      WHERE made_by = 'import'`,
  );
  return new Set(rows.map(({ root, path, time_ms }) => `${root} ${path} ${time_ms}`));
}

/** What is there now is what the last change has led to. */
async function recordPresent(store: SnapshotStore, byPath: PathEvents[]): Promise<void> {
  const roots = listRoots(store);
  for (const main of roots.filter(({ id, owner }) => id === owner)) {
    const paths = byPath.filter(({ place }) => place.root.owner === main.id)
      .map(({ place }) => absoluteOf(store, place));
    if (paths.length === 0) continue;
    const note = "as it was when ClawBackup's snapshots were imported";
    await recordFiles(
      store,
      scopeOfRoot(store, main),
      { madeBy: "hand", cause: "other", note },
      paths,
    );
  }
}

async function changesOf(
  store: SnapshotStore,
  claw: ClawStore,
  { place, events }: PathEvents,
  skipped: ImportedSnapshots["skipped"],
): Promise<PastChange[]> {
  const last = entryAfter(store, place, events.at(-1)!.timeMs);
  const mode = last?.kind === "file" ? last.mode : 0o600;
  const states: (Entry | undefined)[] = [];
  for (const event of events) states.push(await stateBefore(store, claw, event, mode));
  states.push(last);
  const changes: PastChange[] = [];
  let current: Entry | undefined;
  for (const [index, { session, timeMs }] of events.entries()) {
    const change = { place, session, timeMs };
    if (!states[index]) skipped.unknown++;
    if (!current && states[index]?.kind === "file") {
      changes.push({ ...change, after: states[index] });
    }
    current ??= states[index];
    const after = states.slice(index + 1).find((state) => state !== undefined);
    if (!current || !after || isSameEntry(current, after)) continue;
    changes.push({ ...change, before: current, after });
    current = after;
  }
  return changes;
}

/** What our own history says of the time after a moment, or else of now. */
function entryAfter(store: SnapshotStore, place: Place, timeMs: number): Entry | undefined {
  const row = store.get<EntryColumns>(
    "SELECT * FROM events WHERE root = ? AND path = ? AND time_ms > ? ORDER BY id LIMIT 1",
    place.root.id,
    place.path,
    timeMs,
  );
  return row ? fromColumns(row) : stateOf(store, place)?.entry;
}

/** What an event says was there; nothing where that is not known, or is damaged. */
async function stateBefore(
  store: SnapshotStore,
  claw: ClawStore,
  { before, timeMs }: ClawEvent,
  mode: number,
): Promise<Entry | undefined> {
  if (before?.kind !== "file") return before;
  try {
    const { object, size } = await put(store, claw.content(before));
    return { kind: "file", object, size, mode, mtimeMs: timeMs, database: false };
  } catch (error) {
    if (asLifeboatError(error).code === "damaged_object") return undefined;
    throw error;
  }
}

async function put(
  store: SnapshotStore,
  content: Uint8Array,
): Promise<Pick<FileContent, "object" | "size">> {
  const writer = store.objects.writer();
  const slicer = new Slicer(writer);
  await slicer.write(content);
  const held = await slicer.end();
  await writer.flush();
  return held;
}
