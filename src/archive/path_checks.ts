import { type Platform, relativePathFault } from "../base/mod.ts";
import { notABackup, unsafe } from "./faults.ts";
import { MAX_PATH_BYTES } from "./format.ts";
import { createPathTable } from "./path_table.ts";

/** What a system sees as one name: macOS ignores case ("ß" is "ss") and Unicode form, Windows case. */
export function collisionKey(path: string, platform: Platform): string {
  if (platform === "darwin") return path.normalize("NFC").toUpperCase();
  return platform === "windows" ? path.toLowerCase() : path;
}

/** What is known of a path that was seen. */
const [FILE, FOLDER] = [1, 2];

/** Sees every stored path of a backup once and refuses what contradicts itself. */
export interface PathGuard {
  /** Throws `unsafe_archive`. */
  admit(storedPath: string, kind: "file" | "directory"): void;
  /** Says that it has seen them all, so that its memory is free for others. */
  end(): void;
}

function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    folders.push(path.slice(0, at));
  }
  return folders;
}

/** A character has up to three bytes, so that few paths need to be encoded to be measured. */
function isTooLong(path: string): boolean {
  return path.length * 3 > MAX_PATH_BYTES &&
    new TextEncoder().encode(path).length > MAX_PATH_BYTES;
}

/** Why a path may not stand in a backup; undefined where it may. */
export function pathFault(path: string, platform: Platform): string | undefined {
  if (isTooLong(path)) return `more than ${MAX_PATH_BYTES} bytes`;
  return relativePathFault(path, platform);
}

/**
 * Refuses paths that lead out of the backup, a path that stands there twice, and a file that is a
 * folder as well, for a system that tells names apart as `platform` does. With `linux`, that is what
 * no backup may have anywhere; with the own platform, what cannot be written here.
 */
export function createPathGuard(
  source: string,
  platform: Platform,
  maxMembers: number,
): PathGuard {
  const seen = createPathTable(1);
  let lastFolder = "";

  function addFolders(key: string, path: string): void {
    const folder = key.slice(0, Math.max(0, key.lastIndexOf("/")));
    if (folder === lastFolder) return;
    for (const above of foldersOf(key)) {
      const kind = seen.put(above);
      if (kind[0] === FILE) throw unsafe(source, `${path} lies in a file`);
      kind[0] = FOLDER;
    }
    lastFolder = folder;
  }

  return {
    admit(path, kind) {
      const fault = pathFault(path, platform);
      if (fault) throw unsafe(source, `a path in it has ${fault}: ${path.slice(0, 200)}`);
      if (seen.size >= maxMembers) throw unsafe(source, "it has too many entries");
      const key = collisionKey(path, platform);
      addFolders(key, path);
      const known = seen.put(key);
      const code = kind === "file" ? FILE : FOLDER;
      if (known[0] !== 0 && (code === FILE || known[0] === FILE)) {
        throw unsafe(source, `${path} stands in it twice, or another name that is the same here`);
      }
      known[0] = code;
    },
    end: seen.free,
  };
}

/** Turns the names of an archive into stored paths. */
export type NameReader = (name: string, kind: "file" | "directory") => string | undefined;

/**
 * Takes off the one folder that an archive must have at its top (and the `./` that tar puts before
 * it). Answers undefined for that folder itself. Throws when there are several.
 */
export function createNameReader(source: string, knownTop?: string): NameReader {
  let top = knownTop;
  return (name, kind) => {
    const plain = name.replace(/^(\.\/+)+/, "");
    const path = kind === "directory" ? plain.replace(/\/+$/, "") : plain;
    if (kind === "directory" && (path === "" || path === ".")) return undefined;
    const slash = path.indexOf("/");
    const first = slash < 0 ? path : path.slice(0, slash);
    const fault = relativePathFault(first, "linux");
    if (fault) throw unsafe(source, `a path in it has ${fault}: ${name.slice(0, 200)}`);
    if (slash < 0 && kind === "file") throw notABackup(source, `${first} lies in no folder in it`);
    top ??= first;
    if (first !== top) throw unsafe(source, `it has several top folders: ${top} and ${first}`);
    return slash < 0 ? undefined : path.slice(slash + 1);
  };
}
