/**
 * What a whole workspace looked like when it was recorded last, as bytes that are compared in a moment.
 * It is a hint and no more: without it, or when it does not fit, everything is looked at. Most hooks
 * find nothing touched, so that this loads next to nothing.
 */
import { Buffer } from "node:buffer";
import {
  type FolderMark,
  type Host,
  isNotFound,
  type MarkedEntry,
  pathsOf,
  readFile,
  readMark,
  sha256Of,
} from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import { type SnapshotSettings, snapshotSettings } from "./settings.ts";

/** A folder that no rule leaves out, below its root; `""` is the root itself. */
export interface MarkedFolder extends FolderMark {
  path: string;
}

/** The marks of a workspace. */
export interface Marks {
  folders: MarkedFolder[];
}

/** What has been touched since marks were kept. */
export interface Touched {
  /** The workspace. */
  root: string;
  /** Files and links, below the root. */
  paths: Set<string>;
  /** Those of them that were not there before. */
  added: Set<string>;
  /** The workspace as it looks now. */
  marks: Marks;
  /** The newest event when the marks were kept: a store that has lost it knows less than they do. */
  event: number;
}

/** What the marks of this program begin with. */
export const MARKS_VERSION = 2;
const MAX_BYTES = 256 << 20;

/** What stands before the marks in their file. */
export interface MarksHeader {
  version: number;
  /** What decides what is left out, but for ignore files. */
  settings: string;
  event: number;
  folders: { path: string; bytes: number; recent: string[] }[];
}

/** Where the marks of a workspace are kept. */
export function marksPath({ platform }: Host, { folder }: SnapshotSettings, root: string): string {
  return pathsOf(platform).join(folder, `looks-${sha256Of(root).slice(0, 32)}`);
}

/** How a folder below a root looks now. */
export function markAt(host: Host, root: string, path: string): FolderMark | undefined {
  // Only where both are told apart by a slash; joined by `join` all of them take a millisecond.
  return host.fs.markFolder(path === "" ? root : `${root}/${path}`, host.now().getTime());
}

async function readMarks(
  host: Host,
  root: string,
): Promise<{ header: MarksHeader } & Marks | undefined> {
  const settings = await snapshotSettings(host);
  try {
    const bytes = readFile(host.fs, marksPath(host, settings, root), MAX_BYTES);
    let at = bytes.indexOf(0x0a) + 1;
    const header: MarksHeader = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
    if (header.version !== MARKS_VERSION || header.settings !== JSON.stringify(settings)) {
      return undefined;
    }
    const folders = header.folders.map(({ path, bytes: length, recent }) => {
      at += length;
      return { path, recent, bytes: bytes.subarray(at - length, at) };
    });
    return at === bytes.length ? { header, folders } : undefined;
  } catch (error) {
    if (isNotFound(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * What has been touched in a workspace since its marks were kept; the store is not needed for that.
 * Nothing where that does not tell everything: folders have come or gone, ignore files have changed,
 * files may have been renamed.
 */
export async function findTouched(host: Host, folder: string): Promise<Touched | undefined> {
  const root = realPathOf(host, pathsOf(host.platform).resolve(folder));
  const known = await readMarks(host, root);
  if (!known) return undefined;
  const found: Finding = { paths: new Set(), added: new Set(), gone: 0 };
  const folders: MarkedFolder[] = [];
  for (const { path, bytes, recent } of known.folders) {
    const mark = markAt(host, root, path);
    if (!mark) return undefined;
    const below = (name: string) => path === "" ? name : `${path}/${name}`;
    for (const name of recent) found.paths.add(below(name));
    const isSame = Buffer.compare(bytes, mark.bytes) === 0;
    if (!isSame && !compare(bytes, mark.bytes, below, found)) return undefined;
    folders.push({ path, ...mark });
  }
  const { paths, added, gone } = found;
  if (added.size > 0 && gone > 0) return undefined;
  return { root, paths, added, marks: { folders }, event: known.header.event };
}

interface Finding extends Pick<Touched, "paths" | "added"> {
  gone: number;
}

/** Compares the entries of a folder; false where that is not enough. */
function compare(
  before: Uint8Array,
  after: Uint8Array,
  below: (name: string) => string,
  found: Finding,
): boolean {
  const [old, now] = [readMark(before), readMark(after)];
  if (!old || !now) return false;
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was && is && was.look === is.look) continue;
    if (decidesMore(name, was) || decidesMore(name, is)) return false;
    if (!was) found.added.add(below(name));
    if (!is) found.gone++;
    found.paths.add(below(name));
  }
  return true;
}

function decidesMore(name: string, entry: MarkedEntry | undefined): boolean {
  return entry?.isFolder === true || name === ".gitignore" || name === ".lifeboatignore";
}
