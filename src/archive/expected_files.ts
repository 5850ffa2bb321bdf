import { createPathTable } from "./path_table.ts";

/** Files that must be met in a backup, with their SHA-256, upper-case hex. */
export interface ExpectedFiles {
  readonly size: number;
  /** Expects a file, or another content of one that is expected. */
  add(path: string, sha256: string): void;
  /** The hash of a file, the first time; undefined where none, or no second one, is expected. */
  take(path: string): string | undefined;
  /** Paths of those that were not taken. */
  left(): Generator<string>;
}

/** What the first byte says of a path; the hash follows it. */
const TAKEN = 1;

/** Expects nothing yet. */
export function createExpectedFiles(): ExpectedFiles {
  const files = createPathTable(1 + 32);
  return {
    get size() {
      return files.size;
    },
    add(path, sha256) {
      files.put(path).subarray(1).setFromHex(sha256);
    },
    take(path) {
      const file = files.find(path);
      if (!file || file[0] === TAKEN) return undefined;
      file[0] = TAKEN;
      return file.subarray(1).toHex().toUpperCase();
    },
    *left() {
      for (const [path, file] of files.entries()) if (file[0] !== TAKEN) yield path;
    },
  };
}
