/** Looking for skills and plugins in folders of an agent, within limits that are reported. */
import {
  checkInterrupt,
  describeError,
  errnoOf,
  type Host,
  isInside,
  lstatIfThere,
  pathsOf,
  statIfThere,
} from "../base/mod.ts";

/** Folders below the one that is searched; as OpenClaw has it. */
const MAX_DEPTH = 6;

/** Skills, or plugins, of one folder. */
export const MAX_FOUND = 2000;

/** How to search. */
export interface ScanOptions {
  /** What marks a folder as found, below it: `SKILL.md`. */
  mark: string;
  /** Names at the top that are left out. */
  skipAtTop?: string[];
  /** Only so deep; by default {@linkcode MAX_DEPTH}. */
  depth?: number;
  followLinks?: boolean;
}

/** What was seen on the way; none of it is lost quietly. */
export interface ScanNote {
  /** `symlink`: not followed. `broken`: its mark is no file that can be read. */
  what: "symlink" | "broken";
  path: string;
  /** Where a link leads, or what is wrong. */
  message: string;
}

/** What was found. */
export interface Scan {
  /** Absolute, in the order of their paths. */
  found: string[];
  notes: ScanNote[];
  /** Where a limit was reached. */
  warnings: string[];
}

interface Scanning extends Scan {
  host: Host;
  options: ScanOptions;
  /** Real path of the folder that is searched. */
  root: string;
  /** Real paths of folders that were gone into by a link. */
  followed: Set<string>;
}

/** Searches a folder; one that is not there holds nothing. A found folder is not searched itself. */
export function scanFor(host: Host, root: string, options: ScanOptions): Scan {
  const isThere = statIfThere(host.fs, root)?.kind === "directory";
  const scanning: Scanning = {
    host,
    options,
    root: isThere ? host.fs.realPath(root) : root,
    found: [],
    notes: [],
    warnings: [],
    followed: new Set(),
  };
  if (isThere) visit(scanning, root, 0);
  const { found, notes, warnings } = scanning;
  return { found, notes, warnings };
}

function visit(scanning: Scanning, folder: string, depth: number): void {
  const { host, options: { mark, depth: most = MAX_DEPTH }, warnings, found } = scanning;
  checkInterrupt(host);
  if (found.length >= MAX_FOUND) {
    const warning = `More than ${MAX_FOUND} were found; the rest was not looked at`;
    if (!warnings.includes(warning)) warnings.push(warning);
    return;
  }
  if (depth > most) {
    // Where only one level counts, what lies deeper is none of our business.
    if (most === MAX_DEPTH) {
      warnings.push(`${folder} lies deeper than ${most} folders: not searched`);
    }
    return;
  }
  const at = pathsOf(host.platform).join(folder, ...mark.split("/"));
  if (lstatIfThere(host.fs, at)) return look(scanning, folder, at);
  for (const name of namesIn(scanning, folder, depth)) descend(scanning, folder, name, depth);
}

function namesIn(scanning: Scanning, folder: string, depth: number): string[] {
  const { host, options: { skipAtTop = [] }, warnings } = scanning;
  try {
    const { entries, lost } = host.fs.list(folder);
    if (lost.length > 0) warnings.push(`${folder} has ${lost.length} names that are not UTF-8`);
    return entries.map(({ name }) => name)
      .filter((name) => depth > 0 || !skipAtTop.includes(name));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    warnings.push(`${folder} cannot be read: ${describeError(error)}`);
    return [];
  }
}

/** A folder with a mark: found, unless the mark is nothing that can be used. */
function look(scanning: Scanning, folder: string, at: string): void {
  const { host: { fs }, options: { followLinks }, notes, found } = scanning;
  const info = fs.lstat(at);
  if (info.kind === "symlink" && !followLinks) {
    return void notes.push({ what: "symlink", path: at, message: fs.readLink(at) });
  }
  const kind = statIfThere(fs, at)?.kind;
  if (kind === "file") return void found.push(folder);
  const message = kind === undefined ? "it leads nowhere" : `it is a ${kind}, not a file`;
  notes.push({ what: "broken", path: at, message });
}

function descend(scanning: Scanning, folder: string, name: string, depth: number): void {
  const { host: { fs, platform }, options: { followLinks }, notes, followed } = scanning;
  const path = pathsOf(platform).join(folder, name);
  const info = lstatIfThere(fs, path);
  if (info?.kind === "directory") return visit(scanning, path, depth + 1);
  if (info?.kind !== "symlink") return;
  const kind = statIfThere(fs, path)?.kind;
  if (kind === "file") return; // a link to a file is no skill
  if (kind !== "directory") {
    return void notes.push({ what: "broken", path, message: "it leads nowhere" });
  }
  if (!followLinks) return void notes.push({ what: "symlink", path, message: fs.readLink(path) });
  const real = fs.realPath(path);
  // What lies in the folder that is searched is found by itself, and a circle has no end.
  if (isInside(real, scanning.root, platform) || followed.has(real)) return;
  followed.add(real);
  visit(scanning, path, depth + 1);
}
