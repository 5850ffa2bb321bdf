import { LifeboatError } from "../base/mod.ts";
import type { Backend } from "./backend.ts";
import { type BackupRecord, keyOf, listRecords, recordKey } from "./record.ts";

/** What `delete --remote` gives back. */
export interface RemoteDeletion {
  ok: true;
  id: string;
  remote: string;
  /** Of the archive. */
  bytes: number;
  /** What was removed. */
  keys: string[];
}

function isOfSameHome(a: BackupRecord, b: BackupRecord): boolean {
  return a.machine.id === b.machine.id && a.backup.profile === b.backup.profile &&
    a.backup.home === b.backup.home;
}

async function refuseLast(backend: Backend, record: BackupRecord): Promise<void> {
  const { records } = await listRecords(backend, record.machine.id);
  const others = records.filter((other) =>
    other.backup.id !== record.backup.id && isOfSameHome(other, record) &&
    other.backup.status === "ok" && !other.backup.id.startsWith("pre-restore-")
  );
  if (others.length > 0 || record.backup.id.startsWith("pre-restore-")) return;
  const message = `${record.backup.id} is the last whole backup of ${record.backup.home} there`;
  throw new LifeboatError("refused", "last_verified_backup", message, {
    hint: "Upload another one first with: lifeboat sync latest",
  });
}

/**
 * Removes a backup from a backend: first its record, so that it is never half there. Throws
 * `confirmation_required`, `last_verified_backup` (refused; design.md 1.11).
 */
export async function deleteRemote(
  { name, backend }: { name: string; backend: Backend },
  record: BackupRecord,
  { confirmed }: { confirmed: boolean },
): Promise<RemoteDeletion> {
  const { machine, backup, archive, hash_file } = record;
  if (!confirmed) {
    const message = `${backup.id} would be gone for good from ${backend.place}`;
    throw new LifeboatError("refused", "confirmation_required", message, {
      hint: "Confirm it with --yes",
    });
  }
  await refuseLast(backend, record);
  const files = hash_file ? [archive, hash_file] : [archive];
  const keys = [
    recordKey(machine.id, backup.id),
    ...files.map((file) => keyOf(machine.id, file.name)),
  ];
  for (const key of keys) await backend.remove(key);
  return { ok: true, id: backup.id, remote: name, bytes: archive.bytes, keys };
}
