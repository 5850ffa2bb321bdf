import {
  errnoOf,
  type FileHandle,
  type FileSystem,
  LifeboatError,
  removeIfThere,
  type Sha256,
  sha256,
} from "../base/mod.ts";
import { onDisk, writeError } from "./write_faults.ts";

/** A place in the output that can be gone back to. */
export interface OutputMark {
  at: number;
  /** Of what stands before it, where the output is hashed as it is written. */
  hash?: Sha256;
}

/** A file that was written. */
export interface WrittenFile {
  /** Its length. */
  bytes: number;
  /** Of its content, upper-case hex. */
  sha256: string;
}

/** A file while it is being written. */
export interface OutputFile {
  /** Bytes written so far. */
  readonly at: number;
  write(bytes: Uint8Array): void;
  mark(): OutputMark;
  /** Takes back everything after a mark, which must not be used again. */
  restore(mark: OutputMark): void;
  /** Makes sure that it is on disk, and closes it. */
  close(): WrittenFile;
  /** The same in the background: it is on disk, and closed, once `onDisk` is kept. */
  closeSoon(): WrittenFile & { onDisk: Promise<void> };
  /** Closes and removes it. May be called again when it failed. */
  discard(): void;
}

/** Where an archive goes: a file, or what takes its time to bring it into one. */
export interface ArchiveOutput extends Omit<OutputFile, "restore" | "close" | "closeSoon"> {
  /** Waits while too much of what was written is under way, where that can be. */
  room?(): Promise<void>;
  restore(mark: OutputMark): void | Promise<void>;
  close(): WrittenFile | Promise<WrittenFile>;
  closeSoon?: OutputFile["closeSoon"];
}

/** Makes the file, private to the user. Throws `output_exists` when there is something already. */
export function createOutputFile(fs: FileSystem, path: string): OutputFile {
  let file: FileHandle | undefined = openNew(fs, path);
  let made = true;
  let at = 0;
  let hash = sha256();
  const closeFile = () => {
    file?.close();
    file = undefined;
  };
  const bringToDisk = async () => {
    try {
      await file!.syncSoon();
      closeFile();
    } catch (error) {
      throw writeError(path, error);
    }
  };
  return {
    get at() {
      return at;
    },
    write(bytes) {
      onDisk(path, () => file!.write(bytes));
      hash.update(bytes);
      at += bytes.length;
    },
    mark: () => ({ at, hash: hash.copy() }),
    restore(mark) {
      onDisk(path, () => {
        file!.truncate(mark.at);
        file!.seek(mark.at);
      });
      at = mark.at;
      hash = mark.hash!;
    },
    close() {
      onDisk(path, () => {
        file!.sync();
        closeFile();
      });
      return { bytes: at, sha256: hash.hex() };
    },
    closeSoon() {
      return { bytes: at, sha256: hash.hex(), onDisk: bringToDisk() };
    },
    discard() {
      onDisk(path, () => {
        try {
          closeFile();
        } finally {
          if (made) removeIfThere(fs, path);
          made = false;
        }
      });
    },
  };
}

/** Opens a new file, private to the user. Throws `output_exists`. */
export function openNew(fs: FileSystem, path: string): FileHandle {
  return onDisk(path, () => {
    try {
      return fs.open(path, { createNew: true, mode: 0o600 });
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
      throw new LifeboatError("refused", "output_exists", `${path} is there already`, {
        hint: "Choose another name; a backup never replaces a file.",
        cause: error,
      });
    }
  });
}

/** Discards all of them, also when one fails; throws the first error. */
export function discardAll(items: { discard(): void }[]): void {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      item.discard();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
