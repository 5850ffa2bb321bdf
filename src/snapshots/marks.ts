/**
 * What a whole workspace looked like when it was recorded last, as bytes that are compared in a moment.
 * It is a hint and no more: without it, or when it does not fit, everything is looked at.
 */
import {
  type FolderMark,
  isNotFound,
  type MarkedEntry,
  pathsOf,
  readFile,
  readMark,
  removeIfThere,
} from "../base/mod.ts";
import { TIME_STEP_MS } from "./look.ts";
import { absoluteOf, listRoots, type Scope, type TrackedRoot } from "./roots.ts";
import { rulesOf } from "./rules.ts";
import type { SnapshotStore } from "./store.ts";

/** A folder that no rule leaves out, below its root; `""` is the root itself. */
interface MarkedFolder extends FolderMark {
  path: string;
}

/** The marks of a workspace. */
export interface Marks {
  folders: MarkedFolder[];
}

/** What has been touched since marks were made. */
export interface Touched {
  /** Files and links, below the root. */
  paths: Set<string>;
  /** Those of them that were not there before. */
  added: Set<string>;
  /** The workspace as it looks now. */
  marks: Marks;
}

const VERSION = 1;
const MAX_BYTES = 256 << 20;

interface Header {
  version: number;
  rules: string;
  /** The newest event when they were kept: a store that has lost it knows less than the marks do. */
  event: number;
  folders: { path: string; bytes: number; recent: string[] }[];
}

function place(store: SnapshotStore, { id }: TrackedRoot): string {
  return pathsOf(store.host.platform).join(store.folder, `looks-${id}`);
}

/** All that decides what is left out, but for ignore files. */
function rulesText(store: SnapshotStore): string {
  const homes = listRoots(store).filter(({ kind }) => kind === "home").map(({ path }) => path);
  return JSON.stringify([store.settings, homes]);
}

function newestEvent(store: SnapshotStore): number {
  const sql = "SELECT seq FROM sqlite_sequence WHERE name = 'events'";
  return store.get<{ seq: number }>(sql)?.seq ?? 0;
}

function sinceMs({ host }: SnapshotStore): number {
  return host.now().getTime() - TIME_STEP_MS;
}

/** Marks of all folders of a workspace as it is now; nothing where they cannot be had. */
export function makeMarks(store: SnapshotStore, scope: Scope): Marks | undefined {
  const { main: root } = scope;
  const { fs } = store.host;
  const rules = rulesOf(store, scope, root);
  const since = sinceMs(store);
  const folders: MarkedFolder[] = [];
  const paths = [""];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const mark = fs.markFolder(path === "" ? root.path : absoluteOf(store, { root, path }), since);
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
export function keepMarks(store: SnapshotStore, root: TrackedRoot, { folders }: Marks): void {
  const { fs } = store.host;
  const header: Header = {
    version: VERSION,
    rules: rulesText(store),
    event: newestEvent(store),
    folders: folders.map(({ path, bytes, recent }) => ({ path, bytes: bytes.length, recent })),
  };
  const head = new TextEncoder().encode(JSON.stringify(header) + "\n");
  const temporary = `${place(store, root)}-${crypto.randomUUID()}`;
  const file = fs.open(temporary, { createNew: true, mode: 0o600 });
  try {
    const all = new Uint8Array(folders.reduce((sum, one) => sum + one.bytes.length, head.length));
    all.set(head);
    let at = head.length;
    for (const { bytes } of folders) {
      all.set(bytes, at);
      at += bytes.length;
    }
    file.write(all);
    file.close();
    fs.rename(temporary, place(store, root)); // not synced: lost, it is made anew
  } catch (error) {
    removeIfThere(fs, temporary);
    throw error;
  }
}

/** Forgets marks: what they show has not been recorded. */
export function forgetMarks(store: SnapshotStore, root: TrackedRoot): void {
  removeIfThere(store.host.fs, place(store, root));
}

function readMarks(store: SnapshotStore, root: TrackedRoot): Marks | undefined {
  try {
    const bytes = readFile(store.host.fs, place(store, root), MAX_BYTES);
    let at = bytes.indexOf(0x0a) + 1;
    const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
    const { version, rules, event } = header;
    if (version !== VERSION || rules !== rulesText(store) || event > newestEvent(store)) return;
    const folders = header.folders.map(({ path, bytes: length, recent }) => {
      at += length;
      return { path, recent, bytes: bytes.subarray(at - length, at) };
    });
    return at === bytes.length ? { folders } : undefined;
  } catch (error) {
    if (isNotFound(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * What has been touched in a workspace since its marks were kept. Nothing where that does not tell
 * everything: folders have come or gone, ignore files have changed, files may have been renamed.
 */
export function findTouched(store: SnapshotStore, root: TrackedRoot): Touched | undefined {
  const known = readMarks(store, root);
  if (!known) return undefined;
  const { fs } = store.host;
  const since = sinceMs(store);
  const found: Finding = { paths: new Set(), added: new Set(), gone: 0 };
  const folders: MarkedFolder[] = [];
  for (const { path, bytes, recent } of known.folders) {
    const mark = fs.markFolder(path === "" ? root.path : absoluteOf(store, { root, path }), since);
    if (!mark) return undefined;
    const below = (name: string) => path === "" ? name : `${path}/${name}`;
    for (const name of recent) found.paths.add(below(name));
    if (!isSame(bytes, mark.bytes) && !compare(bytes, mark.bytes, below, found)) return undefined;
    folders.push({ path, ...mark });
  }
  const { paths, added, gone } = found;
  return added.size > 0 && gone > 0 ? undefined : { paths, added, marks: { folders } };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
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
