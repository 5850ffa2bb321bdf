import type { ArchiveWriter, EarlierFile, EntryMeta, EntrySink } from "../archive/mod.ts";
import { checkInterrupt, type FileHandle, type Host, removeIfThere, sha256 } from "../base/mod.ts";
import type { CaptureMeta } from "../capture/mod.ts";
import { makeNamed } from "./folder_names.ts";

/** Files are copied in pieces of this size, bytes. */
const PIECE_BYTES = 1 << 20;

/** How a database was captured, as the table tells it. */
export type DatabaseMeta = Pick<EntryMeta, "method" | "wal">;

/** What is told of a file that lies on disk. */
export type CopyMeta = Omit<CaptureMeta, "size"> & DatabaseMeta;

/** One file on its way into the backup. After `rollback` it may begin again, or be left out. */
export interface FileSink {
  begin(meta: CaptureMeta): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  rollback(): Promise<void>;
  commit(sha256: string): Promise<void>;
}

/** A file that was written. */
export interface Written {
  bytes: number;
  /** Upper-case hex. */
  sha256: string;
}

/** Files in the folder form are private; executables stay executable for their owner. */
function privateMode(mode: number): number {
  return mode & 0o100 ? 0o700 : 0o600;
}

/** Reads a file on disk into a sink. */
export async function pour(
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

/** A sink that passes everything on; those that are undefined are left out. */
export function joinSinks(...sinks: (FileSink | undefined)[]): FileSink {
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

/** A file in the folder form, by its stored path and by that on disk. */
export interface FolderPlace {
  stored: string;
  path: string;
}

/** A file in the folder form. `open` holds it while it is written. Throws `name_impossible`. */
export function folderSink(
  host: Host,
  { stored, path }: FolderPlace,
  open: Set<FileHandle>,
  sync: boolean,
): FileSink {
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
      const mode = privateMode(meta.mode);
      file = makeNamed(stored, () => host.fs.open(path, { createNew: true, mode }));
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

/** An entry of the archive. `before`: what the earlier one has of a file that may have grown. */
export function archiveSink(
  archive: ArchiveWriter,
  stored: string,
  database: DatabaseMeta = {},
  before?: EarlierFile,
): FileSink {
  let entry: EntrySink | undefined;
  return {
    async begin({ isGrown, ...meta }) {
      const start = isGrown ? before : undefined;
      entry = await archive.beginFile({ path: stored, ...meta, ...database }, start);
    },
    write: (chunk) => entry!.write(chunk),
    async rollback() {
      await entry?.rollback();
      entry = undefined;
    },
    commit: (sha256) => entry!.commit(sha256),
  };
}
