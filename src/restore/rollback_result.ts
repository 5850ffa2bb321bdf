/** What the user is told of a rollback, planned or done. */
import type { Running, RunningProcess } from "../doctor/mod.ts";
import type { RollbackPlan, Taken } from "../snapshots/mod.ts";
import type { Carried } from "./carry_plan.ts";
import type { Conflict, PlanItem } from "./options.ts";
import type { RollbackOps } from "./rollback_ops.ts";
import type { SetAsideFile } from "./steps.ts";

/** A change that is taken back although it is not known to be an agent's. */
export interface RolledBackChange {
  root: string;
  path: string;
  /** ISO 8601; null: it was not recorded yet. */
  at: string | null;
  session: string | null;
  tool: string | null;
}

/** What a rollback does; key names are those of a restore's plan where they fit. */
export interface RollbackSummary {
  /** Files and links. */
  create: number;
  overwrite: number;
  set_aside: number;
  unchanged: number;
  create_folders: number;
  remove_folders: number;
  /** Bytes that are written. */
  write_bytes: number;
  /** Every path that changes. */
  items: PlanItem[];
  /** Changes of others than the session, or not recorded yet, which are taken back as well. */
  changed_by_others: RolledBackChange[];
  /** Paths that were first looked at later, and become what they were then. */
  assumed: { root: string; path: string }[];
  /** Paths that differ and stay, since no rule has them recorded. */
  left_alone: { root: string; path: string; reason: string }[];
  /** Something in the way, which stays. */
  conflicts: Conflict[];
  /** Processes that are at work in the home; apply refuses while there are any. */
  running: RunningProcess[];
}

/** What `snapshot rollback` gives back. */
export interface RollbackResult {
  ok: boolean;
  dry_run: boolean;
  message: string;
  /** The moment that is gone back to. */
  to: { name: string; at: string; session: string | null };
  /** The home or workspace. */
  root: string;
  kind: "home" | "workspace";
  profile: string | null;
  plan: RollbackSummary;
  /** Ids of the snapshots that were taken before and after; null in a dry run. */
  before_snapshot: string | null;
  after_snapshot: string | null;
  /** By which this can be undone; null in a dry run, and when nothing differed. */
  undo_id: string | null;
  /** What was changed while the rollback went on, and where it is now. */
  set_aside: SetAsideFile[];
  warnings: string[];
}

/** What a result is made of; what apply adds is absent in a dry run. */
interface Parts {
  plan: RollbackPlan;
  ops: RollbackOps;
  looked: Running;
  carried?: Carried;
  before?: Taken;
  after?: Taken;
  warnings?: string[];
}

/** The result of a rollback. */
export function rollbackResult(parts: Parts): RollbackResult {
  const { plan: { moment: { name, at, session }, scope: { main } }, ops, carried } = parts;
  const { before, after, looked } = parts;
  const left = ops.conflicts.length;
  return {
    ok: left === 0,
    dry_run: !before,
    message: messageOf(parts),
    to: { name, at, session },
    root: main.path,
    kind: main.kind,
    profile: main.profile,
    plan: summaryOf(parts),
    before_snapshot: before?.snapshot ?? null,
    after_snapshot: after?.snapshot ?? null,
    undo_id: carried?.id ?? null,
    set_aside: carried?.setAside ?? [],
    warnings: [
      ...parts.warnings ?? [],
      ...looked.warnings,
      ...(before ? looked.running.map(({ message }) => `${message}; it was not closed`) : []),
      ...(before?.skipped ?? []).map(({ path, reason }) =>
        `${path} could not be recorded before the rollback: ${reason}`
      ),
      ...carried?.warnings ?? [],
      ...(carried?.lostLinks ?? []).map(({ path }) =>
        `${path} is a link, and links cannot be made here`
      ),
    ],
  };
}

function messageOf({ before, ops, carried }: Parts): string {
  if (ops.items.length === 0) return "Everything is as it was then.";
  if (!before) return "Nothing was changed. Roll back with --apply.";
  const left = ops.conflicts.length;
  const restored = `${carried?.restoredFiles ?? 0} files came back`;
  return left === 0 ? restored : `${restored}, ${left} could not: something is in their way`;
}

function summaryOf({ plan, ops, looked }: Parts): RollbackSummary {
  const { items } = ops;
  const count = (action: PlanItem["action"], isFolder: boolean) =>
    items.filter((item) => (item.kind === "folder") === isFolder && item.action === action).length;
  const place = ({ root, path }: RollbackPlan["assumed"][number]) => ({ root: root.part, path });
  return {
    create: count("create", false),
    overwrite: count("overwrite", false),
    set_aside: count("set_aside", false),
    unchanged: plan.unchanged,
    create_folders: count("create", true),
    remove_folders: count("set_aside", true),
    write_bytes: ops.bytes,
    items,
    changed_by_others: plan.conflicts.map(({ at, session, tool, ...one }) => {
      return { ...place(one), at, session, tool };
    }),
    assumed: plan.assumed.map(place),
    left_alone: plan.leftAlone.map(({ reason, ...one }) => ({ ...place(one), reason })),
    conflicts: ops.conflicts,
    running: looked.running,
  };
}
