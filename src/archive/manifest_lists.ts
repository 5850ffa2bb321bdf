import { badManifest, unsafe } from "./faults.ts";
import type { JsonPath, JsonPlan } from "./json_stream.ts";
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
import { attempt, LISTS, type ManifestSource, scan, setField } from "./manifest_reader.ts";
import { createPackedFiles, type PackedFiles } from "./packed_files.ts";
import { createPathGuard, type PathGuard } from "./path_checks.ts";

/** The long lists of a manifest but for the files. */
type OtherLists = Pick<Manifest, "symlinks" | "directories" | "skipped" | "errors"> & {
  roots: Omit<ManifestRoot, "entries">[];
};

/** The long lists of a manifest. */
type ManifestLists = Omit<OtherLists, "roots"> & {
  entries: PackedFiles;
  roots: (OtherLists["roots"][number] & { entries: PackedFiles })[];
};

/** Takes in a file of a root. */
type TakeFile = (rootId: string, file: ReadEntry) => void;

/** A root outside the home while it is read. */
interface RootInReading {
  fields: Record<string, unknown>;
  guard: PathGuard;
  files: number;
  /** Files that stand before the root's name. */
  waiting: ReadEntry[];
}

/** What reading the lists needs at each element. */
interface Reading {
  source: ManifestSource;
  take: TakeFile;
  lists: OtherLists;
  home: PathGuard;
  roots: RootInReading[];
}

/** Reads a manifest's long lists, with everything in them checked. */
export async function readManifestLists(
  chunks: AsyncIterable<Uint8Array>,
  source: ManifestSource,
): Promise<ManifestLists> {
  const files = new Map<string, PackedFiles>();
  const filesOf = (root: string) => {
    const known = files.get(root) ?? createPackedFiles();
    files.set(root, known);
    return known;
  };
  const { roots, ...lists } = await readManifestFiles(chunks, source, (root, file) => {
    filesOf(root).push(file);
  });
  return {
    ...lists,
    entries: filesOf(HOME_ROOT),
    roots: roots.map((root) => ({ ...root, entries: filesOf(root.id) })),
  };
}

/**
 * The same, with each file handed on as it is met: of 300,000 files the objects alone take 100 MB. They
 * are only to be relied on when the reading ends well.
 */
export async function readManifestFiles(
  chunks: AsyncIterable<Uint8Array>,
  source: ManifestSource,
  take: TakeFile,
): Promise<OtherLists> {
  const lists = { roots: [], symlinks: [], directories: [], skipped: [], errors: [] };
  const reading: Reading = { source, take, lists, home: guardOf(source), roots: [] };
  let elements = 0;
  await scan(chunks, source, {
    plan: (path) => planOf(path, reading),
    value(path, value) {
      if (path.length === 1) return refuseNoList(path[0]);
      if (++elements > source.limits.members) throw new ValueFault("it lists too much");
      try {
        addValue(reading, path, value);
      } catch (error) {
        if (!(error instanceof ValueFault)) throw error;
        throw new ValueFault(`${path.join("/")} ${error.message}`);
      }
    },
  });
  const fault = attempt(source.path, () => endRoots(reading));
  if (fault) throw fault;
  return reading.lists;
}

function guardOf({ path, limits }: ManifestSource): PathGuard {
  return createPathGuard(path, "linux", limits.members);
}

function planOf(path: JsonPath, { roots, source }: Reading): JsonPlan {
  if (path.length === 1) return LISTS.includes(path[0] as string) ? "elements" : "skip";
  if (path[0] !== "roots") return "value";
  if (path.length === 2) {
    roots.push({ fields: {}, guard: guardOf(source), files: 0, waiting: [] });
    return "members";
  }
  return path.length === 3 && path[2] === "entries" ? "elements" : "value";
}

function refuseNoList(key: string | number): void {
  if (LISTS.includes(key as string)) throw new ValueFault(`its "${key}" is no list`);
}

function addValue(reading: Reading, path: JsonPath, value: unknown): void {
  const { source, lists, take, home, roots } = reading;
  switch (path[0]) {
    case "entries": {
      const file = fileEntry(value);
      admit(source, home, file.relative_path, "file");
      return take(HOME_ROOT, file);
    }
    case "symlinks":
      return void lists.symlinks.push(symlinkEntry(value));
    case "directories":
      return void lists.directories.push(directoryEntry(value));
    case "skipped":
      return void lists.skipped.push(skippedEntry(value));
    case "errors":
      return void lists.errors.push(errorEntry(value));
    default:
      return addToRoot(reading, roots.at(-1)!, path, value);
  }
}

function addToRoot(
  { source, take }: Reading,
  root: RootInReading,
  path: JsonPath,
  value: unknown,
): void {
  if (path.length === 2) return void fieldsOf(value);
  if (path.length === 4) {
    const file = fileEntry(value);
    admit(source, root.guard, file.relative_path, "file");
    root.files++;
    const { id } = root.fields;
    if (typeof id === "string") take(id, file);
    else root.waiting.push(file);
    return;
  }
  if (path[2] === "entries") throw new ValueFault("is no list");
  setField(root.fields, path[2] as string, value);
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
function admit(
  { path, platform }: ManifestSource,
  guard: PathGuard,
  relative: string,
  kind: "file" | "directory",
): void {
  const fault = platform === "windows" ? windowsEscape(relative) : undefined;
  if (fault) {
    throw unsafe(path, `its manifest has a path with ${fault}: ${relative.slice(0, 200)}`);
  }
  guard.admit(relative, kind);
}

/** What can only be said when all roots are known. */
function endRoots(reading: Reading): void {
  const { source, home, lists, take, roots } = reading;
  const { path } = source;
  const guards = new Map<string, PathGuard>([[HOME_ROOT, home]]);
  for (const { fields, guard, files, waiting } of roots) {
    const head = rootHead(fields);
    if (guards.has(head.id)) throw badManifest(path, `it has the root ${head.id} twice`);
    if (head.kind === "file" && files > 1) throw badManifest(path, `${head.id} is one file`);
    guards.set(head.id, guard);
    lists.roots.push(head);
    for (const file of waiting) take(head.id, file);
  }
  const guardOfRoot = (root: string): PathGuard => {
    const guard = guards.get(root);
    if (!guard) throw badManifest(path, `it has no root ${root}`);
    return guard;
  };
  for (const { root, relative_path } of lists.symlinks) {
    admit(source, guardOfRoot(root), relative_path, "file");
  }
  for (const { root, relative_path } of lists.directories) {
    const guard = guardOfRoot(root);
    if (relative_path !== ROOT_PATH) admit(source, guard, relative_path, "directory");
  }
  for (const guard of guards.values()) guard.end();
}
