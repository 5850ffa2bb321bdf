/** Retention: removes what the user's rules no longer keep, and never the last good backup of a home. */
import { asLifeboatError, type Host, LifeboatError } from "../base/mod.ts";
import { type BackupScope, isOwn, listBackups } from "../catalog/mod.ts";
import { homeExists, loadProfiles, resolveHome } from "../profiles/mod.ts";
import { forgetUndo, listUndo } from "../restore/mod.ts";
import { pathsOfBackup, removeBackup } from "./remove.ts";
import { protectLastGood } from "./last_good.ts";
import { type Choice, chooseByRules, type KeepRules } from "./retention.ts";
import { firstVerified } from "./verified.ts";

/** A backup as `prune` shows it. */
export interface PrunedBackup {
  id: string;
  profile: string | null;
  home: string | null;
  created_at: string | null;
  /** Of the archive; null for one that is only a folder. */
  bytes: number | null;
  /** Why it stays; none: it goes. */
  reasons: string[];
  paths: string[];
}

/** Undo data that has expired (design.md 1.4). */
export interface PrunedUndo {
  undo_id: string;
  home: string;
  profile: string;
  created_at: string;
  bytes: number;
}

/** What `prune` gives back. */
export interface PruneResult {
  ok: boolean;
  dry_run: boolean;
  rules: KeepRules;
  keep: PrunedBackup[];
  remove: PrunedBackup[];
  undo: PrunedUndo[];
  /** Archives and undo data that go; folders share files with each other and are not counted. */
  bytes: number;
  errors: { id: string; code: string; message: string }[];
}

/** What is pruned. */
export interface PruneOptions extends BackupScope {
  rules: KeepRules;
  apply?: boolean;
}

/**
 * Says what the rules would remove, and removes it with `apply`. Throws `no_keep_rule` when no rule
 * is given: without one everything would go.
 */
export async function prune(host: Host, options: PruneOptions): Promise<PruneResult> {
  const { rules, apply = false } = options;
  requireRule(rules);
  const { backups } = await listBackups(host, options);
  const byRules = chooseByRules(backups.filter(isOwn), rules);
  const choices = await protectLastGood(byRules, (items) => firstVerified(host, items));
  const undo = expiredUndo(host, options);
  const result = resultOf(host, choices, undo, options);
  if (!apply) return result;
  for (const { item, reasons } of choices) {
    if (reasons.length === 0) await attempt(result, item.id, () => removeBackup(host, item));
  }
  for (const { undo_id, profile } of undo) {
    await attempt(result, undo_id, () => forgetUndo(host, homeOf(host, profile), undo_id));
  }
  return { ...result, ok: result.errors.length === 0 };
}

/** Throws `no_keep_rule` (refused) where nothing says what stays. */
export function requireRule(rules: KeepRules): void {
  if (Object.values(rules).some((count) => count > 0)) return;
  throw new LifeboatError("refused", "no_keep_rule", "It was not said which backups stay", {
    hint: "Say for instance: --keep-last 3 --keep-daily 7 --keep-weekly 4 --keep-monthly 12",
  });
}

/** One that cannot be removed does not keep the others. */
export async function attempt(
  { errors }: Pick<PruneResult, "errors">,
  id: string,
  act: () => unknown,
): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    const { kind, code, message } = asLifeboatError(thrown);
    if (kind === "interrupted") throw thrown;
    errors.push({ id, code, message });
  }
}

function homeOf(host: Host, profile: string) {
  const found = loadProfiles(host).find(({ id }) => id === profile)!;
  return resolveHome(host, found);
}

function expiredUndo(host: Host, { profile }: BackupScope): PrunedUndo[] {
  const profiles = profile ? [profile] : loadProfiles(host);
  return profiles.map((one) => resolveHome(host, one)).filter((home) => homeExists(host, home))
    .flatMap((home) =>
      listUndo(host, home).undo.filter(({ expired }) => expired)
        .map(({ undo_id, created_at, bytes }) => (
          { undo_id, home: home.path, profile: home.profile.id, created_at, bytes }
        ))
    );
}

function resultOf(
  host: Host,
  choices: Choice[],
  undo: PrunedUndo[],
  { rules, apply }: PruneOptions,
): PruneResult {
  const shown = choices.map(({ item, reasons }): PrunedBackup => {
    const { id, profile, home, created_at, bytes } = item;
    return { id, profile, home, created_at, bytes, reasons, paths: pathsOfBackup(host, item) };
  });
  const remove = shown.filter(({ reasons }) => reasons.length === 0);
  const bytes = [...remove, ...undo].reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const keep = shown.filter(({ reasons }) => reasons.length > 0);
  return { ok: true, dry_run: !apply, rules, keep, remove, undo, bytes, errors: [] };
}
