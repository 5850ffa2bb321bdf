import {
  createGarbageCounter,
  describeError,
  type FileHandle,
  type Host,
  LifeboatError,
  type Pulse,
  release,
  sha256,
} from "../base/mod.ts";
import { damaged } from "./faults.ts";

/** Bytes handed on at a time. */
export const CHUNK_BYTES = 256 << 10;

/** Bytes handed on after which memory is freed, where each chunk has a buffer of its own. */
export const COLLECTED_EVERY = 16 << 20;

/** Where a source lies: a file, or what is encrypted in it. Can be sent to a worker. */
export interface SourceRef {
  path: string;
  payload?: PayloadPlace;
}

/** Where the chunks of an age payload lie in a file, and the key that opens them. */
export interface PayloadPlace {
  at: number;
  bytes: number;
  key: Uint8Array;
}

/** A file that is read here and there. What the system refuses becomes `unreadable_backup`. */
export interface SourceFile {
  path: string;
  /** For a worker, to open the same. */
  ref: SourceRef;
  /** Bytes, when it was opened. */
  size: number;
  /**
   * Exactly these bytes, in a buffer of their own, with room for `more` bytes behind them. Throws
   * `damaged_archive` when they are not there.
   */
  read(at: number, bytes: number, more?: number): Uint8Array<ArrayBuffer>;
  /** The same in a buffer that the next call uses again, which spares the system much memory. */
  view(at: number, bytes: number): Uint8Array;
  /** A range in pieces, each in a buffer of its own. */
  range(at: number, bytes: number): Generator<Uint8Array<ArrayBuffer>>;
  close(): void;
}

/** Runs a call of the file system and names the backup in its error. */
export function reading<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof LifeboatError) throw cause;
    const message = `${path} cannot be read: ${describeError(cause)}`;
    throw new LifeboatError("failed", "unreadable_backup", message, {
      hint: "Check that the file belongs to you and that its disk is well.",
      cause,
    });
  }
}

function readExactly(path: string, file: FileHandle, into: Uint8Array): void {
  for (let at = 0; at < into.length;) {
    const n = reading(path, () => file.read(into.subarray(at)));
    if (n === 0) throw damaged(path, "it ends too early");
    at += n;
  }
}

/** Opens a file for reading at any place. */
export function openSource(host: Pick<Host, "fs">, path: string): SourceFile {
  const file = reading(path, () => host.fs.open(path));
  const fill = (at: number, into: Uint8Array) => {
    reading(path, () => file.seek(at));
    readExactly(path, file, into);
    return into;
  };
  const read = (at: number, bytes: number, more = 0) => {
    const into = new Uint8Array(bytes + more);
    fill(at, into.subarray(0, bytes));
    return into;
  };
  let shared = new Uint8Array();
  const view = (at: number, bytes: number) => {
    if (shared.length < bytes) shared = new Uint8Array(bytes * 2);
    return fill(at, shared.subarray(0, bytes));
  };
  function* range(at: number, bytes: number) {
    const letGo = createGarbageCounter(COLLECTED_EVERY);
    for (let done = 0; done < bytes; done += CHUNK_BYTES) {
      const chunk = read(at + done, Math.min(CHUNK_BYTES, bytes - done));
      yield chunk;
      letGo(chunk.length);
    }
  }
  return {
    path,
    ref: { path },
    size: reading(path, () => file.info().size),
    read,
    view,
    range,
    close() {
      release(shared);
      file.close();
    },
  };
}

/** SHA-256 of a file, upper-case hex, with pauses so that it can be stopped. */
export async function hashFile(host: Host, path: string, pulse: Pulse): Promise<string> {
  const file = reading(path, () => host.fs.open(path));
  try {
    const hash = sha256();
    const buffer = new Uint8Array(CHUNK_BYTES); // one for all: garbage of this kind stays for long
    const next = () => reading(path, () => file.read(buffer));
    for (let n = next(); n > 0; n = next()) {
      await pulse();
      hash.update(buffer.subarray(0, n));
    }
    return hash.hex();
  } finally {
    file.close();
  }
}
