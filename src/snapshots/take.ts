/** Looks at a whole home or workspace, and records what is not as it was. */
import { createPulse, createWorkerPool, type WorkerPool } from "../base/mod.ts";
import {
  addSnapshot,
  completeSnapshot,
  type Found,
  noteFound,
  type SnapshotContext,
} from "./events.ts";
import { type Reader, readPath } from "./read.ts";
import { MAX_ROUNDS, nameOf, type SkippedPath } from "./record.ts";
import { absoluteOf, lookAtPlace, type Scope } from "./roots.ts";
import { putLeftOut, stateOf } from "./states.ts";
import type { SnapshotStore } from "./store.ts";
import { findGone, type Looked, type Survey, surveyRoot } from "./survey.ts";

/** How a snapshot is taken. */
export interface TakeOptions {
  /** Without changes, no snapshot is left: for who looks often. */
  onlyIfChanged?: boolean;
}

/** What a snapshot has come to. */
export interface Taken {
  /** Id of the snapshot; null when nothing had changed and none was wanted then. */
  snapshot: string | null;
  /** Files, folders and links that were looked at. */
  looked: number;
  changes: number;
  /** What is not in the snapshot although no rule leaves it out. */
  skipped: SkippedPath[];
}

/** Paths that are read before they are written down together. */
const BATCH = 256;
/**
 * Takes a snapshot of a scope. What is unchanged is told by its looks alone, so that this is quick;
 * what is written while it is read is read again. Throws `interrupted`, `disk_full`, `store_busy`;
 * what was recorded until then stays, and the snapshot counts as not complete.
 */
export async function takeSnapshot(
  store: SnapshotStore,
  scope: Scope,
  context: SnapshotContext,
  options: TakeOptions = {},
): Promise<Taken> {
  const { host } = store;
  const surveys: Survey[] = [];
  for (const root of scope.roots) surveys.push(await surveyRoot(store, scope, root));
  const changed = surveys.flatMap((one) => [...findGone(store, one), ...one.changed]);
  let id: number | undefined;
  const snapshot = () => id ??= addSnapshot(store, scope.main, context);
  if (!options.onlyIfChanged) store.write(snapshot);
  const skipped = surveys.flatMap((one) => one.skipped);
  const changes = await noteChanges(store, surveys, changed, { snapshot, skipped });
  store.write(() => {
    for (const one of surveys) {
      putLeftOut(store, one.root, one.blocked);
      store.run("UPDATE roots SET scanned_ms = ? WHERE id = ?", host.now().getTime(), one.root.id);
    }
    if (id !== undefined) completeSnapshot(store, id, changes);
  });
  const looked = surveys.reduce((sum, one) => sum + one.looked, 0);
  return { snapshot: nameOf(store, id), looked, changes, skipped };
}

/** What goes on while changes are read and written down. */
interface Noting {
  snapshot: () => number;
  skipped: SkippedPath[];
}

async function noteChanges(
  store: SnapshotStore,
  surveys: Survey[],
  changed: Looked[],
  noting: Noting,
): Promise<number> {
  if (changed.length === 0) return 0;
  const pool = createWorkerPool(1);
  let changes = 0;
  try {
    for (let at = 0; at < changed.length; at += BATCH) {
      changes += await noteBatch(store, surveys, changed.slice(at, at + BATCH), {
        ...noting,
        pool,
      });
      const files = Math.min(at + BATCH, changed.length);
      store.host.progress({ phase: "recording", files, totalFiles: changed.length, bytes: 0 });
    }
  } finally {
    pool.close();
  }
  return changes;
}

type Batch = Noting & { pool: WorkerPool };

/** Reads paths and writes them down, and does so again for those that changed meanwhile. */
async function noteBatch(
  store: SnapshotStore,
  surveys: Survey[],
  batch: Looked[],
  { snapshot, skipped, pool }: Batch,
): Promise<number> {
  const reader: Reader = { store, writer: store.objects.writer(), pool };
  let changes = 0;
  let left = batch;
  for (let round = 1; left.length > 0 && round <= MAX_ROUNDS; round++) {
    const found = await readBatch(reader, surveys, left, skipped);
    await reader.writer.flush();
    const { events, unstable } = store.write(() => noteFound(store, snapshot, found));
    changes += events;
    left = unstable.map(({ root, path }) => ({
      root,
      path,
      look: lookAtPlace(store, { root, path }),
      known: stateOf(store, { root, path }),
    }));
  }
  for (const one of left) skipped.push({ path: absoluteOf(store, one), reason: "never_stable" });
  return changes;
}

async function readBatch(
  reader: Reader,
  surveys: Survey[],
  batch: Looked[],
  skipped: SkippedPath[],
): Promise<Found[]> {
  const { store } = reader;
  const pulse = createPulse(store.host);
  const found: Found[] = [];
  for (const { root, path, look, known, other } of batch) {
    await pulse();
    const survey = surveys.find((one) => one.root === root)!;
    const absolute = absoluteOf(store, { root, path });
    const config = survey.rules.configFormat(root.part, path);
    const seen = await readPath(reader, { absolute, look, known, config });
    if (!("reason" in seen)) found.push({ root, path, seen, other });
    else {
      survey.blocked.push(path);
      if (seen.reason !== "part_of_database") skipped.push({ path: absolute, ...seen });
    }
  }
  return found;
}
