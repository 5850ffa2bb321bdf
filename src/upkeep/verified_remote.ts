/** Whether a copy at a backend can be relied on when others are removed (design.md 1.11). */
import { asLifeboatError, type Host } from "../base/mod.ts";
import {
  type BackupRecord,
  type OpenBackend,
  openRemoteBackup,
  verifyRemote,
} from "../remote/mod.ts";
import { canBePlanned, isComplete } from "./verified.ts";

/**
 * Whether a copy is verified: a backup without errors, its objects there with the size and the hash
 * that they were stored with, and a dry run of its restore succeeds, for which its index is read. An
 * encrypted one is not downloaded for that: its hash is that of what was read back when it was made.
 */
export async function isVerifiedRemote(
  host: Host,
  open: OpenBackend,
  record: BackupRecord,
): Promise<boolean> {
  if (!isComplete(record.backup)) return false;
  try {
    if (!(await verifyRemote(host, open, record)).ok) return false;
    return record.backup.encrypted ||
      await canBePlanned(host, () => openRemoteBackup(host, open.backend, record));
  } catch (error) {
    const { kind } = asLifeboatError(error);
    if (kind === "interrupted" || kind === "remote") throw error;
    return false; // whatever is wrong with it, nothing can be relied on it
  }
}
