/** Looks at a whole home or workspace, and records what is not as it was. */
import {
  checkInterrupt,
  createWorkerPool,
  delay,
  type Host,
  lstatIfThere,
  type WorkerPool,
} from "../base/mod.ts";
import { walk, type WalkItem } from "../capture/mod.ts";
import { MODE } from "./entry.ts";
import {
  addSnapshot,
  completeSnapshot,
  type Found,
  noteFound,
  type SnapshotContext,
} from "./events.ts";
import { fileLook, type Look, lookAt } from "./look.ts";
import { type Reader, readPath } from "./read.ts";
import { isKnown, MAX_ROUNDS, nameOf, type SkippedPath } from "./record.ts";
import { absoluteOf, type Place, type Scope, type TrackedRoot } from "./roots.ts";
import { rulesOf, type SnapshotRules } from "./rules.ts";
import { putLeftOut, type State, stateOf, statesOf } from "./states.ts";
import type { SnapshotStore } from "./store.ts";

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

/** What a walk has found of a root. */
interface Survey {
  root: TrackedRoot;
  rules: SnapshotRules;
  known: Map<string, State>;
  looked: number;
  changed: Looked[];
  seen: Set<string>;
  /** Left out, or not to be read: what is known of these, or of what is in them, stays. */
  blocked: string[];
  skipped: SkippedPath[];
}

/** A path that is not what is known of it, as far as a look can tell. */
interface Looked extends Place {
  look: Look;
  known?: State;
  /** The path that this file had before, or has now. */
  other?: string;
}

/** Paths that are read before they are written down together. */
const BATCH = 256;
/** A transcript of which only the end was read is read as a whole once it rests so long, ms. */
const REST_MS = 10 * 60 * 1000;

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
  for (const root of scope.roots) surveys.push(await survey(store, scope, root));
  const changed = surveys.flatMap((one) => [...findGone(one), ...one.changed]);
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

/** Lets timers and signals run, and stops when the user wants to. */
function createPulse(host: Host): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > 25) {
      await delay(0);
      last = performance.now();
    }
    checkInterrupt(host);
  };
}

async function survey(store: SnapshotStore, scope: Scope, root: TrackedRoot): Promise<Survey> {
  const { host } = store;
  const rules = rulesOf(store, scope, root);
  const found: Survey = {
    root,
    rules,
    known: statesOf(store, root),
    looked: 0,
    changed: [],
    seen: new Set(),
    blocked: [],
    skipped: [],
  };
  const pulse = createPulse(host);
  const name = root.path.split(/[\\/]/).at(-1)!;
  const walked = { id: root.part, kind: root.form, name, path: root.path } as const;
  for (const item of walk(host, walked, rules)) {
    await pulse();
    meet(store, found, item);
  }
  if (!lstatIfThere(host.fs, root.path)) found.blocked.push(""); // gone as a whole: see findGone
  return found;
}

function meet(store: SnapshotStore, found: Survey, item: WalkItem): void {
  const { path } = item;
  found.looked++;
  switch (item.type) {
    case "skipped":
      if (item.reason !== "vanished") found.blocked.push(path);
      return;
    case "failed": {
      found.blocked.push(path);
      const absolute = absoluteOf(store, { root: found.root, path });
      found.skipped.push({ path: absolute, reason: item.code, message: item.error });
      return;
    }
    case "directory":
      return compare(store, found, path, { kind: "folder", mode: item.info.mode & MODE });
    case "symlink":
      return compare(store, found, path, { kind: "link", target: item.target });
    case "file":
      if (found.rules.fileRule(path, item.info.size)) return void found.blocked.push(path);
      return compare(store, found, path, fileLook(item.info));
  }
}

function compare(store: SnapshotStore, found: Survey, path: string, look: Look): void {
  const { root, known: states, changed, seen } = found;
  const known = states.get(path);
  seen.add(path);
  const isRight = isKnown(store, { root, path }, look, known) && !mustBeRead(store, look, known!);
  if (!isRight) changed.push({ root, path, look, known });
}

/** Of a transcript only the end was read, and it rests now. */
function mustBeRead({ host }: SnapshotStore, look: Look, { isReadWhole }: State): boolean {
  return !isReadWhole && look.kind === "file" && look.mtimeMs < host.now().getTime() - REST_MS;
}

/**
 * What is known and was not met. A root that is gone as a whole is a disk that was taken off rather
 * than an agent that deleted it: what is known of it stays.
 */
function findGone({ root, known, seen, blocked, changed }: Survey): Looked[] {
  const isBlocked = new Set(blocked);
  const below = (path: string) =>
    isBlocked.has("") || isBlocked.has(".") ||
    path.split("/").some((_, index, names) => isBlocked.has(names.slice(0, index + 1).join("/")));
  const gone: Looked[] = [];
  for (const [path, state] of known) {
    if (state.entry.kind === "absent" || seen.has(path) || below(path)) continue;
    gone.push({ root, path, look: { kind: "absent" }, known: state });
  }
  pairRenamed(gone, changed);
  return gone;
}

/** A file that is gone and one that has appeared, which are the same file with the same look. */
function pairRenamed(gone: Looked[], changed: Looked[]): void {
  const key = (look: Look) =>
    look.kind === "file" && look.inode > 0
      ? `${look.device} ${look.inode} ${look.size} ${look.mtimeMs}`
      : undefined;
  const byLook = new Map(
    gone.flatMap((one) => {
      const id = key(one.known!.look);
      return id ? [[id, one] as const] : [];
    }),
  );
  for (const one of changed) {
    const isNew = !one.known || one.known.entry.kind === "absent";
    const from = !isNew ? undefined : byLook.get(key(one.look) ?? "");
    if (!from || from.other !== undefined) continue;
    [one.other, from.other] = [from.path, one.path];
  }
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
      look: lookAt(store.host.fs, absoluteOf(store, { root, path })),
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
