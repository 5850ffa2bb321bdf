/** What a command about snapshots is about; what decides that is loaded when it is needed. */
import type { Command } from "commander";
import { LifeboatError, parseMoment, pathsOf } from "../base/mod.ts";
import type { MomentChoice, NamedScope, Place, Scope, SnapshotStore } from "../snapshots/mod.ts";
import { type Context, type GlobalFlags, homeOption, several } from "./command.ts";

/** How the command line names what snapshots are of. */
export type ScopeFlags = GlobalFlags & NamedScope;

/** The same, and a moment. */
export interface LookFlags extends ScopeFlags {
  time?: string;
  limit?: number;
}

/** The options of `ScopeFlags`. */
export function scopeOptions(command: Command): Command {
  return command.addOption(homeOption())
    .option("--with-roots", "with --home: also what lies outside the home, such as ~/.agents")
    .option("--workspace <path>", "a folder that an agent works in, instead of a home");
}

/** `--file`. */
export function fileOption(command: Command): Command {
  return command.option("--file <path>", "only this file, or folder; may be repeated", several);
}

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

/** A path as the user means it. */
export function absolute({ host }: Context, path: string): string {
  return pathsOf(host.platform).resolve(path);
}

/** The files that are named. */
export async function placesOf(
  context: Context,
  store: SnapshotStore,
  files: string[] | undefined,
) {
  const { findPlace } = await import("../snapshots/mod.ts");
  return files?.map((file): Place => findPlace(store, absolute(context, file)));
}

/** An error of the command line. */
export function usage(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "usage", message, { hint });
}

/** Which moment is meant: exactly one way to say it. */
export function momentOf(
  { host }: Context,
  flags: LookFlags,
  id: string | undefined,
): MomentChoice {
  const { session, time } = flags;
  if ([id, session, time].filter((one) => one !== undefined).length !== 1) {
    throw usage(
      "Say to when: a snapshot's ID, --time or --session",
      "See the snapshots with: lifeboat snapshot list",
    );
  }
  if (id !== undefined) return { snapshot: id };
  if (session !== undefined) return { session };
  return { timeMs: parseMoment(time!, host.now()) };
}
