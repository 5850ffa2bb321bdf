/** `backup --storage`; what it takes is loaded when it is needed. */
import type { BackupResult } from "../backup/mod.ts";
import type { Host } from "../base/mod.ts";
import type { SyncResult } from "../remote/mod.ts";
import type { StorageChoice } from "../upkeep/mod.ts";

/** How the command line says where a new backup is copied to. */
export type StorageFlags = StorageChoice;

/** Refuses before the backup is made what would be refused after it. */
export async function checkStorage(
  host: Host,
  flags: StorageFlags,
  encrypted: boolean,
): Promise<void> {
  if (flags.storage === undefined) return;
  (await import("../upkeep/mod.ts")).checkStorage(host, flags, encrypted);
}

/** Copies a backup that was made. Errors say that it is there all the same. */
export async function copyToStorage(
  host: Host,
  flags: StorageFlags,
  made: BackupResult,
): Promise<SyncResult | undefined> {
  if (flags.storage === undefined) return undefined;
  return await (await import("../upkeep/mod.ts")).copyToStorage(host, flags, made);
}
