import type { Host } from "../base/mod.ts";
import { openCatalog } from "../catalog/mod.ts";
import type { OpenBackend } from "./open.ts";
import { type BackupRecord, keysOf } from "./record.ts";

/** What was removed from a backend. */
export interface RemoteDeletion {
  ok: true;
  id: string;
  remote: string;
  /** Of the archive. */
  bytes: number;
  keys: string[];
}

/**
 * Removes a copy of a backup: first its record, so that it is never half there. In a bucket that keeps
 * versions its objects can still be brought back; a lock on them is left as it is.
 */
export async function removeCopy(
  host: Host,
  { name, backend }: OpenBackend,
  record: BackupRecord,
): Promise<RemoteDeletion> {
  const { backup, archive } = record;
  const keys = keysOf(record);
  for (const key of keys) await backend.remove(key);
  const catalog = openCatalog(host);
  catalog.forgetRemote(name, archive.name);
  catalog.close();
  return { ok: true, id: backup.id, remote: name, bytes: archive.bytes, keys };
}
