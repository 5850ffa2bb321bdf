import { openBackup as openLocalBackup } from "../archive/mod.ts";
import {
  checkInterrupt,
  type Host,
  isoWithOffset,
  LifeboatError,
  pathsOf,
  readText,
  sha256OfFile,
  statIfThere,
} from "../base/mod.ts";
import { type BackupItem, openCatalog } from "../catalog/mod.ts";
import type { Backend } from "./backend.ts";
import { thisMachine } from "./machine.ts";
import { openBackend } from "./open.ts";
import {
  type BackupRecord,
  findRecord,
  keyOf,
  shownOf,
  type StoredObject,
  writeRecord,
} from "./record.ts";
import { isStored, uploadFile, type UploadTuning } from "./upload.ts";

/** How backups are copied to a backend. */
export interface SyncOptions extends UploadTuning {
  /** The default one otherwise. */
  backend?: string;
  /** Upload also what is there already. */
  force?: boolean;
  /** Upload also what is not encrypted. */
  allowPlaintext?: boolean;
}

/** What became of one backup. */
export interface SyncedBackup {
  id: string;
  outcome: "uploaded" | "already_there";
  /** Of the archive. */
  bytes: number;
  key: string;
}

/** What `sync` gives back. */
export interface SyncResult {
  ok: true;
  backend: string;
  place: string;
  synced: SyncedBackup[];
  warnings: string[];
}

/** Throws `plaintext_refused` when one of some backups is not encrypted and none may be so. */
export function refusePlaintext(
  items: Pick<BackupItem, "id" | "encrypted">[],
  { allowPlaintext }: SyncOptions,
): void {
  const plain = items.find(({ encrypted }) => !encrypted);
  if (!plain || allowPlaintext) return;
  const message = `${plain.id} is not encrypted, and holds conversations and logins`;
  throw new LifeboatError("refused", "plaintext_refused", message, {
    hint:
      "Make an encrypted one with: lifeboat backup --encrypt. If whoever runs that backend may " +
      "read it: --allow-plaintext",
  });
}

function archiveOf({ id, archives }: BackupItem): string {
  if (archives.length > 0) return archives[0];
  throw new LifeboatError("refused", "no_archive", `${id} is only a folder`, {
    hint: "Only archives are uploaded; make a backup without --no-archive.",
  });
}

/** The hash in the `.sha256` file beside an archive; where there is none, of what the archive is. */
function expectedHash(host: Host, archive: string): string {
  const path = `${archive}.sha256`;
  const text = statIfThere(host.fs, path) ? readText(host.fs, path, 64 << 10) : "";
  const told = /^\\?([0-9A-Fa-f]{64})(?:\s|$)/.exec(text)?.[1].toUpperCase();
  return told ?? sha256OfFile(host.fs, archive);
}

function describeFile(host: Host, path: string, sha256: string): StoredObject {
  const { basename } = pathsOf(host.platform);
  return { name: basename(path), bytes: host.fs.stat(path).size, sha256 };
}

/** Why an encrypted archive is not opened. */
const ENCRYPTED_CODES = ["password_needed", "password_required", "wrong_key"];

/** The key that an archive is signed with, where that shows without its password. */
async function signerKey(host: Host, path: string): Promise<string | null> {
  try {
    const backup = await openLocalBackup(host, path, { unlock: "outside" });
    backup.close();
    return backup.signature?.public_key ?? null;
  } catch (error) {
    if (error instanceof LifeboatError && ENCRYPTED_CODES.includes(error.code)) return null;
    throw error;
  }
}

async function recordOf(host: Host, item: BackupItem): Promise<BackupRecord> {
  const path = archiveOf(item);
  const archive = describeFile(host, path, expectedHash(host, path));
  const hashFile = `${path}.sha256`;
  return {
    format: "lifeboat-remote",
    version: 1,
    machine: thisMachine(host),
    uploaded_at: isoWithOffset(host.now()),
    public_key: await signerKey(host, path),
    backup: shownOf(item),
    archive,
    hash_file: statIfThere(host.fs, hashFile)
      ? describeFile(host, hashFile, sha256OfFile(host.fs, hashFile))
      : null,
  };
}

function conflict(place: string, id: string): LifeboatError {
  const message = `${place} has another backup of the name ${id}`;
  return new LifeboatError("refused", "remote_conflict", message, {
    hint: "It was left as it is. --force replaces it.",
  });
}

async function syncOne(
  host: Host,
  backend: Backend,
  item: BackupItem,
  options: SyncOptions,
): Promise<SyncedBackup> {
  const record = await recordOf(host, item);
  const { machine, archive, hash_file } = record;
  const folder = pathsOf(host.platform).dirname(archiveOf(item));
  const fileOf = ({ name, bytes: size, sha256 }: StoredObject) => ({
    path: pathsOf(host.platform).join(folder, name),
    key: keyOf(machine.id, name),
    size,
    sha256,
  });
  const done = { id: item.id, bytes: archive.bytes, key: keyOf(machine.id, archive.name) };
  if (!options.force) {
    const there = await findRecord(backend, machine.id, item.id);
    if (there && there.archive.sha256 !== archive.sha256) throw conflict(backend.place, item.id);
    if (there && await isStored(backend, fileOf(archive))) {
      return { ...done, outcome: "already_there" };
    }
  }
  if (hash_file) await uploadFile(host, backend, fileOf(hash_file));
  const file = fileOf(archive);
  if (options.force || !await isStored(backend, file)) {
    await uploadFile(host, backend, file, options);
  }
  await writeRecord(backend, record);
  return { ...done, outcome: "uploaded" };
}

/** Remembers for `list` where a backup is. */
function noteRemote(host: Host, items: BackupItem[], backend: string): void {
  const catalog = openCatalog(host);
  for (const item of items) catalog.noteRemote(archiveOf(item), backend);
  catalog.close();
}

/**
 * Copies backups of this machine to a backend; what is there already is recognised and left. Nothing
 * is ever deleted there. Throws `plaintext_refused`, `no_archive`, `remote_conflict` (refused, exit 2)
 * before anything is uploaded of that backup, and errors of kind `remote`.
 */
export async function syncBackups(
  host: Host,
  items: BackupItem[],
  options: SyncOptions = {},
): Promise<SyncResult> {
  refusePlaintext(items, options);
  items.forEach(archiveOf);
  const { name, backend } = openBackend(host, options.backend);
  const synced: SyncedBackup[] = [];
  for (const item of items) {
    checkInterrupt(host);
    synced.push(await syncOne(host, backend, item, options));
    noteRemote(host, [item], name);
  }
  return { ok: true, backend: name, place: backend.place, synced, warnings: [] };
}
