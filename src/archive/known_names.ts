import { INDEX_PATH, MANIFEST_PATH, PAYLOAD_PATH, SIGNATURE_PATH, TABLE_PATH } from "./format.ts";

/** Files of a backup that no manifest lists, by stored path. */
const OWN_NAMES = new Set([
  MANIFEST_PATH,
  PAYLOAD_PATH,
  SIGNATURE_PATH,
  TABLE_PATH,
  INDEX_PATH,
  "environment-snapshot.txt",
  "sqlite-integrity-check.json",
  "doctor-report.json",
  "backup-summary.txt",
]);

const KIT_NAME =
  /^(RESTORE\.md|RESTORE_INSTRUCTIONS\.txt|restore-environment\.(cmd|ps1|command|sh)|restore-standalone.*)$/;

/** Whether a stored file belongs to a backup as such: manifest, tables, reports. */
export function isOwnName(path: string): boolean {
  return OWN_NAMES.has(path);
}

/** Whether a stored file is one of the restore kit by its name. */
export function isKitName(path: string): boolean {
  return KIT_NAME.test(path);
}
