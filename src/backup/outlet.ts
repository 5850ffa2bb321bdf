import type { ArchiveWriter, DatabaseMethod, EarlierFile, EntrySink } from "../archive/mod.ts";
import {
  checkInterrupt,
  ensureDir,
  type FileHandle,
  type Host,
  pathsOf,
  removeIfThere,
  sha256,
  sha256Of,
} from "../base/mod.ts";

/** Files are copied in pieces of this size, bytes. */
const PIECE_BYTES = 1 << 20;

/** What the archive's header says of a file, known before its content is read. */
export interface FileMeta {
  /** Exactly so many bytes follow. */
  size: number;
  mode: number;
  mtimeMs: number;
}

/** What is told of a file that lies on disk. */
export interface CopyMeta extends Omit<FileMeta, "size"> {
  /** For databases. */
  method?: DatabaseMethod;
}

/** One file on its way into the backup. After `rollback` it may begin again, or be left out. */
export interface FileSink {
  begin(meta: FileMeta): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  rollback(): Promise<void>;
  commit(sha256: string): Promise<void>;
}

/** Where files go: the folder form, the archive, or both. */
export interface Outlet {
  directory(stored: string, mode: number, mtimeMs: number): Promise<void>;
  file(stored: string, method?: DatabaseMethod): FileSink;
  /** A small file made here. Gives back its SHA-256, upper-case hex. */
  bytes(stored: string, content: Uint8Array, mode: number): Promise<string>;
  /**
   * A file that is as it was in an earlier backup. False when the folder form cannot share it; then
   * nothing was written.
   */
  known(file: EarlierFile): Promise<boolean>;
  /** A file that lies on disk, into folder and archive. */
  copy(stored: string, path: string, mode: number): Promise<Written>;
  /** A file that already lies in the folder form (or in scratch room), into the archive only. */
  archive(stored: string, path: string, meta: CopyMeta): Promise<Written>;
  /** Where a file lies in the folder form, its folder made; undefined without a folder form. */
  folderPath(stored: string): string | undefined;
  /** Closes a file whose writing failed. */
  abort(): void;
}

/** A file that was written. */
export interface Written {
  bytes: number;
  /** Upper-case hex. */
  sha256: string;
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

/** Files in the folder form are private; executables stay executable for their owner. */
function privateMode(mode: number): number {
  return mode & 0o100 ? 0o700 : 0o600;
}

/** Makes the outlet of one backup. */
export function createOutlet(host: Host, options: OutletOptions): Outlet {
  const { join, dirname } = pathsOf(host.platform);
  const { folder, archive, nowMs } = options;
  const open = new Set<FileHandle>();

  function folderPath(stored: string): string | undefined {
    if (!folder) return undefined;
    const path = join(folder, stored);
    ensureDir(host.fs, dirname(path), host.platform);
    return path;
  }

  function file(stored: string, method?: DatabaseMethod): FileSink {
    const path = folderPath(stored);
    return createSink(
      path ? folderSink(host, path, open, options.sync) : undefined,
      archive ? archiveSink(archive, stored, method) : undefined,
    );
  }

  return {
    async directory(stored, mode, mtimeMs) {
      if (folder) ensureDir(host.fs, join(folder, stored), host.platform);
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
    copy: (stored, path, mode) =>
      pour(host, file(stored), path, { mode, mtimeMs: host.fs.stat(path).mtimeMs }),
    archive: (stored, path, meta) =>
      pour(host, createSink(archive && archiveSink(archive, stored, meta.method)), path, meta),
    folderPath,
    abort() {
      for (const file of open) file.close();
      open.clear();
    },
  };
}

async function pour(
  host: Host,
  sink: FileSink,
  path: string,
  meta: CopyMeta,
): Promise<Written> {
  const file = host.fs.open(path);
  try {
    const { size } = file.info();
    await sink.begin({ ...meta, size });
    const hash = sha256();
    const piece = new Uint8Array(PIECE_BYTES);
    for (let n = file.read(piece); n > 0; n = file.read(piece)) {
      checkInterrupt(host);
      hash.update(piece.subarray(0, n));
      await sink.write(piece.subarray(0, n));
    }
    const hex = hash.hex();
    await sink.commit(hex);
    return { bytes: size, sha256: hex };
  } finally {
    file.close();
  }
}

function createSink(...sinks: (FileSink | undefined)[]): FileSink {
  const present = sinks.filter((sink) => sink !== undefined);
  const each = async (act: (sink: FileSink) => Promise<void>) => {
    for (const sink of present) await act(sink);
  };
  return {
    begin: (meta) => each((sink) => sink.begin(meta)),
    write: (chunk) => each((sink) => sink.write(chunk)),
    rollback: () => each((sink) => sink.rollback()),
    commit: (sha256) => each((sink) => sink.commit(sha256)),
  };
}

function folderSink(host: Host, path: string, open: Set<FileHandle>, sync: boolean): FileSink {
  let file: FileHandle | undefined;
  let mtimeMs = 0;
  const close = () => {
    if (!file) return;
    open.delete(file);
    file.close();
    file = undefined;
  };
  return {
    begin(meta) {
      file = host.fs.open(path, { createNew: true, mode: privateMode(meta.mode) });
      open.add(file);
      mtimeMs = meta.mtimeMs;
      return Promise.resolve();
    },
    write: (chunk) => Promise.resolve(file!.write(chunk)),
    rollback() {
      close();
      removeIfThere(host.fs, path);
      return Promise.resolve();
    },
    commit() {
      if (sync) file!.sync();
      close();
      host.fs.setMtime(path, mtimeMs);
      return Promise.resolve();
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
  const existing = pathsOf(host.platform).join(earlierFolder, stored);
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

function archiveSink(
  archive: ArchiveWriter,
  stored: string,
  method: DatabaseMethod | undefined,
): FileSink {
  let entry: EntrySink | undefined;
  return {
    async begin(meta) {
      entry = await archive.beginFile({ path: stored, ...meta, method });
    },
    write: (chunk) => entry!.write(chunk),
    async rollback() {
      await entry?.rollback();
      entry = undefined;
    },
    commit: (sha256) => entry!.commit(sha256),
  };
}
