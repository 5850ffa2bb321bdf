/** Planning of what an undo moves: what the restore replaced returns, what it created leaves. */
import { rootFolder } from "../archive/mod.ts";
import type { FileInfo } from "../base/mod.ts";
import type { MoveOp, Old, TargetRoot } from "./journal_types.ts";
import { pathBelow, rootOf } from "./layout.ts";
import { isNew } from "./moving.ts";
import { folderOf, key, mainByName } from "./paths.ts";
import { noteSidecars } from "./plan_sidecars.ts";
import { addConflict, at, folderState, oldOf, type PlannedFile, type Planner } from "./planner.ts";
import type { OpenUndo } from "./undo_data.ts";
import { findKept, hashOfKept, keptPath } from "./undo_kept.ts";

/** A path below a root. */
export interface Place {
  root: string;
  path: string;
}

/** The planning of an undo. */
export interface Undoer {
  planner: Planner;
  undo: OpenUndo;
  /** What the restore has moved, by `key(root, path)`. */
  moved: Set<string>;
  /** What is there now and is not what the restore has put there. */
  changed: Place[];
  /** Kept files that come back, as paths in the backup that the undo data is. */
  kept: Set<string>;
}

/** What is at the path of an operation now. */
interface Here extends Place {
  at: TargetRoot;
  info: FileInfo | undefined;
  old: Old;
}

/** Plans the way back of one file or link. */
export function planUndoneMove(undoer: Undoer, op: MoveOp): void {
  const { planner, undo: { site } } = undoer;
  const kept = findKept(site, op);
  const root = rootOf(site, op.root);
  const { path } = op;
  const conflict = (code: string, message: string) =>
    addConflict(planner, { root: root.id, path, code, message });
  if (folderState(planner, root, folderOf(path)) === "blocked") {
    // Where nothing has to return, nothing that the restore made is there any more.
    return kept && conflict("folder_blocked", "a folder on the way is a file or link now");
  }
  const info = at(planner, root, path);
  const old = oldOf(planner, root, path, info);
  if (!old) return conflict("not_a_file", `a ${info!.kind} is in its place now`);
  const here = { root: root.id, at: root, path, info, old };
  if (!kept) planLeaving(undoer, op, here);
  else if (kept.kind === "symlink") planLink(undoer, op, here);
  else if (mayReturn(undoer, op, here)) planFile(undoer, op, here, kept);
}

function planLeaving(undoer: Undoer, op: MoveOp, here: Here): void {
  const { planner: { plan } } = undoer;
  const { root, path, old } = here;
  if (old.kind === "absent") return;
  const [kind, bytes] = old.kind === "file" ? ["file", old.size] as const : ["link", 0] as const;
  plan.ops.push({ op: "remove", root, path, old });
  plan.items.push({ root, path, kind, action: "set_aside", bytes });
  notePlanned(undoer, here, { bytes: 0, sha256: "", action: "overwrite" });
  noteChanged(undoer, op, here);
}

function planLink(undoer: Undoer, op: MoveOp, here: Here): void {
  const { planner: { host, plan }, undo: { site } } = undoer;
  const { root, path, old } = here;
  const target = host.fs.readLink(keptPath(site, op));
  const same = old.kind === "symlink" && old.target === target;
  plan.items.push({ root, path, kind: "link", action: same ? "unchanged" : how(old), bytes: 0 });
  if (same) return;
  plan.ops.push({ op: "link", root, path, old, target });
  noteChanged(undoer, op, here);
}

function how(old: Old): "create" | "overwrite" {
  return old.kind === "absent" ? "create" : "overwrite";
}

/** Only the owner's, the group's and the others' rights come back, as with a restore. */
const FILE_MODE = 0o777;

function planFile(undoer: Undoer, op: MoveOp, here: Here, kept: FileInfo): void {
  const { planner: { host, plan }, undo: { site } } = undoer;
  const { root, path, info, old } = here;
  const sha256 = hashOfKept(site, op, kept);
  const [bytes, mode] = [kept.size, kept.mode & FILE_MODE];
  const sameBytes = info?.kind === "file" && holds(undoer, here, { size: bytes, sha256 });
  const same = sameBytes && info.mtimeMs === kept.mtimeMs && (info.mode & FILE_MODE) === mode;
  const action = same ? "unchanged" : how(old);
  plan.items.push({ root, path, kind: "file", action, bytes });
  plan.files++;
  plan.bytes += bytes;
  host.progress({ phase: "comparing", files: plan.files, bytes: plan.bytes });
  notePlanned(undoer, here, { bytes, sha256, action });
  undoer.kept.add(rootFolder(root) + path);
  if (same) return;
  const step = { op: "file", root, path, old, size: bytes, sha256 } as const;
  plan.ops.push(step, { mode, mtimeMs: kept.mtimeMs });
  if (!sameBytes) noteChanged(undoer, op, here);
}

/** Whether a file has these bytes; one that cannot be read may have any. */
function holds(
  { planner: { host } }: Undoer,
  { at: root, path, info }: Here,
  content: { size: number; sha256: string },
): boolean {
  const step = { op: "file", root: root.id, path, old: { kind: "absent" }, ...content } as const;
  try {
    return info !== undefined && isNew(host.fs, pathBelow(host, root, path), info, step);
  } catch {
    return false;
  }
}

/** Notes what is there and is neither what the restore has put there nor gone. */
function noteChanged(undoer: Undoer, op: MoveOp, here: Here): void {
  const { root, path, info } = here;
  if (info && !isRestored(undoer, op, here)) undoer.changed.push({ root, path });
}

/** Whether what is there is what the restore has put there. */
function isRestored(undoer: Undoer, op: MoveOp, here: Here): boolean {
  if (op.op === "file") return holds(undoer, here, op);
  const { planner: { host } } = undoer;
  const { path, info } = here;
  return op.op === "link" && info !== undefined &&
    isNew(host.fs, pathBelow(host, here.at, path), info, op);
}

/** The database of a sidecar is looked for among the files that are planned. */
function notePlanned(
  { planner }: Undoer,
  { at: root, path }: Here,
  { bytes, sha256, action }: Pick<PlannedFile, "action"> & { bytes: number; sha256: string },
): void {
  const entry = { relative_path: path, kind: "file", bytes, sha256, method: "copy2" } as const;
  noteSidecars(planner, { root, path, entry, action });
}

/**
 * A restore takes the WAL of a database away although the database stays, where it is the same. Since
 * then the database may have been written to, and that WAL would spoil it.
 */
function mayReturn(undoer: Undoer, op: MoveOp, here: Here): boolean {
  const { at: root, path } = here;
  const { planner, undo: { journal: { header } }, moved } = undoer;
  const main = root.kind === "folder" ? mainByName(path) : undefined;
  if (main === undefined || moved.has(key(root.id, main))) return true;
  const database = at(planner, root, main);
  const isLive = ["-wal", "-journal"].map((suffix) => main + suffix).some((side) =>
    (side !== path || !isRestored(undoer, op, here)) && (at(planner, root, side)?.size ?? 0) > 0
  );
  const restoredMs = Date.parse(header.created_at);
  if (!isLive && (!database || database.mtimeMs <= restoredMs)) return true;
  const message = "stays in the undo data: its database was changed since the restore";
  planner.plan.skipped.push({ root: root.id, path, reason: "database_changed", message });
  return false;
}
