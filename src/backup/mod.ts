/** From a home to an archive: the one pipeline, and the restore kit that goes along. */
export { createBackup } from "./create.ts";
export { type BackupPreview, previewBackup } from "./dry_run.ts";
export { programInfo } from "./executable.ts";
export { importBackup, type ImportedBackup } from "./import.ts";
export {
  addKitExecutable,
  type KitExecutable,
  listKitExecutables,
  removeKitExecutable,
} from "./kit.ts";
export type { BackupOptions, BackupResult } from "./options.ts";
