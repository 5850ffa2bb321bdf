/**
 * Temporary files that nobody can read: of an encrypted backup nothing may lie unencrypted on disk,
 * also not what is only there while it is made.
 */
import { createCipheriv, randomBytes } from "node:crypto";
import type { FileHandle, FileSystem } from "../base/mod.ts";

const BLOCK = 16;

/**
 * The same file system, on which the files that `isScratch` names are encrypted with a key that lives
 * in memory only (AES-256-CTR, a key of its own for each file). A place in such a file is written only
 * once; what comes after a `truncate` gets another key, since no key may be used for it twice.
 */
export function sealedScratch(fs: FileSystem, isScratch: (path: string) => boolean): FileSystem {
  const keys = new Map<string, PartKey[]>();
  return {
    ...fs,
    open(path, options) {
      const file = fs.open(path, options);
      if (options?.createNew && isScratch(path)) keys.set(path, [newKey(0)]);
      const parts = keys.get(path);
      return parts ? sealedHandle(file, parts) : file;
    },
  };
}

/** The key of a part of a file, which ends where the next one begins. */
interface PartKey {
  from: number;
  key: Uint8Array;
}

function newKey(from: number): PartKey {
  return { from, key: randomBytes(32) };
}

/** Encrypts or decrypts what begins at an offset of the file, which is the same. */
function applyKey(key: Uint8Array, bytes: Uint8Array, offset: number): Uint8Array {
  const counter = new Uint8Array(BLOCK);
  new DataView(counter.buffer).setBigUint64(8, BigInt(Math.floor(offset / BLOCK)));
  const stream = createCipheriv("aes-256-ctr", key, counter);
  stream.update(new Uint8Array(offset % BLOCK));
  const applied = stream.update(bytes);
  stream.final(); // adds nothing, but frees it
  return applied;
}

function applyKeys(parts: PartKey[], bytes: Uint8Array, offset: number): Uint8Array {
  const applied = new Uint8Array(bytes.length);
  for (const [n, { from, key }] of parts.entries()) {
    const start = Math.max(0, from - offset);
    const end = Math.min(bytes.length, (parts[n + 1]?.from ?? Infinity) - offset);
    if (start < end) applied.set(applyKey(key, bytes.subarray(start, end), offset + start), start);
  }
  return applied;
}

function sealedHandle(file: FileHandle, parts: PartKey[]): FileHandle {
  let at = 0;
  return {
    read(into) {
      const n = file.read(into);
      into.set(applyKeys(parts, into.subarray(0, n), at));
      at += n;
      return n;
    },
    write(bytes) {
      file.write(applyKeys(parts, bytes, at));
      at += bytes.length;
    },
    seek(offset) {
      file.seek(offset);
      at = offset;
    },
    truncate(length) {
      file.truncate(length);
      parts.splice(0, Infinity, ...parts.filter(({ from }) => from < length), newKey(length));
    },
    info: () => file.info(),
    sync: () => file.sync(),
    syncSoon: () => file.syncSoon(),
    close: () => file.close(),
  };
}
