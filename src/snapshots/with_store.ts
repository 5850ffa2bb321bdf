/** The store for as long as it is used. */
import { type Host, LifeboatError } from "../base/mod.ts";
import { hasSnapshotStore, openSnapshotStore, type SnapshotStore } from "./store.ts";

/** Runs with the store, which is made when there is none, and closes it. */
export async function withSnapshotStore<T>(
  host: Host,
  use: (store: SnapshotStore) => T | Promise<T>,
): Promise<T> {
  const store = await openSnapshotStore(host);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** The same where nothing is recorded. Throws `no_snapshots` when there is no store. */
export async function withStoreThere<T>(
  host: Host,
  use: (store: SnapshotStore) => T | Promise<T>,
): Promise<T> {
  if (await hasSnapshotStore(host)) return await withSnapshotStore(host, use);
  throw new LifeboatError("missing", "no_snapshots", "No snapshot was taken yet", {
    hint: "Take one with: lifeboat snapshot take",
  });
}
