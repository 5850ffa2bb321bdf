import { asLifeboatError, type Host, LifeboatError, pathsOf, printable } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { RemappedHome } from "../restore/mod.ts";
import type { PathMapping } from "../sessions/mod.ts";
import type { Answer, Context, GlobalFlags } from "./command.ts";
import { askForRemap } from "./confirm.ts";
import { styleFor } from "./style.ts";
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

/** What is to be done, in all homes that are meant. */
interface Remapping {
  mapping: PathMapping;
  found: Home[];
}

async function planAll(host: Host, { mapping, found }: Remapping): Promise<RemappedHome[]> {
  const { planHomeRemap } = await import("../restore/mod.ts");
  const homes: RemappedHome[] = [];
  for (const home of found) homes.push(await planHomeRemap(host, { home, mapping }));
  return homes;
}

async function applyAll(
  host: Host,
  { mapping, found }: Remapping,
  allowRunning?: boolean,
): Promise<RemappedHome[]> {
  const { applyHomeRemap, refuseIfInUse } = await import("../restore/mod.ts");
  // Before the first home is changed, all of them must be free.
  for (const home of found) await refuseIfInUse(host, home, allowRunning);
  const homes: RemappedHome[] = [];
  for (const home of found) {
    const applied = applyHomeRemap(host, { home, mapping, allowRunning });
    homes.push(await applied.catch((error) => tellOfOthers(error, homes)));
  }
  return homes;
}

/** Each home is changed as a whole, or not at all; others were changed before. */
function tellOfOthers(thrown: unknown, homes: RemappedHome[]): never {
  const changed = homes.filter(({ undo_id }) => undo_id !== null);
  if (changed.length === 0) throw thrown;
  const { kind, code, message, hint, cause } = asLifeboatError(thrown);
  const undo = changed.map(({ profile }) => `lifeboat undo --profile ${profile}`).join(", ");
  const done = `Other homes were changed already; take that back with: ${undo}`;
  throw new LifeboatError(kind, code, message, { hint: hint ? `${hint} ${done}` : done, cause });
}

/** Shows the plan and asks, unless that was answered. Throws `confirmation_required`. */
async function confirm(context: Context, flags: RemapFlags, remapping: Remapping): Promise<void> {
  if (flags.yes) return;
  const { host, terminal } = context;
  if (!terminal.interactive) {
    throw new LifeboatError(
      "refused",
      "confirmation_required",
      "A remap changes conversations and settings of the agents",
      { hint: "Confirm it with --yes" },
    );
  }
  const planned = await reportOf(host, remapping, await planAll(host, remapping), false);
  context.hideProgress();
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  terminal.err(remappedText(planned, namesOf(remapping), style));
  await askForRemap(context);
}

async function reportOf(
  host: Host,
  { mapping }: Remapping,
  homes: RemappedHome[],
  applied: boolean,
): Promise<RemapReport> {
  const { folderWarnings } = await import("../restore/mod.ts");
  return {
    ok: homes.every(({ conflicts }) => conflicts.length === 0),
    dry_run: !applied,
    message: messageOf(homes, mapping.from, applied),
    ...mapping,
    homes,
    warnings: folderWarnings(host, mapping),
  };
}

function namesOf({ found }: Remapping): Map<string, string> {
  return new Map(found.map(({ profile, path }) => [path, printable(profile.name)]));
}

/** `sessions remap OLD NEW`. */
export async function remapSessions(
  context: Context,
  flags: RemapFlags,
  { from, to }: PathMapping,
): Promise<Answer> {
  const { host } = context;
  const { apply = false, allowRunning } = flags;
  const mapping = await mappingOf(host, from, to);
  const remapping = { mapping, found: await homesOf(host, flags) };
  if (apply) await confirm(context, flags, remapping);
  const homes = await (apply ? applyAll(host, remapping, allowRunning) : planAll(host, remapping));
  const result = await reportOf(host, remapping, homes, apply);
  return { result, text: (style) => remappedText(result, namesOf(remapping), style) };
}
