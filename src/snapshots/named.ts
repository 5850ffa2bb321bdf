/** Which home or folder a user means, as a scope of the store. */
import { type Host, isInside, LifeboatError, pathsOf } from "../base/mod.ts";
import {
  chooseHomes,
  type Home,
  type HomeChoice,
  loadProfiles,
  realPathOf,
  requireHome,
  resolveHome,
} from "../profiles/mod.ts";
import { findPlace, rootsWith } from "./lists.ts";
import { listRoots, type Scope, type TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";
import { trackWorkspace } from "./track.ts";
import { scopeOfRoot, trackHome } from "./track_home.ts";

/** How a user names what snapshots are of. */
export interface NamedScope extends HomeChoice {
  /** A folder that an agent works in. */
  workspace?: string;
  session?: string;
  file?: string[];
}

/** The scopes of the named folders, or else of the agent's home. Throws `folder_too_wide`. */
export function namedScopes(
  store: SnapshotStore,
  named: NamedScope,
  folders: string[] = [],
): Scope[] {
  const { host } = store;
  const workspaces = [...folders, ...(named.workspace ? [named.workspace] : [])];
  if (workspaces.length > 0) {
    return workspaces.map((folder) => {
      const home = homeAt(host, folder);
      return home ? trackHome(store, home) : trackWorkspace(store, checked(host, folder));
    });
  }
  const homes = chooseHomes(host, named);
  homes.forEach((home) => requireHome(host, home));
  return homes.map((home) => trackHome(store, home));
}

/** A folder that is an agent's home is looked at as one. */
function homeAt(host: Host, folder: string): Home | undefined {
  const path = realPathOf(host, pathsOf(host.platform).resolve(folder));
  return loadProfiles(host).map((profile) => resolveHome(host, profile))
    .find((home) => home.path === path);
}

/** Everything a user has is no workspace: it would be read as a whole. */
function checked(host: Host, folder: string): string {
  const { resolve, dirname } = pathsOf(host.platform);
  const path = resolve(folder);
  const isTooMuch = isInside(host.userHome, path, host.platform) || dirname(path) === path;
  if (!isTooMuch) return path;
  throw new LifeboatError("refused", "folder_too_wide", `${path} is more than one workspace`, {
    hint: "Name the folder of a project, or leave it out for the agent's home.",
  });
}

/** The one scope that a rollback or a diff is about. @param id a snapshot */
export function oneScope(store: SnapshotStore, named: NamedScope, id?: string): Scope {
  const { resolve } = pathsOf(store.host.platform);
  if (named.workspace) {
    return scopeOfRoot(store, findPlace(store, resolve(named.workspace, "x")).root);
  }
  if (named.home || named.profile) return namedScopes(store, named)[0];
  if (id !== undefined && id !== "latest") {
    return scopeOfRoot(store, only(rootsWith(store, { snapshot: id })));
  }
  if (named.session) return scopeOfRoot(store, only(rootsWith(store, { session: named.session })));
  if (named.file?.length) return scopeOfRoot(store, findPlace(store, resolve(named.file[0])).root);
  return scopeAround(store, named);
}

/** A session changes files in one workspace; of its home only its own notes. */
function only(roots: TrackedRoot[]): TrackedRoot {
  const workspaces = roots.filter(({ kind }) => kind === "workspace");
  const meant = workspaces.length > 0 ? workspaces : roots;
  if (meant.length === 1) return meant[0];
  throw new LifeboatError("refused", "usage", "That is about several folders", {
    hint: `Name one with --workspace: ${meant.map(({ path }) => path).join(", ")}`,
  });
}

/** The workspace around the current folder, or else the agent's home. */
function scopeAround(store: SnapshotStore, named: NamedScope): Scope {
  const { host } = store;
  const here = realPathOf(host, pathsOf(host.platform).resolve("."));
  const [around] = listRoots(store)
    .filter(({ kind, path }) => kind === "workspace" && isInside(here, path, host.platform))
    .sort((a, b) => b.path.length - a.path.length);
  return around ? scopeOfRoot(store, around) : namedScopes(store, named)[0];
}
