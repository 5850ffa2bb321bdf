/** The plan of a restore: the dry run shows it, and apply does it. */
import { type Manifest, rootFolder } from "../archive/mod.ts";
import { collectGarbage, giveLargeBuffersBack, type Host, lstatIfThere } from "../base/mod.ts";
import { planAgentRows } from "./agent_rows.ts";
import { viewOfAgent } from "./agent_view.ts";
import { claimsOf } from "./claims.ts";
import { deriveBackup, type DerivedBackup, type DroppedFile, type Rewriting } from "./derive.ts";
import { pathBelow } from "./layout.ts";
import type { RestoreOptions } from "./options.ts";
import type { BackupPlace } from "./openclaw_backup.ts";
import { createOpList } from "./op_list.ts";
import { planActivations } from "./plan_activates.ts";
import { warnOfNewerAgent } from "./plan_agent.ts";
import { planDropped } from "./plan_dropped.ts";
import { planFiles } from "./plan_files.ts";
import { planFolders } from "./plan_folders.ts";
import { createPlanItems } from "./plan_items.ts";
import { planLinks } from "./plan_links.ts";
import { planMirror } from "./plan_mirror.ts";
import { chooseFor, type Chosen, planSessions } from "./plan_session.ts";
import { planRemap } from "./plan_remap.ts";
import { planSidecars } from "./plan_sidecars.ts";
import { createPlanner, type Plan, type Planner } from "./planner.ts";
import { planStateMerge } from "./merge_state.ts";
import { mappingsOf } from "./remap_offer.ts";
import { protectFromSweep } from "./retention.ts";
import { checkUsed } from "./plan_selection.ts";
import { type Selection, selectionOf } from "./selection.ts";
import { resolveTarget, type Target } from "./target.ts";

/**
 * Compares a backup, as the rewritings make it come back, with the target. Changes nothing. The plan
 * is to be closed.
 */
export async function makePlan(
  host: Host,
  options: RestoreOptions,
  rewritings: Rewriting[] = [],
): Promise<Plan> {
  const view = await viewOfAgent(host, options);
  if (!view) return await planAll(host, options, rewritings);
  const { backup, mappings, made, agent, warnings } = view;
  const mapPaths = [...options.mapPaths ?? [], ...mappings];
  const plan = await planAll(host, { ...options, backup, mapPaths }, [
    ...view.rewritings,
    ...rewritings,
  ], made);
  plan.warnings.push(...warnings);
  return { ...plan, agent };
}

/**
 * From so many files on, what is let go of while planning is given back at once: to restore 300,000 of
 * them took 306 MB, so it takes 250.
 */
const LARGE_FROM = 50_000;

/** Whether a backup has so many files that garbage is not left lying about. */
export function isLarge({ backup }: Pick<Plan, "backup">): boolean {
  return backup.head.counts.files >= LARGE_FROM;
}

async function planAll(
  host: Host,
  options: RestoreOptions,
  rewritings: Rewriting[],
  made?: BackupPlace,
): Promise<Plan> {
  if (isLarge(options)) giveLargeBuffersBack();
  const manifest = await options.backup.loadManifest();
  if (isLarge(options)) collectGarbage();
  const target = resolveTarget(host, options, manifest);
  const chosen = await chooseFor(host, options, manifest);
  const selection = chosen?.selection ?? selectionOf(options, manifest, host.platform);
  const what = {
    backup: options.backup,
    manifest,
    isWanted: (root: string, path: string) =>
      selection.has(root, path) && !(options.missingOnly && isHere(host, target, { root, path })),
  };
  const mappings = mappingsOf(host, options, manifest, target);
  const remap = await planRemap(host, { ...what, target, mappings });
  if (made) remap?.rewriting.content?.delete(rootFolder(made.root) + made.path);
  const isWhole = !chosen && !options.mirror;
  const merge = isWhole ? planStateMerge(host, target, manifest) : undefined;
  const rows = isWhole ? planAgentRows(host, options, { ...what, target, mappings }) : undefined;
  const all = [remap, merge, rows].flatMap((one) => one ? [one.rewriting] : []).concat(rewritings);
  const derived = await deriveBackup(host, {
    ...what,
    manifest: rows?.manifest ?? manifest,
    rewritings: all,
  });
  try {
    const planned = chosen
      ? planChosen(host, options, { original: manifest, target, derived, chosen })
      : planDerived(host, { ...options, backup: derived.backup }, {
        target,
        derived,
        selection: {
          ...selection,
          has: (root, path) => selection.has(root, derived.originalOf(root, path)),
        },
      });
    const plan = await planned;
    plan.warnings.push(...remap?.warnings ?? [], ...rows?.warnings ?? []);
    // What is not derived is not looked up any more, and memory is for what comes now.
    if (derived.manifest.entries === manifest.entries && !chosen) manifest.entries.forget?.();
    const merged = [...merge?.merged ?? [], ...rows?.merged ?? []];
    if (merged.length > 0) plan.merged = merged;
    return { ...plan, remap: remap?.steps() ?? [] };
  } catch (error) {
    derived.close();
    throw error;
  }
}

/** Whether the place that a file had is taken here; it is left alone then where only what is gone comes. */
function isHere(host: Host, { roots }: Target, place: { root: string; path: string }): boolean {
  const root = roots.find(({ id }) => id === place.root);
  return root !== undefined &&
    lstatIfThere(host.fs, pathBelow(host, root, place.path)) !== undefined;
}

/** Plans conversations: what of the backup takes part, and how, is decided beforehand. */
async function planChosen(
  host: Host,
  options: RestoreOptions,
  what: { original: Manifest; target: Target; derived: DerivedBackup; chosen: Chosen },
): Promise<Plan> {
  const { target, derived } = what;
  const closing: { close(): void }[] = [derived];
  const close = () => closing.toReversed().forEach((one) => one.close());
  const sessions = await planSessions(host, what);
  closing.push(sessions);
  try {
    const { backup, manifest, rewriting } = sessions;
    const rewritings = [rewriting];
    const added = await deriveBackup(host, { backup, manifest, rewritings, isWanted: () => true });
    closing.push(added);
    const plan = await planDerived(host, { ...options, backup: added.backup }, {
      target: { ...target, skipped: [] },
      derived: { ...added, close },
      selection: everything,
    });
    sessions.report(plan);
    plan.notSelected = countLeaves(derived.manifest) - countLeaves(manifest);
    return plan;
  } catch (error) {
    close();
    throw error;
  }
}

const everything: Selection = {
  has: () => true,
  mainOf: () => undefined,
  unused: () => [],
};

function countLeaves({ entries, roots, symlinks }: Manifest): number {
  return roots.reduce((sum, root) => sum + root.entries.length, entries.length + symlinks.length);
}

async function planDerived(
  host: Host,
  options: RestoreOptions,
  { target, derived, selection }: { target: Target; derived: DerivedBackup; selection: Selection },
): Promise<Plan> {
  const { backup, close } = derived;
  const areListed = options.listFiles ?? false;
  const plan = emptyPlan(derived.manifest, target, { backup, close, areListed });
  const planner = createPlanner({ host, options, plan, selection });
  await planPlaces(planner, derived.dropped);
  if (isLarge(options)) collectGarbage();
  checkUsed(planner);
  await planActivations(planner);
  await protectFromSweep(planner);
  warnOfNewerAgent(planner);
  return plan;
}

/** Plans what comes to which place, and what leaves it. What is claimed is needed no longer then. */
async function planPlaces(planner: Planner, dropped: DroppedFile[]): Promise<void> {
  const claim = claimsOf(planner);
  await planFiles(planner, claim);
  await planLinks(planner, claim);
  await planSidecars(planner);
  planDropped(planner, dropped);
  await planMirror(planner);
  await planFolders(planner, claim);
}

/** A plan that does nothing yet; `areListed` says whether its items are told one by one. */
export function emptyPlan(
  manifest: Manifest,
  target: Target,
  { backup, close, areListed }: Pick<Plan, "backup" | "close"> & { areListed: boolean },
): Plan {
  return {
    manifest,
    backup,
    target,
    ops: createOpList(),
    items: createPlanItems(areListed),
    skipped: [...target.skipped],
    conflicts: [],
    activates: [],
    warnings: [],
    remap: [],
    files: 0,
    bytes: 0,
    notSelected: 0,
    close,
  };
}
