import { isoWithOffset } from "../base/mod.ts";
import { listRoots } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";
import { listObjects } from "./verify.ts";

/** A home or workspace that is tracked. */
export interface TrackedItem {
  root: string;
  kind: "home" | "workspace";
  profile: string | null;
  /** Files that are there, as of the last look, and their bytes. */
  files: number;
  bytes: number;
  snapshots: number;
  last_snapshot: string | null;
}

/** What `snapshot status` gives back. */
export interface SnapshotStatus extends SnapshotTotals {
  ok: boolean;
  folder: string;
  tracked: TrackedItem[];
  objects: number;
  /** What they take on disk. */
  stored_bytes: number;
  /** To which `snapshot cleanup` brings that. */
  max_total_size: number;
}

/** What is recorded, in numbers that cost no look at the objects. */
export interface SnapshotTotals {
  snapshots: number;
  sessions: number;
  events: number;
  /** How far back the history goes, ISO 8601. */
  oldest: string | null;
  newest: string | null;
}

/** Counts what the store has recorded. */
export function snapshotTotals(store: SnapshotStore): SnapshotTotals {
  const { oldest, newest, ...counts } = store.get<
    Omit<SnapshotTotals, "oldest" | "newest"> & { oldest: number | null; newest: number | null }
  >(
    `SELECT (SELECT count(*) FROM snapshots WHERE forgotten = 0) AS snapshots,
      (SELECT count(DISTINCT session) FROM snapshots) AS sessions,
      (SELECT count(*) FROM events) AS events,
      (SELECT min(time_ms) FROM events) AS oldest, (SELECT max(time_ms) FROM events) AS newest`,
  )!;
  return { ...counts, oldest: iso(oldest), newest: iso(newest) };
}

/** How much the store holds, and of what. */
export function snapshotStatus(store: SnapshotStore): SnapshotStatus {
  const { objects } = listObjects(store);
  const sizes = objects.map((id) => store.host.fs.lstat(store.objects.pathOf(id)).size);
  return {
    ok: true,
    folder: store.folder,
    tracked: trackedItems(store),
    ...snapshotTotals(store),
    objects: objects.length,
    stored_bytes: sizes.reduce((sum, size) => sum + size, 0),
    max_total_size: store.settings.maxTotalSize,
  };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : isoWithOffset(new Date(ms));
}

function trackedItems(store: SnapshotStore): TrackedItem[] {
  const files = store.all<{ owner: number; files: number; bytes: number }>(
    `SELECT owner, count(*) AS files, sum(size) AS bytes FROM states
      JOIN roots ON roots.id = states.root WHERE states.kind = 'file' GROUP BY owner`,
  );
  const taken = store.all<{ root: number; snapshots: number; last: number }>(
    `SELECT root, count(*) AS snapshots, max(started_ms) AS last FROM snapshots
      WHERE forgotten = 0 GROUP BY root`,
  );
  return listRoots(store).filter(({ id, owner }) => id === owner).map((root) => {
    const held = files.find(({ owner }) => owner === root.id);
    const made = taken.find((one) => one.root === root.id);
    return {
      root: root.path,
      kind: root.kind,
      profile: root.profile,
      files: held?.files ?? 0,
      bytes: held?.bytes ?? 0,
      snapshots: made?.snapshots ?? 0,
      last_snapshot: iso(made?.last ?? null),
    };
  });
}
