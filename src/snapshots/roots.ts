import { isInside, lstatIfThere, pathsOf, relativePathFault, toSlashes } from "../base/mod.ts";
import { type Home, realPathOf } from "../profiles/mod.ts";
import { type Look, lookAt } from "./look.ts";
import type { SnapshotStore } from "./store.ts";

/** A folder, or a single file, whose content is recorded. */
export interface TrackedRoot {
  id: number;
  /** The root itself; for a root outside a home, that home's. */
  owner: number;
  /** Absolute, links resolved. */
  path: string;
  kind: "home" | "workspace";
  form: "folder" | "file";
  /** Of a home, whose it is. */
  profile: string | null;
  /** Id among the roots of its home; `home` for the home itself and for a workspace. */
  part: string;
  /** When all of it was looked at last, ms since 1970. */
  scannedMs: number | null;
}

/** What a snapshot is of: a home with its roots outside, or a workspace. */
export interface Scope {
  main: TrackedRoot;
  /** The main one first. */
  roots: TrackedRoot[];
  /** Absent for a workspace. */
  home?: Home;
}

/** A root as the store has it. */
export interface RootRow extends Omit<TrackedRoot, "scannedMs"> {
  scanned_ms: number | null;
}

/** The root that a row tells of. */
export function fromRow({ scanned_ms, ...root }: RootRow): TrackedRoot {
  return { ...root, scannedMs: scanned_ms };
}

/** All roots that are known, homes and workspaces. */
export function listRoots(store: SnapshotStore): TrackedRoot[] {
  return store.all<RootRow>("SELECT * FROM roots ORDER BY id").map(fromRow);
}

/** A path of a root. */
export interface Place {
  root: TrackedRoot;
  /** Below the root, forward slashes; of a root that is a file its name. */
  path: string;
}

/** The absolute path of something below a root. */
export function absoluteOf({ host: { platform } }: SnapshotStore, { root, path }: Place): string {
  if (root.form === "file" || path === "") return root.path;
  // Joined by hand: the library's join takes as long as what is then done with the path.
  const { sep } = pathsOf(platform);
  const below = sep === "/" ? path : path.replaceAll("/", sep);
  return root.path.endsWith(sep) ? root.path + below : root.path + sep + below;
}

/**
 * Looks at a path. Where a folder above it is none, or a link, nothing is there: what a link leads to
 * is no part of the root.
 */
export function lookAtPlace(store: SnapshotStore, place: Place): Look {
  const { host: { fs } } = store;
  const { root, path } = place;
  const names = root.form === "file" ? [] : path.split("/").slice(0, -1);
  for (let length = 0; length < names.length; length++) {
    const above = { root, path: names.slice(0, length + 1).join("/") };
    if (lstatIfThere(fs, absoluteOf(store, above))?.kind !== "directory") return { kind: "absent" };
  }
  return lookAt(fs, absoluteOf(store, place));
}

/**
 * Where a path lies in a scope, or why it is in none of its roots. Links on the way are resolved, so
 * that none leads out; what the path itself names is not followed.
 */
export function locate(
  { host }: SnapshotStore,
  scope: Scope,
  absolute: string,
): Place | { reason: string } {
  const { dirname, basename, join, relative, isAbsolute } = pathsOf(host.platform);
  if (!isAbsolute(absolute)) return { reason: "not an absolute path" };
  const path = join(realPathOf(host, dirname(absolute)), basename(absolute));
  const file = scope.roots.find((root) => root.form === "file" && root.path === path);
  if (file) return { root: file, path: basename(path) };
  const root = scope.roots.find(({ form, path: top }) =>
    form === "folder" && path !== top && isInside(path, top, host.platform)
  );
  if (!root) return { reason: "outside the home and the session's folder" };
  const below = toSlashes(relative(root.path, path), host.platform);
  const fault = relativePathFault(below, host.platform);
  return fault ? { reason: fault } : { root, path: below };
}
