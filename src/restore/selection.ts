/** Which part of a backup a restore is about: `--only`, and `--missing-only`. */
import type { Manifest } from "../archive/mod.ts";
import { type FileInfo, LifeboatError, matchGlobs, type Platform, toSlashes } from "../base/mod.ts";
import { mainOfSidecar } from "../capture/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import type { RestoreOptions } from "./options.ts";
import { mainByName, SIDECARS } from "./paths.ts";
import { at, key, type Planner } from "./planner.ts";

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

/** Says of each glob that it has meant nothing. Throws `nothing_selected` when that is all of them. */
export function checkUsed({ options: { only = [] }, selection, plan }: Planner): void {
  const without = selection.unused();
  if (only.length > 0 && without.length === only.length) {
    throw new LifeboatError(
      "refused",
      "nothing_selected",
      `Nothing is meant by ${only.join(" ")}`,
      {
        hint: "See what the backup has with: lifeboat show ID --files",
      },
    );
  }
  plan.warnings.push(...without.map((glob) => `Nothing is meant by ${glob}`));
}

/**
 * Whether a place of the target is left as it is because only what is gone comes back. Sidecars go
 * with their database: a WAL beside another database than its own would change that.
 */
export function isLeftAlone(
  planner: Planner,
  root: TargetRoot,
  path: string,
  info: FileInfo | undefined,
): boolean {
  if (!planner.options.missingOnly) return false;
  const main = planner.selection.mainOf(root.id, path);
  if (main !== undefined) return at(planner, root, main) !== undefined;
  return info !== undefined || isBesideDatabase(planner, root, path);
}

/** Manifests of others do not tell raw databases; what is there does. */
function isBesideDatabase({ host }: Planner, root: TargetRoot, path: string): boolean {
  return mainByName(path) !== undefined &&
    mainOfSidecar(host, pathBelow(host, root, path)) !== undefined;
}
