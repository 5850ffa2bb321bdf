/** Which entries of a manifest may have which paths; the rest is skipped or in conflict. */
import { collisionKey, type Manifest } from "../archive/mod.ts";
import { LifeboatError, relativePathFault } from "../base/mod.ts";
import { compilePatterns, HOME_ROOT } from "../profiles/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import type { Conflict, SkippedItem } from "./options.ts";
import { folderOf, foldersAbove, isOwnPath } from "./paths.ts";
import { folderState, type Planner } from "./planner.ts";
import { belongsTo } from "./target.ts";

/** Says whether an entry may take its path, and notes why where it may not. */
export type Claim = (root: TargetRoot, path: string, kind: "leaf" | "folder") => boolean;

/** Throws `unsafe_manifest` when a path would lead out of its root: a manifest has no such path. */
function checkPath(root: string, path: string): void {
  const fault = relativePathFault(path, "linux");
  if (!fault) return;
  throw new LifeboatError("refused", "unsafe_manifest", `The backup names "${path}" in ${root}`, {
    hint: `Nothing was restored: that is ${fault}. Use another copy of this backup.`,
  });
}

/** The path of an entry below its root; a root that is a file has one, whatever it is called here. */
export function pathIn(planner: Planner, root: TargetRoot, path: string): string {
  if (root.kind === "folder") return path;
  return planner.plan.target.home.roots.find((one) => one.id === root.id)?.name ?? path;
}

/** Paths of one root, as the target's file system sees them. */
interface Leaves {
  once: Set<string>;
  twice: Set<string>;
}

const NO_LEAVES: Leaves = { once: new Set(), twice: new Set() };

/** All files and links of the backup, by root. */
function leavesOf(planner: Planner, manifest: Manifest): Map<string, Leaves> {
  const leaves = new Map<string, Leaves>();
  const add = (root: string, path: string) => {
    if (!planner.selection.has(root, path)) return;
    const seen = collisionKey(path, planner.host.platform);
    const { once, twice } = leaves.get(root) ?? { once: new Set(), twice: new Set() };
    (once.has(seen) ? twice : once).add(seen);
    if (!leaves.has(root)) leaves.set(root, { once, twice });
  };
  for (const { relative_path } of manifest.entries) add(HOME_ROOT, relative_path);
  for (const { id, entries } of manifest.roots) {
    for (const { relative_path } of entries) add(id, relative_path);
  }
  for (const { root, relative_path } of manifest.symlinks) add(root, relative_path);
  return leaves;
}

/** Tells which paths of the backup can be restored. Notes what is skipped and what is in conflict. */
export function claimsOf(planner: Planner): Claim {
  const { skipped, conflicts } = planner.plan;
  const whySkipped = skipRules(planner);
  const whatIsInTheWay = conflictRules(planner);
  return (root, path, kind) => {
    checkPath(root.id, path);
    const skip = whySkipped(root, path, kind);
    // A folder says nothing that the files in it do not say.
    if (skip && kind === "leaf") skipped.push({ root: root.id, path, ...skip });
    const conflict = skip ? undefined : whatIsInTheWay(root, path, kind);
    if (conflict) conflicts.push({ root: root.id, path, ...conflict });
    return !skip && !conflict;
  };
}

type Rule<Answer> = (root: TargetRoot, path: string, kind: "leaf" | "folder") => Answer | undefined;

function skipRules({ plan: { target } }: Planner): Rule<Omit<SkippedItem, "root" | "path">> {
  const { profile } = target.home;
  const skips = new Map([
    [HOME_ROOT, compilePatterns(profile.restore_skip)],
    ...profile.roots.map(({ id, restore_skip = [] }) =>
      [id, compilePatterns(restore_skip)] as const
    ),
  ]);
  const belongs = new Map(target.roots.map((root) => [root.id, belongsTo(target.home, root)]));
  return (root, path, kind) => {
    const rule = skips.get(root.id)?.(path, kind === "folder");
    if (rule) return { reason: "machine_bound", message: "belongs to the machine it was on", rule };
    if (isOwnPath(path)) return { reason: "lifeboat_own", message: "is Lifeboat's own" };
    if (belongs.get(root.id)!(path)) return undefined;
    return { reason: "outside_root", message: `is no part of root ${root.id}` };
  };
}

function conflictRules(planner: Planner): Rule<Omit<Conflict, "root" | "path">> {
  const { platform } = planner.host;
  const leaves = leavesOf(planner, planner.plan.manifest);
  const leavesAt = (root: TargetRoot, path: string) => {
    const { once, twice } = leaves.get(root.id) ?? NO_LEAVES;
    const seen = collisionKey(path, platform);
    return twice.has(seen) ? 2 : once.has(seen) ? 1 : 0;
  };
  return (root, path, kind) => {
    // Elsewhere a name may be what it may be in a backup, which was checked already.
    const fault = platform === "windows" ? relativePathFault(path, platform) : undefined;
    if (fault) return { code: "name_not_possible", message: `its name has ${fault}` };
    if (leavesAt(root, path) > (kind === "leaf" ? 1 : 0)) {
      return { code: "same_name", message: "another entry has the same name here" };
    }
    const above = foldersAbove(path).find((folder) => leavesAt(root, folder) > 0);
    if (above) return { code: "below_a_file", message: `in the backup ${above} is a file` };
    if (folderState(planner, root, folderOf(path)) !== "blocked") return undefined;
    return { code: "folder_blocked", message: "a folder on the way is a file or link here" };
  };
}
