/** Removing an isolated home, once it is backed up. */
import { createBackup } from "../backup/mod.ts";
import { type Host, LifeboatError, pathsOf, removeIfThere, takeHomeLock } from "../base/mod.ts";
import { asHome, findIsolated, type IsolatedHome, requireHome } from "../profiles/mod.ts";
import { recoverUnlessRunning, refuseIfInUse } from "../restore/mod.ts";

/** Which home, and whether the user has said so. */
export interface RemoveOptions {
  id: string;
  confirmed: boolean;
  /** Where the backup goes; by default where all backups of Codex go. */
  backupRoot?: string;
  jobs?: number;
}

/** What `isolate remove` gives back. */
export interface RemoveResult {
  ok: boolean;
  id: string;
  removed: string;
  /** The archive, or folder, of the backup that was made before. */
  backup: string;
  warnings: string[];
}

/**
 * Backs a home up and removes it. Throws `confirmation_required`, `agent_running`, `backup_partial`;
 * the home is then as it was.
 */
export async function removeIsolated(host: Host, options: RemoveOptions): Promise<RemoveResult> {
  const { id } = options;
  const isolated = findIsolated(host, { id });
  if (!options.confirmed) {
    const message = `${isolated.path} would be removed, after a backup of it`;
    throw new LifeboatError("refused", "confirmation_required", message, {
      hint: "Confirm it with --yes",
    });
  }
  const home = asHome(host, isolated);
  requireHome(host, home);
  const lock = takeHomeLock(host, home.path);
  try {
    await refuseIfInUse(host, home);
    await recoverUnlessRunning(host, home);
    const { backupRoot, jobs } = options;
    const kit = host.executable ? "full" : "light"; // run from its sources, there is none to add
    const made = await createBackup(host, { home, backupRoot, jobs, kit, holdsLock: true });
    if (made.status !== "ok") throw partial(isolated, made.errors.length);
    await refuseIfInUse(host, home); // it may have been started in the meantime
    removeFolder(host, isolated);
    const { warnings } = made;
    return { ok: true, id, removed: isolated.path, backup: made.archive!, warnings };
  } finally {
    lock.release();
  }
}

function partial({ path }: IsolatedHome, errors: number): LifeboatError {
  const message = `${errors} files of ${path} could not be backed up, so it stays`;
  return new LifeboatError("failed", "backup_partial", message, {
    hint: "See which with: lifeboat backup --isolated ID",
  });
}

/** Half a home never bears its name; what a killed removal has left goes with the next one. */
function removeFolder({ fs, platform }: Host, { id, path }: IsolatedHome): void {
  const { dirname, join } = pathsOf(platform);
  const leaving = join(dirname(path), `.${id}.removed`);
  removeIfThere(fs, leaving);
  fs.rename(path, leaving);
  fs.syncDir(dirname(path));
  fs.removeTree(leaving);
}
