/** The plan of an undo: the way back from a restore, as operations of the same kinds. */
import type { Host } from "../base/mod.ts";
import { type Home, isActiveHome } from "../profiles/mod.ts";
import { blankManifest } from "./blank_manifest.ts";
import { isMove, type TargetRoot } from "./journal_types.ts";
import { emptyPlan } from "./plan.ts";
import { planActivations } from "./plan_activates.ts";
import { planSidecars } from "./plan_sidecars.ts";
import { key } from "./paths.ts";
import { at, createPlanner, type Plan, type Planner } from "./planner.ts";
import { selectionOf } from "./selection.ts";
import type { Target } from "./target.ts";
import { type OpenUndo, undoName } from "./undo_data.ts";
import { planUndoneFolders } from "./undo_folders.ts";
import { keptBackup } from "./undo_kept.ts";
import { type Place, planUndoneMove, type Undoer } from "./undo_moves.ts";

/** What taking a restore back does. */
export interface UndoPlan {
  plan: Plan;
  backup: Planner["options"]["backup"];
  /** Files that are not what the restore has put there: they are kept beside. */
  changed: Place[];
}

/** Compares what a restore has left with what is there now. Changes nothing. */
export async function makeUndoPlan(host: Host, home: Home, undo: OpenUndo): Promise<UndoPlan> {
  const undoer = beginPlan(host, home, undo);
  const { planner, changed } = undoer;
  for (const op of undo.journal.ops) {
    await planner.pulse();
    if (isMove(op)) planUndoneMove(undoer, op);
  }
  const before = planner.plan.ops.length;
  await planSidecars(planner, (root, path) => wasThere(undoer, root, path));
  changed.push(...planner.plan.ops.values().drop(before).map(({ root, path }) => ({ root, path })));
  await planUndoneFolders(undoer);
  await planActivations(planner);
  return { plan: planner.plan, backup: planner.options.backup, changed };
}

/** Whether a sidecar stood beside the database before the restore already, which left it as it was. */
function wasThere({ planner, undo, moved }: Undoer, root: TargetRoot, path: string): boolean {
  const restoredMs = Date.parse(undo.journal.header.created_at);
  return !moved.has(key(root.id, path)) && at(planner, root, path)!.mtimeMs <= restoredMs;
}

function beginPlan(host: Host, home: Home, undo: OpenUndo): Undoer {
  const { site, chosen } = undo;
  // The plan gets its operations from the journal alone.
  const manifest = blankManifest(host, home, undoName(site.id));
  const moved = new Set(
    undo.journal.ops.values().filter(isMove).map(({ root, path }) => key(root, path)),
  );
  const kept = new Set<string>();
  const backup = keptBackup(site, manifest, kept);
  const options = { backup, home };
  const isActive = isActiveHome(host, home);
  const target: Target = { home, roots: site.roots, chosen, isActive, skipped: [] };
  const planner = createPlanner({
    host,
    options,
    plan: emptyPlan(manifest, target, { backup, close: () => {}, areListed: true }),
    selection: selectionOf(options, manifest, host.platform),
  });
  return { planner, undo, moved, changed: [], kept };
}
