/** The files of a manifest, held so that hundreds of thousands of them take little memory. */
import { createFileRows } from "../base/mod.ts";
import type { FileEntry, FileList } from "./manifest.ts";
import type { ReadEntry } from "./manifest_checks.ts";

/** A list that grows. What it gives is made when it is asked for: changing it changes nothing. */
export interface PackedFiles extends Iterable<ReadEntry> {
  readonly length: number;
  push(entry: ReadEntry): void;
  values(): IteratorObject<ReadEntry>;
  forget(): void;
  /** Whether all have sizes, so that this is the list of a manifest. */
  haveSizes(): this is FileList;
}

/** A list that is empty. */
export function createPackedFiles(): PackedFiles {
  const paths: string[] = [];
  const rows = createFileRows();
  const databases = new Set<number>();
  let haveSizes = true;
  let length = 0;

  function at(number: number): ReadEntry {
    const { bytes, sha256, mode, mtimeMs } = rows.get(number)!;
    return {
      relative_path: paths[number],
      kind: "file",
      sha256: sha256!,
      method: databases.has(number) ? "sqlite_backup" : "copy2",
      ...(bytes !== undefined && { bytes }),
      ...(mode !== undefined && { mode }),
      ...(mtimeMs !== undefined && { mtime_ms: mtimeMs }),
    };
  }

  function* values(): Generator<ReadEntry> {
    for (let number = 0; number < paths.length; number++) yield at(number);
  }

  return {
    get length() {
      return length;
    },
    push({ relative_path, bytes, sha256, method, mode, mtime_ms: mtimeMs }) {
      rows.set(length, { bytes, sha256, mode, mtimeMs });
      if (method === "sqlite_backup") databases.add(length);
      if (bytes === undefined) haveSizes = false;
      paths.push(relative_path);
      length++;
    },
    forget() {
      paths.length = 0;
      rows.clear();
    },
    values,
    [Symbol.iterator]: values,
    haveSizes(): this is FileList {
      return haveSizes;
    },
  };
}

/** Files, packed. */
export function packFiles(entries: Iterable<FileEntry>): FileList {
  const files = createPackedFiles();
  for (const entry of entries) files.push(entry);
  return files as PackedFiles & FileList;
}
