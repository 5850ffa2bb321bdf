/** What a selection means for a plan: what it leaves alone, and what it names in vain. */
import { type FileInfo, LifeboatError } from "../base/mod.ts";
import { mainOfSidecar } from "../capture/mod.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { mainByName } from "./paths.ts";
import { at, type Planner } from "./planner.ts";

/** Says of each glob that it has meant nothing. Throws `nothing_selected` when that is all of them. */
export function checkUsed({ options: { only = [] }, selection, plan }: Planner): void {
  const without = selection.unused();
  if (only.length > 0 && without.length === only.length) {
    throw new LifeboatError(
      "refused",
      "nothing_selected",
      `Nothing is meant by ${only.join(" ")}`,
      {
        hint: "See what the backup has with: lifeboat show ID --files",
      },
    );
  }
  plan.warnings.push(...without.map((glob) => `Nothing is meant by ${glob}`));
}

/**
 * Whether a place of the target is left as it is because only what is gone comes back. Sidecars go
 * with their database: a WAL beside another database than its own would change that.
 */
export function isLeftAlone(
  planner: Planner,
  root: TargetRoot,
  path: string,
  info: FileInfo | undefined,
): boolean {
  if (!planner.options.missingOnly) return false;
  const main = planner.selection.mainOf(root.id, path);
  if (main !== undefined) return at(planner, root, main) !== undefined;
  return info !== undefined || isBesideDatabase(planner, root, path);
}

/** Manifests of others do not tell raw databases; what is there does. */
function isBesideDatabase({ host }: Planner, root: TargetRoot, path: string): boolean {
  return mainByName(path) !== undefined &&
    mainOfSidecar(host, pathBelow(host, root, path)) !== undefined;
}
