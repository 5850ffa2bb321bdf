/** A project folder has moved: its conversations follow in every home that is meant. */
import { asLifeboatError, type Host, LifeboatError, lstatIfThere, pathsOf } from "../base/mod.ts";
import {
  findProfile,
  type Home,
  homeExists,
  loadProfiles,
  realPathOf,
  requireHome,
  resolveHome,
} from "../profiles/mod.ts";
import { type PathMapping, pathMapping } from "../sessions/mod.ts";
import { applyHomeRemap, planHomeRemap, type RemappedHome } from "./remap_home.ts";
import { refuseIfInUse } from "./running.ts";

/** What has moved, and in which homes, as a user says it. */
export interface RemapChoice {
  /** The project's folder before and now; relative ones are from the current folder. */
  from: string;
  to: string;
  /** One agent; by default all whose conversations are known. */
  profile?: string;
  home?: string;
  withRoots?: boolean;
}

/** What has moved, and the homes that are there. */
export interface Remapping {
  mapping: PathMapping;
  homes: Home[];
}

/** What `sessions remap` does, or did. */
export interface RemapReport {
  ok: boolean;
  dry_run: boolean;
  message: string;
  from: string;
  to: string;
  homes: RemappedHome[];
  warnings: string[];
}

/** Finds what is meant. Throws `usage`, `no_such_home`, `no_such_profile`. */
export function chooseRemap(host: Host, choice: RemapChoice): Remapping {
  return { mapping: mappingOf(host, choice), homes: homesOf(host, choice) };
}

/** Agents name the real folder; the old one may be a link to the new one by now. */
function mappingOf(host: Host, { from, to }: RemapChoice): PathMapping {
  const { resolve, dirname, basename, join } = pathsOf(host.platform);
  const [old, now] = [resolve(from), realPathOf(host, resolve(to))];
  const mapping = pathMapping(join(realPathOf(host, dirname(old)), basename(old)), now);
  if (mapping && mapping.from !== mapping.to) return mapping;
  throw new LifeboatError("refused", "usage", `${from} and ${to} are not two folders`, {
    hint: "Say where the project was, and where it is now.",
  });
}

function homesOf(host: Host, { profile, home, withRoots }: RemapChoice): Home[] {
  if (home && (!profile || profile === "all")) {
    throw new LifeboatError("refused", "usage", "--home needs --profile", {
      hint: "Say whose home it is: --profile codex, or claude-code.",
    });
  }
  if (profile && profile !== "all") {
    const named = resolveHome(host, findProfile(host, profile), { home, withRoots });
    requireHome(host, named);
    return [named];
  }
  const homes = loadProfiles(host).filter(({ transcripts }) => transcripts)
    .map((one) => resolveHome(host, one)).filter((one) => homeExists(host, one));
  if (homes.length > 0) return homes;
  throw new LifeboatError("missing", "no_such_home", "No home of any known agent was found", {
    hint: "See where they are looked for with: lifeboat profiles list",
  });
}

/** Says what would change in the homes. Changes nothing. */
export async function planRemaps(host: Host, { mapping, homes }: Remapping): Promise<RemapReport> {
  const planned: RemappedHome[] = [];
  for (const home of homes) planned.push(await planHomeRemap(host, { home, mapping }));
  return reportOf(host, { mapping, homes: planned, applied: false });
}

/**
 * Changes one home after another, each as a whole or not at all. Throws as `applyHomeRemap` does; the
 * hint then says how to take back what was changed before.
 */
export async function applyRemaps(
  host: Host,
  { mapping, homes }: Remapping,
  { allowRunning }: { allowRunning?: boolean } = {},
): Promise<RemapReport> {
  // Before the first home is changed, all of them must be free.
  for (const home of homes) await refuseIfInUse(host, home, allowRunning);
  const done: RemappedHome[] = [];
  for (const home of homes) {
    const applied = applyHomeRemap(host, { home, mapping, allowRunning });
    done.push(await applied.catch((error) => tellOfOthers(error, done)));
  }
  return reportOf(host, { mapping, homes: done, applied: true });
}

function tellOfOthers(thrown: unknown, homes: RemappedHome[]): never {
  const changed = homes.filter(({ undo_id }) => undo_id !== null);
  if (changed.length === 0) throw thrown;
  const { kind, code, message, hint, cause } = asLifeboatError(thrown);
  const undo = changed.map(({ profile }) => `lifeboat undo --profile ${profile}`).join(", ");
  const done = `Other homes were changed already; take that back with: ${undo}`;
  throw new LifeboatError(kind, code, message, { hint: hint ? `${hint} ${done}` : done, cause });
}

function reportOf(
  host: Host,
  { mapping, homes, applied }: { mapping: PathMapping; homes: RemappedHome[]; applied: boolean },
): RemapReport {
  return {
    ok: homes.every(({ conflicts }) => conflicts.length === 0),
    dry_run: !applied,
    message: messageOf(homes, mapping.from, applied),
    ...mapping,
    homes,
    warnings: folderWarnings(host, mapping),
  };
}

function messageOf(homes: RemappedHome[], from: string, applied: boolean): string {
  if (homes.every(({ remap }) => remap.length === 0)) return `Nothing here names ${from}`;
  return applied ? "The paths were changed" : "Nothing was changed. Do it with --apply.";
}

/** What the user should know of the two folders. */
function folderWarnings(host: Host, { from, to }: PathMapping): string[] {
  const isThere = (path: string) => lstatIfThere(host.fs, path)?.kind === "directory";
  return [
    ...(isThere(from) ? [`${from} is still there`] : []),
    ...(isThere(to) ? [] : [`${to} is not there, or is no folder`]),
  ];
}
