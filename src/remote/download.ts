import {
  type Backup,
  openBackup,
  openPartial,
  type Place,
  type ReadOptions,
} from "../archive/mod.ts";
import {
  asLifeboatError,
  checkInterrupt,
  ensureDir,
  type FileHandle,
  type Host,
  LifeboatError,
  pathsOf,
  removeIfThere,
  sha256OfFile,
} from "../base/mod.ts";
import { type Unlock, unlockWith } from "../seal/mod.ts";
import type { Backend } from "./backend.ts";
import { toFetch } from "./ranges.ts";
import { archiveKey, type BackupRecord } from "./record.ts";

/** Leftovers of killed runs are removed after this time, ms. */
const OLD_MS = 86_400_000;

/** A folder in the state folder for one download; what killed runs have left long ago goes. */
function scratchFolder(host: Host): string {
  const { join } = pathsOf(host.platform);
  const parent = join(host.folders.state, "downloads");
  ensureDir(host.fs, parent, host.platform);
  for (const { name } of host.fs.list(parent).entries) {
    const path = join(parent, name);
    if (host.now().getTime() - host.fs.lstat(path).mtimeMs > OLD_MS) removeIfThere(host.fs, path);
  }
  const folder = join(parent, crypto.randomUUID());
  ensureDir(host.fs, folder, host.platform);
  return folder;
}

/** A local file of an archive's size that has what was fetched of it, and holes elsewhere. */
export interface PartialCopy {
  path: string;
  /** Makes sure that ranges are there. */
  fetch: (places: Place[]) => Promise<void>;
  /** Removes it. */
  close(): void;
}

function refuseFullDisk(host: Host, folder: string, bytes: number): void {
  const free = host.fs.freeSpace(folder);
  if (free > bytes) return;
  const message = `${folder} has ${free} bytes free, and ${bytes} would be downloaded`;
  throw new LifeboatError("failed", "disk_full", message, { hint: "Free some space there." });
}

/** Begins a copy of a backup's archive; nothing is fetched yet. */
export function startCopy(host: Host, backend: Backend, record: BackupRecord): PartialCopy {
  const { archive } = record;
  const folder = scratchFolder(host);
  const path = pathsOf(host.platform).join(folder, archive.name.split("/").at(-1)!);
  const key = archiveKey(record);
  const known: Place[] = [];
  let fetched = 0;
  let file: FileHandle | undefined;
  const close = () => {
    file?.close();
    removeIfThere(host.fs, folder);
  };
  try {
    file = host.fs.open(path, { createNew: true, mode: 0o600 });
    file.truncate(archive.bytes);
  } catch (error) {
    close();
    throw error;
  }

  async function fetchOne(place: Place): Promise<void> {
    checkInterrupt(host);
    const bytes = await backend.get(key, place.at, place.bytes);
    file!.seek(place.at);
    file!.write(bytes);
    known.push(place);
    fetched += bytes.length;
    host.progress({ phase: "downloading", files: 0, bytes: fetched });
  }

  return {
    path,
    async fetch(places) {
      const missing = toFetch(places, known);
      refuseFullDisk(host, folder, missing.reduce((sum, { bytes }) => sum + bytes, 0));
      await inParallel(missing, fetchOne);
    },
    close,
  };
}

/** Pieces on their way at a time: what bounds the memory of a download. */
const AT_ONCE = 4;

async function inParallel<T>(items: T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await act(item).catch((error) => {
        left.length = 0; // the others end with what they are at
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}

/** Fetches all of an archive. Throws `damaged_archive` when it is not what its record says. */
export async function fetchWhole(
  host: Host,
  copy: PartialCopy,
  { archive }: BackupRecord,
): Promise<void> {
  await copy.fetch([{ at: 0, bytes: archive.bytes }]);
  if (archive.sha256 === "" || sha256OfFile(host.fs, copy.path) === archive.sha256) return;
  const message = `${archive.name} is not what its record at the backend says`;
  throw new LifeboatError("failed", "damaged_archive", message, {
    hint: "Use another backup, and verify this one with: lifeboat verify ID --remote ID --data",
  });
}

/** Reads a copy; what goes wrong names the archive and the backend, and not the copy. */
export async function reading<T>(
  { path }: PartialCopy,
  backend: Backend,
  { archive }: BackupRecord,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    const { kind, code, message, hint, cause } = asLifeboatError(thrown);
    const named = (text: string) => text.replaceAll(path, `${archive.name} at ${backend.place}`);
    if (!`${message} ${hint}`.includes(path)) throw thrown;
    throw new LifeboatError(kind, code, named(message), { hint: hint && named(hint), cause });
  }
}

/** The same, but what it asks and its errors name the backup and the backend. */
export function unlockNaming(unlock: Unlock, backend: Backend, { backup }: BackupRecord): Unlock {
  return (header) => unlock(header, `${backup.id} at ${backend.place}`);
}

/**
 * Opens a backup at a backend. Of an archive with an index only what is needed is fetched: its end
 * first, then the segments of files that are asked for. Another archive is fetched whole.
 */
export async function openRemoteBackup(
  host: Host,
  backend: Backend,
  record: BackupRecord,
  options: ReadOptions = {},
): Promise<Backup> {
  const copy = startCopy(host, backend, record);
  const naming = <T>(act: () => Promise<T>) => reading(copy, backend, record, act);
  const open = async () => {
    const partial = await openPartial(host, copy.path, copy.fetch);
    if (!partial) await fetchWhole(host, copy, record);
    const { unlock: given = unlockWith(host) } = options;
    const unlock = given === "outside" ? given : unlockNaming(given, backend, record);
    const backup = await openBackup(host, copy.path, {
      ...options,
      unlock: partial && unlock !== "outside" ? partial.unlock(unlock) : unlock,
    });
    return { partial, backup };
  };
  try {
    const { partial, backup } = await naming(open);
    return {
      ...backup,
      isRemote: true,
      source: `${backend.place} ${record.archive.name}`,
      loadManifest: () => naming(backup.loadManifest),
      visit: (wanted, use, delivery) =>
        naming(async () => {
          await partial?.fetchFiles(wanted);
          await backup.visit(wanted, use, delivery);
        }),
      close() {
        backup.close();
        copy.close();
      },
    };
  } catch (error) {
    copy.close();
    throw error;
  }
}
