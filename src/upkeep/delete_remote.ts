/** Removing one copy at a backend that the user names. */
import { type Host, LifeboatError } from "../base/mod.ts";
import { isPreRestore } from "../catalog/mod.ts";
import {
  type BackupRecord,
  listRecords,
  type OpenBackend,
  type RemoteDeletion,
  removeCopy,
} from "../remote/mod.ts";
import { homeKey } from "./retention.ts";
import { isVerifiedRemote } from "./verified_remote.ts";

async function refuseLast(host: Host, open: OpenBackend, record: BackupRecord): Promise<void> {
  const { backup, machine } = record;
  if (isPreRestore(backup)) return;
  const { records } = await listRecords(open.backend, machine.id);
  for (const other of records) {
    if (other.backup.id === backup.id || isPreRestore(other.backup)) continue;
    if (other.backup.part !== null) continue;
    if (homeKey(other.backup) !== homeKey(backup)) continue;
    if (await isVerifiedRemote(host, open, other)) return;
  }
  const message = `${backup.id} is the last verified backup of ${backup.home ?? "its home"} there`;
  throw new LifeboatError("refused", "last_verified_backup", message, {
    hint: "Upload another one first with: lifeboat sync latest",
  });
}

/**
 * Removes a copy from a backend for good; what is on this machine stays. Throws
 * `confirmation_required`, `no_record`, `last_verified_backup` (refused; design.md 1.11).
 */
export async function deleteRemote(
  host: Host,
  open: OpenBackend,
  record: BackupRecord,
  { confirmed }: { confirmed: boolean },
): Promise<RemoteDeletion> {
  if (record.atTop) {
    const message = `${record.backup.id} was not put there by lifeboat, and is not deleted by it`;
    throw new LifeboatError("refused", "no_record", message, {
      hint: "Delete it by the means by which it was put there.",
    });
  }
  if (!confirmed) {
    const message = `${record.backup.id} would be gone for good from ${open.backend.place}`;
    throw new LifeboatError("refused", "confirmation_required", message, {
      hint: "Confirm it with --yes",
    });
  }
  await refuseLast(host, open, record);
  return await removeCopy(host, open, record);
}
