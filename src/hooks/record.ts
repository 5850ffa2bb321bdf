/** Records what a hook is about: loaded only where there is something to record. */
import type { Host } from "../base/mod.ts";
import {
  openSnapshotStore,
  recordFiles,
  type Scope,
  type SnapshotContext,
  type SnapshotStore,
  takeTouched,
  type Touched,
  trackWorkspace,
} from "../snapshots/mod.ts";
import type { HookEvent } from "./hook_event.ts";
import type { HookFault } from "./hook_log.ts";
import type { HookAgent } from "./tool_call.ts";

/** A hook waits so long for another process that writes to the store, ms. */
const BUSY_MS = 1000;
/** Folders with more files than this are compared by a process of their own. */
const MAX_INLINE = 5000;

async function withStore<T>(
  host: Host,
  use: (store: SnapshotStore) => Promise<T>,
): Promise<T> {
  const store = await openSnapshotStore(host, { busyMs: BUSY_MS });
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** The files that a tool names, in the session's folder or in the agent's home. */
export function recordNamed(
  host: Host,
  agent: HookAgent,
  { folder, session, tool }: HookEvent,
  context: SnapshotContext,
  faults: HookFault[],
): Promise<void> {
  return withStore(host, async (store) => {
    const scopes = [() => trackWorkspace(store, folder), () => homeScope(store, agent)];
    let paths = tool!.paths;
    for (const scopeOf of scopes) {
      if (paths.length === 0) return;
      const { skipped } = await recordFiles(store, await scopeOf(), context, paths);
      faults.push(
        ...skipped.filter(({ reason }) => !["outside", "excluded"].includes(reason))
          .map(({ path, reason, message }) => (
            { agent, session, code: reason, message: message ? `${path}: ${message}` : path }
          )),
      );
      paths = skipped.filter(({ reason }) => reason === "outside").map(({ path }) => path);
    }
    for (const path of paths) {
      const message = `${path} is outside the home and the session's folder`;
      faults.push({ agent, session, code: "outside", message });
    }
  });
}

/** The scope of an agent's home. */
export async function homeScope(store: SnapshotStore, agent: HookAgent): Promise<Scope> {
  const { findProfile, resolveHome } = await import("../profiles/mod.ts");
  const { trackHome } = await import("../snapshots/mod.ts");
  return trackHome(store, resolveHome(store.host, findProfile(store.host, agent)));
}

/**
 * Records what has changed in the session's folder; false when that takes too long for a hook: it was not
 * looked at before, or is too large.
 */
export function recordFolder(
  host: Host,
  folder: string,
  context: SnapshotContext,
  touched: Touched | undefined,
): Promise<boolean> {
  return withStore(host, async (store) => {
    const scope = trackWorkspace(store, folder);
    const isSmall = touched !== undefined || countKnown(store, scope) <= MAX_INLINE;
    if (scope.main.scannedMs === null || !isSmall) return false;
    await takeTouched(store, scope, context, touched);
    return true;
  });
}

function countKnown(store: SnapshotStore, { main }: Scope): number {
  const sql = "SELECT count(*) AS known FROM states WHERE root = ? AND kind = 'file'";
  return store.get<{ known: number }>(sql, main.id)!.known;
}
