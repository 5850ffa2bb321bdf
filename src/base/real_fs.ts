import * as nodeFs from "node:fs";
import { LifeboatError } from "./errors.ts";
import type {
  DirEntry,
  FileHandle,
  FileInfo,
  FileKind,
  FileSystem,
  Listing,
  OpenOptions,
} from "./fs.ts";
import { listLostNames } from "./libc.ts";
import { listWithInfo } from "./linux_list.ts";
import { markFolder } from "./linux_mark.ts";
import { renameExclusively } from "./rename.ts";
import { canSyncFileSystem, syncFileSystem } from "./syncfs.ts";

function kindOf(info: Deno.FileInfo): FileKind {
  if (info.isFile) return "file";
  if (info.isDirectory) return "directory";
  if (info.isSymlink) return "symlink";
  if (info.isSocket) return "socket";
  return info.isFifo ? "fifo" : "device";
}

function toFileInfo(info: Deno.FileInfo): FileInfo {
  return {
    kind: kindOf(info),
    size: info.size,
    mode: (info.mode ?? 0) & 0o7777,
    mtimeMs: info.mtime?.getTime() ?? 0,
    changedMs: info.ctime?.getTime() ?? 0,
    inode: info.ino ?? 0,
    device: info.dev,
    links: info.nlink ?? 1,
  };
}

function toDirEntry(entry: Deno.DirEntry): DirEntry {
  if (entry.isFile) return { name: entry.name, kind: "file" };
  if (entry.isDirectory) return { name: entry.name, kind: "directory" };
  return { name: entry.name, kind: entry.isSymlink ? "symlink" : "unknown" };
}

function byName(a: DirEntry, b: DirEntry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Deno 2.9 lists a name that is not UTF-8 with U+FFFD in it, which leads to nothing. */
function isMangled(path: string, name: string): boolean {
  if (!name.includes("\uFFFD")) return false;
  return nodeFs.lstatSync(`${path}/${name}`, { throwIfNoEntry: false }) === undefined;
}

function listEntries(path: string): DirEntry[] {
  const entries = new Map<string, DirEntry>();
  for (const entry of Deno.readDirSync(path)) {
    if (!isMangled(path, entry.name)) entries.set(entry.name, toDirEntry(entry));
  }
  return [...entries.values()].sort(byName);
}

function list(path: string, { withInfo = false } = {}): Listing {
  const listing = withInfo ? listWithInfo(path) : undefined;
  if (!listing) return { entries: listEntries(path), lost: listLostNames(path) };
  listing.entries.sort(byName);
  listing.lost.sort();
  return listing;
}

/** About an open file; one that is embedded in a compiled program only tells by its path. */
function infoOf(file: Deno.FsFile, path: string): FileInfo {
  try {
    return toFileInfo(file.statSync());
  } catch (error) {
    if (error instanceof Deno.errors.NotSupported) return toFileInfo(Deno.statSync(path));
    throw error;
  }
}

function wrapFile(file: Deno.FsFile, path: string): FileHandle {
  return {
    read: (into) => file.readSync(into) ?? 0,
    write(bytes) {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    },
    seek: (offset) => void file.seekSync(offset, Deno.SeekMode.Start),
    truncate: (length) => file.truncateSync(length),
    info: () => infoOf(file, path),
    sync: () => file.syncDataSync(),
    syncSoon: () => file.syncData(),
    close: () => file.close(),
  };
}

function toDenoOptions(options: OpenOptions): Deno.OpenOptions {
  const { write = false, createNew = false, append = false, mode } = options;
  const writes = write || createNew || append;
  const named = mode === undefined || Deno.build.os === "windows" ? {} : { mode };
  return { read: !append, write: writes, createNew, append, ...named };
}

function syncDir(path: string): void {
  if (Deno.build.os === "windows") return;
  const folder = Deno.openSync(path);
  try {
    folder.syncSync();
  } finally {
    folder.close();
  }
}

function setMtime(path: string, mtimeMs: number): void {
  const seconds = mtimeMs / 1000;
  nodeFs.lutimesSync(path, seconds, seconds);
}

function symlink(target: string, created: string, kind: "file" | "directory"): void {
  Deno.symlinkSync(target, created, { type: kind === "file" ? "file" : "dir" });
}

function makeDir(path: string, mode = 0o700): void {
  Deno.mkdirSync(path, { mode });
}

function isWritable(path: string): boolean {
  try {
    nodeFs.accessSync(path, nodeFs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function freeSpace(path: string): number {
  const info = nodeFs.statfsSync(path);
  return info.bavail * info.bsize;
}

function removeTree(path: string): void {
  if (!Deno.lstatSync(path).isDirectory) {
    throw new LifeboatError("failed", "not_a_folder", `Not a folder: ${path}`);
  }
  Deno.removeSync(path, { recursive: true });
}

/** The file system of this machine. */
export const realFs: FileSystem = {
  lstat: (path) => toFileInfo(Deno.lstatSync(path)),
  stat: (path) => toFileInfo(Deno.statSync(path)),
  list,
  markFolder,
  readLink: (path) => Deno.readLinkSync(path),
  realPath: (path) => Deno.realPathSync(path),
  isWritable,
  open: (path, options = {}) => wrapFile(Deno.openSync(path, toDenoOptions(options)), path),
  makeDir,
  rename: (from, to, { exclusive = false } = {}) =>
    exclusive ? renameExclusively(from, to) : Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path),
  removeTree,
  hardLink: (existing, created) => Deno.linkSync(existing, created),
  symlink,
  setMode: (path, mode) => {
    if (Deno.build.os !== "windows") Deno.chmodSync(path, mode);
  },
  setMtime,
  syncDir,
  canSyncAll: canSyncFileSystem,
  syncAll: syncFileSystem,
  freeSpace,
};
