/** A backup that is copied to a backend as soon as it is made. */
import type { BackupResult } from "../backup/mod.ts";
import { type Host, LifeboatError } from "../base/mod.ts";
import { openBackend, refusePlaintext, syncBackups, type SyncResult } from "../remote/mod.ts";
import { findItem } from "./delete.ts";

/** Where a new backup is copied to. */
export interface StorageChoice {
  /** A backend; without one it is copied nowhere. */
  storage?: string;
  /** Also where it is not encrypted. */
  allowPlaintext?: boolean;
}

/** Refuses before the backup is made what would be refused after it: `plaintext_refused`, … */
export function checkStorage(host: Host, choice: StorageChoice, encrypted: boolean): void {
  const { storage, allowPlaintext } = choice;
  if (storage === undefined) return;
  openBackend(host, storage);
  refusePlaintext([{ id: "The backup", encrypted }], { allowPlaintext });
}

/** Copies a backup that was made. Errors say that it is there all the same. */
export async function copyToStorage(
  host: Host,
  { storage, allowPlaintext }: StorageChoice,
  { archive, backup_id }: BackupResult,
): Promise<SyncResult | undefined> {
  if (storage === undefined) return undefined;
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
