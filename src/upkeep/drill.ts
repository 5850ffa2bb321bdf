/** A drill: the newest backup of a home is restored beside it, examined and removed again. */
import { openBackup, type ReadOptions } from "../archive/mod.ts";
import {
  asLifeboatError,
  ensureDir,
  type Host,
  isoWithOffset,
  LifeboatError,
  pathsOf,
  removeIfThere,
  takeLock,
} from "../base/mod.ts";
import type { BackupItem } from "../catalog/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  applyRestore,
  forgetUndo,
  type RestoreOptions,
  type RestoreResult,
  targetHomeOf,
} from "../restore/mod.ts";
import { noteDrill } from "./drill_record.ts";
import { newestOf } from "./newest.ts";
import { placeOf } from "./verified.ts";

/** What the drill of one home found. */
export interface DrillResult {
  ok: boolean;
  profile: string;
  home: string;
  backup: string;
  restored_files: number;
  bytes: number;
  duration_ms: number;
  /** Why it would not have saved anybody; empty when it would. */
  faults: string[];
}

/** Faults of a restore that was carried out, as lines for a person. */
function faultsOf({ restore, post_restore_doctor: doctor, ...result }: RestoreResult): string[] {
  const faults = (restore?.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
  const found = (doctor?.findings ?? []).filter(({ severity }) => severity === "error");
  if (!doctor) faults.push("The restored home could not be examined");
  faults.push(...found.map(({ message }) => message));
  if (!result.ok && faults.length === 0) faults.push(result.message);
  return faults;
}

/** Which backups are tried, and what opens encrypted ones. */
export interface DrillOptions extends Pick<ReadOptions, "password" | "unlock"> {
  backupRoot?: string;
}

async function restoreInto(host: Host, item: BackupItem, home: Home, to: Scratch) {
  const { folder, password, unlock } = to;
  const backup = await openBackup(host, placeOf(item), { password, unlock });
  try {
    const options: RestoreOptions = { backup, home, targetDir: folder };
    const result = await applyRestore(host, { ...options, confirmed: true, trust: true });
    if (result.undo_id) forgetUndo(host, targetHomeOf(host, options), result.undo_id);
    return result;
  } finally {
    backup.close();
  }
}

type Scratch = DrillOptions & { folder: string };

/** Restores into an empty folder that is gone afterwards, whatever happens. */
async function tryRestore(
  host: Host,
  item: BackupItem,
  home: Home,
  options: DrillOptions,
): Promise<Pick<DrillResult, "faults" | "restored_files" | "bytes">> {
  const { join } = pathsOf(host.platform);
  const folder = join(host.folders.state, "drill");
  ensureDir(host.fs, host.folders.state, host.platform);
  const lock = takeLock(join(host.folders.state, "drill.lock"), "a drill");
  try {
    removeIfThere(host.fs, folder); // one that was killed left it
    host.fs.makeDir(folder, 0o700);
    const result = await restoreInto(host, item, home, { ...options, folder });
    const { files, bytes } = result.plan;
    return { faults: faultsOf(result), restored_files: files, bytes };
  } catch (error) {
    const { kind, code, message } = asLifeboatError(error);
    if (kind === "interrupted" || code === "wrong_password") throw error;
    return { faults: [message], restored_files: 0, bytes: 0 };
  } finally {
    removeIfThere(host.fs, folder);
    lock.release();
  }
}

/**
 * Tries the newest backup of a home, and notes the outcome. The home itself is not touched. Throws
 * `no_such_backup`, `locked`, `wrong_password`.
 */
export async function drill(
  host: Host,
  home: Home,
  options: DrillOptions,
): Promise<DrillResult> {
  const item = await newestOf(host, home, options);
  if (!item) {
    const which = home.isolated ? `--isolated ${home.isolated}` : `--profile ${home.profile.id}`;
    throw new LifeboatError("missing", "no_such_backup", `There is no backup of ${home.path}`, {
      hint: `Make one with: lifeboat backup ${which}`,
    });
  }
  const startedAt = host.now();
  const tried = await tryRestore(host, item, home, options);
  const ok = tried.faults.length === 0;
  noteDrill(host, home, { at: isoWithOffset(startedAt), backup: item.id, ok });
  const duration_ms = host.now().getTime() - startedAt.getTime();
  return { ok, profile: home.profile.id, home: home.path, backup: item.id, ...tried, duration_ms };
}
