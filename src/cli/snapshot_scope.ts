/** What a command about snapshots is about; what decides that is loaded when it is needed. */
import type { NamedScope, Scope, SnapshotStore } from "../snapshots/mod.ts";
import type { Context, GlobalFlags } from "./command.ts";

/** How the command line names what snapshots are of. */
export type ScopeFlags = GlobalFlags & NamedScope;

/** Runs with the store, which is made when there is none, and closes it. */
export async function withStore<T>(
  { host }: Context,
  use: (store: SnapshotStore) => T | Promise<T>,
): Promise<T> {
  return await (await import("../snapshots/mod.ts")).withSnapshotStore(host, use);
}

/** The same for a command that only looks. Throws `no_snapshots` when there is no store. */
export async function withStoreThere<T>(
  { host }: Context,
  use: (store: SnapshotStore) => T | Promise<T>,
): Promise<T> {
  return await (await import("../snapshots/mod.ts")).withStoreThere(host, use);
}

/** The scopes that `take` is about: the named folders, or else the agent's home. */
export async function namedScopes(
  store: SnapshotStore,
  flags: ScopeFlags,
  folders: string[],
): Promise<Scope[]> {
  return (await import("../snapshots/mod.ts")).namedScopes(store, flags, folders);
}

/** The one scope that a rollback or a diff is about. */
export async function oneScope(
  store: SnapshotStore,
  flags: ScopeFlags,
  id: string | undefined,
): Promise<Scope> {
  return (await import("../snapshots/mod.ts")).oneScope(store, flags, id);
}
