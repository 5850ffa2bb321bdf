/** Paths below a root: which may be written, and what lies around them. */
import { OWN_FOLDER } from "./layout.ts";

// HFS+ does not see these characters in names; NTFS has short names of its own making.
const INVISIBLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const SHORT_NAME = /^lifebo~\d+$/;

/** Whether a path lies in the folder that holds what is ours, in any spelling a disk may accept. */
export function isOwnPath(path: string): boolean {
  const top = path.split("/", 1)[0].replaceAll(INVISIBLE, "").toLowerCase();
  return top === OWN_FOLDER || SHORT_NAME.test(top);
}

/** The folders on the way to a path, outermost first, the root itself (empty) not among them. */
export function foldersAbove(path: string): string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

/** The folder of a path; empty for one at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** How the names of the files beside a database end. */
export const SIDECARS = ["-wal", "-shm", "-journal"];

/** The path of the database that a file would belong to by its name. */
export function mainByName(path: string): string | undefined {
  const suffix = SIDECARS.find((one) => path.endsWith(one));
  return suffix && path.slice(0, -suffix.length);
}

/** Rights of folders that come back: no set-user-id; the others have a meaning of their own there. */
export const FOLDER_MODE = 0o3777;

/** Names a path of a root in a map. */
export function key(root: string, path: string): string {
  return `${root}\0${path}`;
}
