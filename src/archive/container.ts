import type { LifeboatError } from "../base/mod.ts";
import { MAX_SIGNATURE_BYTES } from "../seal/mod.ts";
import type { SourceFile } from "./source_file.ts";
import { concat } from "./byte_reader.ts";

/** A file stored in a backup. */
export interface StoredFile {
  /** Below the top folder, forward slashes. */
  path: string;
  bytes: number;
  /** Permission bits, where the container has them. */
  mode?: number;
  /** ms since 1970, where the container has it. */
  mtimeMs?: number;
  /** Of the content that comes, upper-case hex, where a worker has hashed it. */
  sha256?: string;
}

/** A stored file that can be read: before the next one is asked for, wholly, in part or not at all. */
export interface ReadableFile extends StoredFile {
  /** Throws `damaged_archive` where what comes is not what was stored. */
  chunks: AsyncIterable<Uint8Array>;
}

/** Says which stored files are to be read. */
export type Wanted = (storedPath: string) => boolean;

/** A file that a worker writes, and what it must come out as. */
export interface FileOrder {
  /** Absolute; nothing may be there. */
  to: string;
  bytes: number;
  /** Upper-case hex. */
  sha256: string;
  /** Permission bits. */
  mode: number;
  /** Ms since 1970; absent: the time of writing. */
  mtimeMs?: number;
  /** Whether it is brought to disk, too. */
  sync: boolean;
}

/** Files that somebody else may write meanwhile, so that they need not be read here. */
export interface Delivery {
  /** What is to be written of a stored file; undefined for one that is to be read. */
  orderOf(storedPath: string): FileOrder | undefined;
  /** Called for each that was written as it was ordered. Each of the others comes to be read. */
  done(storedPath: string): void;
  /** Told now and then: bytes written so far, of all files. */
  progress(bytes: number): void;
}

/**
 * What is needed of a file: where `hash` is enough, one that has its SHA-256 may come without content;
 * with a delivery those that were delivered do not come at all.
 */
export type Need = "content" | "hash" | Delivery;

/** One of the forms in which a backup lies on disk. Nothing that it holds is trusted. */
export interface Container {
  form: "folder" | "tar.gz" | "tar.zst" | "tar" | "zip";
  /** The folder or file that was opened. */
  source: string;
  /** Whether one file can be read without reading the others. */
  indexed: boolean;
  /**
   * The wanted files in the order in which they lie there. Every stored path is checked, wanted or
   * not. A file that is damaged while others are not throws when its chunks are read. `need` is
   * `content` where it is not said; a container need not deliver anything.
   */
  files(wanted: Wanted, need?: Need): AsyncGenerator<ReadableFile>;
  /** Content of `manifest.json`; throws `not_a_backup` where there is none. */
  manifest(): AsyncIterable<Uint8Array>;
  /** Content of `signature.json`; undefined where there is none. */
  signature(): Promise<Uint8Array | undefined>;
  /** Of an encrypted backup: what is in it, which the rest of this does not show. */
  sealed?: Sealed;
  close(): void;
}

/** The encrypted part of a backup. */
export interface Sealed {
  /** The age header. */
  header: Uint8Array;
  /** SHA-256 of the header and the nonce behind it, upper-case hex: no other payload has it. */
  headerSha256: string;
  /** The archive inside, as bytes. Throws `damaged_archive`. */
  source(fileKey: Uint8Array): SourceFile;
  /** The backup as it is, with the restore kit that lies outside. Throws `damaged_archive`. */
  open(fileKey: Uint8Array): Container;
}

/** Content that cannot be had. */
// deno-lint-ignore require-yield -- it has the shape of content, but there is none
export async function* unreadable(error: LifeboatError): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  throw error;
}

/** In place of content that nobody needs. */
export const NOT_NEEDED: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => {
    throw new Error("only the hash of this file was asked for");
  },
};

/** All of `signature.json`; a longer file is none, and stands for one that does not hold. */
export async function collectSignature(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return await collect(chunks, MAX_SIGNATURE_BYTES) ?? new Uint8Array();
}

/** Content that is in memory. */
export async function* inMemory(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* pieces;
}

/** All of some content, at most `most` bytes; undefined when it is longer. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    pieces.push(chunk);
  }
  return concat(pieces);
}
