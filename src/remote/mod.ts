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
