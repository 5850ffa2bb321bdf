import type { ArchiveOutput } from "./output_file.ts";
import type { EarlierArchive, EarlierFile } from "./earlier.ts";
import type { DatabaseMethod, WalState } from "./format.ts";
import type { SegmentQueue } from "./segment_queue.ts";
import type { Spool } from "./spool.ts";

/** What the archive says about an entry beside its content. */
export interface EntryMeta {
  /** Stored path: below the top folder, forward slashes. */
  path: string;
  /** Permission bits; 0 where the system has none. */
  mode: number;
  /** Whole milliseconds since 1970. */
  mtimeMs: number;
  /** Told in the table, for databases. */
  method?: DatabaseMethod;
  /** Told in the table, for databases that had a WAL. */
  wal?: WalState;
}

/** A file whose size is known before its content. */
export interface SizedMeta extends EntryMeta {
  /** Bytes. */
  size: number;
}

/** A file whose content is known. */
export interface HashedMeta extends EntryMeta {
  /** Upper-case hex. */
  sha256: string;
}

/**
 * Content of a file of at most this many bytes is held in memory as a whole, and shares a segment with
 * others, which is compressed again when it grows. From a larger one only what was appended is.
 */
export const SMALL_BYTES = 256 << 10;

/** What a packer writes with. */
export interface PackerParts {
  output: ArchiveOutput;
  queue: SegmentQueue;
  /** For what must stand at the end of the archive. */
  spool: Spool;
  /** The one folder in which everything lies. */
  top: string;
  /** From where unchanged segments are taken over. */
  earlier?: EarlierArchive;
}

/** A large file that is being written. Calls are awaited one by one. */
export interface LargeEntry {
  /** So many bytes at the start of its content are there already: whole slices. */
  done: number;
  /**
   * The next `length` bytes, `SLICE_BYTES` or, with the last call, less. `buffer` holds them and
   * zeros up to a whole tar block, and belongs to the packer from now on. The last call gives the
   * SHA-256 of the whole content.
   */
  slice(buffer: Uint8Array<ArrayBuffer>, length: number, sha256?: string): Promise<void>;
  /** Makes the archive what it would be if the entry had never begun. */
  drop(): Promise<void>;
}

/** Writes one of the two formats. What comes here, and its order, has been checked. */
export interface Packer {
  directory(meta: EntryMeta): Promise<void>;
  /** At most {@linkcode SMALL_BYTES}. */
  small(meta: HashedMeta, content: Uint8Array): Promise<void>;
  /**
   * More than {@linkcode SMALL_BYTES}. `start`: what the earlier archive has at its path, and its
   * content begins with.
   */
  large(meta: SizedMeta, start?: EarlierFile): Promise<LargeEntry>;
  /** A file that is in an earlier archive as it is now. */
  known(file: EarlierFile): Promise<void>;
  /** Segments that were copied from the earlier archive: their lengths by their places, bytes. */
  readonly copied: ReadonlyMap<number, number>;
  /** Writes the end of the archive after everything else is in the output. */
  finish(): Promise<void>;
}
