/** Homes that are tracked: apart from {@linkcode track}, since profiles take time to load. */
import { findProfile, type Home, resolveHome, rootsOf } from "../profiles/mod.ts";
import { listRoots, type Scope, type TrackedRoot } from "./roots.ts";
import type { SnapshotStore } from "./store.ts";
import { track } from "./track.ts";

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
