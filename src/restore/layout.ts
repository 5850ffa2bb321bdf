/** Where everything of one restore lies. */
import { type Host, nameStamp, pathsOf, sha256Of } from "../base/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import type { Op, TargetRoot } from "./journal_types.ts";

/** The folder at the top of a root that holds what is ours; every walk leaves it out. */
export const OWN_FOLDER = ".lifeboat";

/** The name of a journal in the folder of its restore. */
export const JOURNAL = "journal.jsonl";

/** One restore: its id and the roots it may write to, the home first. */
export interface Site {
  host: Host;
  id: string;
  roots: TargetRoot[];
}

/** The part of a restore's id that says which home it belongs to. */
function homeMark(home: string): string {
  return sha256Of(home).slice(0, 8).toLowerCase();
}

/** An id for a restore of a home; `isTaken` says which are in use. */
export function newId(host: Host, home: string, isTaken: (id: string) => boolean): string {
  const first = `${nameStamp(host.now())}-${homeMark(home)}`;
  let id = first;
  for (let n = 1; isTaken(id); n++) id = `${first}-${n}`;
  return id;
}

/** Whether a restore with this id is one of this home. */
export function isIdOf(id: string, home: string): boolean {
  const match = /^\d{8}-\d{6}-([0-9a-f]{8})(-\d+)?$/.exec(id);
  return match?.[1] === homeMark(home);
}

/** The root with an id. */
export function rootOf(site: Site, id: string): TargetRoot {
  return site.roots.find((root) => root.id === id)!;
}

/** The absolute path of something below a root. */
export function pathBelow(host: Host, root: TargetRoot, path: string): string {
  if (root.kind === "file" || path === "") return root.path;
  const { sep } = pathsOf(host.platform);
  return joinByHand(host, root.path, sep === "/" ? path : path.replaceAll("/", sep));
}

/** The library's join takes longer than a call of the system. */
function joinByHand({ platform }: Host, folder: string, below: string): string {
  const { sep } = pathsOf(platform);
  return (folder.endsWith(sep) ? folder : folder + sep) + below;
}

/** The absolute path that an operation is about. */
export function targetOf(site: Site, op: Op): string {
  return pathBelow(site.host, rootOf(site, op.root), op.path);
}

/** The folder that holds a root's own files, or nothing for a root that is a file. */
export function ownFolderOf(host: Host, root: TargetRoot): string | undefined {
  return root.kind === "folder" ? joinByHand(host, root.path, OWN_FOLDER) : undefined;
}

/**
 * The folder of a restore for a root: on the root's own file system, so that renames work. A root
 * that is a file uses the home's, so that nothing appears beside it; where that is another file
 * system, the file is rewritten in place.
 */
export function workOf(site: Site, root: TargetRoot, name = `restore-${site.id}`): string {
  const own = ownFolderOf(site.host, root) ?? ownFolderOf(site.host, rootOf(site, HOME_ROOT))!;
  return joinByHand(site.host, own, name);
}

/** The journal. */
export function journalOf(site: Site): string {
  return pathsOf(site.host.platform).join(
    workOf(site, rootOf(site, HOME_ROOT)),
    JOURNAL,
  );
}

/** The folder of new files that wait for their place. */
export function stagedFolderOf(site: Site, root: TargetRoot): string {
  return joinByHand(site.host, workOf(site, root), "staged");
}

/** Where the new file or link of operation `number` waits. */
export function stagedOf(site: Site, op: Op, number: number): string {
  return joinByHand(site.host, stagedFolderOf(site, rootOf(site, op.root)), String(number));
}

/** Names of the folders that hold what was replaced (`kept`), and what was in the way (`aside`). */
export function shelfName(shelf: "kept" | "aside", root: TargetRoot): string {
  return root.kind === "folder" ? shelf : `${shelf}-${root.id}`;
}

/** Where what an operation replaces is kept, or what was in its way is put aside. */
export function shelfOf(site: Site, op: Op, shelf: "kept" | "aside"): string {
  const root = rootOf(site, op.root);
  const { join } = pathsOf(site.host.platform);
  return join(workOf(site, root), shelfName(shelf, root), ...op.path.split("/"));
}
