/** Planning of files that do not come back because they would contradict what does. */
import type { DroppedFile } from "./derive.ts";
import { key, SIDECARS } from "./paths.ts";
import { planRemoval } from "./plan_sidecars.ts";
import type { Planner } from "./planner.ts";

/**
 * Plans that what is in the place of a dropped file leaves the target, with its sidecars: it is as
 * wrong beside what comes back as the one in the backup.
 */
export function planDropped(planner: Planner, dropped: DroppedFile[]): void {
  const { plan, selection, options } = planner;
  if (dropped.length === 0) return;
  const leaving = new Set(plan.ops.values().map(({ root, path }) => key(root, path)));
  for (const { root: id, path, reason, message, isInBackup } of dropped) {
    const root = plan.target.roots.find((one) => one.id === id);
    if (!root || !selection.has(id, path)) continue;
    if (isInBackup) plan.skipped.push({ root: id, path, reason, message });
    if (options.missingOnly) continue;
    for (const one of [path, ...SIDECARS.map((suffix) => path + suffix)]) {
      if (!leaving.has(key(id, one))) planRemoval(planner, root, one);
    }
  }
}
