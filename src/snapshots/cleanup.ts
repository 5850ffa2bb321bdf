/**
 * Makes the store smaller: the oldest versions go first, the newest version of a file never. What was
 * at any later moment stays exactly known.
 */
import { isNotFound, isoWithOffset } from "../base/mod.ts";
import { neededObjects } from "./live.ts";
import { ORPHAN_GRACE_MS } from "./objects.ts";
import type { SnapshotStore } from "./store.ts";
import { listObjects } from "./verify.ts";

/** What a clean-up is to do. Without any of these it brings the store to its largest size. */
export interface CleanupOptions {
  /** Versions that were replaced more than so many days ago go. */
  olderThanDays?: number;
  /** Bytes that the objects may have together. */
  maxTotalSize?: number;
  /** Only what nothing needs. */
  orphanedOnly?: boolean;
}

/** What `snapshot cleanup` gives back. */
export interface CleanupResult {
  ok: boolean;
  dry_run: boolean;
  message: string;
  folder: string;
  /** What the objects take on disk, before and after. */
  stored_bytes: number;
  remaining_bytes: number;
  max_total_size: number;
  /** No moment before this can be rolled back to any more; null: nothing of the history goes. */
  history_from: string | null;
  snapshots: number;
  events: number;
  objects: number;
  /** Of the objects those that nothing needed before. */
  orphaned: number;
  /** Why nothing is removed. */
  blocked: string | null;
}

/** A plan: what goes, and up to which event the history goes. */
interface Plan {
  cutoff: number;
  /** Objects that go, with their bytes. */
  objects: Map<string, number>;
  orphaned: number;
  temporary: string[];
  stored: number;
  /** Lists that cannot be read: what they need is not known. */
  unreadable: string[];
  /** The newest event that the plan knows of. */
  newest: number;
}

const DAY_MS = 86_400_000;

/** Says what a clean-up would remove. Changes nothing. */
export function planCleanup(store: SnapshotStore, options: CleanupOptions = {}): CleanupResult {
  return resultOf(store, makePlan(store, options), true, options);
}

/**
 * Cleans up. Safe while others record: an object that somebody has just begun to need is put again by
 * who needs it, since nobody can write down an event while objects are removed.
 */
export function applyCleanup(store: SnapshotStore, options: CleanupOptions = {}): CleanupResult {
  const plan = makePlan(store, options);
  const result = resultOf(store, plan, false, options);
  if (result.blocked) return result;
  if (plan.cutoff > 0) store.write(() => dropHistory(store, plan.cutoff));
  removeObjects(store, plan);
  return result;
}

function makePlan(store: SnapshotStore, options: CleanupOptions): Plan {
  const { newest } = store.get<{ newest: number }>(
    "SELECT coalesce(max(id), 0) AS newest FROM events",
  )!;
  const needed = neededObjects(store);
  const { objects, temporary } = listObjects(store);
  const sizes = new Map(objects.map((id) => [id, sizeOf(store, id)]));
  const stored = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const orphans = objects.filter((id) => !needed.until.has(id) && isOld(store, id));
  const cutoff = cutoffOf(store, options, sizes, needed.until);
  const dropped = objects.filter((id) => (needed.until.get(id) ?? Infinity) <= cutoff);
  return {
    cutoff,
    objects: new Map([...orphans, ...dropped].map((id) => [id, sizes.get(id)!])),
    orphaned: orphans.length,
    temporary: temporary.filter((path) => isOldFile(store, path)),
    stored,
    unreadable: needed.unreadable.map(({ object }) => object),
    newest,
  };
}

function sizeOf(store: SnapshotStore, id: string): number {
  try {
    return store.host.fs.lstat(store.objects.pathOf(id)).size;
  } catch (error) {
    if (isNotFound(error)) return 0; // another clean-up was faster
    throw error;
  }
}

/** A look that is going on may be about to refer to what was put within the last hour. */
function isOldFile({ host }: SnapshotStore, path: string): boolean {
  try {
    return host.fs.lstat(path).mtimeMs < host.now().getTime() - ORPHAN_GRACE_MS;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function isOld(store: SnapshotStore, id: string): boolean {
  return isOldFile(store, store.objects.pathOf(id));
}

/** The event up to which replaced versions go; 0: none. */
function cutoffOf(
  store: SnapshotStore,
  { olderThanDays, orphanedOnly, maxTotalSize }: CleanupOptions,
  sizes: Map<string, number>,
  until: Map<string, number>,
): number {
  if (orphanedOnly) return 0;
  if (olderThanDays !== undefined) {
    const before = store.host.now().getTime() - olderThanDays * DAY_MS;
    return store.get<{ event: number | null }>(
      "SELECT max(id) AS event FROM events WHERE time_ms <= ?",
      before,
    )!.event ?? 0;
  }
  return cutoffBySize(maxTotalSize ?? store.settings.maxTotalSize, sizes, until);
}

/** The earliest event with which the versions that are needed later fit into the size. */
function cutoffBySize(
  max: number,
  sizes: Map<string, number>,
  until: Map<string, number>,
): number {
  const replaced = [...until].filter(([, event]) => event !== Infinity)
    .sort(([, a], [, b]) => a - b);
  let total = [...until.keys()].reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
  let cutoff = 0;
  for (const [id, event] of replaced) {
    if (total <= max && event > cutoff) break;
    total -= sizes.get(id) ?? 0;
    cutoff = event;
  }
  return cutoff;
}

/** Within `write`: versions that were replaced up to an event go, with what only they tell. */
function dropHistory(store: SnapshotStore, cutoff: number): void {
  store.run(
    `DELETE FROM events WHERE id <= ?1 AND EXISTS (SELECT 1 FROM events AS later
      WHERE later.root = events.root AND later.path = events.path
      AND later.id > events.id AND later.id <= ?1)`,
    cutoff,
  );
  // What is left up to there is how each path was then; what was before is not known any more.
  store.run(
    `UPDATE events SET before_kind = 'unknown', before_object = NULL, before_size = NULL
      WHERE id <= ?`,
    cutoff,
  );
  const gone = `kind = 'absent' AND root IN (SELECT id FROM roots WHERE scanned_ms IS NOT NULL)`;
  store.run(`DELETE FROM states WHERE event <= ? AND ${gone}`, cutoff);
  store.run(
    `DELETE FROM events WHERE id <= ?1 AND ${gone} AND NOT EXISTS (SELECT 1 FROM states
      WHERE states.root = events.root AND states.path = events.path AND states.event = events.id)
      AND NOT EXISTS (SELECT 1 FROM events AS later WHERE later.root = events.root
      AND later.path = events.path AND later.id > events.id)`,
    cutoff,
  );
  store.run("UPDATE snapshots SET forgotten = 1 WHERE last_event < ?", cutoff);
  store.run(
    `DELETE FROM snapshots WHERE forgotten = 1
      AND NOT EXISTS (SELECT 1 FROM events WHERE snapshot = snapshots.id)`,
  );
}

/** Objects that are removed while others wait to write. */
const BATCH = 200;

function removeObjects(store: SnapshotStore, plan: Plan): void {
  const ids = [...plan.objects.keys()];
  for (let at = 0; at < ids.length; at += BATCH) {
    store.write(() => {
      const since = neededObjects(store, plan.newest).until;
      for (const id of ids.slice(at, at + BATCH)) {
        if (!since.has(id)) removeFile(store, store.objects.pathOf(id));
      }
    });
  }
  for (const path of plan.temporary) removeFile(store, path);
}

function removeFile({ host: { fs } }: SnapshotStore, path: string): void {
  try {
    fs.remove(path);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function resultOf(
  store: SnapshotStore,
  plan: Plan,
  dryRun: boolean,
  { maxTotalSize }: CleanupOptions,
): CleanupResult {
  const { cutoff, objects, orphaned, stored, unreadable } = plan;
  const freed = [...objects.values()].reduce((sum, size) => sum + size, 0);
  const blocked = unreadable.length === 0
    ? null
    : `${unreadable.length} objects are damaged, so that what they need is not known`;
  const counts = countDropped(store, cutoff);
  return {
    ok: blocked === null,
    dry_run: dryRun,
    message: blocked ??
      (dryRun
        ? "Nothing was removed. Clean up with --apply."
        : `${objects.size} objects were removed`),
    folder: store.folder,
    stored_bytes: stored,
    remaining_bytes: blocked ? stored : stored - freed,
    max_total_size: maxTotalSize ?? store.settings.maxTotalSize,
    history_from: cutoff === 0 ? null : timeOf(store, cutoff),
    snapshots: counts.snapshots,
    events: counts.events,
    objects: objects.size,
    orphaned,
    blocked,
  };
}

function timeOf(store: SnapshotStore, event: number): string | null {
  const row = store.get<{ time_ms: number }>(
    "SELECT time_ms FROM events WHERE id <= ? ORDER BY id DESC LIMIT 1",
    event,
  );
  return row ? isoWithOffset(new Date(row.time_ms)) : null;
}

function countDropped(store: SnapshotStore, cutoff: number) {
  return store.get<{ snapshots: number; events: number }>(
    `SELECT (SELECT count(*) FROM snapshots WHERE last_event < ?1 AND forgotten = 0) AS snapshots,
      (SELECT count(*) FROM events WHERE id <= ?1 AND EXISTS (SELECT 1 FROM events AS later
        WHERE later.root = events.root AND later.path = events.path
        AND later.id > events.id AND later.id <= ?1)) AS events`,
    cutoff,
  )!;
}
