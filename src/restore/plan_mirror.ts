/**
 * Planning of a mirror: what the backup does not have leaves the target too, into the undo data. What
 * the backup would not have taken, or could not, stays: that it lacks such things says nothing.
 */
import { collisionKey, type FileList, type Manifest, ROOT_PATH } from "../archive/mod.ts";
import type { Platform } from "../base/mod.ts";
import {
  type CaptureMode,
  compileRules,
  type ExcludeRules,
  isDatabase,
  walk,
  type WalkItem,
} from "../capture/mod.ts";
import { compilePatterns, HOME_ROOT, rootsOf } from "../profiles/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { folderOf, foldersAbove, isOwnPath, key, mainByName } from "./paths.ts";
import { planRemoval } from "./plan_sidecars.ts";
import type { Planner } from "./planner.ts";

/** Plans what is set aside, and folders that are empty then. After files, links and sidecars. */
export async function planMirror(planner: Planner): Promise<void> {
  if (!planner.options.mirror) return;
  const { host, plan } = planner;
  const rules = rulesOf(planner);
  const stays = stayRules(planner);
  const homeRoots = rootsOf(host, plan.target.home);
  for (const root of plan.target.roots) {
    const source = homeRoots.find(({ id }) => id === root.id)!;
    const folders: Folder[] = [];
    const held = new Set<string>();
    for (const item of walk(host, source, rules)) {
      await planner.pulse();
      const { type, path } = item;
      const leaves = type !== "skipped" && type !== "failed" &&
        !stays(root, path, type === "directory");
      if (!leaves) { for (const one of [path, ...foldersAbove(path)]) held.add(one); }
      if (type === "directory") folders.push(item);
      else if (leaves) planRemoval(planner, root, path);
      else noteStaying(planner, root, item);
    }
    for (const folder of folders.reverse()) {
      if (held.has(folder.path)) continue;
      if (!isMounted(planner, root, folder)) planFolderRemoval(planner, root, folder);
      else for (const one of foldersAbove(folder.path)) held.add(one);
    }
  }
}

type Folder = Extract<WalkItem, { type: "directory" }>;

/** A folder on which another disk is mounted cannot be removed; what is in it can. */
function isMounted({ host, plan }: Planner, root: TargetRoot, { path, info }: Folder): boolean {
  if (host.fs.stat(pathBelow(host, root, folderOf(path))).device === info.device) return false;
  const message = "is where another disk is mounted, and stays";
  plan.skipped.push({ root: root.id, path, reason: "mount_point", message });
  return true;
}

function planFolderRemoval({ plan }: Planner, root: TargetRoot, { path, info }: Folder): void {
  const old = { mode: info.mode, mtime_ms: info.mtimeMs };
  plan.items.push({ root: root.id, path, kind: "folder", action: "set_aside", bytes: 0 });
  plan.ops.push({ op: "remove_folder", root: root.id, path, old });
}

/** What is left out of backups here, and was left out of this one. */
function rulesOf({ plan: { manifest, target } }: Planner): ExcludeRules {
  const { always, compact, user } = manifest.exclusions;
  // A manifest that does not say its mode may have left out as much as possible.
  const mode: CaptureMode = manifest.mode ?? "compact";
  const rules = compileRules(target.home.profile, mode, textsOf(user));
  const patterns = [...textsOf(always), ...(mode === "compact" ? textsOf(compact) : [])];
  const then = compilePatterns(patterns);
  return {
    ...rules,
    ruleFor: (root, path, isFolder) =>
      rules.ruleFor(root, path, isFolder) ??
        (root === HOME_ROOT ? then(path, isFolder) : undefined),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string" && one !== "") : [];
}

const STAYS = {
  excluded: "stays: it is left out of backups",
  special_file: "stays: it is no file that a backup can hold",
  vanished: undefined,
};

function noteStaying(
  { plan: { skipped } }: Planner,
  root: TargetRoot,
  item: WalkItem,
): void {
  const record = { root: root.id, path: item.path };
  if (item.type === "failed") {
    skipped.push({ ...record, reason: item.code, message: `stays: ${item.error}` });
  } else if (item.type === "skipped") {
    const { reason, rule } = item;
    const message = STAYS[reason];
    if (message) skipped.push({ ...record, reason, message, ...(rule ? { rule } : {}) });
  }
}

type Stays = (root: TargetRoot, path: string, isFolder: boolean) => boolean;
type Knows = (root: TargetRoot, path: string) => boolean;

function stayRules(planner: Planner): Stays {
  const { host: { platform }, plan: { manifest, target, ops }, selection } = planner;
  const { restore_skip } = target.home.profile;
  const theirs = manifest.profile_data?.restore_skip;
  const isMachineBound = compilePatterns([...restore_skip, ...textsOf(theirs)]);
  const isInBackup = contentOf(manifest, platform);
  const isFileInBackup = filesOf(manifest, platform);
  const isUntold = untoldOf(manifest, platform);
  const leaving = new Set(
    ops.values().filter((op) => op.op === "remove").map((op) => key(op.root, op.path)),
  );
  return (root, path, isFolder) => {
    const main = databaseOf(planner, root, path);
    if (!selection.has(root.id, path) && !(main && selection.has(root.id, main))) return true;
    if (isOwnPath(path) || leaving.has(key(root.id, path))) return true;
    if (root.id === HOME_ROOT && isMachineBound(path, isFolder)) return true;
    // Sidecars of a database that the backup has were planned with it; but not where a link replaces it.
    return isInBackup(root, path) || isUntold(root, path) ||
      (main !== undefined && isFileInBackup(root, main));
  };
}

/** The database here that a file lies beside and belongs to. */
function databaseOf({ host }: Planner, root: TargetRoot, path: string): string | undefined {
  const main = root.kind === "folder" ? mainByName(path) : undefined;
  return main && isDatabase(host.fs, pathBelow(host, root, main)) ? main : undefined;
}

/** Whether the backup has a file, link or folder at a path. The one file of a root may be renamed. */
function contentOf(manifest: Manifest, platform: Platform): Knows {
  const paths = new Set<string>();
  const filled = new Set<string>();
  const add = (root: string, path: string) => {
    filled.add(root);
    for (const one of [path, ...foldersAbove(path)]) {
      paths.add(key(root, collisionKey(one, platform)));
    }
  };
  for (const { relative_path } of manifest.entries) add(HOME_ROOT, relative_path);
  for (const { id, entries } of manifest.roots) {
    for (const { relative_path } of entries) add(id, relative_path);
  }
  for (const { root, relative_path } of manifest.symlinks) add(root, relative_path);
  for (const { root, relative_path } of manifest.directories) add(root, relative_path);
  return (root, path) =>
    root.kind === "file"
      ? filled.has(root.id)
      : paths.has(key(root.id, collisionKey(path, platform)));
}

/** Whether the backup has a file at a path. */
function filesOf(manifest: Manifest, platform: Platform): Knows {
  const pathsIn = (root: string, entries: FileList) =>
    entries.values().map(({ relative_path }) => key(root, collisionKey(relative_path, platform)));
  const paths = new Set([
    ...pathsIn(HOME_ROOT, manifest.entries),
    ...manifest.roots.flatMap(({ id, entries }) => [...pathsIn(id, entries)]),
  ]);
  return (root, path) => paths.has(key(root.id, collisionKey(path, platform)));
}

/** Whether a path was seen by the backup and left out or lost, by itself or with its folder. */
function untoldOf({ skipped, errors }: Manifest, platform: Platform): Knows {
  const paths = new Set<string>();
  const whole = new Set<string>();
  for (const { root, relative_path: path } of [...skipped, ...errors]) {
    if (path === "" || path === ROOT_PATH) whole.add(root);
    paths.add(key(root, collisionKey(path, platform)));
  }
  const seen = (root: string, path: string) => paths.has(key(root, collisionKey(path, platform)));
  return (root, path) => {
    if (whole.has(root.id)) return true;
    if (root.kind === "file") return [...skipped, ...errors].some((one) => one.root === root.id);
    return [path, ...foldersAbove(path)].some((one) => seen(root.id, one));
  };
}
