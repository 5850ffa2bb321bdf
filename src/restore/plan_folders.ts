/** Planning of folders: those that must be made, and permissions and times of those that are there. */
import { type DirectoryEntry, ROOT_PATH } from "../archive/mod.ts";
import type { FileInfo } from "../base/mod.ts";
import type { Claim } from "./claims.ts";
import { isMove, type TargetRoot } from "./journal_types.ts";
import { FOLDER_MODE, folderOf } from "./paths.ts";
import { addConflict, at, folderState, type Planner } from "./planner.ts";

/** Plans the folders of the backup, and those that what comes back needs. After files and links. */
export async function planFolders(planner: Planner, claim: Claim): Promise<void> {
  const { manifest, target } = planner.plan;
  for (const root of target.roots) {
    if (root.kind === "file") continue;
    const entries = new Map(
      manifest.directories.filter((entry) => entry.root === root.id)
        .filter(({ relative_path }) => relative_path !== ROOT_PATH)
        .map((entry) => [entry.relative_path, entry]),
    );
    const named = new Set(
      [...entries.keys()].filter((path) =>
        planner.selection.has(root.id, path) && claim(root, path, "folder")
      ),
    );
    const touched = foldersTouched(planner, root, named);
    for (const path of [...new Set([...named, ...touched])].sort()) {
      await planner.pulse();
      const folder = { entry: entries.get(path), isTouched: touched.has(path) };
      planFolder(planner, root, path, { ...folder, isNamed: named.has(path) });
    }
  }
}

/** Folders in which something is created or replaced, and those above that have to be made. */
function foldersTouched(planner: Planner, root: TargetRoot, named: Iterable<string>): Set<string> {
  const touched = new Set<string>();
  const touch = (path: string) => {
    for (let folder = folderOf(path); folder !== "" && !touched.has(folder);) {
      touched.add(folder);
      if (folderState(planner, root, folder) === "there") break;
      folder = folderOf(folder);
    }
  };
  const leaving: string[] = [];
  for (const op of planner.plan.ops) {
    if (op.root !== root.id) continue;
    if (isMove(op) || op.op === "remove_folder") touch(op.path);
    if (op.op === "remove_folder") leaving.push(op.path);
  }
  for (const path of named) {
    if (folderState(planner, root, path) === "missing") touch(path);
  }
  for (const path of leaving) touched.delete(path);
  return touched;
}

interface Folder {
  entry: DirectoryEntry | undefined;
  /** Something in it is created, replaced or set aside. */
  isTouched: boolean;
  /** It comes back itself, and is not only on the way to what does. */
  isNamed: boolean;
}

function planFolder(planner: Planner, root: TargetRoot, path: string, folder: Folder): void {
  const info = at(planner, root, path);
  const { entry, isTouched, isNamed } = folder;
  if (!info) return planNewFolder(planner, root, path, entry);
  if (info.kind === "directory") {
    const isChanged = isNamed && !planner.options.missingOnly;
    return planAttributes(planner, root, path, isChanged ? entry : undefined, isTouched, info);
  }
  const message = `a ${info.kind} is where the folder must go`;
  addConflict(planner, { root: root.id, path, code: "not_a_folder", message });
}

function modeOf(planner: Planner, entry: DirectoryEntry | undefined): number | undefined {
  if (planner.host.platform === "windows" || !entry?.mode) return undefined;
  return entry.mode & FOLDER_MODE;
}

function planNewFolder(
  planner: Planner,
  root: TargetRoot,
  path: string,
  entry: DirectoryEntry | undefined,
): void {
  const { plan } = planner;
  plan.items.push({ root: root.id, path, kind: "folder", action: "create", bytes: 0 });
  const mode = modeOf(planner, entry) ?? 0o700;
  const op = { op: "folder", root: root.id, path, mode } as const;
  plan.ops.push(entry ? { ...op, mtime_ms: entry.mtime_ms } : op);
}

/** A folder's time is set back only where the restore itself changes it. */
function planAttributes(
  planner: Planner,
  root: TargetRoot,
  path: string,
  entry: DirectoryEntry | undefined,
  isTouched: boolean,
  info: FileInfo,
): void {
  const mode = modeOf(planner, entry);
  const otherMode = mode !== undefined && mode !== (info.mode & FOLDER_MODE);
  if (!otherMode && !isTouched) return;
  planner.plan.ops.push({
    op: "attributes",
    root: root.id,
    path,
    old: { mode: info.mode, mtime_ms: info.mtimeMs },
    ...(otherMode ? { mode } : {}),
    ...(isTouched && entry ? { mtime_ms: entry.mtime_ms } : {}),
  });
}
