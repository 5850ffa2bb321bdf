/**
 * An object: a piece of content in a file of its own, named by its SHA-256 and never changed.
 *
 *   8 bytes   "LBO1", the codec, the kind, two of zero
 *   rest      the content, as the codec has it
 *
 * A `blob` is content of at most {@linkcode SLICE_BYTES}. A `list` names what longer content is made
 * of, as JSON: slices of that size in their order, or, above {@linkcode FAN_OUT} of them, other
 * lists. The name of a list ends with `.list`, so that no file's content can be taken for one.
 */
import * as zlib from "node:zlib";
import { LifeboatError, sha256Of } from "../base/mod.ts";

/** Bytes of each slice of a long file but the last. */
export const SLICE_BYTES = 256 << 10;

/** So many parts a list has at most: a file of 64 MB needs one list, one of 16 GB two levels. */
export const FAN_OUT = 256;

/** What a list is made of. */
export interface ObjectList {
  /** 0: its parts are blobs; above: they are lists of the level below. */
  level: number;
  /** Bytes of all of it. */
  size: number;
  /** Ids of objects, in order. */
  parts: string[];
}

const MAGIC = "LBO1";
const HEADER_BYTES = 8;
const CODECS = { raw: 0, deflate: 1, zstd: 2 } as const;
const KINDS = { blob: 0, list: 1 } as const;
/** A list of the most parts there can be, as JSON. */
const MAX_LIST_BYTES = 64 << 10;
const MAX_LEVEL = 3;
const ID = /^[0-9A-F]{64}(\.list)?$/;

/** Whether a name is one that an object may have. */
export function isObjectId(name: string): boolean {
  return ID.test(name);
}

/** Whether an object is a list. */
export function isListId(id: string): boolean {
  return id.endsWith(".list");
}

/** The id that content of at most {@linkcode SLICE_BYTES} has. */
export function blobId(content: Uint8Array): string {
  return sha256Of(content);
}

/** A list as bytes, and the id that it has. */
export function encodeList(list: ObjectList): { id: string; content: Uint8Array } {
  const content = new TextEncoder().encode(JSON.stringify(list));
  return { id: `${sha256Of(content)}.list`, content };
}

/** Saves less than this: stored as it is, so that reading it costs nothing. */
const WORTH_IT = 0.95;
/** A file takes so much of a disk anyway; and a hook has not to load zstd, which takes it 2 ms. */
const DISK_BLOCK = 4096;

// The bindings are typed for newer versions; `deno run` 2.6.8 has no zstd (toolchain.md).
const { zstdCompressSync, zstdDecompressSync } = zlib as Partial<typeof zlib>;

function compress(content: Uint8Array): [codec: number, packed: Uint8Array] {
  if (HEADER_BYTES + content.length <= DISK_BLOCK) return [CODECS.raw, content];
  if (zstdCompressSync) return [CODECS.zstd, zstdCompressSync(content)];
  return [CODECS.deflate, zlib.deflateRawSync(content, { level: 5 })];
}

/** Header and content of an object as they are on disk. */
export function packObject(id: string, content: Uint8Array): Uint8Array {
  const [codec, packed] = compress(content);
  const isSmaller = packed.length < content.length * WORTH_IT;
  const payload = isSmaller ? packed : content;
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  new TextEncoder().encodeInto(MAGIC, bytes);
  bytes[4] = isSmaller ? codec : CODECS.raw;
  bytes[5] = isListId(id) ? KINDS.list : KINDS.blob;
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** The error of an object that is not what its name says. */
export function damagedObject(id: string, reason: string, cause?: unknown): LifeboatError {
  return new LifeboatError("failed", "damaged_object", `Snapshot object ${id}: ${reason}`, {
    hint: "See what is damaged with: lifeboat snapshot verify",
    cause,
  });
}

/** Whether an error is that of an object which cannot be used. */
export function isDamagedObject(error: unknown): boolean {
  return error instanceof LifeboatError && error.code === "damaged_object";
}

/** The largest file that an object can be. */
export const MAX_OBJECT_BYTES = SLICE_BYTES + HEADER_BYTES;

/** The content of an object as it is on disk. Throws `damaged_object`. */
export function unpackObject(id: string, bytes: Uint8Array): Uint8Array {
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== MAGIC || bytes.length < HEADER_BYTES) {
    throw damagedObject(id, "it is no object of lifeboat");
  }
  if (bytes[5] !== (isListId(id) ? KINDS.list : KINDS.blob)) throw damagedObject(id, "wrong kind");
  const content = inflate(id, bytes[4], bytes.subarray(HEADER_BYTES));
  if (sha256Of(content) !== id.slice(0, 64)) throw damagedObject(id, "its content has changed");
  return content;
}

function inflate(id: string, codec: number, payload: Uint8Array): Uint8Array {
  const maxOutputLength = isListId(id) ? MAX_LIST_BYTES : SLICE_BYTES;
  try {
    if (codec === CODECS.raw) return payload;
    if (codec === CODECS.deflate) return zlib.inflateRawSync(payload, { maxOutputLength });
    if (codec === CODECS.zstd && zstdDecompressSync) {
      return zstdDecompressSync(payload, { maxOutputLength });
    }
  } catch (cause) {
    throw damagedObject(id, "it cannot be unpacked", cause);
  }
  throw damagedObject(id, `its codec ${codec} is not known here`);
}

/** Reads a list, and checks that it can be one. Throws `damaged_object`. */
export function decodeList(id: string, content: Uint8Array): ObjectList {
  const list = JSON.parse(new TextDecoder().decode(content)) as ObjectList;
  const { level, size, parts } = list;
  const isWhole = Number.isInteger(level) && level >= 0 && level <= MAX_LEVEL &&
    Number.isSafeInteger(size) && Array.isArray(parts) && parts.length <= FAN_OUT &&
    parts.every((part) => isObjectId(part) && isListId(part) === level > 0);
  if (!isWhole) throw damagedObject(id, "it is no list of slices");
  return list;
}
