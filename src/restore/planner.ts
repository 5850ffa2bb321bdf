/** What the parts of planning share: the target as it is, and the plan as it grows. */
import type { Backup, FileEntry, Manifest } from "../archive/mod.ts";
import { createPulse, type FileInfo, type Host, lstatIfThere } from "../base/mod.ts";
import type { Old, TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import type { OpList } from "./op_list.ts";
import type {
  Activation,
  AgentPlan,
  Conflict,
  MergedFile,
  RestoreOptions,
  SessionStep,
  SkippedItem,
} from "./options.ts";
import { folderOf, key } from "./paths.ts";
import type { PlanItems } from "./plan_items.ts";
import type { RemapStep } from "./remap_steps.ts";
import type { Selection } from "./selection.ts";
import type { Target } from "./target.ts";

/** A plan: what the user is shown, and what is done. */
export interface Plan {
  /** What comes back: the backup, or it as it was derived (derive.ts). */
  manifest: Manifest;
  /** Where the content of the staged files is read; fits `manifest`. */
  backup: Backup;
  target: Target;
  ops: OpList;
  items: PlanItems;
  skipped: SkippedItem[];
  conflicts: Conflict[];
  activates: Activation[];
  warnings: string[];
  /** What was done to paths that lie elsewhere now. */
  remap: RemapStep[];
  /** Files of the backup that take part, and their bytes. */
  files: number;
  bytes: number;
  /** Files and links of the backup that `--only` does not mean. */
  notSelected: number;
  /** The one agent of OpenClaw that comes back. */
  agent?: AgentPlan;
  /** What happens to conversations that were chosen, and to files that are merged. */
  sessions?: SessionStep[];
  merged?: MergedFile[];
  /** Removes what only this plan needed. Called once nothing is staged from it any more. */
  close(): void;
}

/** A file of the backup that has a place in the target. */
export interface PlannedFile {
  root: TargetRoot;
  path: string;
  entry: FileEntry;
  action: "create" | "overwrite" | "unchanged";
}

/** A file, and the paths of what lies here as the sidecars of a database would beside it. */
export interface BesideSidecars {
  file: PlannedFile;
  paths: string[];
}

/** Planning in progress. */
export interface Planner {
  host: Host;
  options: RestoreOptions;
  plan: Plan;
  selection: Selection;
  /** Files that come back or are already there, and have the names of sidecars beside them here. */
  besideSidecars: BesideSidecars[];
  /** Names like those of sidecars in folders of the target, by `key(root, folder)`. */
  sidecars: Map<string, Set<string>>;
  /** Whether a database comes back that is another one here. */
  bringsDatabases: boolean;
  /** What the folders on the way are, by `key(root, path)`. */
  folders: Map<string, FolderState>;
  /** Throws when the user wants to stop; lets timers and signals run. */
  pulse(): Promise<void>;
}

/** Planning that begins. */
export function createPlanner(
  { host, options, plan, selection }: Pick<Planner, "host" | "options" | "plan" | "selection">,
): Planner {
  return {
    ...{ host, options, plan, selection },
    besideSidecars: [],
    sidecars: new Map(),
    bringsDatabases: false,
    folders: new Map(),
    pulse: createPulse(host),
  };
}

/** Whether a folder of the target is there, can be made, or something else has its place. */
export type FolderState = "there" | "missing" | "blocked";

/** What a folder of the target is, every folder above it included. */
export function folderState(planner: Planner, root: TargetRoot, folder: string): FolderState {
  if (root.kind === "file") return "there";
  const id = key(root.id, folder);
  const known = planner.folders.get(id);
  if (known) return known;
  const above = folder === "" ? "there" : folderState(planner, root, folderOf(folder));
  const state = above === "there" ? kindState(at(planner, root, folder)) : above;
  planner.folders.set(id, state);
  return state;
}

function kindState(info: FileInfo | undefined): FolderState {
  if (!info) return "missing";
  return info.kind === "directory" ? "there" : "blocked";
}

/** What is at a path of the target. In a folder that is not there nothing is looked for. */
export function at(planner: Planner, root: TargetRoot, path: string): FileInfo | undefined {
  if (path !== "" && folderState(planner, root, folderOf(path)) === "missing") return undefined;
  return lstatIfThere(planner.host.fs, pathBelow(planner.host, root, path));
}

/** What a restore keeps of what is at a path; nothing where it is no file and no link. */
export function oldOf(
  planner: Planner,
  root: TargetRoot,
  path: string,
  info: FileInfo | undefined,
): Old | undefined {
  if (!info) return { kind: "absent" };
  if (info.kind === "file") return { kind: "file", size: info.size, mtime_ms: info.mtimeMs };
  if (info.kind !== "symlink") return undefined;
  return {
    kind: "symlink",
    target: planner.host.fs.readLink(pathBelow(planner.host, root, path)),
  };
}

/** Notes that something is in the way. */
export function addConflict(planner: Planner, conflict: Conflict): void {
  planner.plan.conflicts.push(conflict);
}
