/**
 * What a backend holds of a backup:
 *
 *     machines/<machine>/<archive>                 the archive as it is
 *     machines/<machine>/<archive>.sha256          the hash file, where there is one
 *     machines/<machine>/<backup>.lifeboat.json    the record, written last: the commit
 *
 * An archive without a record is not there yet. A record can be forged like anything in a bucket:
 * what it says is shown, but nothing is believed of an archive that the archive itself does not prove.
 */
import { type Host, LifeboatError } from "../base/mod.ts";
import type { BackupItem } from "../catalog/mod.ts";
import { signedBy, signedByText } from "../seal/mod.ts";
import type { Backend } from "./backend.ts";
import { isMachineId, type Machine } from "./machine.ts";

/** One object of a backup. */
export interface StoredObject {
  /** File name; of an archive without a record its whole key. */
  name: string;
  bytes: number;
  /** Upper-case hex; empty where nobody has told it. */
  sha256: string;
}

/** What is shown of a backup in a list. */
export type Shown = Pick<
  BackupItem,
  | "id"
  | "type"
  | "status"
  | "schema_version"
  | "profile"
  | "label"
  | "part"
  | "home"
  | "home_mark"
  | "isolated"
  | "created_at"
  | "files"
  | "sqlite_databases"
  | "errors"
  | "malformed_configs"
  | "encrypted"
>;

/** The record of a backup. */
export interface BackupRecord {
  format: "lifeboat-remote";
  version: 1;
  machine: Machine;
  uploaded_at: string;
  /** The key that its maker signed it with. */
  public_key: string | null;
  backup: Shown;
  archive: StoredObject;
  hash_file: StoredObject | null;
  /** Put there by another tool or by hand: its name is the archive's whole key. Never written. */
  atTop?: true;
}

/** A backup at a backend, as lists show it. */
export interface RemoteItem extends BackupItem {
  machine: Machine;
  uploaded_at: string;
}

/** Where all machines have their objects. */
export const FOLDER = "machines/";
const SUFFIX = ".lifeboat.json";
/** Records are some hundred bytes. */
const MOST_BYTES = 1 << 20;

/** The folder of a machine's objects, with a slash. */
function machineFolder(machineId: string): string {
  return `${FOLDER}${machineId}/`;
}

/** What stands for the machine of an archive that was put there by hand. */
export const NO_MACHINE: Machine = { id: "", name: "" };

/** The key of an object of a machine. */
export function keyOf(machineId: string, name: string): string {
  return machineFolder(machineId) + name;
}

/** The key of a backup's archive. */
export function archiveKey({ machine, archive, atTop }: BackupRecord): string {
  return atTop ? archive.name : keyOf(machine.id, archive.name);
}

/** The key of a backup's record. */
function recordKey(machineId: string, backupId: string): string {
  return keyOf(machineId, backupId + SUFFIX);
}

/** The keys of all that belongs to a copy, its record first. */
export function keysOf({ machine, backup, archive, hash_file }: BackupRecord): string[] {
  const files = hash_file ? [archive, hash_file] : [archive];
  return [recordKey(machine.id, backup.id), ...files.map(({ name }) => keyOf(machine.id, name))];
}

/** What a list shows of a backup of this machine. */
export function shownOf(item: BackupItem): Shown {
  const { id, type, status, schema_version, profile, part, home_mark, isolated, created_at } = item;
  const { files, sqlite_databases, errors, malformed_configs, encrypted } = item;
  // What is part of what is encrypted is not told beside it.
  const [home, label] = encrypted ? [null, null] : [item.home, item.label];
  return {
    ...{ id, type, status, schema_version, profile, label, part, home, home_mark, isolated },
    created_at,
    ...{ files, sqlite_databases, errors, malformed_configs, encrypted },
  };
}

/** Whether a text can be the name of a file here. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && /^[^/\\\0]{1,255}$/.test(value) && !value.startsWith(".");
}

function isStoredObject(value: unknown): value is StoredObject {
  const { name, bytes, sha256 } = (value ?? {}) as Partial<StoredObject>;
  return isName(name) && Number.isSafeInteger(bytes) && bytes! >= 0 &&
    typeof sha256 === "string" && /^[0-9A-F]{64}$/.test(sha256);
}

function isTextOrNull(...values: unknown[]): boolean {
  return values.every((value) => value === null || typeof value === "string");
}

function isTimeOrNull(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && Date.parse(value) > 0;
}

function isCountOrNull(...values: unknown[]): boolean {
  return values.every((value) => value === null || Number.isSafeInteger(value));
}

function isShown(value: unknown): value is Shown {
  const { id, type, status, profile, label, home, home_mark, created_at, encrypted, ...others } =
    (value ?? {}) as Partial<Shown>;
  const { part, isolated, files, sqlite_databases, errors, malformed_configs } = others;
  return isName(id) && typeof type === "string" && typeof status === "string" &&
    isTextOrNull(profile, label, part, home, home_mark, isolated) && isTimeOrNull(created_at) &&
    isCountOrNull(files, sqlite_databases, errors, malformed_configs) &&
    typeof encrypted === "boolean";
}

function isRecord(value: unknown, key: string): value is BackupRecord {
  const { format, version, machine, uploaded_at, public_key, backup, archive, hash_file, atTop } =
    (value ?? {}) as Partial<BackupRecord>;
  return atTop === undefined && format === "lifeboat-remote" && version === 1 && isShown(backup) &&
    typeof machine?.name === "string" && isMachineId(String(machine.id)) &&
    typeof uploaded_at === "string" && isTextOrNull(public_key) && isStoredObject(archive) &&
    (hash_file === null || isStoredObject(hash_file)) &&
    key === recordKey(machine.id, backup.id); // else it would stand for another one's backup
}

function badRecord(place: string, key: string): LifeboatError {
  return new LifeboatError("refused", "bad_record", `${place} has a damaged ${key}`, {
    hint: "Upload that backup again with: lifeboat sync ID --force",
  });
}

async function readRecord(backend: Backend, key: string, size: number): Promise<BackupRecord> {
  if (size > MOST_BYTES) throw badRecord(backend.place, key);
  const text = new TextDecoder().decode(await backend.get(key, 0, size));
  try {
    const record = JSON.parse(text);
    if (isRecord(record, key)) return record;
  } catch {
    // not JSON
  }
  throw badRecord(backend.place, key);
}

/** The record of a backup of this machine, if it is there and whole. */
export async function findRecord(
  backend: Backend,
  machineId: string,
  backupId: string,
): Promise<BackupRecord | undefined> {
  const key = recordKey(machineId, backupId);
  const info = await backend.head(key);
  if (!info) return undefined;
  try {
    return await readRecord(backend, key, info.size);
  } catch (error) {
    if (error instanceof LifeboatError && error.code === "bad_record") return undefined;
    throw error;
  }
}

/** Writes a record: the commit. */
export async function writeRecord(backend: Backend, record: BackupRecord): Promise<void> {
  const text = JSON.stringify(record, null, 2) + "\n";
  const key = recordKey(record.machine.id, record.backup.id);
  await backend.put(key, new TextEncoder().encode(text));
}

/** Records that are there, and the keys of those that cannot be read. */
export interface Records {
  records: BackupRecord[];
  bad: string[];
}

/** All records of a machine, or of all of them. */
export async function listRecords(backend: Backend, machineId?: string): Promise<Records> {
  const prefix = machineId === undefined ? FOLDER : machineFolder(machineId);
  const keys = (await backend.list(prefix)).filter(({ key }) => key.endsWith(SUFFIX));
  const bad: string[] = [];
  const read = await Promise.all(keys.map(async ({ key, size }) => {
    try {
      return await readRecord(backend, key, size);
    } catch (error) {
      if (!(error instanceof LifeboatError) || error.code !== "bad_record") throw error;
      bad.push(key);
    }
  }));
  return { records: read.filter((record) => record !== undefined), bad };
}

/** A record as an item of a list. */
export function itemOf(host: Host, backendName: string, record: BackupRecord): RemoteItem {
  const { backup, archive, machine, uploaded_at, public_key } = record;
  return {
    ...backup,
    backup_dir: null,
    archives: [archive.name],
    bytes: archive.bytes,
    signed_by: public_key && signedByText(signedBy(host, public_key)),
    verified_at: null,
    remote: [backendName],
    origin: backup.type === "lifeboat" ? null : backup.type,
    machine,
    uploaded_at,
  };
}
