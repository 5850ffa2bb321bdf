/** What a path is. Everything that is neither file, folder nor link cannot be backed up. */
export type FileKind = "file" | "directory" | "symlink" | "socket" | "fifo" | "device";

/** What `lstat` and `stat` tell. */
export interface FileInfo {
  kind: FileKind;
  /** Bytes. */
  size: number;
  /** Permission bits (`0o7777`); on Windows 0. */
  mode: number;
  /** Milliseconds since 1970; Deno's stat has no more (design.md section 3). */
  mtimeMs: number;
  /**
   * When anything about the file last changed, which no program can set back: milliseconds since 1970,
   * in whole seconds; 0 where the system does not tell.
   */
  changedMs: number;
  inode: number;
  device: number;
  /** Hard links to the file. */
  links: number;
}

/** One name in a folder. */
export interface DirEntry {
  name: string;
  kind: FileKind | "unknown";
  /** What `lstat` tells of it, when that was asked for and could be had with the listing. */
  info?: FileInfo;
}

/** What a folder holds. */
export interface Listing {
  /** Sorted by name, so that every walk has one order. */
  entries: DirEntry[];
  /** Names that are not UTF-8, which Deno leaves out; escaped as `\xNN` for display. */
  lost: string[];
}

/** A folder and how all that is in it looks, as bytes that are only compared. */
export interface FolderMark {
  bytes: Uint8Array;
  /** Files that were changed just now: they may change again and look the same. */
  recent: string[];
}

/** An entry of a folder's mark. */
export interface MarkedEntry {
  isFolder: boolean;
  look: string;
}

/** How a file is opened. Without an option it is opened for reading. */
export interface OpenOptions {
  write?: boolean;
  /** Create the file; fails with EEXIST when it is there. Implies `write`. */
  createNew?: boolean;
  /** Writes go to the end. Implies `write`. */
  append?: boolean;
  /** Permission bits of a file that is created. */
  mode?: number;
}

/** How a file is renamed. */
export interface RenameOptions {
  /** Fails with EEXIST when something is at the target. */
  exclusive?: boolean;
}

/** An open file. */
export interface FileHandle {
  /** Reads at the current position; returns how many bytes, 0 at the end. */
  read(into: Uint8Array): number;
  /** Writes all bytes at the current position. */
  write(bytes: Uint8Array): void;
  /** Moves the position to an offset from the start, in bytes. */
  seek(offset: number): void;
  truncate(length: number): void;
  info(): FileInfo;
  /** fsync. */
  sync(): void;
  /**
   * The same without waiting here: the disk takes many files at once nearly as fast as one. The
   * file must stay open until this has settled.
   */
  syncSoon(): Promise<void>;
  close(): void;
}

/**
 * Every file operation of the engine, so that a test can make any of them fail.
 *
 * The calls are synchronous on purpose: a call takes microseconds, while Deno's asynchronous form
 * costs about 0.3 ms each, which for 300,000 files is a minute and a half.
 */
export interface FileSystem {
  /** About the path itself, links not followed. Throws NotFound. */
  lstat(path: string): FileInfo;
  /** About what the path leads to, links followed. Throws NotFound. */
  stat(path: string): FileInfo;
  /** With `withInfo` each entry tells what it is, where that costs less than looking at each. */
  list(path: string, options?: { withInfo?: boolean }): Listing;
  /**
   * The mark of a folder at this time (ms since 1970). Nothing where it cannot be had quickly.
   */
  markFolder(path: string, nowMs: number): FolderMark | undefined;
  readLink(path: string): string;
  realPath(path: string): string;
  /** Whether this user may write to it, as far as its permission bits tell; false when nothing is there. */
  isWritable(path: string): boolean;
  open(path: string, options?: OpenOptions): FileHandle;
  /** Makes one folder; its parent must exist. */
  makeDir(path: string, mode?: number): void;
  /** Replaces the target in one step where it is a file; not so if `exclusive`. */
  rename(from: string, to: string, options?: RenameOptions): void;
  /** Removes a file, a link or an empty folder. */
  remove(path: string): void;
  /** Removes a folder and all that is in it, names that are not UTF-8 included. */
  removeTree(path: string): void;
  hardLink(existing: string, created: string): void;
  symlink(target: string, created: string, kind: "file" | "directory"): void;
  setMode(path: string, mode: number): void;
  /** Sets the modification time, ms; of a link itself where the path is one. */
  setMtime(path: string, mtimeMs: number): void;
  /** fsync of a folder, so that a rename in it survives a power cut; nothing on Windows. */
  syncDir(path: string): void;
  /** Whether {@linkcode syncAll} can be had for the file system of a path. */
  canSyncAll(path: string): boolean;
  /**
   * Waits until everything that was written to the file system of a path is on disk: files, folders
   * and renames. For many files that is far cheaper than an fsync of each.
   */
  syncAll(path: string): void;
  /** Bytes that this user can still write on the file system of a path. */
  freeSpace(path: string): number;
}
