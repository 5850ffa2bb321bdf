/** Which paths a restore maps by itself: those of the home, where it lies elsewhere now. */
import type { Manifest } from "../archive/mod.ts";
import { type Host, lstatIfThere, pathsOf } from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import { type PathMapping, pathMapping } from "../sessions/mod.ts";
import type { RestoreOptions } from "./options.ts";
import type { Target } from "./target.ts";

/**
 * The mappings of a restore: what the user asked for, and unless that was declined, what follows from
 * where the home lies now. Nothing is offered for a restore into a folder apart.
 */
export function mappingsOf(
  host: Host,
  { mapPaths = [], offerMappings = true, targetDir }: RestoreOptions,
  manifest: Manifest,
  target: Target,
): PathMapping[] {
  const offered = offerMappings && targetDir === undefined
    ? offeredMappings(host, manifest, target)
    : [];
  const asked = new Set(mapPaths.map(({ from }) => from));
  return [...mapPaths, ...offered.filter(({ from }) => !asked.has(from))];
}

function offeredMappings(host: Host, manifest: Manifest, { home }: Target): PathMapping[] {
  // A manifest may be made up: what no path can be says nothing.
  if (manifest.home.includes("\0") || manifest.profile !== home.profile.id) return [];
  if (isSamePlace(host, manifest.home, home.path)) {
    return [];
  }
  const mappings = [pathMapping(manifest.home, home.path), userMapping(host, manifest, home)];
  return mappings.filter((one) => one !== undefined);
}

function isSamePlace(host: Host, one: string, other: string): boolean {
  if (one === other) return true;
  if (!pathsOf(host.platform).isAbsolute(one)) return false;
  try {
    return realPathOf(host, one) === realPathOf(host, other);
  } catch {
    return false; // a path of another system, or one that cannot be looked at
  }
}

/**
 * The user's whole home folder, where both homes lie in the usual place of one, and the old one is not
 * on this machine, so that nothing in it can still be meant.
 */
function userMapping(
  host: Host,
  manifest: Manifest,
  home: Target["home"],
): PathMapping | undefined {
  const usual = home.profile.home.default;
  const tail = usual.startsWith("~/") ? usual.slice(1) : undefined;
  const before = tail && withoutTail(manifest.home, tail);
  if (!before || withoutTail(home.path, tail) !== host.userHome) return undefined;
  return isHere(host, before) ? undefined : pathMapping(before, host.userHome);
}

/** Whether a folder, perhaps of another system, is on this machine; what cannot be looked at may be. */
function isHere({ fs, platform }: Host, path: string): boolean {
  if (!pathsOf(platform).isAbsolute(path)) return false;
  try {
    return lstatIfThere(fs, path) !== undefined;
  } catch {
    return true;
  }
}

/** What lies before `/.codex` in a path of either style. */
function withoutTail(path: string, tail: string): string | undefined {
  const found = path.replaceAll("\\", "/");
  return found.endsWith(tail) ? path.slice(0, -tail.length) : undefined;
}
