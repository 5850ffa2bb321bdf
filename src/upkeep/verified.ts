/** Whether a backup can be relied on when others are removed (design.md 1.11). */
import { type Backup, openBackup, verifyBackup } from "../archive/mod.ts";
import { asLifeboatError, type Host, pathsOf } from "../base/mod.ts";
import type { BackupItem } from "../catalog/mod.ts";
import { findProfile, resolveHome } from "../profiles/mod.ts";
import { planRestore } from "../restore/mod.ts";

/** Where a backup lies: its archive, or its folder where there is none. */
export function placeOf({ archives, backup_dir }: BackupItem): string {
  return archives[0] ?? backup_dir!;
}

/** Whether what is stored is whole: an archive by its hash file, a folder byte by byte. */
async function isSound(host: Host, item: BackupItem): Promise<boolean> {
  const quick = item.archives.length > 0;
  const report = await verifyBackup(host, placeOf(item), { quick });
  return report.ok && (!quick || report.archive_sha256 === "matches");
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

/**
 * Whether a backup is verified: without errors, its hash file present and right, and a dry run of its
 * restore succeeds. Reads the whole archive once.
 */
export async function isVerified(host: Host, item: BackupItem): Promise<boolean> {
  const isWhole = item.status === "ok" || (item.status === "encrypted" && item.errors === 0);
  if (!isWhole) return false;
  try {
    return await isSound(host, item) &&
      await canBePlanned(host, () => openBackup(host, placeOf(item)));
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
