import { type FileHandle, type FileSystem, readFully, removeIfThere } from "../base/mod.ts";
import { onDisk } from "./write_faults.ts";

/** Bytes that grow at the end and are read back once: in memory first, then in a temporary file. */
export interface Spool {
  readonly length: number;
  append(bytes: Uint8Array): void;
  /** Takes back everything after a length. */
  truncate(length: number): void;
  /** All of it, in pieces of `size` bytes, the last one less; each has a buffer of its own. */
  read(size: number): Generator<Uint8Array<ArrayBuffer>>;
  /** Removes the file. May be called again when it failed. */
  discard(): void;
}

const MEMORY_BYTES = 1 << 18;

/** An empty spool. The file `path` is made when memory does not suffice; it must not exist. */
export function createSpool(fs: FileSystem, path: string): Spool {
  const memory = new Uint8Array(MEMORY_BYTES);
  let used = 0;
  let file: FileHandle | undefined;
  let made = false;
  let onFile = 0;

  function store(bytes: Uint8Array): void {
    onDisk(path, () => {
      file ??= fs.open(path, { createNew: true, mode: 0o600 });
      made = true;
      file.write(bytes);
    });
    onFile += bytes.length;
  }

  function flush(): void {
    if (used > 0) store(memory.subarray(0, used));
    used = 0;
  }

  return {
    get length() {
      return onFile + used;
    },
    append(bytes) {
      if (used + bytes.length > MEMORY_BYTES) flush();
      if (bytes.length > MEMORY_BYTES) return store(bytes);
      memory.set(bytes, used);
      used += bytes.length;
    },
    truncate(length) {
      used = Math.max(0, length - onFile);
      if (length >= onFile) return;
      onFile = length;
      onDisk(path, () => {
        file!.truncate(length);
        file!.seek(length);
      });
    },
    *read(size) {
      if (file) flush();
      const length = onFile + used;
      if (file) onDisk(path, () => file!.seek(0));
      for (let at = 0; at < length; at += size) {
        const piece = new Uint8Array(Math.min(size, length - at));
        if (file) onDisk(path, () => readFully(file!, piece));
        else piece.set(memory.subarray(at, at + piece.length));
        yield piece;
      }
    },
    discard() {
      onDisk(path, () => {
        try {
          file?.close();
          file = undefined;
        } finally {
          if (made) removeIfThere(fs, path);
          made = false;
        }
      });
    },
  };
}
