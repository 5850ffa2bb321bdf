/** Small, frequent captures of homes and workspaces: what changed, when, by which tool, and back. */
export { type SnapshotContext } from "./events.ts";
export { applyCleanup, type CleanupResult, planCleanup } from "./cleanup.ts";
export { findClawSnapshots } from "./clawbackup.ts";
export { type DiffItem, type DiffReport, type DiffSide, diffSnapshots } from "./diff.ts";
export { importClawSnapshots, type ImportedSnapshots } from "./import_clawbackup.ts";
export { type FileContent } from "./entry.ts";
export {
  fileHistory,
  findPlace,
  type History,
  type HistoryItem,
  listSnapshots,
  type SnapshotItem,
  type SnapshotList,
} from "./lists.ts";
export { findMoment, type Moment, type MomentChoice, stateAt } from "./moments.ts";
export { type NamedScope, namedScopes, oneScope } from "./named.ts";
export { readContent } from "./objects.ts";
export { recordFiles } from "./record.ts";
export {
  planRollback,
  type RollbackChoice,
  type RollbackItem,
  type RollbackPlan,
} from "./rollback_plan.ts";
export { absoluteOf, lookAtPlace, type Place, type Scope } from "./roots.ts";
export { trackWorkspace } from "./track.ts";
export { trackHome } from "./track_home.ts";
export {
  type SnapshotStatus,
  snapshotStatus,
  type SnapshotTotals,
  snapshotTotals,
} from "./status.ts";
export { hasSnapshotStore, openSnapshotStore, type SnapshotStore } from "./store.ts";
export { findTouched, type Touched } from "./touched.ts";
export { takeTouched } from "./take_touched.ts";
export { type Taken, takeSnapshot } from "./take.ts";
export { type StoreReport, verifyStore } from "./verify.ts";
export { type WatchReport, watchScopes } from "./watch.ts";
export { withSnapshotStore, withStoreThere } from "./with_store.ts";
