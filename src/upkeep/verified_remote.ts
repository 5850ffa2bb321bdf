/** Whether a copy at a backend can be relied on when others are removed (design.md 1.11). */
import { asLifeboatError, type Host } from "../base/mod.ts";
import {
  type BackupRecord,
  type OpenBackend,
  openRemoteBackup,
  verifyRemote,
} from "../remote/mod.ts";
import { signedBy } from "../seal/mod.ts";
import { canBePlanned, isComplete } from "./verified.ts";

/** Whether what all may read of an encrypted copy was signed here: then it was read back whole. */
async function isSignedHere(
  host: Host,
  { backend }: OpenBackend,
  record: BackupRecord,
): Promise<boolean> {
  const backup = await openRemoteBackup(host, backend, record, { unlock: "outside" });
  try {
    return backup.signature !== null &&
      signedBy(host, backup.signature.public_key).by === "this_machine";
  } finally {
    backup.close();
  }
}

/** Whether a dry run of a restore succeeds, for which its index is read; or stands in for that. */
async function wouldRestore(
  host: Host,
  open: OpenBackend,
  record: BackupRecord,
): Promise<boolean> {
  try {
    return await canBePlanned(host, () => openRemoteBackup(host, open.backend, record));
  } catch (error) {
    const { kind, code } = asLifeboatError(error);
    const isLocked = kind === "untrusted" || code === "password_required";
    if (!isLocked || !record.backup.encrypted) throw error;
    return await isSignedHere(host, open, record);
  }
}

/**
 * Whether a copy is verified: a backup without errors, its objects there with the size and the hash
 * that they were stored with, and a dry run of its restore succeeds. Where no key at hand opens it,
 * this machine's signature stands for the dry run.
 */
export async function isVerifiedRemote(
  host: Host,
  open: OpenBackend,
  record: BackupRecord,
): Promise<boolean> {
  if (!isComplete(record.backup)) return false;
  try {
    return (await verifyRemote(host, open, record)).ok && await wouldRestore(host, open, record);
  } catch (error) {
    const { kind } = asLifeboatError(error);
    if (kind === "interrupted" || kind === "remote") throw error;
    return false; // whatever is wrong with it, nothing can be relied on it
  }
}
