/** What the user is told of an undo, planned or done. */
import type { Running, RunningProcess } from "../doctor/mod.ts";
import type { Carried } from "./carry_plan.ts";
import type { Activation, Conflict, PlanItem, SkippedItem } from "./options.ts";
import type { OpenUndo } from "./undo_data.ts";
import { sumsOf } from "./result.ts";
import { keptPath } from "./undo_kept.ts";
import type { Place } from "./undo_moves.ts";
import type { UndoPlan } from "./undo_plan.ts";

/** An undo with its plan. */
export interface Undoing extends UndoPlan {
  undo: OpenUndo;
  warnings: string[];
}

/** What an undo does; key names are those of a restore's plan where they fit. */
export interface UndoPlanSummary {
  /** What the restore restored: the name of a backup, or of the undo data of an earlier undo. */
  backup: string;
  /** When the restore was made, ISO 8601. */
  created_at: string;
  target_home: string;
  target_is_active_home: boolean;
  /** Files that come back or are as they were, and their bytes. */
  files: number;
  bytes: number;
  /** Files and links. */
  create: number;
  overwrite: number;
  unchanged: number;
  /** Files and links that leave their place without another taking it; they are kept. */
  set_aside: number;
  create_folders: number;
  remove_folders: number;
  /** Files and folders that stay and get other permissions. */
  set_permissions: number;
  /** Bytes that are written. */
  write_bytes: number;
  requires_app_closed: boolean;
  /** Processes that are at work in the home; apply refuses while there are any. */
  running: RunningProcess[];
  skipped: SkippedItem[];
  conflicts: Conflict[];
  activates: Activation[];
  /** Where each root is. */
  targets: Place[];
}

/** A file that was changed since the restore. */
export interface KeptBeside extends Place {
  /** Where it is now; null in a dry run. */
  at: string | null;
}

/** What `undo` gives back. */
export interface UndoResult {
  ok: boolean;
  dry_run: boolean;
  message: string;
  home: string;
  /** Of the restore that is taken back. */
  undo_id: string;
  /** By which this undo can be undone; null in a dry run. */
  new_undo_id: string | null;
  plan: UndoPlanSummary;
  /** Files and links that come back. */
  restored: Place[];
  /** Files and links that leave their place. */
  removed: Place[];
  /** Those of them, and of the overwritten ones, that were changed since the restore. */
  kept_beside: KeptBeside[];
  warnings: string[];
}

/** The result of a dry run. */
export function plannedUndo(undoing: Undoing, looked: Running): UndoResult {
  const { plan, warnings, changed } = undoing;
  return {
    ok: true,
    dry_run: true,
    message: "Nothing was changed. Undo with --apply.",
    ...common(undoing, looked),
    new_undo_id: null,
    kept_beside: changed.map(({ root, path }) => ({ root, path, at: null })),
    warnings: [...warnings, ...plan.warnings, ...looked.warnings],
  };
}

/** The result of an undo that was carried out. */
export function appliedUndo(
  undoing: Undoing,
  looked: Running,
  { carried, recovered }: { carried: Carried; recovered: string[] },
): UndoResult {
  const { undo, plan, warnings, changed } = undoing;
  const left = plan.conflicts.length;
  const result = common(undoing, looked);
  const beside = changed.map(({ root, path }) => {
    return { root, path, at: keptPath(undo.site, { root, path }, carried.id) };
  });
  return {
    ok: left === 0,
    dry_run: false,
    message: `${result.restored.length} files came back, ${result.removed.length} left` +
      (left > 0 ? `, ${left} could not come back: something is in their way` : ""),
    ...result,
    new_undo_id: carried.id,
    kept_beside: [...beside, ...carried.setAside],
    warnings: [
      ...recovered,
      ...warnings,
      ...plan.warnings,
      ...looked.warnings,
      ...looked.running.map(({ message }) => `${message}; it was not closed for this undo`),
      ...carried.warnings,
      ...carried.lostLinks.map(({ path }) => `${path} is a link, and links cannot be made here`),
    ],
  };
}

const isLeaf = ({ kind }: PlanItem) => kind !== "folder";

function common(undoing: Undoing, looked: Running) {
  const { undo: { site }, plan: { items, target } } = undoing;
  const places = (...actions: PlanItem["action"][]): Place[] =>
    items.list().filter(isLeaf).filter(({ action }) => actions.includes(action))
      .map(({ root, path }) => ({ root, path }));
  return {
    home: target.home.path,
    undo_id: site.id,
    plan: summaryOf(undoing, looked),
    restored: places("create", "overwrite"),
    removed: places("set_aside"),
  };
}

function summaryOf({ undo, plan }: Undoing, { running }: Running): UndoPlanSummary {
  const { target, items, ops } = plan;
  const { backup, created_at } = undo.journal.header;
  const { setPermissions, writeBytes } = sumsOf(ops);
  return {
    backup,
    created_at,
    target_home: target.home.path,
    target_is_active_home: target.isActive,
    files: plan.files,
    bytes: plan.bytes,
    create: items.count("leaf", "create"),
    overwrite: items.count("leaf", "overwrite"),
    unchanged: items.count("leaf", "unchanged"),
    set_aside: items.count("leaf", "set_aside"),
    create_folders: items.count("folder", "create"),
    remove_folders: items.count("folder", "set_aside"),
    set_permissions: setPermissions,
    write_bytes: writeBytes,
    requires_app_closed: target.isActive,
    running,
    skipped: plan.skipped,
    conflicts: plan.conflicts,
    activates: plan.activates,
    targets: target.roots.map(({ id, path }) => ({ root: id, path })),
  };
}
