/** Places for backups outside this machine: folders on other disks, and buckets of S3. */
export {
  addBucket,
  addFolder,
  type BackendChange,
  type BackendItem,
  type BackendList,
  type BackendTest,
  listBackends,
  removeBackend,
  setDefaultBackend,
  testBackend,
} from "./manage.ts";
export { type BackendImport, importClawbackupBackends } from "./import_clawbackup.ts";
export type { AccessKeys } from "./s3/request.ts";
export { type OpenBackend, openBackend } from "./open.ts";
export { type RemoteDeletion, removeCopy } from "./delete.ts";
export { openRemoteBackup } from "./download.ts";
export { findRemote, listOwnRecords, listRemote, newestRemote, type RemoteList } from "./list.ts";
export { type BackupRecord, keysOf, listRecords, type RemoteItem } from "./record.ts";
export { refusePlaintext, syncBackups, type SyncResult } from "./sync.ts";
export { type RemoteVerifyReport, verifyRemote } from "./verify.ts";
