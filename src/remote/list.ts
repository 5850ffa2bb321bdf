import { type Host, LifeboatError } from "../base/mod.ts";
import {
  type BackupItem,
  isOfType,
  isPreRestore,
  latestOf,
  type NewestBackups,
  newestOfEach,
  openCatalog,
} from "../catalog/mod.ts";
import type { Backend } from "./backend.ts";
import { listClawBackups } from "./clawbackup_records.ts";
import { findLoose, listLoose } from "./loose.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { type OpenBackend, openBackend } from "./open.ts";
import { type BackupRecord, itemOf, listRecords, type RemoteItem } from "./record.ts";

/** Which backups at a backend are meant. */
export interface RemoteScope {
  /** The backend's name; the default one otherwise. */
  backend?: string;
  /** Only this profile's. */
  profile?: string;
  /** Also those of other machines. */
  allMachines?: boolean;
  /** Of this kind, and then also archives that have no record. */
  type?: string;
  limit?: number;
}

/** What `list --remote` gives back. */
export interface RemoteList {
  ok: boolean;
  remote: string;
  /** Where it is, in the place where a list of this machine has its folder. */
  backup_root: string;
  backup_roots: string[];
  machine: Machine;
  backups: RemoteItem[];
  /** How many backups of other machines were left out. */
  others: number;
  warnings: string[];
}

function newestFirst(a: BackupRecord, b: BackupRecord): number {
  const time = ({ backup }: BackupRecord) => Date.parse(backup.created_at ?? "") || 0;
  return time(b) - time(a) || (a.backup.id < b.backup.id ? 1 : -1);
}

/** Remembers for `list` and `status` what of this machine was seen at a backend. */
function noteRemotes(host: Host, name: string, own: BackupRecord[]): void {
  const catalog = openCatalog(host);
  catalog.setRemotes(name, own.map(({ archive }) => archive));
  catalog.close();
}

/** Damaged records are told of; they hide no other backup. */
async function readAll(
  backend: Backend,
  { profile }: RemoteScope,
): Promise<{ records: BackupRecord[]; warnings: string[] }> {
  const [ours, theirs] = await Promise.all([listRecords(backend), listClawBackups(backend)]);
  const bad = [...ours.bad, ...theirs.bad];
  const meant = [...ours.records, ...theirs.records].filter(({ backup }) =>
    profile === undefined || backup.profile === profile
  );
  const warnings = bad.map((key) => `${key} is damaged: its backup is not in this list`);
  return { records: meant.sort(newestFirst), warnings };
}

/** The backups at a backend, newest first. */
export async function listRemote(host: Host, scope: RemoteScope = {}): Promise<RemoteList> {
  const { name, backend } = openBackend(host, scope.backend);
  const machine = thisMachine(host);
  const { records, warnings } = await readAll(backend, scope);
  const own = records.filter((record) => record.machine.id === machine.id);
  if (scope.profile === undefined) noteRemotes(host, name, own);
  const isMeant = ({ machine: { id }, atTop }: BackupRecord) =>
    scope.allMachines || id === machine.id || (atTop && scope.type !== undefined);
  const recorded = records.filter(isMeant);
  const others = records.length - recorded.length;
  const loose = scope.type === undefined ? [] : await listLoose(host, backend, records);
  const backups = [...recorded, ...loose].sort(newestFirst)
    .map((record) => itemOf(host, name, record))
    .filter((item) => isOfType(item, scope.type)).slice(0, scope.limit);
  const { place } = backend;
  return {
    ok: true,
    remote: name,
    backup_root: place,
    backup_roots: [place],
    machine,
    backups,
    others,
    warnings,
  };
}

/** The copies of this machine at a backend, newest first, each as a list shows it. */
export async function listOwnRecords(
  host: Host,
  { name, backend }: OpenBackend,
  profile?: string,
): Promise<Map<BackupItem, BackupRecord>> {
  const { records } = await readAll(backend, { profile });
  const { id } = thisMachine(host);
  const own = records.filter(({ machine }) => machine.id === id);
  return new Map(own.map((record) => [itemOf(host, name, record), record]));
}

function noSuchBackup(place: string, id: string): LifeboatError {
  return new LifeboatError("missing", "no_such_backup", `${place} has no backup ${id}`, {
    hint: "See them with: lifeboat list --remote ID --all-machines",
  });
}

function ambiguous(id: string, records: BackupRecord[]): LifeboatError {
  const machines = [...new Set(records.map(({ machine }) => machine.id))];
  const isOne = machines.length === 1;
  const names = isOne ? records.map(({ backup }) => backup.id) : machines;
  const message = `${id} can be one of several: ${names.slice(0, 5).join(", ")}`;
  return new LifeboatError("refused", "ambiguous_id", message, {
    hint: isOne
      ? "Write more of the name."
      : `Write the machine before it, with a slash: ${machines[0]}/${id}`,
  });
}

/**
 * What `latest` can mean: backups of the machine that is named before it with a slash; without one of
 * this machine, or on a new machine of the one other machine there is.
 */
function candidates(records: BackupRecord[], id: string, machineId: string): BackupRecord[] {
  const meant = records.filter(({ backup, atTop }) =>
    !isPreRestore(backup) && backup.status !== "unreadable" && !atTop // another tool's is named
  );
  const of = (name: string) => meant.filter(({ machine }) => machine.id === name);
  if (id !== "latest") return of(id.slice(0, -"/latest".length));
  const own = of(machineId);
  const others = new Set(meant.map(({ machine }) => machine.id));
  if (own.length === 0 && others.size > 1) throw ambiguous(id, meant);
  return own.length > 0 ? own : meant;
}

function isLatest(id: string): boolean {
  return id === "latest" || id.endsWith("/latest");
}

/**
 * The newest copy of each home at a backend; `id` is `latest`, with a machine and a slash before it
 * where it is to be that one's. Throws `no_such_backup`, `ambiguous_id`.
 */
export async function newestRemote(
  host: Host,
  { name, backend }: OpenBackend,
  id: string,
): Promise<NewestBackups<RemoteItem>> {
  const { records } = await readAll(backend, {});
  const found = candidates(records, id, thisMachine(host).id);
  if (found.length === 0) throw noSuchBackup(backend.place, id);
  return newestOfEach(host, found.map((record) => itemOf(host, name, record)));
}

/**
 * The record that an ID means: a backup's name or a unique beginning of it, with its machine and a
 * slash before it where several have that name; or `latest` in place of a name. Backups of this
 * machine go first; last goes what has no record, by its key or the beginning of it.
 */
export async function findRemote(
  host: Host,
  backend: Backend,
  id: string,
  scope: RemoteScope = {},
): Promise<BackupRecord> {
  const { records } = await readAll(backend, scope);
  const { id: machineId } = thisMachine(host);
  if (isLatest(id)) {
    const usable = candidates(records, id, machineId)
      .filter(({ backup }) => backup.isolated === null);
    const latest = latestOf(host, usable.map(({ backup }) => backup));
    const newest = usable.find(({ backup }) => backup === latest);
    if (!newest) throw noSuchBackup(backend.place, id);
    return newest;
  }
  const named = id.includes("/")
    ? records.filter(({ machine, backup }) => `${machine.id}/${backup.id}`.startsWith(id))
    : records.filter(({ backup }) => backup.id.startsWith(id));
  const exact = named.filter(({ machine, backup }) =>
    backup.id === id || `${machine.id}/${backup.id}` === id
  );
  for (const found of [exact, named]) {
    const own = found.filter(({ machine }) => machine.id === machineId);
    if (own.length === 1) return own[0];
    if (found.length === 1) return found[0];
  }
  if (named.length > 0) throw ambiguous(id, named);
  const loose = await findLoose(host, backend, id);
  if (!loose) throw noSuchBackup(backend.place, id);
  return loose;
}
