/** A restore as a whole: all steps forward, or all backward, and what is left behind. */
import { lstatIfThere, pathsOf, removeIfThere, retryWhileHeld } from "../base/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import { appendState } from "./journal.ts";
import { journalOf, ownFolderOf, shelfName, type Site, stagedFolderOf, workOf } from "./layout.ts";
import type { OpList } from "./op_list.ts";
import {
  keepOld,
  makeFolder,
  openFolder,
  putNew,
  putOldBack,
  remakeFolder,
  removeFolder,
  setNewAttributes,
  setOldAttributes,
  syncFolders,
  takeOutNew,
  unmakeFolder,
  type Work,
} from "./steps.ts";

type Step = (work: Work, number: number) => void;

/** Every folder stands before what is in it: paths in order, the deepest last. */
function parentsFirst(ops: OpList): Uint32Array {
  const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
  return Uint32Array.from({ length: ops.length }, (_, number) => number)
    .sort((a, b) => compare(ops.pathOf(a), ops.pathOf(b)));
}

function each(work: Work, numbers: Uint32Array, step: Step): void {
  for (const number of numbers) step(work, number);
  syncFolders(work);
}

type Pass = [step: Step, order: "down" | "up"];

function inPasses(work: Work, passes: Pass[]): void {
  const down = parentsFirst(work.ops);
  const up = down.toReversed();
  for (const [step, order] of passes) each(work, order === "down" ? down : up, step);
}

/**
 * Carries out a journal that is committed. All old files are kept and on disk before the first new
 * one takes its place, so that a power cut cannot lose a file in between. Folders leave before
 * others are made: a file may take the name of a folder, and the other way round.
 */
export function goForward(work: Work): void {
  inPasses(work, [
    [openFolder, "down"],
    [keepOld, "down"],
    [removeFolder, "up"],
    [makeFolder, "down"],
    [putNew, "down"],
    [setNewAttributes, "up"],
  ]);
}

/** Takes back all that was carried out, from wherever it stopped. */
function goBack(work: Work): void {
  inPasses(work, [
    [openFolder, "down"],
    [takeOutNew, "up"],
    [unmakeFolder, "up"],
    [remakeFolder, "down"],
    [putOldBack, "down"],
    [setOldAttributes, "up"],
  ]);
}

/** After `done`: keeps what was replaced as undo data, with the journal, and removes the rest. */
export function settle(site: Site): void {
  settleAs(site, `undo-${site.id}`);
}

function settleAs(site: Site, name: string): void {
  const { fs, platform } = site.host;
  for (const root of [...site.roots].reverse()) { // the home, with the journal, at last
    const work = workOf(site, root);
    if (root.kind === "file" || !lstatIfThere(fs, work)) continue;
    removeIfThere(fs, stagedFolderOf(site, root));
    if (root.id !== HOME_ROOT && fs.list(work).entries.length === 0) removeWork(site, root);
    else {
      retryWhileHeld(platform, () => fs.rename(work, workOf(site, root, name)));
      fs.syncDir(pathsOf(platform).dirname(work));
    }
  }
}

type Root = Site["roots"][number];

function removeWork(site: Site, root: Root): void {
  const { fs } = site.host;
  removeIfThere(fs, workOf(site, root));
  const own = ownFolderOf(site.host, root)!;
  if (lstatIfThere(fs, own) && fs.list(own).entries.length === 0) fs.remove(own);
}

/**
 * After a restore that was taken back or never began: removes all that is ours. The journal goes
 * first, since without it whatever is left means nothing. What was set aside stays.
 */
export function discard(site: Site, made: string[]): void {
  const { fs, platform } = site.host;
  const asides = site.roots.filter((root) => lstatIfThere(fs, asideOf(site, root)));
  if (asides.length > 0) return settleAs(site, `aside-${site.id}`);
  if (lstatIfThere(fs, journalOf(site))) {
    fs.remove(journalOf(site));
    fs.syncDir(pathsOf(platform).dirname(journalOf(site)));
  }
  for (const root of [...site.roots].reverse()) {
    if (root.kind === "folder") removeWork(site, root);
  }
  for (const folder of [...made].reverse()) {
    const there = lstatIfThere(fs, folder)?.kind === "directory";
    if (there && fs.list(folder).entries.length === 0) fs.remove(folder);
  }
}

function asideOf(site: Site, root: Root): string {
  return pathsOf(site.host.platform).join(workOf(site, root), shelfName("aside", root));
}

/** Takes a restore back and removes its traces. */
export function rollBack(work: Work, made: string[]): void {
  noteState(work, "rolling_back");
  goBack(work);
  noteState(work, "rolled_back");
  discard(work, made);
}

/**
 * On a full disk the line cannot be written, and the way back must be open all the same. A crash
 * then makes recovery go forward from where this stands, to the new home as a whole, except where
 * files were rewritten in place: there the line is needed to tell old bytes from new ones.
 */
function noteState(work: Work, state: "rolling_back" | "rolled_back"): void {
  try {
    appendState(work, state);
  } catch (error) {
    if (work.inPlace.size > 0) throw error;
  }
}
