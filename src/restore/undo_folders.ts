/** Planning of folders in an undo: those that were made go, those that were changed are as before. */
import type { FileInfo } from "../base/mod.ts";
import {
  type AttributesOp,
  type FolderOp,
  type RemoveFolderOp,
  type TargetRoot,
} from "./journal_types.ts";
import { pathBelow, rootOf } from "./layout.ts";
import { FOLDER_MODE, folderOf, key } from "./paths.ts";
import { addConflict, at, folderState } from "./planner.ts";
import type { Undoer } from "./undo_moves.ts";

/** What a folder was before the restore. */
type Before = RemoveFolderOp["old"];

/** Plans the folders that the restore has made, removed or changed. After files, links and sidecars. */
export async function planUndoneFolders(undoer: Undoer): Promise<void> {
  const { planner, undo: { journal: { ops } } } = undoer;
  await planRemovals(undoer, ops.values().filter((op) => op.op === "folder").toArray());
  const before = new Map<string, Before>();
  for (const op of ops) {
    if (op.op === "attributes" || op.op === "remove_folder") {
      before.set(key(op.root, op.path), op.old);
    }
  }
  const needed = [
    ...planner.plan.ops.values().filter((op) => op.op === "file" || op.op === "link")
      .map(({ root, path }) => ({ root, path: folderOf(path) })),
    ...ops.values().filter((op) => op.op === "remove_folder"),
  ];
  const made = new Set<string>();
  for (const { root, path } of needed) {
    await planner.pulse();
    planMissing(undoer, rootOf(undoer.undo.site, root), path, { before, made });
  }
  const touched = new Set(
    planner.plan.ops.values().filter((op) => op.op !== "attributes")
      .map(({ root, path }) => key(root, folderOf(path))),
  );
  for (const op of ops) if (op.op === "attributes") planAttributes(undoer, op, touched);
}

/** Folders that the restore has made go when nothing else has come into them; the deepest first. */
async function planRemovals(undoer: Undoer, folders: FolderOp[]): Promise<void> {
  const { planner, undo: { site } } = undoer;
  const { plan, host } = planner;
  const leaving = new Set(
    plan.ops.values().filter((op) => op.op === "remove").map(({ root, path }) => key(root, path)),
  );
  for (const { root: id, path } of folders.toSorted((a, b) => a.path < b.path ? 1 : -1)) {
    await planner.pulse();
    const root = rootOf(site, id);
    if (folderState(planner, root, path) !== "there") continue;
    const { entries, lost } = host.fs.list(pathBelow(host, root, path));
    if (lost.length > 0 || entries.some(({ name }) => !leaving.has(key(id, `${path}/${name}`)))) {
      const message = "was made by the restore, and stays: something else is in it";
      plan.skipped.push({ root: id, path, reason: "folder_not_empty", message });
      continue;
    }
    const { mode, mtimeMs } = at(planner, root, path)!;
    plan.ops.push({ op: "remove_folder", root: id, path, old: { mode, mtime_ms: mtimeMs } });
    plan.items.push({ root: id, path, kind: "folder", action: "set_aside", bytes: 0 });
    leaving.add(key(id, path));
  }
}

/** A folder that is to be there and is not, with those above it, as they were before. */
function planMissing(
  undoer: Undoer,
  root: TargetRoot,
  path: string,
  known: { before: Map<string, Before>; made: Set<string> },
): void {
  const { planner } = undoer;
  const id = key(root.id, path);
  if (path === "" || known.made.has(id)) return;
  const state = folderState(planner, root, path);
  if (state === "there") return;
  known.made.add(id);
  if (state === "blocked") {
    const message = "something else is where the folder was";
    return addConflict(planner, { root: root.id, path, code: "folder_blocked", message });
  }
  planMissing(undoer, root, folderOf(path), known);
  const before = known.before.get(id);
  const mode = before ? before.mode & FOLDER_MODE : 0o700;
  const op = { op: "folder", root: root.id, path, mode } as const;
  planner.plan.ops.push(before ? { ...op, mtime_ms: before.mtime_ms } : op);
  planner.plan.items.push({ root: root.id, path, kind: "folder", action: "create", bytes: 0 });
}

const FILE_MODE = 0o777;

/** Rights and times that the restore has set, or that moving files changes. */
function planAttributes(undoer: Undoer, op: AttributesOp, touched: Set<string>): void {
  const { planner, undo: { site } } = undoer;
  const root = rootOf(site, op.root);
  const isBlocked = folderState(planner, root, folderOf(op.path)) !== "there";
  const info = isBlocked ? undefined : at(planner, root, op.path);
  if (info?.kind !== "directory" && info?.kind !== "file") return;
  const mode = modeBefore(undoer, op, info);
  const mtime_ms = mtimeBefore(op, info, touched);
  if (mode === undefined && mtime_ms === undefined) return;
  planner.plan.ops.push({
    op: "attributes",
    root: op.root,
    path: op.path,
    old: { mode: info.mode, mtime_ms: info.mtimeMs },
    ...(mode === undefined ? {} : { mode }),
    ...(mtime_ms === undefined ? {} : { mtime_ms }),
  });
}

function modeBefore({ planner }: Undoer, op: AttributesOp, info: FileInfo): number | undefined {
  const mask = info.kind === "directory" ? FOLDER_MODE : FILE_MODE;
  if (planner.host.platform === "windows" || op.mode === undefined) return undefined;
  return (op.old.mode & mask) === (info.mode & mask) ? undefined : op.old.mode & mask;
}

/** The time of a file is left alone, as the restore has left it alone. */
function mtimeBefore(op: AttributesOp, info: FileInfo, touched: Set<string>): number | undefined {
  if (info.kind !== "directory") return undefined;
  const isAsRestored = op.mtime_ms !== undefined && op.mtime_ms === info.mtimeMs;
  return isAsRestored || touched.has(key(op.root, op.path)) ? op.old.mtime_ms : undefined;
}
