/** What the user is told of a restore, planned or done. */
import type { Manifest } from "../archive/mod.ts";
import { type Host, lstatIfThere } from "../base/mod.ts";
import type { Running } from "../doctor/mod.ts";
import type { Carried } from "./carry_plan.ts";
import type { OpList } from "./op_list.ts";
import type { PlanSummary, RestoreOptions, RestoreResult, SkippedItem } from "./options.ts";
import type { Plan } from "./planner.ts";
import { needsTrust, signerOf } from "./trust.ts";

/** What a restore adds to its plan. */
export interface Outcome {
  looked: Running;
  carried: Carried;
  preRestoreBackup: string | null;
  doctor: RestoreResult["post_restore_doctor"];
  doctorMode: RestoreResult["post_restore_doctor_mode"];
  warnings: string[];
}

/** The result of a dry run. */
export function dryRunResult(
  host: Host,
  options: RestoreOptions,
  plan: Plan,
  looked: Running,
): RestoreResult {
  const isNothing = changesNothing(host, plan);
  return {
    ok: true,
    dry_run: true,
    message: isNothing ? nothingMessage(plan) : "Nothing was changed. Restore with --apply.",
    ...common(host, options, plan, { looked, isNothing }),
    ...NOTHING_DONE,
    restore: null,
    warnings: [...plan.warnings, ...looked.warnings],
  };
}

/** What stands in a result where nothing was done. */
const NOTHING_DONE = {
  pre_restore_backup: null,
  undo_id: null,
  post_restore_doctor: null,
  post_restore_doctor_mode: null,
  post_restore_next_steps: [],
};

/** Whether all that would come back is there. A home that is not there is made, even an empty one. */
export function changesNothing(host: Host, { ops, target }: Plan): boolean {
  return ops.length === 0 && lstatIfThere(host.fs, target.home.path) !== undefined;
}

function nothingMessage({ conflicts }: Plan): string {
  return conflicts.length === 0
    ? "Nothing to change: all that would come back is there."
    : `Nothing was changed: ${conflicts.length} could not be, something is in their way`;
}

/** The result of a restore that had nothing to change. */
export function unchangedResult(
  host: Host,
  options: RestoreOptions,
  plan: Plan,
  { looked, warnings }: Pick<Outcome, "looked" | "warnings">,
): RestoreResult {
  const { skipped, conflicts } = plan;
  return {
    ok: conflicts.length === 0,
    dry_run: false,
    message: nothingMessage(plan),
    ...common(host, options, plan, { looked, isNothing: true }),
    ...NOTHING_DONE,
    restore: { restored_files: 0, skipped, errors: conflicts, set_aside: [] },
    warnings: [...plan.warnings, ...looked.warnings, ...warnings],
  };
}

/** The result of a restore that was carried out. */
export function appliedResult(
  host: Host,
  options: RestoreOptions,
  plan: Plan,
  outcome: Outcome,
): RestoreResult {
  const { looked, carried, preRestoreBackup, doctor, doctorMode } = outcome;
  const { id, restoredFiles, setAside } = carried;
  const lost = carried.lostLinks.map(({ root, path }): SkippedItem => {
    return { root, path, reason: "link_not_possible", message: "links cannot be made here" };
  });
  const left = plan.conflicts.length;
  return {
    ok: left === 0,
    dry_run: false,
    message: `${restoredFiles} files were restored` +
      (left > 0 ? `, ${left} could not be: something is in their way` : ""),
    ...common(host, options, plan, { looked, isNothing: false }),
    pre_restore_backup: preRestoreBackup,
    restore: {
      restored_files: restoredFiles,
      skipped: [...plan.skipped, ...lost],
      errors: plan.conflicts,
      set_aside: setAside,
    },
    undo_id: id,
    post_restore_doctor: doctor,
    post_restore_doctor_mode: doctorMode,
    post_restore_next_steps: nextSteps(plan, preRestoreBackup),
    warnings: [
      ...plan.warnings,
      ...looked.warnings,
      ...looked.running.map(({ message }) => `${message}; it was not closed for this restore`),
      ...outcome.warnings,
      ...carried.warnings,
      ...asideWarnings(carried),
    ],
  };
}

function asideWarnings({ setAside }: Carried): string[] {
  return setAside.map(({ path, at }) =>
    `${path} was changed meanwhile; what was there is now ${at}`
  );
}

function nextSteps({ target }: Plan, preRestoreBackup: string | null): string[] {
  const { name } = target.home.profile;
  const steps = [
    `Start ${name} and look whether your conversations are there.`,
    "A login that was in the system's keyring is in no backup: sign in again if you are asked to.",
  ];
  if (preRestoreBackup) {
    steps.push(`To go back: lifeboat undo. What was there before is also in ${preRestoreBackup}.`);
  }
  return steps;
}

function common(
  host: Host,
  options: RestoreOptions,
  plan: Plan,
  { looked: { running }, isNothing }: { looked: Running; isNothing: boolean },
) {
  const { manifest, target } = plan;
  const id = target.home.profile.id;
  return {
    plan: {
      ...summaryOf(options, plan),
      changes_nothing: isNothing,
      running,
      requires_trust: needsTrust(host, options, plan),
    },
    source_manifest: headOf(manifest),
    signature: signerOf(host, options),
    restore_kit: manifest.kit ?? {},
    sensitive_note: manifest.sensitive_note,
    ...(manifest.profile === id
      ? {}
      : { profile_mismatch: { backup: manifest.profile, target: id } }),
  };
}

/** The manifest without its long lists. */
function headOf(manifest: Manifest): Record<string, unknown> {
  const { entries: _, roots, symlinks: _s, directories: _d, skipped: _k, errors, ...head } =
    manifest;
  const sources = roots.map(({ id, kind, source, entries }) => {
    return { id, kind, source, files: entries.length };
  });
  return { ...head, roots: sources, errors };
}

function summaryOf(
  options: RestoreOptions,
  plan: Plan,
): Omit<PlanSummary, "changes_nothing" | "running" | "requires_trust"> {
  const { target, items, ops, skipped } = plan;
  const { setPermissions, writeBytes } = sumsOf(ops);
  return {
    backup_dir: options.backup.source,
    target_home: target.home.path,
    target_is_active_home: target.isActive,
    files: plan.files,
    bytes: plan.bytes,
    create: items.count("leaf", "create"),
    overwrite: items.count("leaf", "overwrite"),
    unchanged: items.count("leaf", "unchanged"),
    kept: items.count("leaf", "kept"),
    not_selected: plan.notSelected,
    set_aside: items.count("leaf", "set_aside"),
    create_folders: items.count("folder", "create"),
    remove_folders: items.count("folder", "set_aside"),
    set_permissions: setPermissions,
    write_bytes: writeBytes,
    mode: options.mirror ? "mirror" : "overlay",
    will_prune_existing_files: options.mirror ?? false,
    requires_app_closed: target.isActive,
    will_skip_excluded_paths: skipped.some(({ reason }) => reason === "machine_bound"),
    skipped,
    remap: plan.remap,
    ...(plan.sessions && { sessions: plan.sessions }),
    ...(plan.merged && { merged: plan.merged }),
    ...(plan.agent && { agent: plan.agent }),
    conflicts: plan.conflicts,
    activates: plan.activates,
    targets: target.roots.map(({ id, path }) => ({ root: id, path })),
    ...(options.listFiles ? { items: items.list() } : {}),
  };
}

/** What operations add up to: files and folders that get other permissions, and bytes that are written. */
export function sumsOf(ops: OpList): { setPermissions: number; writeBytes: number } {
  let [setPermissions, writeBytes] = [0, 0];
  for (const op of ops) {
    if (op.op === "attributes" && op.mode !== undefined) setPermissions++;
    if (op.op === "file") writeBytes += op.size;
  }
  return { setPermissions, writeBytes };
}
