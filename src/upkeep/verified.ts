/** Whether a backup can be relied on when others are removed (design.md 1.11). */
import { type Backup, openBackup, type VerifyReport } from "../archive/mod.ts";
import { asLifeboatError, type Host, pathsOf } from "../base/mod.ts";
import { type BackupItem, verifyAsNoted } from "../catalog/mod.ts";
import { findProfile, resolveHome } from "../profiles/mod.ts";
import { planRestore } from "../restore/mod.ts";

/** Where a backup lies: its archive, or its folder where there is none. */
export function placeOf({ archives, backup_dir }: BackupItem): string {
  return archives[0] ?? backup_dir!;
}

/** Whether what is stored is whole: an archive by its hash file, a folder byte by byte. */
function isSound({ ok, quick, archive_sha256 }: VerifyReport): boolean {
  return ok && (!quick || archive_sha256 === "matches");
}

/** Whether a restore into an empty folder could be carried out. */
export async function canBePlanned(host: Host, open: () => Promise<Backup>): Promise<boolean> {
  const backup = await open();
  try {
    const home = resolveHome(host, findProfile(host, backup.head.profile));
    const targetDir = pathsOf(host.platform).join(host.folders.state, "nowhere");
    return (await planRestore(host, { backup, home, targetDir })).ok;
  } finally {
    backup.close();
  }
}

/** Whether nothing was missed when a backup was made. */
export function isComplete({ status, errors }: Pick<BackupItem, "status" | "errors">): boolean {
  return status === "ok" || (status === "encrypted" && errors === 0);
}

/**
 * Whether a backup is verified: without errors, its hash file present and right, and a dry run of its
 * restore succeeds. Where no key at hand opens it, this machine's signature stands for the dry run:
 * what it signed was read back whole. Reads the whole archive once.
 */
export async function isVerified(host: Host, item: BackupItem): Promise<boolean> {
  if (!isComplete(item)) return false;
  const path = placeOf(item);
  try {
    const report = await verifyAsNoted(host, path, { quick: item.archives.length > 0 });
    if (!isSound(report)) return false;
    if (report.unchecked.length > 0) return report.signature?.by === "this_machine";
    return await canBePlanned(host, () => openBackup(host, path));
  } catch (error) {
    if (asLifeboatError(error).kind === "interrupted") throw error;
    return false; // whatever is wrong with it, nothing can be relied on it
  }
}

/** The first of some backups that is verified. */
export async function firstVerified(
  host: Host,
  items: BackupItem[],
): Promise<BackupItem | undefined> {
  for (const item of items) if (await isVerified(host, item)) return item;
  return undefined;
}
