import { isInside, LifeboatError, pathsOf } from "../base/mod.ts";
import type { Scope, SnapshotStore, TrackedRoot } from "../snapshots/mod.ts";
import type { Context, GlobalFlags } from "./command.ts";
import { chooseHomes } from "./homes.ts";

/** How the command line names what snapshots are of. */
export interface ScopeFlags extends GlobalFlags {
  home?: string;
  withRoots?: boolean;
  workspace?: string;
  session?: string;
  file?: string[];
}

/** Runs with the store, which is made when there is none, and closes it. */
export async function withStore<T>(
  { host }: Context,
  use: (store: SnapshotStore) => T | Promise<T>,
): Promise<T> {
  const { openSnapshotStore } = await import("../snapshots/mod.ts");
  const store = openSnapshotStore(host);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** The same for a command that only looks. Throws `no_snapshots` when there is no store. */
export async function withStoreThere<T>(
  context: Context,
  use: (store: SnapshotStore) => T | Promise<T>,
): Promise<T> {
  const { hasSnapshotStore } = await import("../snapshots/mod.ts");
  if (hasSnapshotStore(context.host)) return await withStore(context, use);
  throw new LifeboatError("missing", "no_snapshots", "No snapshot was taken yet", {
    hint: "Take one with: lifeboat snapshot take",
  });
}

/** The scopes that `take` is about: the named folders, or else the agent's home. */
export async function namedScopes(
  context: Context,
  store: SnapshotStore,
  flags: ScopeFlags,
  folders: string[],
): Promise<Scope[]> {
  const { trackHome, trackWorkspace } = await import("../snapshots/mod.ts");
  const { requireHome } = await import("../profiles/mod.ts");
  const workspaces = [...folders, ...(flags.workspace ? [flags.workspace] : [])];
  if (workspaces.length > 0) {
    return await Promise.all(workspaces.map(async (folder) => {
      const home = await homeAt(context, folder);
      return home ? trackHome(store, home) : trackWorkspace(store, checked(context, folder));
    }));
  }
  const homes = await chooseHomes(context.host, flags);
  homes.forEach((home) => requireHome(context.host, home));
  return homes.map((home) => trackHome(store, home));
}

/** A folder that is an agent's home is looked at as one. */
async function homeAt({ host }: Context, folder: string) {
  const { loadProfiles, realPathOf, resolveHome } = await import("../profiles/mod.ts");
  const path = realPathOf(host, pathsOf(host.platform).resolve(folder));
  return loadProfiles(host).map((profile) => resolveHome(host, profile))
    .find((home) => home.path === path);
}

/** Everything a user has is no workspace: it would be read as a whole. */
function checked({ host }: Context, folder: string): string {
  const { resolve, dirname } = pathsOf(host.platform);
  const path = resolve(folder);
  const isTooMuch = isInside(host.userHome, path, host.platform) || dirname(path) === path;
  if (!isTooMuch) return path;
  throw new LifeboatError("refused", "folder_too_wide", `${path} is more than one workspace`, {
    hint: "Name the folder of a project, or leave it out for the agent's home.",
  });
}

/** The one scope that a rollback or a diff is about. */
export async function oneScope(
  context: Context,
  store: SnapshotStore,
  flags: ScopeFlags,
  id: string | undefined,
): Promise<Scope> {
  const { findPlace, rootsWith, scopeOfRoot } = await import("../snapshots/mod.ts");
  const { resolve } = pathsOf(context.host.platform);
  if (flags.workspace) {
    return scopeOfRoot(store, findPlace(store, resolve(flags.workspace, "x")).root);
  }
  if (flags.home || flags.profile) return (await namedScopes(context, store, flags, []))[0];
  if (id !== undefined && id !== "latest") {
    return scopeOfRoot(store, only(rootsWith(store, { snapshot: id })));
  }
  if (flags.session) return scopeOfRoot(store, only(rootsWith(store, { session: flags.session })));
  if (flags.file?.length) return scopeOfRoot(store, findPlace(store, resolve(flags.file[0])).root);
  return await scopeAround(context, store, flags);
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

/** The workspace that the command was started in, or else the agent's home. */
async function scopeAround(context: Context, store: SnapshotStore, flags: ScopeFlags) {
  const { listRoots, scopeOfRoot } = await import("../snapshots/mod.ts");
  const { realPathOf } = await import("../profiles/mod.ts");
  const { host } = context;
  const here = realPathOf(host, pathsOf(host.platform).resolve("."));
  const [around] = listRoots(store)
    .filter(({ kind, path }) => kind === "workspace" && isInside(here, path, host.platform))
    .sort((a, b) => b.path.length - a.path.length);
  return around ? scopeOfRoot(store, around) : (await namedScopes(context, store, flags, []))[0];
}
