/** How a path looks: enough to tell, later and without reading, whether it was touched. */
import { type FileInfo, type FileSystem, lstatIfThere } from "../base/mod.ts";
import { MODE } from "./entry.ts";

/** A file as one look found it. */
export interface FileLook {
  kind: "file";
  inode: number;
  device: number;
  /** Bytes. */
  size: number;
  /** Ms since 1970. */
  mtimeMs: number;
  mode: number;
  /** Of a database, how its WAL and journal look, since a write may touch only these. */
  sides: string;
}

/** A path as one look found it; `other`: a socket, a device. */
export type Look =
  | { kind: "absent" }
  | FileLook
  | { kind: "folder"; mode: number }
  | { kind: "link"; target: string }
  | { kind: "other" };

/** What a file looks like to `lstat`. */
export function fileLook(info: FileInfo, sides = ""): FileLook {
  const { inode, device, size, mtimeMs, mode } = info;
  return { kind: "file", inode, device, size, mtimeMs, mode: mode & MODE, sides };
}

function toLook(fs: FileSystem, path: string, info: FileInfo): Look {
  switch (info.kind) {
    case "file":
      return fileLook(info);
    case "directory":
      return { kind: "folder", mode: info.mode & MODE };
    case "symlink":
      return { kind: "link", target: fs.readLink(path) };
    default:
      return { kind: "other" };
  }
}

/** Looks at a path; links are not followed. */
export function lookAt(fs: FileSystem, path: string): Look {
  const info = lstatIfThere(fs, path);
  return info ? toLook(fs, path, info) : { kind: "absent" };
}

/** How the WAL and the journal of a database look; empty where there are none. */
export function sidesOf(fs: FileSystem, path: string): string {
  return ["-wal", "-journal"].map((suffix) => {
    const info = lstatIfThere(fs, path + suffix);
    return info && info.size > 0 ? `${suffix} ${info.size} ${info.mtimeMs} ${info.inode}` : "";
  }).join("");
}

/** Whether two looks met the same thing, untouched; the sides of databases are not compared. */
export function isSameLook(a: Look, b: Look): boolean {
  if (a.kind === "file" && b.kind === "file") {
    return a.inode === b.inode && a.device === b.device && a.size === b.size &&
      a.mtimeMs === b.mtimeMs && a.mode === b.mode;
  }
  if (a.kind === "folder" && b.kind === "folder") return a.mode === b.mode;
  if (a.kind === "link" && b.kind === "link") return a.target === b.target;
  return a.kind === b.kind;
}

/** File systems tell times apart that are this far from each other, ms (design.md section 3). */
export const TIME_STEP_MS = 2000;

/** Whether a file that still looks the same must be the same. */
export function isTrusted({ mtimeMs }: FileLook, seenMs: number): boolean {
  return mtimeMs < seenMs - TIME_STEP_MS;
}
