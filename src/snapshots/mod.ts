/** Small, frequent captures of homes and workspaces: what changed, when, by which tool, and back. */
export { type Operation, type SnapshotContext } from "./events.ts";
export { type Recorded, recordFiles, type SkippedPath } from "./record.ts";
export { listRoots, type Scope, type TrackedRoot, trackHome, trackWorkspace } from "./roots.ts";
export { type SnapshotSettings, snapshotSettings } from "./settings.ts";
export {
  hasSnapshotStore,
  openSnapshotStore,
  type OpenStoreOptions,
  type SnapshotStore,
} from "./store.ts";
export { type Taken, type TakeOptions, takeSnapshot } from "./take.ts";
