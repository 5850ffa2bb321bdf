import { HOME_ROOT } from "../archive/mod.ts";
import { LifeboatError } from "../base/mod.ts";
import type { ExcludeRules } from "../capture/mod.ts";
import type { HomePart } from "../profiles/mod.ts";
import type { BackupOptions, Findings } from "./options.ts";

type PreRestore = NonNullable<BackupOptions["preRestore"]>;

function keyOf(root: string, path: string): string {
  return `${root}\0${path}`;
}

/** The same rules, except that nothing a restore replaces is left out. */
export function holdingRules(rules: ExcludeRules, { mustHold }: PreRestore): ExcludeRules {
  const held = new Set<string>();
  for (const { root, path } of mustHold) {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      held.add(keyOf(root, path.slice(0, end)));
    }
  }
  return {
    ...rules,
    ruleFor: (root, path, isFolder) =>
      held.has(keyOf(root, path)) ? undefined : rules.ruleFor(root, path, isFolder),
  };
}

/** The same rules, in a part of a home. */
export function partRules(rules: ExcludeRules, part: HomePart | undefined): ExcludeRules {
  if (!part) return rules;
  return {
    ...rules,
    ruleFor: (root, path, isFolder) =>
      part.ruleFor(root, path) ?? rules.ruleFor(root, path, isFolder),
  };
}

/** Throws `pre_restore_failed` when something that a restore replaces could not be captured. */
export function requireHeld({ mustHold }: PreRestore, findings: Findings): void {
  const needed = new Set(mustHold.map(({ root, path }) => keyOf(root, path)));
  const lost = findings.errors.find(({ root, relative_path, code }) =>
    needed.has(keyOf(root, relative_path)) && code !== "malformed_database" // kept as raw bytes
  );
  if (!lost) return;
  const { root, relative_path, error } = lost;
  const where = root === HOME_ROOT ? relative_path : `${root}: ${relative_path}`;
  throw new LifeboatError(
    "failed",
    "pre_restore_failed",
    `${where} would be replaced but cannot be saved before: ${error}`,
    { hint: "Nothing was changed. Make the file readable, then restore again." },
  );
}
