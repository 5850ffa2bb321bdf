/** Which entries of a manifest may have which paths; the rest is skipped or in conflict. */
import type { Manifest } from "../archive/mod.ts";
import { LifeboatError, relativePathFault } from "../base/mod.ts";
import { compilePatterns, HOME_ROOT } from "../profiles/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import { fold, folderOf, foldersAbove, isOwnPath } from "./paths.ts";
import { addConflict, folderState, key, type Planner } from "./planner.ts";
import { belongsTo } from "./target.ts";

/** Says whether an entry may take its path, and notes why where it may not. */
export type Claim = (root: TargetRoot, path: string, kind: "leaf" | "folder") => boolean;

/** Throws `unsafe_manifest` when a path would lead out of its root: a manifest has no such path. */
export function checkPath(root: string, path: string): void {
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

/** A path as the target's file system tells it from others. */
function identity(planner: Planner, path: string): string {
  return planner.host.platform === "linux" ? path : fold(path);
}

/** All files and links of the backup, as the target's file system sees their paths. */
function leavesOf(planner: Planner, manifest: Manifest): Map<string, number> {
  const leaves = new Map<string, number>();
  const add = (root: string, path: string) => {
    const id = key(root, identity(planner, path));
    leaves.set(id, (leaves.get(id) ?? 0) + 1);
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
  const { manifest, target } = planner.plan;
  const leaves = leavesOf(planner, manifest);
  const skips = compilePatterns(target.home.profile.restore_skip);
  const belongs = new Map(target.roots.map((root) => [root.id, belongsTo(target.home, root)]));

  const skip = (root: TargetRoot, path: string, reason: string, message: string, rule?: string) => {
    planner.plan.skipped.push({ root: root.id, path, reason, message, ...(rule ? { rule } : {}) });
    return false;
  };
  const conflict = (root: TargetRoot, path: string, code: string, message: string) => {
    addConflict(planner, { root: root.id, path, code, message });
    return false;
  };

  return (root, path, kind) => {
    checkPath(root.id, path);
    const rule = root.id === HOME_ROOT ? skips(path, kind === "folder") : undefined;
    if (rule) return skip(root, path, "machine_bound", "belongs to the machine it was on", rule);
    if (isOwnPath(path)) return skip(root, path, "lifeboat_own", "is Lifeboat's own");
    if (!belongs.get(root.id)!(path)) {
      return skip(root, path, "outside_root", `is no part of root ${root.id}`);
    }
    const fault = relativePathFault(path, planner.host.platform);
    if (fault) return conflict(root, path, "name_not_possible", `its name has ${fault}`);
    const same = leaves.get(key(root.id, identity(planner, path))) ?? 0;
    if (same > (kind === "leaf" ? 1 : 0)) {
      return conflict(root, path, "same_name", "another entry has the same name here");
    }
    const above = foldersAbove(path).find((folder) =>
      leaves.has(key(root.id, identity(planner, folder)))
    );
    if (above) return conflict(root, path, "below_a_file", `in the backup ${above} is a file`);
    if (folderState(planner, root, folderOf(path)) !== "blocked") return true;
    return conflict(root, path, "folder_blocked", "a folder on the way is a file or link here");
  };
}
