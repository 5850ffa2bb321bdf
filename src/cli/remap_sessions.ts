import { type Host, LifeboatError, pathsOf, printable } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { RemappedHome } from "../restore/mod.ts";
import type { PathMapping } from "../sessions/mod.ts";
import type { Answer, Context, GlobalFlags } from "./command.ts";
import { remappedText } from "./text/remap.ts";

interface RemapFlags extends GlobalFlags {
  home?: string;
  withRoots?: boolean;
  apply?: boolean;
  allowRunning?: boolean;
}

/** What `sessions remap` prints. */
export interface RemapReport {
  ok: boolean;
  dry_run: boolean;
  message: string;
  from: string;
  to: string;
  homes: RemappedHome[];
  warnings: string[];
}

/** Agents name the real folder; the old one may be a link to the new one by now. */
async function mappingOf(host: Host, from: string, to: string): Promise<PathMapping> {
  const { realPathOf } = await import("../profiles/mod.ts");
  const { pathMapping } = await import("../sessions/mod.ts");
  const { resolve, dirname, basename, join } = pathsOf(host.platform);
  const [old, now] = [resolve(from), realPathOf(host, resolve(to))];
  const mapping = pathMapping(join(realPathOf(host, dirname(old)), basename(old)), now);
  if (mapping && mapping.from !== mapping.to) return mapping;
  throw new LifeboatError("refused", "usage", `${from} and ${to} are not two folders`, {
    hint: "Say where the project was, and where it is now.",
  });
}

async function homesOf(host: Host, { profile, home, withRoots }: RemapFlags): Promise<Home[]> {
  const { findProfile, homeExists, loadProfiles, requireHome, resolveHome } = await import(
    "../profiles/mod.ts"
  );
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

function messageOf(homes: RemappedHome[], from: string, applied: boolean): string {
  if (homes.every(({ remap }) => remap.length === 0)) return `Nothing here names ${from}`;
  return applied ? "The paths were changed" : "Nothing was changed. Do it with --apply.";
}

/** `sessions remap OLD NEW`. */
export async function remapSessions(
  { host }: Context,
  flags: RemapFlags,
  { from, to }: PathMapping,
): Promise<Answer> {
  const { applyHomeRemap, folderWarnings, planHomeRemap, refuseIfInUse } = await import(
    "../restore/mod.ts"
  );
  const mapping = await mappingOf(host, from, to);
  const found = await homesOf(host, flags);
  const { apply = false, allowRunning } = flags;
  // Before the first home is changed, all of them must be free.
  if (apply) { for (const home of found) await refuseIfInUse(host, home, allowRunning); }
  const homes: RemappedHome[] = [];
  for (const home of found) {
    const options = { home, mapping, allowRunning };
    homes.push(await (apply ? applyHomeRemap(host, options) : planHomeRemap(host, options)));
  }
  const result: RemapReport = {
    ok: homes.every(({ conflicts }) => conflicts.length === 0),
    dry_run: !apply,
    message: messageOf(homes, mapping.from, apply),
    ...mapping,
    homes,
    warnings: folderWarnings(host, mapping),
  };
  const names = new Map(found.map(({ profile, path }) => [path, printable(profile.name)]));
  return { result, text: (style) => remappedText(result, names, style) };
}
