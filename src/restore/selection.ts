/** Which part of a backup a restore is about: `--only`, and `--missing-only`. */
import type { Manifest } from "../archive/mod.ts";
import { LifeboatError, matchGlobs, type Platform, toSlashes } from "../base/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import type { RestoreOptions } from "./options.ts";
import { key, mainByName, SIDECARS } from "./paths.ts";

/** The part of a backup that `--only` names. */
export interface Selection {
  /** Whether a path below a root is meant. */
  has(root: string, path: string): boolean;
  /** The database that a sidecar in the backup belongs to, and without which it must not come back. */
  mainOf(root: string, path: string): string | undefined;
  /** The globs that have meant nothing so far. */
  unused(): string[];
}

interface Glob {
  text: string;
  root: string;
  matches(path: string): boolean;
  used: boolean;
}

/** `GLOB` is about the home, `ID:GLOB` about the root ID, and `ID:` means all of that. */
function parseGlob(text: string, roots: Set<string>, platform: Platform): Glob {
  const colon = text.indexOf(":");
  const named = colon > 0 && roots.has(text.slice(0, colon));
  const root = named ? text.slice(0, colon) : HOME_ROOT;
  const glob = toSlashes(named ? text.slice(colon + 1) || "**" : text, platform);
  return { text, root, matches: matchGlobs([glob.replace(/^\.\//, "")]), used: false };
}

/** Databases that were captured as raw bytes, whose sidecars are in the backup for that reason. */
function rawDatabases({ errors }: Manifest): Set<string> {
  return new Set(
    errors.filter(({ method }) => method === "sqlite_backup")
      .map(({ root, relative_path }) => key(root, relative_path)),
  );
}

/** Compiles `--only`; without it, everything is meant. Throws `usage`. */
export function selectionOf(
  { only = [], missingOnly, mirror }: RestoreOptions,
  manifest: Manifest,
  platform: Platform,
): Selection {
  if (missingOnly && mirror) {
    throw new LifeboatError("refused", "usage", "missing-only and mirror contradict each other", {
      hint: "Mirror also replaces and sets aside; missing-only touches nothing that is there.",
    });
  }
  if (mirror && Array.isArray(manifest.exclusions.left_out)) {
    throw new LifeboatError("refused", "usage", "A backup of a part of a home is no mirror of it", {
      hint: "Leave out --mirror: the rest of the home would be set aside.",
    });
  }
  const roots = new Set([HOME_ROOT, ...manifest.roots.map(({ id }) => id)]);
  const globs = only.map((text) => parseGlob(text, roots, platform));
  const raw = rawDatabases(manifest);
  const isMeant = (root: string, path: string) => {
    const meant = globs.filter((glob) => glob.root === root && glob.matches(path));
    for (const glob of meant) glob.used = true;
    return meant.length > 0;
  };
  const mainOf = (root: string, path: string) => {
    const main = mainByName(path);
    return main !== undefined && raw.has(key(root, main)) ? main : undefined;
  };
  return {
    has(root, path) {
      if (globs.length === 0) return true;
      // A raw database and its sidecars are one thing: each is wrong beside another's.
      const main = mainOf(root, path) ?? path;
      const family = raw.has(key(root, main)) ? SIDECARS.map((suffix) => main + suffix) : [];
      return [path, main, ...family].some((one) => isMeant(root, one));
    },
    mainOf,
    unused: () => globs.filter(({ used }) => !used).map(({ text }) => text),
  };
}
