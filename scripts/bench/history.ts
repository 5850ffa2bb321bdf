/** A long history for a home: earlier versions of its small files, and the home as it is. */
import { join } from "node:path";
import { type Host, realFs, thisHost } from "../../src/base/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import {
  openSnapshotStore,
  type SnapshotStore,
  takeSnapshot,
  trackHome,
} from "../../src/snapshots/mod.ts";
import type { BenchHome } from "./home.ts";

/** Whose history, and how long. */
export interface HistoryOptions {
  /** The user's folder, in whose state folder the store is made. */
  user: string;
  home: BenchHome;
  /** Changes, besides those that the first look at the home finds. */
  events: number;
  /** Versions that are not there any more; every event has one of them. */
  versions: number;
}

const DAY_MS = 86_400_000;
/** The history begins so long ago, and ends an hour ago. */
const DAYS = 30;
const HOUR_MS = 3_600_000;
const EVENTS_PER_SNAPSHOT = 50;
const EVENTS_PER_SESSION = 1000;

/** Makes the history; gives back its last session. */
export async function makeHistory(options: HistoryOptions): Promise<string> {
  const { user, home, events, versions } = options;
  const begun = Date.now() - DAYS * DAY_MS;
  const host = hostOf(user, home.folder, begun);
  const store = await openSnapshotStore(host);
  try {
    const scope = trackHome(store, resolveHome(host, findProfile(host, "codex")));
    await takeSnapshot(store, scope, { madeBy: "hand", cause: "other" });
    const objects = await putVersions(store, versions);
    const paths = home.small.map((path) => path.slice(home.folder.length + 1));
    store.write(() => addEvents(store, scope.main.id, { begun, paths, objects, events }));
    // The clock was set back: what looked new then is old by now.
    store.run("UPDATE states SET seen_ms = ?", Date.now());
    return sessionOf(events - 1);
  } finally {
    store.close();
  }
}

/** The same machine for a user of its own at another time, without waiting for the disk. */
function hostOf(user: string, home: string, at: number): Host {
  const host = thisHost(new AbortController().signal, () => {});
  const open: Host["fs"]["open"] = (path, options) => {
    return { ...realFs.open(path, options), sync() {}, syncSoon: () => Promise.resolve() };
  };
  const state = join(user, ".local", "state", "lifeboat");
  return {
    ...host,
    now: () => new Date(at),
    fs: { ...realFs, open, syncDir() {} },
    env: { CODEX_HOME: home },
    userHome: user,
    folders: { ...host.folders, state, config: join(user, ".config", "lifeboat") },
  };
}

async function putVersions(store: SnapshotStore, count: number): Promise<string[]> {
  const writer = store.objects.writer();
  const ids = [];
  for (let i = 0; i < count; i++) {
    ids.push(await writer.putBlob(new TextEncoder().encode(`version ${i}\n`.repeat(20))));
  }
  await writer.flush();
  return ids;
}

interface Changes {
  begun: number;
  paths: string[];
  objects: string[];
  events: number;
}

/** Each file changes in its turn; with its last change it becomes what it is. */
function addEvents(store: SnapshotStore, root: number, changes: Changes): void {
  const { begun, paths, objects, events } = changes;
  const step = (DAYS * DAY_MS - HOUR_MS) / events;
  for (let i = 0, snapshot = 0; i < events; i++) {
    const time = Math.floor(begun + i * step);
    if (i % EVENTS_PER_SNAPSHOT === 0) snapshot = addSnapshot(store, root, i, time);
    const path = paths[i % paths.length];
    if (i + paths.length < events) {
      addChange(store, { root, snapshot, path, time }, objects[i % objects.length]);
    } else addLast(store, { root, snapshot, path, time });
  }
  store.run(
    `UPDATE snapshots SET changes = ?, last_event =
    (SELECT coalesce(max(id), 0) FROM events WHERE snapshot <= snapshots.id)`,
    EVENTS_PER_SNAPSHOT,
  );
}

function sessionOf(index: number): string {
  return `session-${Math.floor(index / EVENTS_PER_SESSION)}`;
}

function addSnapshot(store: SnapshotStore, root: number, index: number, time: number): number {
  return store.run(
    `INSERT INTO snapshots (name, root, made_by, cause, session, agent, tool, started_ms)
      VALUES (?, ?, 'hook', 'tool', ?, 'codex', 'shell', ?)`,
    `bench-${index}`,
    root,
    sessionOf(index),
    time,
  );
}

interface Change {
  root: number;
  snapshot: number;
  path: string;
  time: number;
}

function addChange(store: SnapshotStore, change: Change, object: string): void {
  const { root, snapshot, path, time } = change;
  store.run(
    `INSERT INTO events (snapshot, root, path, time_ms, operation, before_kind, kind, object,
      size, mode, mtime_ms, is_database) VALUES (?, ?, ?, ?, 'update', 'file', 'file', ?, 200,
      420, ?, 0)`,
    snapshot,
    root,
    path,
    time,
    object,
    time,
  );
}

function addLast(store: SnapshotStore, { root, snapshot, path, time }: Change): void {
  const event = store.run(
    `INSERT INTO events (snapshot, root, path, time_ms, operation, before_kind, kind, object,
      size, mode, mtime_ms, is_database) SELECT ?, root, path, ?, 'update', 'file', kind, object,
      size, mode, mtime_ms, is_database FROM states WHERE root = ? AND path = ?`,
    snapshot,
    time,
    root,
    path,
  );
  store.run("UPDATE states SET event = ? WHERE root = ? AND path = ?", event, root, path);
}
