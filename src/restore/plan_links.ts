/** Planning of symbolic links. */
import type { SymlinkEntry } from "../archive/mod.ts";
import { isInside, pathsOf } from "../base/mod.ts";
import { type Claim, pathIn } from "./claims.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { addConflict, at, oldOf, type Planner } from "./planner.ts";
import { isLeftAlone } from "./plan_selection.ts";

/** Plans the links of all roots that go somewhere. */
export async function planLinks(planner: Planner, claim: Claim): Promise<void> {
  const { manifest, target } = planner.plan;
  for (const link of manifest.symlinks) {
    await planner.pulse();
    const root = target.roots.find(({ id }) => id === link.root);
    if (!root) continue; // its root was skipped as a whole
    const path = pathIn(planner, root, link.relative_path);
    if (!planner.selection.has(root.id, path)) planner.plan.notSelected++;
    else if (claim(root, path, "leaf")) planLink(planner, root, path, link);
  }
}

function planLink(planner: Planner, root: TargetRoot, path: string, link: SymlinkEntry): void {
  const { options, plan } = planner;
  if (!options.allowOutsideLinks && pointsOutside(planner, root, path, link.target)) {
    const message = "points out of what is restored; take it with --allow-outside-links";
    plan.skipped.push({ root: root.id, path, reason: "outside_link", message });
    return;
  }
  const info = at(planner, root, path);
  const old = oldOf(planner, root, path, info);
  if (!old) {
    const message = `a ${info!.kind} is where the link must go`;
    return addConflict(planner, { root: root.id, path, code: "not_a_file", message });
  }
  if (isLeftAlone(planner, root, path, info)) {
    const item = { root: root.id, path, kind: "link", action: "kept", bytes: 0 } as const;
    return void plan.items.push(item);
  }
  const same = old.kind === "symlink" && old.target === link.target;
  const action = same ? "unchanged" : old.kind === "absent" ? "create" : "overwrite";
  plan.items.push({ root: root.id, path, kind: "link", action, bytes: 0 });
  if (!same) plan.ops.push({ op: "link", root: root.id, path, old, target: link.target });
}

/** Out of all that is restored. By its text alone, since what it leads to may not be there yet. */
function pointsOutside(planner: Planner, root: TargetRoot, path: string, target: string): boolean {
  const { host, plan: { target: { roots } } } = planner;
  if (target.includes("\0")) return true;
  const { resolve, dirname } = pathsOf(host.platform);
  const end = resolve(dirname(pathBelow(host, root, path)), target);
  return !roots.some((one) => isInside(end, one.path, host.platform));
}
