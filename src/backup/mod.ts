/** From a home to an archive: the one pipeline, and the restore kit that goes along. */
export { createBackup } from "./create.ts";
export { type BackupPreview, previewBackup, type SizedSkip } from "./dry_run.ts";
export { type ProgramInfo, programInfo } from "./executable.ts";
export { importBackup, type ImportedBackup, type ImportOptions } from "./import.ts";
export {
  addKitExecutable,
  type KitExecutable,
  listKitExecutables,
  removeKitExecutable,
} from "./kit.ts";
export type { BackupCounts, BackupOptions, BackupResult } from "./options.ts";
