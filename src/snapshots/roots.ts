import {
  isInside,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  relativePathFault,
  statIfThere,
  toSlashes,
} from "../base/mod.ts";
import {
  findProfile,
  type Home,
  HOME_ROOT,
  realPathOf,
  resolveHome,
  rootsOf,
} from "../profiles/mod.ts";
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

interface RootRow extends Omit<TrackedRoot, "scannedMs"> {
  scanned_ms: number | null;
}

function fromRow({ scanned_ms, ...root }: RootRow): TrackedRoot {
  return { ...root, scannedMs: scanned_ms };
}

/** All roots that are known, homes and workspaces. */
export function listRoots(store: SnapshotStore): TrackedRoot[] {
  return store.all<RootRow>("SELECT * FROM roots ORDER BY id").map(fromRow);
}

type NewRoot = Pick<TrackedRoot, "path" | "kind" | "form" | "profile" | "part"> & {
  owner?: number;
};

function findRoot(store: SnapshotStore, path: string): TrackedRoot | undefined {
  const row = store.get<RootRow>("SELECT * FROM roots WHERE path = ?", path);
  return row && fromRow(row);
}

/** A folder that was a workspace can turn out to be a home: it keeps its history. */
function track(store: SnapshotStore, root: NewRoot): TrackedRoot {
  const known = findRoot(store, root.path);
  if (known && (known.kind === root.kind || root.kind === "workspace")) return known;
  return store.write(() => {
    const { path, kind, form, profile, part, owner } = root;
    store.run(
      `INSERT INTO roots (owner, path, kind, form, profile, part) VALUES (0, ?, ?, ?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET kind = 'home', profile = excluded.profile,
          part = excluded.part WHERE excluded.kind = 'home'`,
      path,
      kind,
      form,
      profile,
      part,
    );
    store.run("UPDATE roots SET owner = coalesce(?, id) WHERE path = ?", owner ?? null, path);
    return findRoot(store, path)!;
  });
}

/** The scope of an agent's home. It need not exist. */
export function trackHome(store: SnapshotStore, home: Home): Scope {
  const profile = home.profile.id;
  let owner: number | undefined;
  const roots = rootsOf(store.host, home).map(({ id: part, kind: form, path }) => {
    const root = track(store, { path, kind: "home", form, profile, part, owner });
    owner ??= root.id;
    return root;
  });
  return { main: roots[0], roots, home };
}

/** The scope of a folder that an agent works in. Throws `no_such_folder`. */
export function trackWorkspace(store: SnapshotStore, folder: string): Scope {
  const { host } = store;
  const path = realPathOf(host, pathsOf(host.platform).resolve(folder));
  if (statIfThere(host.fs, path)?.kind !== "directory") {
    throw new LifeboatError("missing", "no_such_folder", `There is no folder ${path}`, {
      hint: "Name the folder that the agent works in.",
    });
  }
  const root = track(store, {
    path,
    kind: "workspace",
    form: "folder",
    profile: null,
    part: HOME_ROOT,
  });
  return { main: root, roots: [root] };
}

/**
 * The scope of a root that is known, also when its folder is gone. Throws `unknown_profile` when its
 * agent's profile is not there any more.
 */
export function scopeOfRoot(store: SnapshotStore, root: TrackedRoot): Scope {
  const { host } = store;
  const main = listRoots(store).find(({ id }) => id === root.owner)!;
  if (main.kind === "workspace") return { main, roots: [main] };
  const profile = findProfile(host, main.profile!);
  const own = resolveHome(host, profile);
  return trackHome(
    store,
    own.path === main.path ? own : resolveHome(host, profile, { home: main.path }),
  );
}

/** A path of a root. */
export interface Place {
  root: TrackedRoot;
  /** Below the root, forward slashes; of a root that is a file its name. */
  path: string;
}

/** The absolute path of something below a root. */
export function absoluteOf({ host: { platform } }: SnapshotStore, { root, path }: Place): string {
  return root.form === "file" ? root.path : pathsOf(platform).join(root.path, ...path.split("/"));
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
