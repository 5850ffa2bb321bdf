import type { ArchiveWriter, EarlierFile } from "../archive/mod.ts";
import { ensureDir, errnoOf, type FileHandle, type Host, pathsOf, sha256Of } from "../base/mod.ts";
import {
  archiveSink,
  type CopyMeta,
  type DatabaseMeta,
  type FileSink,
  type FolderPlace,
  folderSink,
  joinSinks,
  pour,
  type Written,
} from "./file_sink.ts";
import { makeNamed } from "./folder_names.ts";

/** Where files go: the folder form, the archive, or both. */
export interface Outlet {
  directory(stored: string, mode: number, mtimeMs: number): Promise<void>;
  /** `before`: what the earlier archive has of a file that may have grown. */
  file(stored: string, database?: DatabaseMeta, before?: EarlierFile): FileSink;
  /** A small file made here. Gives back its SHA-256, upper-case hex. */
  bytes(stored: string, content: Uint8Array, mode: number): Promise<string>;
  /**
   * A file that is as it was in an earlier backup. False when the folder form cannot share it; then
   * nothing was written.
   */
  known(file: EarlierFile): Promise<boolean>;
  /** A file of which the archive takes over the compressed bytes, and the folder form a copy. */
  cached(file: EarlierFile, path: string): Promise<void>;
  /** A file that lies on disk, into folder and archive. */
  copy(stored: string, path: string, mode: number): Promise<Written>;
  /** A file that already lies in the folder form (or in scratch room), into the archive only. */
  archive(stored: string, path: string, meta: CopyMeta): Promise<Written>;
  /** Where a file lies in the folder form, its folder made; undefined without a folder form. */
  folderPath(stored: string): string | undefined;
  /** Closes a file whose writing failed. */
  abort(): void;
}

/** What an outlet is made of. */
export interface OutletOptions {
  /** The folder form while it is written; none without one. */
  folder?: string;
  archive?: ArchiveWriter;
  /** Folder form of the earlier backup. */
  earlierFolder?: string;
  /** Make sure that each file is on disk: needed where the folder is all there is. */
  sync: boolean;
  /** The time of files made here, ms. */
  nowMs: number;
}

/** Makes the outlet of one backup. */
export function createOutlet(host: Host, options: OutletOptions): Outlet {
  const { sep } = pathsOf(host.platform);
  const { folder, archive, nowMs } = options;
  const open = new Set<FileHandle>();
  /** Folders that are there, by stored path. */
  const made = new Map([["", folder ?? ""]]);

  function makeFolder(stored: string): string {
    const known = made.get(stored);
    if (known !== undefined) return known;
    const slash = stored.lastIndexOf("/");
    const parent = makeFolder(stored.slice(0, Math.max(0, slash)));
    const path = parent + sep + stored.slice(slash + 1);
    makeNamed(stored, () => {
      if (options.sync) ensureDir(host.fs, path, host.platform);
      else makeUnlessThere(host, path);
    });
    made.set(stored, path);
    return path;
  }

  function folderPath(stored: string): string | undefined {
    if (!folder) return undefined;
    const slash = stored.lastIndexOf("/");
    return makeFolder(stored.slice(0, Math.max(0, slash))) + sep + stored.slice(slash + 1);
  }

  function sinkAt(place: FolderPlace): FileSink {
    return folderSink(host, place, open, options.sync);
  }

  function file(stored: string, database?: DatabaseMeta, before?: EarlierFile): FileSink {
    const path = folderPath(stored);
    return joinSinks(
      path ? sinkAt({ stored, path }) : undefined,
      archive ? archiveSink(archive, stored, database, before) : undefined,
    );
  }

  return {
    async directory(stored, mode, mtimeMs) {
      if (folder) makeFolder(stored);
      await archive?.directory(stored, { mode, mtimeMs });
    },
    file,
    async bytes(stored, content, mode) {
      const hex = sha256Of(content);
      const sink = file(stored);
      await sink.begin({ size: content.length, mode, mtimeMs: nowMs });
      await sink.write(content);
      await sink.commit(hex);
      return hex;
    },
    async known(known) {
      const [stored] = known.entry;
      const path = folderPath(stored);
      if (path && !shareFile(host, options.earlierFolder, known, path)) return false;
      await archive?.known(known);
      return true;
    },
    async cached(known, path) {
      const [stored, , mtimeMs, mode] = known.entry;
      const target = folderPath(stored);
      if (target) await pour(host, sinkAt({ stored, path: target }), path, { mode, mtimeMs });
      await archive?.known(known);
    },
    copy: (stored, path, mode) =>
      pour(host, file(stored), path, { mode, mtimeMs: host.fs.stat(path).mtimeMs }),
    archive: (stored, path, { method, wal, ...meta }) => {
      const sink = archive && archiveSink(archive, stored, { method, wal });
      return pour(host, joinSinks(sink), path, meta);
    },
    folderPath,
    abort() {
      for (const file of open) file.close();
      open.clear();
    },
  };
}

/** File systems allow 1,024 links and more; a copy is made long before that. */
const MAX_LINKS = 1000;

/** Links to the earlier backup's file, which is never written again. False when that cannot be. */
function shareFile(
  host: Host,
  earlierFolder: string | undefined,
  { entry: [stored, size, mtimeMs] }: EarlierFile,
  path: string,
): boolean {
  if (!earlierFolder) return false;
  // Windows takes both slashes; joining them properly takes longer than the link itself.
  const existing = `${earlierFolder}/${stored}`;
  try {
    const info = host.fs.lstat(existing);
    const isSame = info.kind === "file" && info.size === size && info.mtimeMs === mtimeMs;
    if (!isSame || info.links >= MAX_LINKS) return false;
    host.fs.hardLink(existing, path);
    return true;
  } catch {
    return false; // gone, or a file system without links: the file is read again
  }
}

/**
 * Makes a folder without waiting for the disk, which takes longer than all else. Two names may be one
 * where case does not count.
 */
function makeUnlessThere(host: Host, path: string): void {
  try {
    host.fs.makeDir(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    ensureDir(host.fs, path, host.platform);
  }
}
