/** Snapshots on change: a folder that is told to have changed is looked at as a whole. */
import {
  asLifeboatError,
  checkInterrupt,
  delay,
  type FolderWatch,
  lstatIfThere,
  pathsOf,
  watchFolders,
  within,
} from "../base/mod.ts";
import type { Scope, TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";
import { type Taken, takeSnapshot } from "./take.ts";

/** A change is looked at when nothing has followed it for so long, ms. */
const QUIET_MS = 300;
/** Where changes never end, so long after the first of them, ms. */
const AT_LATEST_MS = 3000;
/** So often everything is looked at without a change: after a sleep, or where watching fails, ms. */
const ANYWAY_MS = 60_000;
/** After a look, so many times as long as it took nothing is done: databases are copied as a whole. */
const REST = 10;

/** What is told of a watch. */
export interface WatchReport {
  /** A snapshot that a change has led to. */
  taken(scope: Scope, taken: Taken): void;
  /** Something that keeps it from working as it should; it goes on all the same. */
  problem(scope: Scope, code: string, message: string): void;
}

/** Watches until the user wants to stop; then throws `interrupted`. */
export async function watchScopes(
  store: SnapshotStore,
  scopes: Scope[],
  report: WatchReport,
): Promise<never> {
  const stop = new AbortController();
  const { signal } = store.host;
  signal.addEventListener("abort", () => stop.abort(signal.reason), { once: true });
  try {
    // One that fails ends the others as well.
    await Promise.all(scopes.map((scope) => watchScope(store, scope, report, stop.signal)));
    throw new Error("A watch has ended by itself");
  } finally {
    stop.abort();
  }
}

async function watchScope(
  store: SnapshotStore,
  scope: Scope,
  report: WatchReport,
  signal: AbortSignal,
): Promise<never> {
  let [changed, watch] = [Promise.withResolvers<void>(), undefined as FolderWatch | undefined];
  let watched = "";
  const notice = () => changed.resolve();
  try {
    for (;;) {
      // Before the look, so that nothing that happens during it is missed.
      const folders = foldersOf(store, scope);
      if (folders.join("\0") !== watched) {
        watch?.close();
        watch = startWatch(folders, notice, scope, report);
        watched = folders.join("\0");
      }
      changed = Promise.withResolvers();
      const startedAt = performance.now();
      const grown = await look(store, scope, report);
      if (grown) continue; // new folders may already hold something
      await delay(Math.min(REST * (performance.now() - startedAt), ANYWAY_MS), signal);
      await nextChange(() => changed.promise, signal);
      await untilQuiet(() => (changed = Promise.withResolvers()).promise, signal);
    }
  } finally {
    watch?.close();
  }
}

/** The folders that are known of a scope and are there; of a root that is a file, the one it is in. */
function foldersOf(store: SnapshotStore, { roots }: Scope): string[] {
  const { host } = store;
  const { dirname } = pathsOf(host.platform);
  const folders = roots.flatMap((root) =>
    root.form === "file" ? [dirname(root.path)] : [root.path, ...foldersBelow(store, root)]
  );
  return folders.filter((path) => lstatIfThere(host.fs, path)?.kind === "directory");
}

function foldersBelow(store: SnapshotStore, root: TrackedRoot): string[] {
  const sql = "SELECT path FROM states WHERE root = ? AND kind = 'folder' ORDER BY path";
  const { join } = pathsOf(store.host.platform);
  return store.all<{ path: string }>(sql, root.id)
    .map(({ path }) => join(root.path, ...path.split("/")));
}

function startWatch(
  folders: string[],
  notice: () => void,
  scope: Scope,
  { problem }: WatchReport,
): FolderWatch | undefined {
  if (folders.length === 0) return undefined;
  try {
    return watchFolders(folders, notice);
  } catch (error) {
    const { message } = asLifeboatError(error);
    const every = `${ANYWAY_MS / 1000} s`;
    problem(scope, "not_watched", `${message}; instead all is looked at every ${every}`);
    return undefined;
  }
}

/** Looks at all of a scope; says whether there are other folders now. */
async function look(store: SnapshotStore, scope: Scope, report: WatchReport): Promise<boolean> {
  checkInterrupt(store.host);
  const before = foldersOf(store, scope).length;
  try {
    const by = { madeBy: "watch", cause: "other" } as const;
    const taken = await takeSnapshot(store, scope, by, { onlyIfChanged: true });
    if (taken.snapshot !== null) report.taken(scope, taken);
  } catch (error) {
    const { kind, code, message } = asLifeboatError(error);
    if (kind === "interrupted") throw error;
    report.problem(scope, code, message);
    return false;
  }
  return foldersOf(store, scope).length !== before;
}

/** Waits for a change, or until it is time to look without one. */
async function nextChange(changed: () => Promise<void>, signal: AbortSignal): Promise<void> {
  await within(ANYWAY_MS, changed(), signal);
  signal.throwIfAborted();
}

async function untilQuiet(nextChange: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const latest = performance.now() + AT_LATEST_MS;
  for (let again = true; again && performance.now() < latest;) {
    again = await within(QUIET_MS, nextChange().then(() => true), signal) ?? false;
  }
}
