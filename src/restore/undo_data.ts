/** What restores keep so that they can be taken back: `<home>/.lifeboat/undo-<id>/`. */
import {
  asLifeboatError,
  type Host,
  isNotFound,
  LifeboatError,
  lstatIfThere,
  pathsOf,
} from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { badJournal, type Journal, readHeader, readJournal } from "./journal_read.ts";
import type { JournalHeader } from "./journal_types.ts";
import { JOURNAL, ownFolderOf, type Site, workOf } from "./layout.ts";
import { recalledRoots } from "./recall.ts";
import { isOwnFolderReal, localRoots, trustedRoots } from "./recover.ts";

/** The undo data of one restore, as it is found. */
export interface UndoData {
  id: string;
  /** When the restore was made, ms since 1970. */
  madeMs: number;
  header?: JournalHeader;
  /** Why it can be used for nothing but being removed. */
  fault?: LifeboatError;
}

/** Undo data that can be used: its journal is whole, and its roots are this machine's own. */
export interface OpenUndo {
  site: Site;
  journal: Journal;
  /** Whether the user chose some of its roots. */
  chosen: boolean;
}

const ID = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{8}(?:-(\d+))?$/;

/** How the folder of undo data is named. */
export function undoName(id: string): string {
  return `undo-${id}`;
}

/** The site of undo data as far as it is known without its journal: in the home alone. */
function homeSite(host: Host, home: Home, id: string): Site {
  return { host, id, roots: [localRoots(home)[0]] };
}

/** All undo data of a home, newest first. */
export function findUndoData(host: Host, home: Home): UndoData[] {
  const [root] = localRoots(home);
  const own = ownFolderOf(host, root)!;
  if (lstatIfThere(host.fs, own)?.kind !== "directory") return [];
  return host.fs.list(own).entries
    .filter(({ name, kind }) => kind === "directory" && name.startsWith(undoName("")))
    .map(({ name }) => name.slice(undoName("").length))
    .filter((id) => ID.test(id))
    .map((id) => describe(host, home, id))
    .sort(newestFirst);
}

/** By the time in the journal: the one in the name is local, and may go back by an hour. */
function newestFirst(a: UndoData, b: UndoData): number {
  const ofSecond = ({ id }: UndoData) => Number(ID.exec(id)![7] ?? 0);
  return b.madeMs - a.madeMs || ofSecond(b) - ofSecond(a);
}

function describe(host: Host, home: Home, id: string): UndoData {
  try {
    const header = readHeader(host, journalPath(homeSite(host, home, id)), id);
    const madeMs = Date.parse(header.created_at);
    return { id, madeMs: Number.isNaN(madeMs) ? timeInName(id) : madeMs, header };
  } catch (error) {
    const path = journalPath(homeSite(host, home, id));
    const fault = isNotFound(error) ? badJournal(path, "it is not there") : asLifeboatError(error);
    return { id, madeMs: timeInName(id), fault };
  }
}

function timeInName(id: string): number {
  const [year, month, day, hour, minute, second] = ID.exec(id)!.slice(1).map(Number);
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}

function journalPath(site: Site): string {
  return pathsOf(site.host.platform).join(workOf(site, site.roots[0], undoName(site.id)), JOURNAL);
}

/**
 * Opens undo data. Throws `bad_journal` when it is not what Lifeboat has left there, `root_left_out`
 * when it reaches out of a home that was named without `--with-roots`.
 */
export function openUndo(host: Host, home: Home, { id, fault }: UndoData): OpenUndo {
  if (fault) throw fault;
  const path = journalPath(homeSite(host, home, id));
  const journal = readJournal(host, path, id);
  if (journal?.state !== "done") throw badJournal(path, "no restore was completed by it");
  refuseLeftOut(home, journal.header);
  const recalled = recalledRoots(host, id);
  const known = [...localRoots({ ...home, rootsLeftOut: [] }), ...recalled];
  const roots = trustedRoots(host, journal, known, path);
  if (!isOwnFolderReal(host, roots[0])) throw badJournal(path, "its folder is a link");
  return { site: { host, id, roots }, journal, chosen: recalled.length > 0 };
}

/** With `--home` the roots outside belong to another home, unless the user says otherwise. */
function refuseLeftOut({ rootsLeftOut }: Home, { roots }: JournalHeader): void {
  const left = roots.find(({ id, path }) =>
    rootsLeftOut.some((one) => one.id === id && one.path === path)
  );
  if (!left) return;
  throw new LifeboatError(
    "refused",
    "root_left_out",
    `The restore that would be taken back also changed ${left.path}`,
    { hint: "Take that back, too, with --with-roots." },
  );
}
