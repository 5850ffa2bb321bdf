/** Rolling a home or a workspace back to what it was: under the same journal as a restore. */
import { areConfigured } from "./target.ts";
import { type Backup, type Manifest, rootFolder } from "../archive/mod.ts";
import {
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  takeHomeLock,
  writeNewFile,
} from "../base/mod.ts";
import type { Running } from "../doctor/mod.ts";
import { type Home, isActiveHome, type Profile } from "../profiles/mod.ts";
import {
  findMoment,
  type Moment,
  planRollback as planHistory,
  readContent,
  type RollbackPlan,
  type Scope,
  type SnapshotStore,
  takeSnapshot,
} from "../snapshots/mod.ts";
import { blankManifest } from "./blank_manifest.ts";
import { type Carried, carryPlan } from "./carry_plan.ts";
import type { TargetRoot } from "./journal_types.ts";
import { OWN_FOLDER } from "./layout.ts";
import { looseBackup } from "./loose_backup.ts";
import { emptyPlan } from "./plan.ts";
import type { Plan } from "./planner.ts";
import { recoverInterrupted, refuseInterrupted } from "./recover.ts";
import { recoveryWarning } from "./restore.ts";
import { hashLongFiles, type RollbackOps, rollbackOps } from "./rollback_ops.ts";
import { NOBODY, type RollbackOptions } from "./rollback_preview.ts";
import { type RollbackResult, rollbackResult } from "./rollback_result.ts";
import { refuseWhileRunning } from "./running.ts";
import { requireSpace } from "./space.ts";

/** How a rollback is carried out. */
export interface ApplyRollbackOptions extends RollbackOptions {
  /** The user has said so: by the flag, or by typing ROLLBACK. */
  confirmed: boolean;
  /** `--allow-running`: roll a home back although a process is at work in it. */
  allowRunning?: boolean;
}

/**
 * Rolls back: takes a snapshot, replaces all that differs or nothing, and records that. Throws
 * `confirmation_required`, `locked`, `agent_running`, `damaged_object`, `disk_full`, …; everything is
 * then as it was.
 */
export async function applyRollback(
  host: Host,
  options: ApplyRollbackOptions,
): Promise<RollbackResult> {
  const { store, scope, choice, confirmed, allowRunning } = options;
  refuseUnconfirmed(confirmed);
  const home = scope.home ?? workspaceAsHome(scope);
  const lock = takeHomeLock(host, home.path);
  const look = () => scope.home ? refuse(host, scope.home, allowRunning) : NOBODY;
  try {
    await look();
    const warnings = recoverInterrupted(host, home).map(recoveryWarning);
    // Decided before anything is recorded: `latest` is not the snapshot that is about to be taken.
    const moment = findMoment(store, scope, choice.moment);
    const before = await takeSnapshot(store, scope, {
      madeBy: "rollback",
      cause: "other",
      note: `before rolling back to ${moment.name}`,
    });
    const plan = await planHistory(store, scope, { ...choice, moment: { moment } });
    const ops = rollbackOps(store, plan);
    const looked = await look(); // it may have been started in the meantime
    const carried = await carry(host, store, home, { plan, ops });
    if (carried && !scope.home) hideFromGit(host, home);
    const after = await recordAfter(store, scope, moment);
    return rollbackResult({ plan, ops, looked, carried, before, after, warnings });
  } finally {
    lock.release();
  }
}

/** Throws `restore_interrupted` where a rollback would first bring another to its end. */
export function refuseInterruptedRollback(host: Host, { scope }: RollbackOptions): void {
  refuseInterrupted(host, scope.home ?? workspaceAsHome(scope));
}

function refuseUnconfirmed(confirmed: boolean): void {
  if (confirmed) return;
  throw new LifeboatError(
    "refused",
    "confirmation_required",
    "A rollback replaces files, conversations and logins among them",
    { hint: "Confirm it with --i-understand-this-restores-sensitive-state" },
  );
}

function refuse(host: Host, home: Home, allowRunning?: boolean): Promise<Running> {
  const hint =
    `Close ${home.profile.name}, then try again. With --allow-running it is rolled back ` +
    "all the same.";
  return refuseWhileRunning(host, home, { allowRunning, hint });
}

/** A journal is about a home; a workspace is one without an agent. */
function workspaceAsHome({ main: { path } }: Scope): Home {
  const profile: Profile = {
    id: "workspace",
    name: "the workspace",
    source: "",
    home: { env: [], default: path },
    backups: { folder: "", prefix: "workspace" },
    roots: [],
    exclude: { always: [], compact: [] },
    restore_skip: [],
    activates: [],
    config: [],
    important: [],
    processes: [],
    probes: [],
  };
  return { profile, path, isOwn: false, roots: [], rootsLeftOut: [] };
}

async function carry(
  host: Host,
  store: SnapshotStore,
  home: Home,
  { plan, ops }: { plan: RollbackPlan; ops: RollbackOps },
): Promise<Carried | undefined> {
  if (ops.ops.length === 0) return undefined;
  hashLongFiles(store, ops);
  const manifest = blankManifest(host, home, plan.moment.name);
  const backup = objectsAsBackup(store, manifest, ops);
  const journal = journalPlan(host, home, { manifest, backup, plan, ops });
  requireSpace(host, journal);
  return await carryPlan(host, backup, journal);
}

function journalPlan(
  host: Host,
  home: Home,
  { manifest, backup, plan, ops }: {
    manifest: Manifest;
    backup: Backup;
    plan: RollbackPlan;
    ops: RollbackOps;
  },
): Plan {
  const roots = plan.scope.roots.map(({ part: id, form: kind, path }): TargetRoot => {
    return { id, kind, path };
  });
  const target = {
    home,
    roots,
    chosen: areConfigured(home),
    isActive: isActiveHome(host, home),
    skipped: [],
  };
  return {
    ...emptyPlan(manifest, target, { backup, close: () => {}, areListed: false }),
    ops: ops.ops,
  };
}

/** The store's objects as the backup that a restore reads. */
function objectsAsBackup(
  store: SnapshotStore,
  manifest: Manifest,
  { objects, ops }: RollbackOps,
): Backup {
  const sizes = new Map(
    ops.values().filter((op) => op.op === "file")
      .map(({ root, path, size }) => [rootFolder(root) + path, size] as const),
  );
  return looseBackup(store.host, {
    source: store.folder,
    manifest,
    paths: () => objects.keys(),
    open: (path) => ({
      bytes: sizes.get(path)!,
      chunks: readContent(store.objects, objects.get(path)!),
    }),
  });
}

/** What is kept to undo a rollback must not turn up among the changes of a repository. */
function hideFromGit({ fs, platform }: Host, { path }: Home): void {
  const file = pathsOf(platform).join(path, OWN_FOLDER, ".gitignore");
  if (!lstatIfThere(fs, file)) writeNewFile(fs, file, "*\n");
}

/** What the rollback has done is a change like any other. */
function recordAfter(store: SnapshotStore, scope: Scope, { name }: Moment) {
  return takeSnapshot(store, scope, {
    madeBy: "rollback",
    cause: "tool",
    tool: "rollback",
    note: `rolled back to ${name}`,
  });
}
