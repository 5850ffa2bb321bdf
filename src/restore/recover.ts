/** What a restore that was cut off left behind is brought to an end: the old home, or the new one. */
import {
  describeError,
  type Host,
  isInside,
  LifeboatError,
  lstatIfThere,
  pathsOf,
} from "../base/mod.ts";
import { type Home, HOME_ROOT } from "../profiles/mod.ts";
import { discard, goForward, rollBack, settle } from "./carry_out.ts";
import { appendState } from "./journal.ts";
import { badJournal, type Journal, readJournal } from "./journal_read.ts";
import type { TargetRoot } from "./journal_types.ts";
import {
  isIdOf,
  journalOf,
  OWN_FOLDER,
  ownFolderOf,
  shelfName,
  type Site,
  stagedOf,
  workOf,
} from "./layout.ts";
import { isNew } from "./moving.ts";
import { forgetRoots, recalledFolders, recalledRestores, recalledRoots } from "./recall.ts";
import { placesOf, type SetAsideFile, type Work } from "./steps.ts";

/** A restore that was cut off, and what became of it. */
export interface Recovery {
  id: string;
  /** `discarded`: it had not begun to change anything. */
  outcome: "completed" | "taken_back" | "discarded";
  /** Files that were neither the old nor the new one. */
  set_aside: SetAsideFile[];
  /** Why it was taken back. */
  reason?: string;
}

/**
 * Brings every interrupted restore of a home to an end. The caller holds the home's lock; never
 * called by a dry run. Throws `bad_journal` (nothing touched) when a journal is not to be trusted,
 * `recovery_failed` when files can be moved neither forward nor back.
 */
export function recoverInterrupted(host: Host, home: Home): Recovery[] {
  const roots = localRoots(home);
  const recovered = interruptedIn(host, home).map((id) => recoverOne(host, home, id))
    .filter((recovery) => recovery !== undefined);
  if (isOwnFolderReal(host, roots[0])) removeEmptyOwnFolder(host, roots[0]);
  return recovered;
}

/** Whether that would move files of the home, and not only remove what is Lifeboat's own. */
export function recoveryChangesHome(host: Host, home: Home): boolean {
  return interruptedIn(host, home).some((id) => {
    const { path } = journalPlace(host, home, id);
    const state = readJournal(host, path, id)?.state;
    return state === "committed" || state === "rolling_back";
  });
}

/** Throws `restore_interrupted` where {@linkcode recoverInterrupted} would have something to do. */
export function refuseInterrupted(host: Host, home: Home): void {
  if (interruptedIn(host, home).length === 0) return;
  const message = `A restore of ${home.path} was interrupted, and is not brought to its end here`;
  throw new LifeboatError("busy", "restore_interrupted", message, {
    hint: `Close ${home.profile.name}, then run: lifeboat backup --profile ${home.profile.id}`,
  });
}

/** The ids of interrupted restores, oldest first. */
function interruptedIn(host: Host, home: Home): string[] {
  const roots = localRoots(home);
  if (!isOwnFolderReal(host, roots[0])) return []; // a restore will refuse to write there
  const ids = new Set(recalledRestores(host, home.path));
  for (const root of roots) {
    for (const id of unfinishedIn(host, root)) {
      // Another home may be restoring into a root that both have.
      if (root.id === HOME_ROOT || isIdOf(id, home.path)) ids.add(id);
    }
  }
  return [...ids].sort();
}

/** Where the journal of a restore lies, and all roots that it may be about. */
function journalPlace(host: Host, home: Home, id: string) {
  const known = [...localRoots(home), ...recalledRoots(host, id)];
  const everywhere: Site = { host, id, roots: withoutRepeats(known) };
  return { known, everywhere, path: journalOf(everywhere) };
}

/** All that a crash right at the beginning leaves. */
function removeEmptyOwnFolder(host: Host, home: TargetRoot): void {
  const own = ownFolderOf(host, home)!;
  if (lstatIfThere(host.fs, own)?.kind !== "directory") return;
  if (host.fs.list(own).entries.length === 0) host.fs.remove(own);
}

/** The roots of a home that may be written to, the home first. */
export function localRoots(home: Home): TargetRoot[] {
  const outside = [...home.roots, ...home.rootsLeftOut];
  return [
    { id: HOME_ROOT, kind: "folder", path: home.path },
    ...outside.map(({ id, kind, path }): TargetRoot => ({ id, kind, path })),
  ];
}

/** A link in the place of our folder would lead everything out of the root. */
export function isOwnFolderReal(host: Host, root: TargetRoot): boolean {
  const own = ownFolderOf(host, root);
  const there = own && lstatIfThere(host.fs, own);
  return !there || there.kind === "directory";
}

const PREFIX = "restore-";

function unfinishedIn(host: Host, root: TargetRoot): string[] {
  const own = ownFolderOf(host, root);
  if (!own || lstatIfThere(host.fs, own)?.kind !== "directory") return [];
  return host.fs.list(own).entries
    .filter(({ name, kind }) => kind === "directory" && name.startsWith(PREFIX))
    .map(({ name }) => name.slice(PREFIX.length));
}

function recoverOne(host: Host, home: Home, id: string): Recovery | undefined {
  const { known, everywhere, path } = journalPlace(host, home, id);
  const journal = readJournal(host, path, id);
  const site = journal ? { host, id, roots: trustedRoots(host, journal, known, path) } : everywhere;
  if (!journal || journal.state === "staging") {
    if (holdsKept(site)) throw badJournal(path, "it commits nothing, but files were replaced");
    const made = journal?.header.made ?? recalledFolders(host, id);
    return discardUnbegun(site, ownFolders(site, made));
  }
  return finish(site, journal);
}

function withoutRepeats(roots: TargetRoot[]): TargetRoot[] {
  return [...new Map(roots.map((root) => [root.path, root])).values()];
}

/** The roots of a journal, if each is one that this machine knows by itself. */
export function trustedRoots(
  host: Host,
  journal: Journal,
  known: TargetRoot[],
  path: string,
): TargetRoot[] {
  return journal.header.roots.map((root, index) => {
    if (index === 0) return known[0];
    const trusted = known.find((one) =>
      one.id === root.id && one.kind === root.kind && one.path === root.path
    );
    if (!trusted) throw badJournal(path, `${root.path} is no folder of this home`);
    if (!isOwnFolderReal(host, trusted)) throw badJournal(path, `${OWN_FOLDER} in it is a link`);
    return trusted;
  });
}

/** The folders that the restore made for its roots, as far as they are that. */
function ownFolders(site: Site, made: string[]): string[] {
  return made.filter((folder) =>
    site.roots.some((root) => isInside(root.path, folder, site.host.platform))
  );
}

function holdsFiles(host: Host, folder: string): boolean {
  const kind = lstatIfThere(host.fs, folder)?.kind;
  if (kind !== "directory") return kind !== undefined;
  return host.fs.list(folder).entries.some(({ name }) =>
    holdsFiles(host, pathsOf(host.platform).join(folder, name))
  );
}

function holdsKept(site: Site): boolean {
  const { join } = pathsOf(site.host.platform);
  return site.roots.some((root) =>
    holdsFiles(site.host, join(workOf(site, root), shelfName("kept", root)))
  );
}

function discardUnbegun(site: Site, made: string[]): Recovery | undefined {
  const { host, id, roots } = site;
  const some = roots.some((root) => lstatIfThere(host.fs, workOf(site, root))) ||
    made.some((folder) => lstatIfThere(host.fs, folder) && !holdsFiles(host, folder));
  if (some) discard(site, made);
  const done = lstatIfThere(host.fs, workOf(site, roots[0], `undo-${id}`));
  if (!done) forgetRoots(host, id);
  return some ? { id, outcome: "discarded", set_aside: [] } : undefined;
}

function finish(site: Site, journal: Journal): Recovery {
  const { host, id } = site;
  const { ops, inPlace, state } = journal;
  const work: Work = {
    ...site,
    ops,
    inPlace,
    setAside: [],
    unsynced: new Set(),
    unset: 0,
    fresh: new Set(),
  };
  const obstacle = state === "committed" ? goForwardIfPossible(work) : undefined;
  if (state === "done" || (state === "committed" && !obstacle)) {
    if (state === "committed") appendState(site, "done");
    settle(site);
    return { id, outcome: "completed", set_aside: placesOf(work, `undo-${id}`) };
  }
  const made = ownFolders(site, journal.header.made);
  if (state === "rolled_back") discard(site, made);
  else takeAllBack(work, made, obstacle);
  forgetRoots(host, id);
  return { id, outcome: "taken_back", set_aside: placesOf(work, `aside-${id}`), reason: obstacle };
}

/** Goes forward, or says why that cannot be. */
function goForwardIfPossible(work: Work): string | undefined {
  if (!stagedFilesAreWhole(work)) return "a new file is not what the backup holds";
  try {
    goForward(work);
  } catch (error) {
    return describeError(error);
  }
}

function takeAllBack(work: Work, made: string[], obstacle?: string): void {
  try {
    rollBack(work, made);
  } catch (cause) {
    const [path, why] = [journalOf(work), obstacle ?? describeError(cause)];
    throw new LifeboatError("failed", "recovery_failed", `${path} cannot be completed: ${why}`, {
      hint: "Free some space and make the files of this home writable, then try again.",
      cause,
    });
  }
}

/** What still waits for its place must be what the manifest promised. */
function stagedFilesAreWhole(work: Work): boolean {
  const { fs } = work.host;
  return work.ops.values().every((op, number) => {
    if (op.op !== "file" && op.op !== "link") return true;
    const staged = stagedOf(work, op, number);
    const info = lstatIfThere(fs, staged);
    return !info || isNew(fs, staged, info, op);
  });
}
