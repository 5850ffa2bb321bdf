/** The file operations that a restore is made of, each safe to do again after a crash. */
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  removeIfThere,
  setAttributes,
  sha256OfFile,
  statIfThere,
  withFile,
} from "../base/mod.ts";
import type { FileOp, LinkOp, Old, Op } from "./journal_types.ts";
import { pathBelow, rootOf, type Site } from "./layout.ts";
import { foldersAbove } from "./paths.ts";

/**
 * Throws `unsafe_target` unless every folder from the root to a path is a real one. Checked before
 * and after each rename: a link in the way would lead the write out of the root (design.md 1.12).
 * Returns what the folder of the path is.
 */
export function requireRealFolders(site: Site, op: Op): FileInfo | undefined {
  const root = rootOf(site, op.root);
  if (root.kind === "file") return undefined;
  let info: FileInfo | undefined;
  for (const folder of ["", ...foldersAbove(op.path)]) {
    const path = pathBelow(site.host, root, folder);
    info = lstatIfThere(site.host.fs, path);
    if (info?.kind === "directory") continue;
    throw new LifeboatError("failed", "unsafe_target", `${path} is not a real folder any more`, {
      hint: "Something else changed the home meanwhile. Stop it, then restore again.",
    });
  }
  return info;
}

/** The folder of a rename, once it was found to be real. */
export interface RealFolder {
  path: string;
  inode: number;
  device: number;
}

/**
 * The same for a folder that was found to be real before: where its path still leads to that very
 * folder, no link on the way leads elsewhere, and one call tells. Windows may have no inodes.
 */
export function requireRealFolder(
  site: Site,
  op: Op,
  path: string,
  known?: RealFolder,
): RealFolder | undefined {
  if (known?.path === path && known.inode !== 0) {
    const { inode, device } = statIfThere(site.host.fs, path) ?? {};
    if (inode === known.inode && device === known.device) return known;
  }
  const info = requireRealFolders(site, op);
  return info && { path, inode: info.inode, device: info.device };
}

/** Whether a rename failed because a file is a mount point or lies on another file system. */
export function needsRewriting(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === "EBUSY" || errno === "EXDEV";
}

/** Makes a folder and its parents below `top`; returns every folder that has changed. */
export function makeFolders(site: Site, folder: string, top: string): string[] {
  if (folder === top || lstatIfThere(site.host.fs, folder)) return [folder];
  const above = makeFolders(site, pathsOf(site.host.platform).dirname(folder), top);
  site.host.fs.makeDir(folder, 0o700);
  return [...above, folder];
}

const COPY_BUFFER = 1 << 20;

function copyBytes(fs: FileSystem, from: string, to: string, exists: boolean): void {
  // A file that its owner made read-only still has to be written.
  if (exists) fs.setMode(to, 0o600);
  withFile(
    fs.open(from),
    (source) =>
      withFile(
        fs.open(to, exists ? { write: true } : { createNew: true, mode: 0o600 }),
        (target) => {
          const buffer = new Uint8Array(COPY_BUFFER);
          let size = 0;
          for (let n = source.read(buffer); n > 0; n = source.read(buffer)) {
            target.write(buffer.subarray(0, n));
            size += n;
          }
          target.truncate(size);
          target.sync();
        },
      ),
  );
}

/**
 * Makes `to` the same file or link as `from` without a rename: a file that is there is rewritten
 * in place, since it may be a mount point. Neither is followed where it is a link.
 */
export function copyOver(fs: FileSystem, from: string, to: string): void {
  const source = fs.lstat(from);
  const there = lstatIfThere(fs, to);
  if (there && (there.kind !== "file" || source.kind !== "file")) removeIfThere(fs, to);
  if (source.kind === "symlink") return fs.symlink(fs.readLink(from), to, "file");
  copyBytes(fs, from, to, there?.kind === "file");
  setAttributes(fs, to, { mode: source.mode, mtimeMs: source.mtimeMs });
}

/** Whether what is at a path is what the journal says was there before. */
export function isOld(fs: FileSystem, path: string, info: FileInfo, old: Old): boolean {
  if (old.kind === "file") {
    return info.kind === "file" && info.size === old.size && info.mtimeMs === old.mtime_ms;
  }
  return old.kind === "symlink" && info.kind === "symlink" && fs.readLink(path) === old.target;
}

/** Whether what is at a path is, byte for byte, what the operation puts there. */
export function isNew(fs: FileSystem, path: string, info: FileInfo, op: FileOp | LinkOp): boolean {
  if (op.op === "link") return info.kind === "symlink" && fs.readLink(path) === op.target;
  return info.kind === "file" && info.size === op.size && sha256OfFile(fs, path) === op.sha256;
}
