/** `backup --storage`: a backup that is copied to a backend as soon as it is made. */
import { type Host, LifeboatError } from "../base/mod.ts";
import type { BackupResult } from "../backup/mod.ts";
import type { SyncResult } from "../remote/mod.ts";

/** How the command line says where a new backup is copied to. */
export interface StorageFlags {
  storage?: string;
  allowPlaintext?: boolean;
}

/** Refuses before the backup is made what would be refused after it. */
export async function checkStorage(
  host: Host,
  { storage, allowPlaintext }: StorageFlags,
  encrypted: boolean,
): Promise<void> {
  if (storage === undefined) return;
  const { openBackend, refusePlaintext } = await import("../remote/mod.ts");
  openBackend(host, storage);
  refusePlaintext([{ id: "The backup", encrypted }], { allowPlaintext });
}

/** Copies a backup that was made. Errors say that it is there all the same. */
export async function copyToStorage(
  host: Host,
  { storage, allowPlaintext }: StorageFlags,
  { archive, backup_id }: BackupResult,
): Promise<SyncResult | undefined> {
  if (storage === undefined) return undefined;
  const { syncBackups } = await import("../remote/mod.ts");
  const { findItem } = await import("../upkeep/mod.ts");
  const item = await findItem(host, archive!, {});
  try {
    return await syncBackups(host, [item], { backend: storage, allowPlaintext });
  } catch (error) {
    if (!(error instanceof LifeboatError) || error.kind === "interrupted") throw error;
    const message = `The backup was made, but not copied to ${storage}: ${error.message}`;
    throw new LifeboatError(error.kind, error.code, message, {
      hint: `Copy it later with: lifeboat sync ${backup_id} --storage ${storage}`,
      cause: error,
    });
  }
}
