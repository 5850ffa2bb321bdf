/** Carrying a migration out: backed up before, all of it under one journal. */
import { createBackup } from "../backup/mod.ts";
import {
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  statIfThere,
  takeHomeLock,
} from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  putFiles,
  recoverUnlessRunning,
  recoveryWarning,
  refuseIfInUse,
  type SetAsideFile,
} from "../restore/mod.ts";
import type { MigrationItem } from "./item.ts";
import { type MigrateOptions, type MigrationPlan, planOf, prepare, type Prepared } from "./plan.ts";
import { reportFiles } from "./report.ts";
import { gather, type Writing } from "./write.ts";

/** How a migration is carried out. */
export interface ApplyMigrationOptions extends MigrateOptions {
  /** The user has said so. */
  confirmed: boolean;
  /** Where the backup goes: an archive that is not there yet, or a folder for backups. */
  backupOutput?: string;
  /** False: no backup; needs `force`. */
  backup?: boolean;
  force?: boolean;
  allowRunning?: boolean;
  jobs?: number;
}

/** What a migration gives back; names are OpenClaw's (facts C2). */
export interface MigrationResult extends MigrationPlan {
  /** Null where there was nothing to back up, or that was not wanted. */
  backupPath: string | null;
  /** Null where nothing was moved. */
  reportDir: string | null;
  /** What `undo` takes back; null where nothing was changed. */
  undo_id: string | null;
  set_aside: SetAsideFile[];
}

/**
 * Moves what a plan says, all of it or nothing; an item that cannot be read is left out, and is an
 * error of the result. Throws `confirmation_required`, `migration_conflicts`, `agent_running`,
 * `locked`, `disk_full`; the home is then as it was.
 */
export async function applyMigration(
  host: Host,
  options: ApplyMigrationOptions,
): Promise<MigrationResult> {
  refuseUnconfirmed(options);
  // What is wrong is told before anything is done.
  const { target: { home }, source } = await prepare(host, options);
  const lock = takeHomeLock(host, home.path);
  try {
    await refuseIfInUse(host, home, options.allowRunning);
    const recovered = (await recoverUnlessRunning(host, home)).map(recoveryWarning);
    const prepared = await prepare(host, options, source);
    refuseConflicts(prepared);
    const writing = await gather(host, prepared.steps, { home, reportDir: prepared.reportDir });
    try {
      return await carryOut(host, options, { prepared, writing, recovered });
    } finally {
      writing.close();
    }
  } finally {
    lock.release();
  }
}

function refuseUnconfirmed({ confirmed, backup = true, force }: ApplyMigrationOptions): void {
  if (!backup && !force) {
    throw new LifeboatError("refused", "usage", "--no-backup needs --force", {
      hint: "Without a backup only undo takes a migration back.",
    });
  }
  if (confirmed) return;
  throw new LifeboatError(
    "refused",
    "confirmation_required",
    "A migration writes into the home of another agent",
    { hint: "Confirm it with --yes" },
  );
}

function refuseConflicts({ steps }: Prepared): void {
  const conflicts = steps.map(({ item }) => item).filter(({ status }) => status === "conflict");
  if (conflicts.length === 0) return;
  const named = conflicts.slice(0, 5).map(({ id, reason }) => `${id} (${reason})`);
  if (conflicts.length > 5) named.push(`and ${conflicts.length - 5} more`);
  throw new LifeboatError(
    "refused",
    "migration_conflicts",
    `${conflicts.length} items are in conflict: ${named.join(", ")}`,
    { hint: "Choose others with --skill or --item, or replace what is there with --overwrite." },
  );
}

interface Ready {
  prepared: Prepared;
  writing: Writing;
  recovered: string[];
}

async function carryOut(
  host: Host,
  options: ApplyMigrationOptions,
  { prepared, writing, recovered }: Ready,
): Promise<MigrationResult> {
  const { target: { home }, reportDir } = prepared;
  const isNothing = writing.items.every(({ status }) => status !== "migrated");
  const backupPath = isNothing ? null : await backUpBefore(host, options, home, writing);
  const result = resultOf(prepared, options, writing.items, { recovered, backupPath });
  if (isNothing) return { ...result, reportDir: null };
  await refuseIfInUse(host, home, options.allowRunning); // it may have been started in the meantime
  const report = reportFiles(host, home, reportDir, { ...result, reportDir });
  const stamp = pathsOf(host.platform).basename(reportDir);
  const put = await putFiles(host, {
    home,
    name: `migration-${options.provider}-${stamp}`,
    files: [...writing.files, ...report],
    links: writing.links,
  });
  const { undo_id, set_aside, warnings } = put;
  return { ...result, reportDir, undo_id, set_aside, warnings: [...result.warnings, ...warnings] };
}

function resultOf(
  prepared: Prepared,
  options: MigrateOptions,
  items: MigrationItem[],
  { recovered, backupPath }: { recovered: string[]; backupPath: string | null },
): MigrationResult {
  const steps = items.map((item) => ({ item, effects: [] }));
  const plan = planOf({ ...prepared, steps }, options);
  const { errors, conflicts } = plan.summary;
  return {
    ...plan,
    ok: errors === 0 && conflicts === 0,
    dry_run: false,
    warnings: [...recovered, ...plan.warnings],
    backupPath,
    reportDir: prepared.reportDir,
    undo_id: null,
    set_aside: [],
  };
}

/** Backs the target up, and reads the backup back; there may be nothing yet. */
async function backUpBefore(
  host: Host,
  { backup = true, backupOutput, jobs }: ApplyMigrationOptions,
  home: Home,
  { replaced }: Writing,
): Promise<string | null> {
  if (!backup || !lstatIfThere(host.fs, home.path)) return null;
  const output = backupOutput && pathsOf(host.platform).resolve(backupOutput);
  const isFolder = output !== undefined && statIfThere(host.fs, output)?.kind === "directory";
  const made = await createBackup(host, {
    home,
    jobs,
    kit: host.executable ? "full" : "light", // run from its sources, there is none to add
    ...(output === undefined ? {} : isFolder ? { backupRoot: output } : { output }),
    preRestore: { mustHold: replaced },
  });
  return made.archive ?? made.backup_dir;
}
