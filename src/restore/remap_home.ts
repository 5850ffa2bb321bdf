/** Conversations of a live home whose project folder has moved: planned, and changed under a journal. */
import { areConfigured } from "./target.ts";
import { type FileEntry, HOME_ROOT, type Manifest } from "../archive/mod.ts";
import { type Host, LifeboatError, takeHomeLock } from "../base/mod.ts";
import { findRunning, type Running, type RunningProcess } from "../doctor/mod.ts";
import { type Home, isActiveHome, requireHome } from "../profiles/mod.ts";
import type { PathMapping } from "../sessions/mod.ts";
import { carryPlan } from "./carry_plan.ts";
import { claimsOf } from "./claims.ts";
import { deriveBackup, type DerivedBackup, filesOf } from "./derive.ts";
import type { TargetRoot } from "./journal_types.ts";
import type { Conflict, PlanItem } from "./options.ts";
import { emptyPlan } from "./plan.ts";
import { planDropped } from "./plan_dropped.ts";
import { planFiles } from "./plan_files.ts";
import { planFolders } from "./plan_folders.ts";
import { planLinks } from "./plan_links.ts";
import { planRemap } from "./plan_remap.ts";
import { planRemoval, planSidecars } from "./plan_sidecars.ts";
import { createPlanner, type Plan, type Planner } from "./planner.ts";
import { key } from "./paths.ts";
import { localRoots, recoverInterrupted } from "./recover.ts";
import { openLiveHome } from "./remap_live.ts";
import type { RemapStep } from "./remap_steps.ts";
import { recoveryWarning } from "./restore.ts";
import { refuseIfInUse } from "./running.ts";
import { selectionOf } from "./selection.ts";
import { requireSpace } from "./space.ts";
import type { SetAsideFile } from "./steps.ts";

/** What has moved, and in which home it is looked for. */
export interface RemapHomeOptions {
  home: Home;
  mapping: PathMapping;
  allowRunning?: boolean;
}

/** What a remap of one home does, or did. */
export interface RemappedHome {
  profile: string;
  home: string;
  remap: RemapStep[];
  /** Files that are written: at a new place, and where they are. */
  create: number;
  overwrite: number;
  /** Files that leave their place; they are kept to be undone. */
  set_aside: number;
  write_bytes: number;
  items: PlanItem[];
  conflicts: Conflict[];
  /** Processes that are at work in the home; apply refuses while there are any. */
  running: RunningProcess[];
  /** What `undo` takes back; null where nothing was changed. */
  undo_id: string | null;
  /** Files that changed meanwhile, and where they are now. */
  kept_beside: SetAsideFile[];
  warnings: string[];
}

/** Says what a remap would change in a home. Changes nothing. */
export async function planHomeRemap(host: Host, options: RemapHomeOptions): Promise<RemappedHome> {
  requireHome(host, options.home);
  const plan = await makeRemapPlan(host, options);
  try {
    return resultOf(plan, await findRunning(host, options.home));
  } finally {
    plan.close();
  }
}

/**
 * Changes the paths in a home, all or nothing; what is replaced is kept, so that undo takes it back.
 * Throws `locked`, `agent_running`, `disk_full`; the home is then as it was.
 */
export async function applyHomeRemap(host: Host, options: RemapHomeOptions): Promise<RemappedHome> {
  const { home, allowRunning } = options;
  requireHome(host, home);
  const lock = takeHomeLock(host, home.path);
  const look = () => refuseIfInUse(host, home, allowRunning);
  try {
    await look();
    const recovered = recoverInterrupted(host, home).map(recoveryWarning);
    const plan = await makeRemapPlan(host, options);
    try {
      plan.warnings.unshift(...recovered);
      if (plan.ops.length === 0) return resultOf(plan, await look());
      requireSpace(host, plan);
      const looked = await look(); // it may have been started in the meantime
      const { id, setAside, warnings } = await carryPlan(host, plan.backup, plan);
      plan.warnings.push(...warnings);
      return { ...resultOf(plan, looked), undo_id: id, kept_beside: setAside };
    } finally {
      plan.close();
    }
  } finally {
    lock.release();
  }
}

function resultOf(plan: Plan, looked: Running): RemappedHome {
  const { target: { home }, items, ops, remap, conflicts, warnings } = plan;
  return {
    profile: home.profile.id,
    home: home.path,
    remap,
    create: items.count("leaf", "create"),
    overwrite: items.count("leaf", "overwrite"),
    set_aside: items.count("leaf", "set_aside"),
    write_bytes: ops.values().reduce((sum, op) => sum + (op.op === "file" ? op.size : 0), 0),
    items: items.list(),
    conflicts,
    running: looked.running,
    undo_id: null,
    kept_beside: [],
    warnings: [...warnings, ...looked.warnings],
  };
}

async function makeRemapPlan(
  host: Host,
  { home, mapping }: RemapHomeOptions,
): Promise<Plan> {
  const agent = home.profile.transcripts;
  if (!agent) {
    throw new LifeboatError("refused", "no_sessions", `${home.profile.name} has no conversations`, {
      hint: "Name a profile whose transcripts are known: see lifeboat profiles list",
    });
  }
  const live = await openLiveHome(host, home, agent);
  try {
    const plan = await planLive(host, { home, mapping }, live);
    plan.warnings.push(...live.warnings);
    return { ...plan, close: () => [plan.close, live.close].forEach((close) => close()) };
  } catch (error) {
    live.close();
    throw error;
  }
}

async function planLive(
  host: Host,
  { home, mapping }: RemapHomeOptions,
  { backup, manifest }: Awaited<ReturnType<typeof openLiveHome>>,
): Promise<Plan> {
  const isActive = isActiveHome(host, home);
  const target = {
    home,
    roots: localRoots(home),
    chosen: areConfigured(home),
    isActive,
    skipped: [],
  };
  const what = { backup, manifest, isWanted: () => true };
  const remap = (await planRemap(host, { ...what, target, mappings: [mapping] }))!;
  const derived = await deriveBackup(host, { ...what, rewritings: [remap.rewriting] });
  try {
    const changed = onlyChanged(manifest, derived);
    const planner = createPlanner({
      host,
      options: { backup: derived.backup, home, allowOutsideLinks: true },
      plan: emptyPlan(changed, target, { ...derived, areListed: true }),
      selection: selectionOf({ backup, home }, changed, host.platform),
    });
    const claim = claimsOf(planner);
    await planFiles(planner, claim);
    await planLinks(planner, claim);
    planLeaving(planner, manifest, remap.rewriting.place!);
    await planSidecars(planner);
    planDropped(planner, derived.dropped);
    await planFolders(planner, claim);
    planner.plan.warnings.push(...remap.warnings);
    return { ...planner.plan, remap: remap.steps() };
  } catch (error) {
    derived.close();
    throw error;
  }
}

/** What stays as it is takes no part. */
function onlyChanged(before: Manifest, { manifest: after, originalOf }: DerivedBackup): Manifest {
  const hashes = new Map(
    filesOf(before).map(({ root, entry }) => [key(root, entry.relative_path), entry.sha256]),
  );
  const isChanged = (root: string) => ({ relative_path: path, sha256 }: FileEntry) =>
    originalOf(root, path) !== path || hashes.get(key(root, path)) !== sha256;
  const links = new Map(before.symlinks.map((link) => [JSON.stringify(link), link]));
  return {
    ...after,
    entries: after.entries.values().filter(isChanged(HOME_ROOT)).toArray(),
    roots: after.roots.map((root) => {
      return { ...root, entries: root.entries.values().filter(isChanged(root.id)).toArray() };
    }),
    symlinks: after.symlinks.filter((link) => !links.has(JSON.stringify(link))),
  };
}

/** What has another place now leaves the old one; folders that are empty then go. */
function planLeaving(
  planner: Planner,
  { entries, symlinks, directories }: Manifest,
  place: (root: string, path: string) => string,
): void {
  const { plan } = planner;
  const home: TargetRoot = plan.target.roots[0];
  const moves = (path: string) => place(home.id, path) !== path;
  const blocked = new Set(plan.conflicts.map(({ path }) => path));
  const leaves = [...entries, ...symlinks.filter(({ root }) => root === home.id)];
  for (const { relative_path: path } of leaves) {
    if (moves(path) && !blocked.has(place(home.id, path))) planRemoval(planner, home, path);
  }
  for (const { root, relative_path: path, mode, mtime_ms } of directories) {
    if (root !== home.id || !moves(path)) continue;
    plan.items.push({ root, path, kind: "folder", action: "set_aside", bytes: 0 });
    plan.ops.push({ op: "remove_folder", root, path, old: { mode, mtime_ms } });
  }
}
