/** The files that a restore has replaced, in its undo data: found, checked, and read as a backup is. */
import type { Backup, Manifest } from "../archive/mod.ts";
import { type FileInfo, LifeboatError, lstatIfThere, pathsOf, sha256OfFile } from "../base/mod.ts";
import type { MoveOp, TargetRoot } from "./journal_types.ts";
import { rootOf, shelfName, type Site, workOf } from "./layout.ts";
import { looseBackup, looseFile } from "./loose_backup.ts";
import { isOld } from "./moving.ts";
import { foldersAbove } from "./paths.ts";
import { undoName } from "./undo_data.ts";
import { placeOfStored } from "./waiting.ts";

function damaged(path: string, what: string): LifeboatError {
  return new LifeboatError("refused", "damaged_undo_data", `${path} ${what}`, {
    hint: "Nothing was changed. What the restore replaced is also in the backup that was made " +
      "before it; restore that one instead.",
  });
}

function shelfFolder(site: Site, root: TargetRoot, id = site.id): string {
  return pathsOf(site.host.platform).join(
    workOf(site, root, undoName(id)),
    shelfName("kept", root),
  );
}

/** Where undo data keeps the file of a path. */
export function keptPath(site: Site, place: { root: string; path: string }, id = site.id): string {
  const { join } = pathsOf(site.host.platform);
  return join(shelfFolder(site, rootOf(site, place.root), id), ...place.path.split("/"));
}

/**
 * Looks for what a restore has replaced at the path of an operation. Throws `damaged_undo_data` when
 * it should be there and is not, or when a link would lead out of the undo data.
 */
export function findKept(site: Site, op: MoveOp): FileInfo | undefined {
  const { host: { fs } } = site;
  const path = keptPath(site, op);
  for (const folder of foldersTo(site, op)) {
    const kind = lstatIfThere(fs, folder)?.kind;
    if (kind === undefined) break;
    if (kind !== "directory") throw damaged(folder, `is a ${kind}, not a folder`);
  }
  const info = lstatIfThere(fs, path);
  if (!info && op.old.kind === "absent") return undefined;
  if (!info) throw damaged(path, "was kept, and is not there any more");
  if (info.kind !== "file" && info.kind !== "symlink") throw damaged(path, `is a ${info.kind}`);
  return info;
}

function foldersTo(site: Site, op: MoveOp): string[] {
  const { dirname, join } = pathsOf(site.host.platform);
  const root = rootOf(site, op.root);
  const [shelf, top] = [shelfFolder(site, root), workOf(site, root, undoName(site.id))];
  const below = foldersAbove(op.path).map((folder) => join(shelf, ...folder.split("/")));
  return [dirname(top), top, shelf, ...below];
}

/**
 * The hash of a kept file. Throws `damaged_undo_data` when it has changed since it was kept. One that
 * was changed while the restore was prepared differs from the journal in size or time: it is what was
 * there when it was replaced.
 */
export function hashOfKept(site: Site, op: MoveOp, info: FileInfo): string {
  const { host: { fs } } = site;
  const path = keptPath(site, op);
  const hash = sha256OfFile(fs, path);
  const known = op.old.kind === "file" && isOld(fs, path, info, op.old) ? op.old.sha256 : undefined;
  if (known !== undefined && known !== hash) throw damaged(path, "was changed since it was kept");
  return hash;
}

/**
 * Undo data as the backup that a restore reads.
 *
 * @param kept paths in that backup of all files that come back; filled by the planning
 */
export function keptBackup(site: Site, manifest: Manifest, kept: Iterable<string>): Backup {
  const { host } = site;
  return looseBackup(host, {
    source: workOf(site, site.roots[0], undoName(site.id)),
    manifest,
    paths: () => kept,
    open: (stored) => looseFile(host, keptPath(site, placeOfStored(stored)!)),
  });
}
