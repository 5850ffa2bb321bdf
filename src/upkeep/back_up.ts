import { type BackupOptions, type BackupResult, createBackup } from "../backup/mod.ts";
import { type Host, takeHomeLock } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { recoverUnlessRunning, recoveryWarning } from "../restore/mod.ts";

/** Brings a restore that was cut off to its end: a mix of two states is nothing to back up. */
async function recover(host: Host, home: Home): Promise<string[]> {
  const lock = takeHomeLock(host, home.path);
  try {
    return (await recoverUnlessRunning(host, home)).map(recoveryWarning);
  } finally {
    lock.release();
  }
}

/** Makes a backup, after a restore that was cut off has been brought to its end. Throws as `createBackup`. */
export async function backUp(host: Host, options: BackupOptions): Promise<BackupResult> {
  const recovered = await recover(host, options.home);
  const made = await createBackup(host, options);
  return { ...made, warnings: [...recovered, ...made.warnings] };
}
