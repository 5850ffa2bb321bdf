/** What backups exist: found in their folders, remembered in a cache. */
export {
  type BackupScope,
  findBackup,
  isOfType,
  isOwn,
  isPreRestore,
  latestOf,
  listBackups,
  type ListResult,
  lookedIn,
} from "./find.ts";
export { findNewestOfEach, type NewestBackups, newestOfEach } from "./newest.ts";
export { type BackupItem, itemOfHead, listRoot, ownHomeFinder } from "./list.ts";
export { backupScope, type ScopeChoice } from "./scope.ts";
export { openCatalog } from "./store.ts";
export { notedHashes, noteMade, verifyAndNote, verifyAsNoted } from "./verify.ts";
