/**
 * The steps of one operation, forward and backward. What has been done is seen from where its files
 * are, so each step can be repeated, and the way back can begin at any point:
 *
 *   staged new file   kept old file   then
 *   there             not there       nothing was done
 *   there             there           the old file has left its place
 *   not there         there or none   the new file is in its place
 */
import {
  errnoOf,
  type FileInfo,
  lstatIfThere,
  pathsOf,
  removeIfThere,
  type RenameOptions,
  retryWhileHeld,
  setAttributes,
} from "../base/mod.ts";
import { appendInPlace } from "./journal.ts";
import {
  type FolderOp,
  type InPlaceStep,
  isMove,
  type Op,
  type RemoveFolderOp,
} from "./journal_types.ts";
import type { OpList } from "./op_list.ts";
import { rootOf, shelfOf, type Site, stagedOf, targetOf, workOf } from "./layout.ts";
import {
  copyOver,
  isNew,
  isOld,
  makeFolders,
  needsRewriting,
  type RealFolder,
  requireRealFolder,
  requireRealFolders,
} from "./moving.ts";

/** A file that was neither the old nor the new one; where it is now. */
export interface SetAsideFile {
  root: string;
  path: string;
  at: string;
}

/** The same while the restore goes on. `kept`: in the place of the old one; `aside`: beside it. */
interface SetAside extends SetAsideFile {
  shelf: "kept" | "aside";
}

/** A restore that is being carried out, or taken back. */
export interface Work extends Site {
  ops: OpList;
  inPlace: Map<number, InPlaceStep>;
  setAside: SetAside[];
  /** Folders with renames that are not on disk for sure yet. */
  unsynced: Set<string>;
  /** Files and folders whose permissions or time could not be set. */
  unset: number;
  /** Set by the run that has just staged all that is new: it need not look for each. */
  isStaged?: true;
  /** Folders that were made here: what is absent in them need not be looked for. */
  fresh: Set<string>;
  /** The folder in which a rename was the last step, and was found to be real after it. */
  checked?: RealFolder;
  /** The folder that was last looked for. */
  lookedFor?: { folder: string; isThere: boolean };
}

/** Makes sure that all renames so far are on disk before anything builds on them. */
export function syncFolders(work: Work): void {
  for (const folder of work.unsynced) {
    if (lstatIfThere(work.host.fs, folder)) work.host.fs.syncDir(folder);
  }
  work.unsynced.clear();
}

/** What was set aside, once the folder of the restore bears its last name. */
export function placesOf(work: Work, folder: string): SetAsideFile[] {
  return work.setAside
    .filter(({ shelf }) => shelf === "aside" || folder.startsWith("undo-"))
    .map(({ root, path, at }) => {
      const before = workOf(work, rootOf(work, root));
      return { root, path, at: workOf(work, rootOf(work, root), folder) + at.slice(before.length) };
    });
}

function info(work: Work, path: string): FileInfo | undefined {
  return lstatIfThere(work.host.fs, path);
}

/** Of two renames in one folder, the check after the first is the one before the second. */
function move(work: Work, op: Op, from: string, to: string, options?: RenameOptions): void {
  const { dirname } = pathsOf(work.host.platform);
  const folder = dirname(targetOf(work, op));
  const isNext = work.checked !== undefined && work.checked.path === folder;
  const before = isNext ? work.checked : requireRealFolder(work, op, folder);
  work.checked = undefined;
  retryWhileHeld(work.host.platform, () => work.host.fs.rename(from, to, options));
  work.checked = requireRealFolder(work, op, folder, before);
  work.unsynced.add(dirname(from)).add(dirname(to));
}

function makeShelf(work: Work, op: Op, path: string): void {
  const folder = pathsOf(work.host.platform).dirname(path);
  const top = workOf(work, rootOf(work, op.root));
  for (const changed of makeFolders(work, folder, top)) work.unsynced.add(changed);
}

/** Moves away what is in the place of an operation and is neither its old nor its new file. */
function setAside(work: Work, op: Op, target: string): void {
  let path = shelfOf(work, op, "aside");
  makeShelf(work, op, path);
  for (let n = 1; info(work, path); n++) path = `${shelfOf(work, op, "aside")}.${n}`;
  move(work, op, target, path);
  work.setAside.push({ root: op.root, path: op.path, shelf: "aside", at: path });
}

function rewriteInPlace(work: Work, number: number, from: string, to: string): void {
  requireRealFolders(work, work.ops.at(number));
  copyOver(work.host.fs, from, to);
  work.unsynced.add(pathsOf(work.host.platform).dirname(to));
}

function markInPlace(work: Work, number: number, step: InPlaceStep): void {
  if (work.inPlace.get(number) === step) return;
  appendInPlace(work, number, step);
  work.inPlace.set(number, step);
}

const OWNER = 0o700;

function isOpen(mode: number): boolean {
  return (mode & OWNER) === OWNER;
}

/** Lets its owner into a folder from which, or into which, files are moved. */
export function openFolder(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (isMove(op)) return;
  const there = info(work, targetOf(work, op));
  if (there?.kind !== "directory" || isOpen(there.mode)) return;
  set(work, op, { mode: there.mode | OWNER });
}

/** Makes the folder of an operation, if it is not there. */
export function makeFolder(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op === "folder") make(work, op);
}

/** Makes the folder again that an operation has removed. */
export function remakeFolder(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op === "remove_folder") make(work, op);
}

function make(work: Work, op: FolderOp | RemoveFolderOp): void {
  const target = targetOf(work, op);
  const there = info(work, target);
  if (there?.kind === "directory") return;
  if (there) setAside(work, op, target);
  requireRealFolders(work, op);
  work.host.fs.makeDir(target, 0o700);
  work.fresh.add(target);
  work.unsynced.add(pathsOf(work.host.platform).dirname(target));
}

/**
 * Whether there is a folder, asked once for the files in it that follow each other. What comes into one
 * that was not there is set aside when the new file is put there.
 */
function isFolderThere(work: Work, folder: string): boolean {
  if (work.lookedFor?.folder !== folder) {
    work.lookedFor = { folder, isThere: info(work, folder) !== undefined };
  }
  return work.lookedFor.isThere;
}

function isStaged(work: Work, op: Op, number: number): boolean {
  return work.isStaged ?? info(work, stagedOf(work, op, number)) !== undefined;
}

/** Moves the old file of an operation to where it is kept. */
export function keepOld(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (!isMove(op)) return;
  const target = targetOf(work, op);
  const folder = pathsOf(work.host.platform).dirname(target);
  if (work.fresh.has(folder) || !isFolderThere(work, folder)) return;
  const kept = shelfOf(work, op, "kept");
  if (op.op !== "remove" && !isStaged(work, op, number)) return;
  if (work.inPlace.get(number) === "put") return;
  const there = info(work, target);
  // A folder is the business of its own operation, before or after a file of the same name.
  if (!there || there.kind === "directory") return;
  if (info(work, kept)) return op.op === "remove" ? removeAgain(work, number, target) : undefined;
  if (!isOld(work.host.fs, target, there, op.old)) {
    work.setAside.push({ root: op.root, path: op.path, shelf: "kept", at: kept });
  }
  makeShelf(work, op, kept);
  try {
    move(work, op, target, kept);
  } catch (error) {
    if (!needsRewriting(error)) throw error;
    copyToKept(work, number, target, kept);
    if (op.op === "remove") work.host.fs.remove(target);
  }
}

/** For a file that is kept already and is still there, or there again. */
function removeAgain(work: Work, number: number, target: string): void {
  if (work.inPlace.has(number)) work.host.fs.remove(target);
  else setAside(work, work.ops.at(number), target);
}

/** For a file that cannot be renamed. Half a copy never bears the name of a kept file. */
function copyToKept(work: Work, number: number, target: string, kept: string): void {
  markInPlace(work, number, "keep");
  const partial = stagedOf(work, work.ops.at(number), number) + ".old";
  removeIfThere(work.host.fs, partial);
  rewriteInPlace(work, number, target, partial);
  move(work, work.ops.at(number), partial, kept);
  syncFolders(work);
}

/** Sets aside what is there; returns false where the file must be rewritten in place. */
function moveToFree(work: Work, op: Op, from: string, to: string): boolean {
  for (;;) {
    try {
      move(work, op, from, to, { exclusive: true });
      return true;
    } catch (error) {
      if (needsRewriting(error)) return false;
      if (errnoOf(error) !== "EEXIST") throw error;
    }
    setAside(work, op, to);
  }
}

/** Moves the new file or link of an operation into its place. */
export function putNew(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op !== "file" && op.op !== "link") return;
  const [target, staged] = [targetOf(work, op), stagedOf(work, op, number)];
  if (!isStaged(work, op, number)) return;
  if (!work.inPlace.has(number) && moveToFree(work, op, staged, target)) return;
  markInPlace(work, number, "put");
  rewriteInPlace(work, number, staged, target);
  syncFolders(work);
  work.host.fs.remove(staged);
}

/** Takes the new file of an operation out of its place. */
export function takeOutNew(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op !== "file" && op.op !== "link") return;
  if (work.inPlace.has(number)) return takeOutInPlace(work, number);
  const [target, staged] = [targetOf(work, op), stagedOf(work, op, number)];
  const there = info(work, target);
  if (!there || info(work, staged)) return;
  if (isNew(work.host.fs, target, there, op)) move(work, op, target, staged);
  else setAside(work, op, target);
}

/** Where there was an old file, it is rewritten later, which may be the only way there. */
function takeOutInPlace(work: Work, number: number): void {
  const op = work.ops.at(number);
  const isMade = work.inPlace.get(number) === "put" && !info(work, shelfOf(work, op, "kept"));
  if (isMade) removeIfThere(work.host.fs, targetOf(work, op));
}

/**
 * Puts the old file of an operation back into its place. One that had to be rewritten stays among the
 * kept ones until the journal is gone, so that this can be done again.
 */
export function putOldBack(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (!isMove(op)) return;
  const [target, kept] = [targetOf(work, op), shelfOf(work, op, "kept")];
  if (!info(work, kept)) return;
  if (work.inPlace.has(number)) return rewriteInPlace(work, number, kept, target);
  if (info(work, target)) setAside(work, op, target);
  move(work, op, kept, target);
}

/** Sets permissions and time of folders, and permissions of files that stay. */
export function setNewAttributes(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op !== "folder" && op.op !== "attributes") return;
  const opened = op.op === "attributes" && !isOpen(op.old.mode);
  const mode = op.mode ?? (opened ? op.old.mode : undefined);
  set(work, op, { mode, mtimeMs: op.mtime_ms });
}

/** Sets permissions and time back to what they were. */
export function setOldAttributes(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op !== "attributes" && op.op !== "remove_folder") return;
  set(work, op, { mode: op.old.mode, mtimeMs: op.old.mtime_ms });
}

function set(work: Work, op: Op, attributes: { mode?: number; mtimeMs?: number }): void {
  const target = targetOf(work, op);
  const there = info(work, target);
  // Neither call stops at a link: what is not what it was is left alone.
  if (there?.kind !== "directory" && there?.kind !== "file") return;
  if (op.op !== "attributes" && there.kind !== "directory") return;
  requireRealFolders(work, op);
  if (!setAttributes(work.host.fs, target, attributes)) work.unset++;
}

/** Removes a folder that was made, unless something else has come into it. */
export function unmakeFolder(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op === "folder") removeIfEmpty(work, op);
}

/** Removes the folder of an operation, unless something else has come into it. */
export function removeFolder(work: Work, number: number): void {
  const op = work.ops.at(number);
  if (op.op === "remove_folder") removeIfEmpty(work, op);
}

function removeIfEmpty(work: Work, op: FolderOp | RemoveFolderOp): void {
  const target = targetOf(work, op);
  if (info(work, target)?.kind !== "directory") return;
  const { entries, lost } = work.host.fs.list(target);
  if (entries.length > 0 || lost.length > 0) return;
  requireRealFolders(work, op);
  try {
    work.host.fs.remove(target);
  } catch (error) {
    if (errnoOf(error) === "EBUSY") return; // something is mounted there: it stays, empty
    throw error;
  }
  work.unsynced.add(pathsOf(work.host.platform).dirname(target));
}
