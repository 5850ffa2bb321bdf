/**
 * Archives at a backend that have no record: put there by hand, or by another tool. What they are is
 * read from their ends.
 */
import { openBackup, openPartial } from "../archive/mod.ts";
import { asLifeboatError, type Host, LifeboatError } from "../base/mod.ts";
import { itemOfHead, ownHomeFinder } from "../catalog/mod.ts";
import type { Backend, ObjectInfo } from "./backend.ts";
import { startCopy } from "./download.ts";
import { archiveKey, type BackupRecord, FOLDER, isName, NO_MACHINE, type Shown } from "./record.ts";

const ARCHIVE = /^(.+)\.(tar\.gz|tgz|tar|zip)$/i;

/** By name alone, of archives that have no index: what made them. */
const TOOLS: [suffix: RegExp, type: string][] = [
  [/-clawbackup$/, "clawbackup"],
  [/-openclaw-backup$/, "openclaw"],
  [/-backup-\d{8}-\d{6}(-\d+)?$/, "codex-environment-backup"],
];

function nameOf({ key }: ObjectInfo): string {
  return key.split("/").at(-1)!;
}

function isArchive(object: ObjectInfo): boolean {
  return !object.key.startsWith(FOLDER) && isName(nameOf(object)) && ARCHIVE.test(nameOf(object));
}

function blank(object: ObjectInfo, sha256 = ""): BackupRecord {
  const id = ARCHIVE.exec(nameOf(object))![1];
  const type = TOOLS.find(([suffix]) => suffix.test(id))?.[1] ?? "lifeboat";
  const backup: Shown = {
    ...{ id, type, status: "unreadable", schema_version: null, profile: null, label: null },
    ...{ part: null, home: null, home_mark: null, isolated: null, created_at: null, files: null },
    ...{ sqlite_databases: null, errors: null, malformed_configs: 0, encrypted: false },
  };
  return {
    format: "lifeboat-remote",
    version: 1,
    machine: NO_MACHINE,
    uploaded_at: "",
    public_key: null,
    backup,
    archive: { name: object.key, bytes: object.size, sha256 },
    hash_file: null,
    atTop: true,
  };
}

/** What an archive says of itself; without an index only a download of the whole would tell. */
async function describe(host: Host, backend: Backend, object: ObjectInfo): Promise<BackupRecord> {
  const record = blank(object, (await backend.head(object.key))?.sha256);
  const copy = startCopy(host, backend, record);
  try {
    if (!await openPartial(host, copy.path, copy.fetch)) return record;
    const { head, signature, close } = await openBackup(host, copy.path, { unlock: "outside" });
    close();
    const shown = itemOfHead(record.backup.id, head, ownHomeFinder(host));
    const public_key = signature?.public_key ?? null;
    return { ...record, public_key, backup: { ...record.backup, ...shown } };
  } catch (error) {
    const { kind } = asLifeboatError(error);
    if (kind === "interrupted" || kind === "remote") throw error;
    return record; // it is damaged; it is shown all the same
  } finally {
    copy.close();
  }
}

/** All archives of which nothing is known. */
export async function listLoose(
  host: Host,
  backend: Backend,
  known: BackupRecord[],
): Promise<BackupRecord[]> {
  const keys = new Set(known.map(archiveKey));
  const records: BackupRecord[] = [];
  for (const object of (await backend.list("")).filter(isArchive)) {
    if (!keys.has(object.key)) records.push(await describe(host, backend, object));
  }
  return records;
}

/** The one whose key begins with `id`. Throws `ambiguous_id` (refused). */
export async function findLoose(
  host: Host,
  backend: Backend,
  id: string,
): Promise<BackupRecord | undefined> {
  const objects = (await backend.list(id)).filter(isArchive);
  const exact = objects.filter(({ key }) => key === id || ARCHIVE.exec(key)?.[1] === id);
  const [found, ...more] = exact.length > 0 ? exact : objects;
  if (more.length === 0) return found && await describe(host, backend, found);
  const keys = [found, ...more].slice(0, 5).map(({ key }) => key).join(", ");
  throw new LifeboatError("refused", "ambiguous_id", `${id} can be one of several: ${keys}`, {
    hint: "Write more of the name.",
  });
}
