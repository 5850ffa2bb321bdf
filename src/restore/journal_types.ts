/** The shape of a restore's journal: what is to be done, written down before anything is touched. */

/** A folder, or a single file, of this machine that a restore may write to. */
export interface TargetRoot {
  id: string;
  kind: "folder" | "file";
  /** Absolute, links resolved where it exists. */
  path: string;
}

/** What is at a path before the restore. */
export type Old =
  | { kind: "absent" }
  | { kind: "file"; size: number; mtime_ms: number; sha256?: string }
  | { kind: "symlink"; target: string };

/** Puts a staged file in its place. */
export interface FileOp {
  op: "file";
  root: string;
  /** Below the root, forward slashes; of a `file` root its name. */
  path: string;
  old: Old;
  size: number;
  /** Upper-case hex. */
  sha256: string;
}

/** Puts a staged symbolic link in its place. */
export interface LinkOp {
  op: "link";
  root: string;
  path: string;
  old: Old;
  target: string;
}

/** Takes a file away that would change a restored one: the WAL of an older database. */
export interface RemoveOp {
  op: "remove";
  root: string;
  path: string;
  old: Old;
}

/** Makes a folder. */
export interface FolderOp {
  op: "folder";
  root: string;
  path: string;
  mode: number;
  mtime_ms?: number;
}

/** Takes an empty folder away: one that the restore which is undone has made. */
export interface RemoveFolderOp {
  op: "remove_folder";
  root: string;
  path: string;
  old: { mode: number; mtime_ms: number };
}

/** Sets what is said about a file or folder that stays: permissions, and a folder's time. */
export interface AttributesOp {
  op: "attributes";
  root: string;
  path: string;
  old: { mode: number; mtime_ms: number };
  mode?: number;
  mtime_ms?: number;
}

/** An operation that moves a file or link. */
export type MoveOp = FileOp | LinkOp | RemoveOp;

/** One line of the journal; its number among the operations names its staged file. */
export type Op = MoveOp | FolderOp | RemoveFolderOp | AttributesOp;

/** The first line of the journal. */
export interface JournalHeader {
  format: "lifeboat-restore-journal";
  version: 1;
  /** The restore's id; also part of its folders' names. */
  id: string;
  profile: string;
  /** ISO 8601. */
  created_at: string;
  /** Name of the backup that is restored. */
  backup: string;
  roots: TargetRoot[];
  /** Folders that were made because a root was not there; outermost first. */
  made: string[];
}

/**
 * Where a restore stands. Until `committed` nothing was touched; from then on recovery goes forward,
 * from `rolling_back` on backward; after `done` and `rolled_back` only cleaning up is left.
 */
export type JournalState = "staging" | "committed" | "rolling_back" | "rolled_back" | "done";

/** `keep`: the old file is being copied to where it is kept; `put`: the new one over it. */
export type InPlaceStep = "keep" | "put";

/** Whether an operation moves a file or link. */
export function isMove(op: Op): op is MoveOp {
  return op.op === "file" || op.op === "link" || op.op === "remove";
}
