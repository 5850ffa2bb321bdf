/** What can be undone in a home, and removing it. */
import {
  type FileSystem,
  type Host,
  isoWithOffset,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  removeIfThere,
  takeHomeLock,
} from "../base/mod.ts";
import { type Home, requireHome } from "../profiles/mod.ts";
import { JOURNAL, ownFolderOf, type Site, workOf } from "./layout.ts";
import { forgetRoots, recalledRoots } from "./recall.ts";
import { isOwnFolderReal, localRoots } from "./recover.ts";
import { findUndoData, type UndoData, undoName } from "./undo_data.ts";

/** So long undo data is kept at least, days. */
export const UNDO_DAYS = 30;

const DAY = 24 * 60 * 60 * 1000;

/** Whether undo data is older than it has to be; it stays until it is removed by name. */
export function isExpired(host: Host, madeMs: number): boolean {
  return host.now().getTime() - madeMs > UNDO_DAYS * DAY;
}

/** The undo data of one restore, or of an undo. */
export interface UndoItem {
  undo_id: string;
  /** When the restore was made, ISO 8601. */
  created_at: string;
  /** What was restored: the name of a backup; of an undo null. */
  backup: string | null;
  /** Of an undo: the restore, or undo, that it took back. */
  takes_back: string | null;
  /** What is kept. */
  files: number;
  bytes: number;
  expired: boolean;
  /** The folder in the home; roots outside have their own. */
  path: string;
  /** Why it cannot be used. */
  error?: string;
}

/** What `undo --list` gives back. */
export interface UndoList {
  ok: boolean;
  home: string;
  /** Newest first; the first is what `undo` takes back. */
  undo: UndoItem[];
}

/** Lists what is kept in a home to be undone. Changes nothing. */
export function listUndo(host: Host, home: Home): UndoList {
  requireHome(host, home);
  const undo = findUndoData(host, home).map((data) => itemOf(host, home, data));
  return { ok: true, home: home.path, undo };
}

/** All places in which undo data of an id may lie, the home first. */
function siteOf(host: Host, home: Home, id: string): Site {
  const roots = [...localRoots(home), ...recalledRoots(host, id)].filter((root, index, all) =>
    all.findIndex(({ path }) => path === root.path) === index && isOwnFolderReal(host, root)
  );
  return { host, id, roots };
}

function foldersOf(host: Host, home: Home, id: string): string[] {
  const site = siteOf(host, home, id);
  return site.roots.filter(({ kind }) => kind === "folder")
    .map((root) => workOf(site, root, undoName(id)))
    .filter((folder) => lstatIfThere(host.fs, folder)?.kind === "directory");
}

function itemOf(host: Host, home: Home, { id, madeMs, header, fault }: UndoData): UndoItem {
  const folders = foldersOf(host, home, id);
  const kept = folders.map((folder) => measure(host, folder));
  const takesBack = header?.backup.startsWith(undoName(""))
    ? header.backup.slice(undoName("").length)
    : null;
  return {
    undo_id: id,
    created_at: isoWithOffset(new Date(madeMs)),
    backup: header && takesBack === null ? header.backup : null,
    takes_back: takesBack,
    files: kept.reduce((sum, { files }) => sum + files, 0),
    bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    expired: isExpired(host, madeMs),
    path: folders[0],
    ...(fault ? { error: fault.message } : {}),
  };
}

/** Files and links below a folder; the journal at its top is not what was kept. */
function measure(host: Host, folder: string): { files: number; bytes: number } {
  const { join } = pathsOf(host.platform);
  const total = measureAll(host.fs, join, folder);
  const journal = lstatIfThere(host.fs, join(folder, JOURNAL));
  return journal ? { files: total.files - 1, bytes: total.bytes - journal.size } : total;
}

function measureAll(
  fs: FileSystem,
  join: (...names: string[]) => string,
  folder: string,
): { files: number; bytes: number } {
  let [files, bytes] = [0, 0];
  for (const { name } of fs.list(folder).entries) {
    const info = fs.lstat(join(folder, name));
    const below = info.kind === "directory"
      ? measureAll(fs, join, join(folder, name))
      : { files: 1, bytes: info.kind === "file" ? info.size : 0 };
    files += below.files;
    bytes += below.bytes;
  }
  return { files, bytes };
}

/** What `undo --forget` gives back. */
export interface ForgetResult {
  ok: boolean;
  home: string;
  forgotten: string;
  files: number;
  bytes: number;
}

/**
 * Removes the undo data with exactly this id, and nothing else. Throws `no_such_undo` when there is
 * none, `locked`.
 */
export function forgetUndo(host: Host, home: Home, id: string): ForgetResult {
  requireHome(host, home);
  const lock = takeHomeLock(host, home.path);
  try {
    const item = listUndo(host, home).undo.find(({ undo_id }) => undo_id === id);
    if (!item) {
      throw new LifeboatError("missing", "no_such_undo", `${home.path} keeps no undo data ${id}`, {
        hint: "See what is kept with: lifeboat undo --list",
      });
    }
    // The home's own at last: as long as it is there, this can be done again.
    for (const folder of foldersOf(host, home, id).reverse()) removeIfThere(host.fs, folder);
    for (const root of siteOf(host, home, id).roots) {
      removeOwnIfEmpty(host, ownFolderOf(host, root));
    }
    forgetRoots(host, id);
    return { ok: true, home: home.path, forgotten: id, files: item.files, bytes: item.bytes };
  } finally {
    lock.release();
  }
}

function removeOwnIfEmpty({ fs }: Host, folder: string | undefined): void {
  if (folder === undefined || lstatIfThere(fs, folder)?.kind !== "directory") return;
  const { entries, lost } = fs.list(folder);
  if (entries.length === 0 && lost.length === 0) fs.remove(folder);
}
