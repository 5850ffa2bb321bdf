import { LifeboatError, type Platform } from "../base/mod.ts";
import { badManifest, unsafe } from "./faults.ts";
import { createJsonScanner, JsonFault, type JsonPath, type JsonPlan } from "./json_stream.ts";
import type { ReadLimits } from "./limits.ts";
import { HOME_ROOT, type Manifest, type ManifestRoot, ROOT_PATH } from "./manifest.ts";
import {
  directoryEntry,
  errorEntry,
  fieldsOf,
  fileEntry,
  type ReadEntry,
  rootHead,
  skippedEntry,
  symlinkEntry,
  ValueFault,
} from "./manifest_checks.ts";
import { createPathGuard, type PathGuard } from "./path_checks.ts";

/** The long lists of a manifest. */
type ManifestLists = Pick<Manifest, "symlinks" | "directories" | "skipped" | "errors"> & {
  entries: ReadEntry[];
  roots: (Omit<ManifestRoot, "entries"> & { entries: ReadEntry[] })[];
};

/** Where a manifest comes from and for which system its paths must be safe. */
export interface ManifestSource {
  /** The backup, for messages. */
  path: string;
  platform: Platform;
  limits: ReadLimits;
}

/** One value: more than any head needs, and no list that is worth streaming. */
const VALUE_LIMITS = { bytes: 4 << 20, depth: 32 };

/** Feeds a manifest to a visitor and names the backup in whatever is wrong with it. */
async function scan(
  chunks: AsyncIterable<Uint8Array>,
  { path, limits }: ManifestSource,
  visitor: Parameters<typeof createJsonScanner>[0],
): Promise<void> {
  const scanner = createJsonScanner(visitor, VALUE_LIMITS);
  let bytes = 0;
  let fault: LifeboatError | undefined;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.manifestBytes) throw badManifest(path, `it has more than ${bytes} bytes`);
    fault ??= attempt(path, () => scanner.push(chunk));
  }
  // Damage, which only shows at the end of the content, explains more than bad JSON.
  fault ??= attempt(path, scanner.end);
  if (fault) throw fault;
}

/** Runs a step and names the backup in what is wrong with its manifest. */
function attempt(path: string, act: () => void): LifeboatError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof LifeboatError) return error;
    if (error instanceof JsonFault) return badManifest(path, `not JSON: ${error.message}`, error);
    if (error instanceof ValueFault) return badManifest(path, error.message, error);
    throw error;
  }
}

const LISTS = ["entries", "roots", "symlinks", "directories", "skipped", "errors"];

/** JSON.parse would keep the last of two; a reader elsewhere might keep the first. */
function refuseTwice(seen: Set<string>, path: JsonPath): void {
  const place = path.join("/");
  if (seen.has(place)) throw new ValueFault(`it has "${place}" twice`);
  seen.add(place);
}

/** What is read of a manifest without its lists. */
export interface ManifestFields {
  fields: Record<string, unknown>;
  /** Elements of `entries`; undefined where there is no such list. */
  entryCount?: number;
}

/** Reads a manifest's values but for the long lists, which are passed over. */
export async function readManifestFields(
  chunks: AsyncIterable<Uint8Array>,
  source: ManifestSource,
): Promise<ManifestFields> {
  const read: ManifestFields = { fields: {} };
  const seen = new Set<string>();
  await scan(chunks, source, {
    plan(path): JsonPlan {
      if (path.length > 1) return "skip";
      refuseTwice(seen, path);
      if (path[0] === "entries") read.entryCount = 0;
      return path[0] === "entries"
        ? "elements"
        : LISTS.includes(path[0] as string)
        ? "skip"
        : "value";
    },
    value(path, value) {
      if (path.length > 1) read.entryCount!++;
      else if (path[0] === "entries") throw new ValueFault('its "entries" is no list');
      else if (!LISTS.includes(path[0] as string)) setField(read.fields, path[0] as string, value);
    },
  });
  return read;
}

/** As JSON.parse does: a key `__proto__` is a key like any other. */
function setField(fields: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(fields, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

interface RootInReading {
  fields: Record<string, unknown>;
  entries: ReadEntry[];
}

/** Reads a manifest's long lists, with everything in them checked. */
export async function readManifestLists(
  chunks: AsyncIterable<Uint8Array>,
  source: ManifestSource,
): Promise<ManifestLists> {
  const lists: ManifestLists = {
    entries: [],
    roots: [],
    symlinks: [],
    directories: [],
    skipped: [],
    errors: [],
  };
  const roots: RootInReading[] = [];
  let elements = 0;
  await scan(chunks, source, {
    plan: (path) => planOf(path, roots),
    value(path, value) {
      if (path.length === 1) return refuseNoList(path[0]);
      if (++elements > source.limits.members) throw new ValueFault("it lists too much");
      try {
        addValue(lists, roots, path, value);
      } catch (error) {
        if (!(error instanceof ValueFault)) throw error;
        throw new ValueFault(`${path.join("/")} ${error.message}`);
      }
    },
  });
  const fault = attempt(source.path, () => {
    lists.roots = roots.map(({ fields, entries }) => ({ ...rootHead(fields), entries }));
    checkPaths(lists, source);
  });
  if (fault) throw fault;
  return lists;
}

function planOf(path: JsonPath, roots: RootInReading[]): JsonPlan {
  if (path.length === 1) return LISTS.includes(path[0] as string) ? "elements" : "skip";
  if (path[0] !== "roots") return "value";
  if (path.length === 2) {
    roots.push({ fields: {}, entries: [] });
    return "members";
  }
  return path.length === 3 && path[2] === "entries" ? "elements" : "value";
}

function refuseNoList(key: string | number): void {
  if (LISTS.includes(key as string)) throw new ValueFault(`its "${key}" is no list`);
}

function addValue(
  lists: ManifestLists,
  roots: RootInReading[],
  path: JsonPath,
  value: unknown,
): void {
  switch (path[0]) {
    case "entries":
      return void lists.entries.push(fileEntry(value));
    case "symlinks":
      return void lists.symlinks.push(symlinkEntry(value));
    case "directories":
      return void lists.directories.push(directoryEntry(value));
    case "skipped":
      return void lists.skipped.push(skippedEntry(value));
    case "errors":
      return void lists.errors.push(errorEntry(value));
    default:
      return addToRoot(roots.at(-1)!, path, value);
  }
}

function addToRoot(root: RootInReading, path: JsonPath, value: unknown): void {
  if (path.length === 2) return void fieldsOf(value);
  if (path.length === 4) return void root.entries.push(fileEntry(value));
  if (path[2] === "entries") throw new ValueFault("is no list");
  setField(root.fields, path[2] as string, value);
}

/** Where the files of a root lie in a backup, ending in a slash. */
export function rootFolder(rootId: string): string {
  return rootId === HOME_ROOT ? "files/" : `extra/${rootId}/`;
}

/**
 * How a path would lead out of its root where backslashes part names. A name that only cannot exist
 * there is no reason to refuse the rest: the restorer leaves it out and says so.
 */
function windowsEscape(path: string): string | undefined {
  if (/^[A-Za-z]:[\\/]/.test(path)) return "a drive";
  if (path.startsWith("\\")) return "an absolute path";
  return path.split(/[\\/]/).includes("..") ? 'a ".." segment' : undefined;
}

/** No path may lead out of its root, stand there twice, or lie below a file or a link. */
function checkPaths(lists: ManifestLists, { path, platform, limits }: ManifestSource): void {
  const guards = new Map<string, PathGuard>([
    [HOME_ROOT, createPathGuard(path, "linux", limits.members)],
  ]);
  for (const { id, kind, entries } of lists.roots) {
    if (guards.has(id)) throw badManifest(path, `it has the root ${id} twice`);
    if (kind === "file" && entries.length > 1) throw badManifest(path, `${id} is one file`);
    guards.set(id, createPathGuard(path, "linux", limits.members));
  }
  const admit = (root: string, relative: string, kind: "file" | "directory") => {
    const guard = guards.get(root);
    if (!guard) throw badManifest(path, `it has no root ${root}`);
    const fault = platform === "windows" ? windowsEscape(relative) : undefined;
    if (fault) {
      throw unsafe(path, `its manifest has a path with ${fault}: ${relative.slice(0, 200)}`);
    }
    guard.admit(relative, kind);
  };
  for (const { relative_path } of lists.entries) admit(HOME_ROOT, relative_path, "file");
  for (const { id, entries } of lists.roots) {
    for (const { relative_path } of entries) admit(id, relative_path, "file");
  }
  for (const { root, relative_path } of lists.symlinks) admit(root, relative_path, "file");
  for (const { root, relative_path } of lists.directories) {
    if (relative_path !== ROOT_PATH) admit(root, relative_path, "directory");
    else if (!guards.has(root)) throw badManifest(path, `it has no root ${root}`);
  }
}
