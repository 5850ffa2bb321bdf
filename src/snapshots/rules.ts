/** What snapshots leave out. */
import { isInside, isNotFound, matchGlobs, pathsOf, readText } from "../base/mod.ts";
import { compileRules, type ExcludeRules } from "../capture/mod.ts";
import { compilePatterns, HOME_ROOT } from "../profiles/mod.ts";
import { type IgnoreFile, parseIgnoreFile } from "./ignore_file.ts";
import { absoluteOf, listRoots, type Scope, type TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";

/** What is left out of a root; asked by the walk for each name, then for each file. */
export interface SnapshotRules extends ExcludeRules {
  /** The rule that leaves a file of this size out, or nothing. */
  fileRule(path: string, size: number): string | undefined;
  /** The rule that leaves a single path out, any folder above it included. */
  pathRule(path: string, isFolder: boolean): string | undefined;
}

/**
 * Left out of workspaces: what tools make anew. Pictures and archives stay in, unlike in ClawBackup:
 * an agent deletes those as well, and leaving out too much loses data.
 */
const MADE_ANEW = ["node_modules", ".git", ".venv", "__pycache__", ".cache"];
/** Left out when the workspace ignores them: what a build puts there. */
const BUILT = ["dist", "build", "target", "out", ".next", "coverage"];
const EXTENSIONS = ["o", "obj", "a", "so", "dylib", "dll", "exe", "class", "pyc", "pyo", "swp"];

/** Ignored files of a workspace up to this size are kept, so that `.env` is not lost; bytes. */
const IGNORED_BYTES = 1 << 20;
const MAX_IGNORE_FILE = 1 << 20;

/** Compiles the rules of a root. */
export function rulesOf(store: SnapshotStore, scope: Scope, root: TrackedRoot): SnapshotRules {
  const { settings } = store;
  const included = matchGlobs(settings.include);
  const own = ownPlaces(store, root);
  const ruleFor = scope.home ? homeRule(store, scope, root) : workspaceRule(store, root);
  const fileRule = scope.home ? () => undefined : workspaceFileRule(store, root);
  const asked = (path: string, isFolder: boolean) => {
    if (own(path)) return "lifeboat's own, or a home of its own";
    return settings.include.length > 0 && included(path) ? undefined : ruleFor(path, isFolder);
  };
  const base = scope.home && compileRules(scope.home.profile, "compact", []);
  return {
    ruleFor: (_, path, isFolder) => asked(path, isFolder),
    belongs: (part, name) => base?.belongs(part, name) ?? true,
    configFormat: (part, path) => base?.configFormat(part, path),
    fileRule: (path, size) =>
      settings.include.length > 0 && included(path) ? undefined : fileRule(path, size),
    pathRule(path, isFolder) {
      const names = path.split("/");
      for (let length = 1; length <= names.length; length++) {
        const isLast = length === names.length;
        const rule = asked(names.slice(0, length).join("/"), !isLast || isFolder);
        if (rule) return rule;
      }
      return undefined;
    },
  };
}

/** The store itself, what else is lifeboat's, and homes that lie in a workspace. */
function ownPlaces(store: SnapshotStore, root: TrackedRoot): (path: string) => boolean {
  const { host, folder } = store;
  const places = [
    folder,
    host.folders.state,
    ...listRoots(store).filter(({ kind }) => kind === "home" && root.kind === "workspace")
      .map(({ path }) => path),
  ].filter((path) => path !== root.path && isInside(path, root.path, host.platform));
  return (path) =>
    path === ".lifeboat" || path.startsWith(".lifeboat/") ||
    (places.length > 0 &&
      places.some((place) => isInside(absoluteOf(store, { root, path }), place, host.platform)));
}

type Rule = (path: string, isFolder: boolean) => string | undefined;

/** What the profile leaves out of a backup, and what never goes back: locks, process registries. */
function homeRule(store: SnapshotStore, { home }: Scope, { part, path: top }: TrackedRoot): Rule {
  const rules = compileRules(home!.profile, "compact", store.settings.exclude);
  const machineBound = part === HOME_ROOT
    ? compilePatterns(home!.profile.restore_skip)
    : () => undefined;
  const ignored = readIgnoreFile(store, top, ".lifeboatignore");
  return (path, isFolder) =>
    rules.ruleFor(part, path, isFolder) ?? machineBound(path, isFolder) ??
      (ignored?.(path, isFolder) ? ".lifeboatignore" : undefined);
}

function workspaceRule(store: SnapshotStore, root: TrackedRoot): Rule {
  const excluded = store.settings.exclude.map((glob) => ({ glob, matches: matchGlobs([glob]) }));
  const byLifeboat = ignoreFiles(store, root, ".lifeboatignore");
  const byGit = ignoreFiles(store, root, ".gitignore");
  const matching = (path: string) => excluded.find(({ matches }) => matches(path))?.glob;
  return (path, isFolder) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (isFolder && MADE_ANEW.includes(name)) return name;
    if (isFolder && BUILT.includes(name) && byGit(path, true)) return name;
    return matching(path) ?? (byLifeboat(path, isFolder) ? ".lifeboatignore" : undefined);
  };
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const point = name.lastIndexOf(".");
  return point < 0 ? "" : name.slice(point + 1).toLowerCase();
}

function workspaceFileRule(store: SnapshotStore, root: TrackedRoot) {
  const { maxFileSize, excludeExtensions, includeExtensions } = store.settings;
  const plain = (extensions: string[]) =>
    extensions.map((one) => one.replace(/^\*?\./, "").toLowerCase());
  const [without, only] = [plain([...EXTENSIONS, ...excludeExtensions]), plain(includeExtensions)];
  const byGit = ignoreFiles(store, root, ".gitignore");
  return (path: string, size: number): string | undefined => {
    const extension = extensionOf(path);
    if (without.includes(extension)) return `*.${extension}`;
    if (only.length > 0 && !only.includes(extension)) return "include_extensions";
    if (size > maxFileSize && extension !== "jsonl") return "max_file_size";
    return size > IGNORED_BYTES && byGit(path, false) ? ".gitignore" : undefined;
  };
}

function readIgnoreFile(
  { host }: SnapshotStore,
  folder: string,
  name: string,
): IgnoreFile | undefined {
  try {
    const path = pathsOf(host.platform).join(folder, name);
    if (host.fs.lstat(path).kind !== "file") return undefined;
    const text = readText(host.fs, path, MAX_IGNORE_FILE);
    return parseIgnoreFile(text, host.platform !== "linux");
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Ignore files of every folder of a root: the one nearest to a path decides. */
function ignoreFiles(
  store: SnapshotStore,
  root: TrackedRoot,
  name: string,
): (path: string, isFolder: boolean) => boolean {
  const files = new Map<string, IgnoreFile | undefined>();
  const ignoredFolders = new Map<string, boolean>([["", false]]);
  const fileOf = (folder: string) => {
    if (!files.has(folder)) {
      const at = folder === "" ? root.path : absoluteOf(store, { root, path: folder });
      files.set(folder, readIgnoreFile(store, at, name));
    }
    return files.get(folder);
  };
  const isIgnoredFolder = (folder: string): boolean => {
    let known = ignoredFolders.get(folder);
    if (known === undefined) ignoredFolders.set(folder, known = isIgnored(folder, true));
    return known;
  };
  /** What is in an ignored folder cannot be taken back in. */
  const isIgnored = (path: string, isFolder: boolean): boolean => {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (isIgnoredFolder(parent)) return true;
    for (let folder = parent;; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
      const below = folder === "" ? path : path.slice(folder.length + 1);
      const says = fileOf(folder)?.(below, isFolder);
      if (says !== undefined) return says;
      if (folder === "") return false;
    }
  };
  return isIgnored;
}
