import {
  type Host,
  LifeboatError,
  printable,
  relativePathFault,
  type WorkerPool,
} from "../base/mod.ts";
import {
  type ArchiveOutput,
  createOutputFile,
  discardAll,
  type WrittenFile,
} from "./output_file.ts";
import {
  type EntryMeta,
  type HashedMeta,
  type Packer,
  type SizedMeta,
  SMALL_BYTES,
} from "./packer.ts";
import type { EarlierArchive, EarlierFile } from "./earlier.ts";
import { createEntrySink, type EntrySink } from "./entry_sink.ts";
import {
  INDEX_PATH,
  MANIFEST_PATH,
  MAX_PATH_BYTES,
  type SegmentForm,
  TABLE_PATH,
} from "./format.ts";
import { createSegmentQueue } from "./segment_queue.ts";
import { createSpool } from "./spool.ts";
import { tarGzPacker } from "./tar_gz_writer.ts";
import { misused } from "./write_faults.ts";
import { zipPacker } from "./zip_writer.ts";
import { requireZstd } from "./zstd.ts";

/** What archive is to be written. */
export interface ArchiveOptions {
  /** Nothing may be there yet. While it is written, `<path>.spool` lies beside it. */
  path: string;
  format: SegmentForm | "zip";
  /** The one folder in the archive, constant per profile: `codex-backup`. */
  top: string;
  /** How hard to compress, 0 to 9. */
  level: number;
  pool: WorkerPool;
  /** An earlier archive of the same home and form: its unchanged segments are taken over. */
  earlier?: EarlierArchive;
  /** Where it goes instead of a new file at `path`. */
  output?: ArchiveOutput;
}

/**
 * Writes an archive (FORMAT.md). Calls are awaited one by one; every path comes once; the manifest
 * comes last. When a call rejects because the disk or a worker failed, the only thing left to do is
 * to abort, and every other call rejects with the same error.
 */
export interface ArchiveWriter {
  directory(path: string, meta: Omit<EntryMeta, "path">): Promise<void>;
  /** A file whose content is in memory. `bytes` belongs to the writer from now on. */
  file(meta: HashedMeta, bytes: Uint8Array): Promise<void>;
  /**
   * A file of which exactly `size` bytes follow. Until it is committed, nothing else may begin.
   * `start`: a file of the earlier archive, at the same path, that has only grown since. The caller
   * finds that out while the bytes of `start` pass, and takes the entry back where it is not so.
   */
  beginFile(meta: SizedMeta, start?: EarlierFile): Promise<EntrySink>;
  /** A file that is in the earlier archive as it is now. */
  known(file: EarlierFile): Promise<void>;
  /**
   * Completes the archive and makes sure that it is on disk. Meanwhile it can be read already.
   */
  finish(meanwhile?: (written: WrittenArchive) => Promise<void>): Promise<WrittenArchive>;
  /** Removes everything that was written; nothing once it is finished. */
  abort(): void;
}

/** An archive that was written. */
export interface WrittenArchive extends WrittenFile {
  /** Segments that were copied from the earlier archive: their lengths by their places, bytes. */
  copied: ReadonlyMap<number, number>;
}

/** Manifest and table, which nearly always change, and what a day's work appends. */
const INLINE_BYTES = 16 << 20;

/**
 * Begins an archive. Throws `output_exists` when there is something at its path, `zstd_unavailable`
 * where the runtime cannot make a `tar.zst`.
 */
export function createArchiveWriter(host: Host, options: ArchiveOptions): ArchiveWriter {
  const { path, format, top, level, pool, earlier } = options;
  if (format === "tar.zst") requireZstd();
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(top)) throw misused(`${printable(top)} as top folder`);
  const output: ArchiveOutput = options.output ?? createOutputFile(host.fs, path);
  const spool = createSpool(host.fs, `${path}.spool`);
  const files: ArchiveFiles = {
    close() {
      spool.discard();
      return output.closeSoon?.() ?? output.close();
    },
    discard: () => discardAll([spool, output]),
  };
  try {
    const room = () => output.room?.();
    const queue = createSegmentQueue(pool, { level, room, inline: earlier && INLINE_BYTES });
    const parts = { output, spool, queue, top, earlier };
    return guard(format === "zip" ? zipPacker(parts) : tarGzPacker(parts, format), files);
  } catch (error) {
    files.discard();
    throw error;
  }
}

interface ArchiveFiles {
  close(): Closing | Promise<Closing>;
  discard(): void;
}

/** A file that is complete; on its way to the disk as long as there is something to wait for. */
type Closing = WrittenFile & { onDisk?: Promise<void> };

/** Waits for all of them, whatever becomes of one; throws the first error. */
async function settled(promises: (Promise<void> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** Holds callers to the order of calls, and keeps the first failure. */
function guard(packer: Packer, files: ArchiveFiles): ArchiveWriter {
  let failure: { error: unknown } | undefined;
  let stage: "entries" | "sealed" | "finished" = "entries";
  let current: EntrySink | undefined;

  async function attempt<T>(act: () => T | Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }

  function expect(neededStage: typeof stage, sink?: EntrySink): void {
    if (failure) throw failure.error;
    if (current !== sink) throw misused("another entry while one is open");
    if (stage !== neededStage) throw misused(`a call when the archive is ${stage}`);
  }

  function begin(meta: EntryMeta & { size?: number }): void {
    expect("entries");
    checkMeta(meta);
  }

  function end(path: string): void {
    current = undefined;
    if (path === MANIFEST_PATH) stage = "sealed";
  }

  function guardSink(inner: EntrySink, { path, size }: SizedMeta): EntrySink {
    let remaining = size;
    const sink: EntrySink = {
      async write(chunk) {
        expect("entries", sink);
        if (chunk.length > remaining) throw wrongSize(path, size);
        remaining -= chunk.length;
        await attempt(() => inner.write(chunk));
      },
      async commit(sha256) {
        expect("entries", sink);
        if (remaining > 0) throw wrongSize(path, size);
        await attempt(() => inner.commit(sha256));
        end(path);
      },
      async rollback() {
        expect("entries", sink);
        await attempt(() => inner.rollback());
        current = undefined;
      },
    };
    return sink;
  }

  async function beginFile(meta: SizedMeta, start?: EarlierFile): Promise<EntrySink> {
    begin(meta);
    current = guardSink(await attempt(() => createEntrySink(packer, meta, start)), meta);
    return current;
  }

  return {
    async directory(path, meta) {
      begin({ ...meta, path });
      await attempt(() => packer.directory({ ...meta, path }));
    },
    async file(meta, bytes) {
      if (bytes.length > SMALL_BYTES) {
        const sink = await beginFile({ ...meta, size: bytes.length });
        await sink.write(bytes);
        return await sink.commit(meta.sha256);
      }
      begin(meta);
      await attempt(() => packer.small(meta, bytes));
      end(meta.path);
    },
    beginFile,
    async known(file) {
      expect("entries");
      await attempt(() => packer.known(file));
    },
    async finish(meanwhile) {
      expect("sealed");
      const written = await attempt(async () => {
        await packer.finish();
        const { onDisk, ...file } = await files.close();
        const written = { ...file, copied: packer.copied };
        const read = meanwhile?.(written);
        await settled([onDisk, read]);
        return written;
      });
      stage = "finished";
      return written;
    },
    abort() {
      if (stage !== "finished") files.discard();
    },
  };
}

function checkMeta({ path, mtimeMs, size = 0 }: EntryMeta & { size?: number }): void {
  const fault = relativePathFault(path, "linux") ?? ownPathFault(path);
  if (fault) {
    throw new LifeboatError("refused", "bad_stored_path", `${printable(path)} has ${fault}`, {
      hint: "Such a name cannot be stored; rename it, or leave it out with --exclude.",
    });
  }
  if (!Number.isSafeInteger(mtimeMs)) throw misused(`${mtimeMs} ms as time of ${printable(path)}`);
  if (!Number.isSafeInteger(size)) throw misused(`${size} bytes as size of ${printable(path)}`);
}

function ownPathFault(path: string): string | undefined {
  if (path === TABLE_PATH || path === INDEX_PATH) return "a name that the archive itself uses";
  const tooLong = path.length * 3 > MAX_PATH_BYTES &&
    new TextEncoder().encode(path).length > MAX_PATH_BYTES;
  return tooLong ? `more than ${MAX_PATH_BYTES} bytes` : undefined;
}

function wrongSize(path: string, size: number): LifeboatError {
  const message = `${printable(path)} was announced with ${size} bytes and has another length`;
  return new LifeboatError("failed", "entry_size", message, {
    hint: "Take the entry back; the file changed while it was read.",
  });
}
