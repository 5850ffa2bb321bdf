/**
 * What a whole workspace looked like when it was recorded last, as bytes that are compared in a moment.
 * It is a hint and no more: without it, or when it does not fit, everything is looked at.
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
  removeIfThere,
  sha256Of,
} from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import type { Scope } from "./roots.ts";
import { rulesOf } from "./rules.ts";
import { type SnapshotSettings, snapshotSettings } from "./settings.ts";
import type { SnapshotStore } from "./store.ts";

/** A folder that no rule leaves out, below its root; `""` is the root itself. */
interface MarkedFolder extends FolderMark {
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

const VERSION = 1;
const MAX_BYTES = 256 << 20;

interface Header {
  version: number;
  /** What decides what is left out, but for ignore files. */
  settings: string;
  event: number;
  folders: { path: string; bytes: number; recent: string[] }[];
}

function placeOf({ platform }: Host, { folder }: SnapshotSettings, root: string): string {
  return pathsOf(platform).join(folder, `looks-${sha256Of(root).slice(0, 32)}`);
}

/** The newest event of a store. */
export function newestEvent(store: SnapshotStore): number {
  const sql = "SELECT seq FROM sqlite_sequence WHERE name = 'events'";
  return store.get<{ seq: number }>(sql)?.seq ?? 0;
}

function markAt(host: Host, root: string, path: string): FolderMark | undefined {
  const absolute = pathsOf(host.platform).join(root, ...path.split("/"));
  return host.fs.markFolder(absolute, host.now().getTime());
}

/** Marks of all folders of a workspace as it is now; nothing where they cannot be had. */
export function makeMarks(store: SnapshotStore, scope: Scope): Marks | undefined {
  const { main: root } = scope;
  const rules = rulesOf(store, scope, root);
  const folders: MarkedFolder[] = [];
  const paths = [""];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const mark = markAt(store.host, root.path, path);
    const entries = mark && readMark(mark.bytes);
    if (!entries) return undefined;
    folders.push({ path, ...mark });
    for (const [name, { isFolder }] of entries) {
      const below = path === "" ? name : `${path}/${name}`;
      if (isFolder && rules.ruleFor(root.part, below, true) === undefined) paths.push(below);
    }
  }
  return { folders };
}

/** Keeps marks. What they show must have been recorded before. */
export function keepMarks(store: SnapshotStore, root: string, { folders }: Marks): void {
  const { host, settings } = store;
  const header: Header = {
    version: VERSION,
    settings: JSON.stringify(settings),
    event: newestEvent(store),
    folders: folders.map(({ path, bytes, recent }) => ({ path, bytes: bytes.length, recent })),
  };
  const head = new TextEncoder().encode(JSON.stringify(header) + "\n");
  const place = placeOf(host, settings, root);
  const temporary = `${place}-${crypto.randomUUID()}`;
  const file = host.fs.open(temporary, { createNew: true, mode: 0o600 });
  try {
    file.write(joined([head, ...folders.map(({ bytes }) => bytes)]));
    file.close();
    host.fs.rename(temporary, place); // not synced: what is lost is made anew
  } catch (error) {
    removeIfThere(host.fs, temporary);
    throw error;
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Forgets marks: what they show has not been recorded. */
export function forgetMarks({ host, settings }: SnapshotStore, root: string): void {
  removeIfThere(host.fs, placeOf(host, settings, root));
}

function readMarks(host: Host, root: string): { header: Header } & Marks | undefined {
  const settings = snapshotSettings(host);
  try {
    const bytes = readFile(host.fs, placeOf(host, settings, root), MAX_BYTES);
    let at = bytes.indexOf(0x0a) + 1;
    const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
    if (header.version !== VERSION || header.settings !== JSON.stringify(settings)) {
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
export function findTouched(host: Host, folder: string): Touched | undefined {
  const root = realPathOf(host, pathsOf(host.platform).resolve(folder));
  const known = readMarks(host, root);
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
