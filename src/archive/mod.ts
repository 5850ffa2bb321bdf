/** The archive format: writing and reading backups, their manifests, and those of others. */
export { type ArchiveWriter, createArchiveWriter, type WrittenArchive } from "./archive_writer.ts";
export {
  type EarlierArchive,
  type EarlierFile,
  openEarlier,
  openSealedEarlier,
} from "./earlier.ts";
export { DEFLATE_JOB, deflateJob } from "./deflate_job.ts";
export { DELIVER_JOB, deliverJob } from "./deliver_job.ts";
export {
  archivesIn,
  type AskPassword,
  checkForeignDatabase,
  clawBackupStore,
  findSidecar,
  FOREIGN_DATABASE_JOB,
  foreignName,
  readStore,
} from "./foreign/mod.ts";
export type { EntrySink } from "./entry_sink.ts";
export { type SegmentForm, SLICE_BYTES } from "./format.ts";
export * from "./manifest.ts";
export { createManifestWriter, type ManifestWriter, type RootHead } from "./manifest_writer.ts";
export type { ArchiveOutput, WrittenFile } from "./output_file.ts";
export { createSealedTar, type SealedTar } from "./sealed_tar.ts";
export type { PayloadPlace } from "./source_file.ts";
export type { EntryMeta } from "./packer.ts";
export type { Delivery, FileOrder, StoredFile } from "./container.ts";
export { READ_LIMITS, type ReadLimits } from "./limits.ts";
export { type Backup, openBackup, type ReadOptions } from "./open_backup.ts";
export { packFiles } from "./packed_files.ts";
export { openPartial, type Place } from "./places.ts";
export { INFLATE_JOB, inflateJob } from "./inflate_job.ts";
export { READ_BACK_JOB, readBack, readBackJob } from "./read_back.ts";
export { collisionKey } from "./path_checks.ts";
export { type Damage, verifyBackup, type VerifyOptions, type VerifyReport } from "./verify.ts";
export type { BackupDiff, CurrentFile } from "./diff_backups.ts";
export { showBackup, type ShowOptions, type ShowReport } from "./show.ts";
