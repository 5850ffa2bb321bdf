import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import {
  openSnapshotStore,
  type Scope,
  type SnapshotContext,
  type SnapshotStore,
  trackWorkspace,
} from "../../src/snapshots/mod.ts";
import { testHost, withTempDir } from "./host.ts";

/** A snapshot that somebody takes by hand. */
export const BY_HAND: SnapshotContext = { madeBy: "hand", cause: "other" };

/** A tool of a session, after it has done its work. */
export function byTool(session: string, tool = "Write"): SnapshotContext {
  return { madeBy: "hook", cause: "tool", session, agent: "claude-code", tool };
}

/** A store and a workspace that is tracked in it. */
export interface SnapshotScene {
  folder: string;
  host: Host;
  store: SnapshotStore;
  /** The workspace's folder. */
  work: string;
  scope: Scope;
  /** An absolute path in the workspace. */
  at(path: string): string;
}

/** Runs with an empty workspace and a store; the clock is the machine's. */
export async function withSnapshots(
  use: (scene: SnapshotScene) => void | Promise<void>,
  changes: Partial<Host> = {},
): Promise<void> {
  await withTempDir(async (folder) => {
    const host = testHost(folder, { now: () => new Date(), ...changes });
    const work = join(folder, "workspace");
    Deno.mkdirSync(work);
    const store = await openSnapshotStore(host);
    try {
      const scope = trackWorkspace(store, work);
      await use({ folder, host, store, work, scope, at: (path) => join(work, path) });
    } finally {
      store.close();
    }
  });
}

/** Makes a file look as if it had been written long ago, so that its looks are trusted. */
export function age(path: string, ms = 60_000): void {
  const time = new Date(Date.now() - ms);
  Deno.utimeSync(path, time, time);
}

/** What the store has written down, oldest first. */
export function eventsOf({ store }: SnapshotScene): string[] {
  return store.all<{ operation: string; path: string }>("SELECT * FROM events ORDER BY id")
    .map(({ operation, path }) => `${operation} ${path}`);
}
