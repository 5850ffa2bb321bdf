import type { Host } from "../base/mod.ts";
import { type BackupItem, isOwn, isPreRestore, listBackups } from "../catalog/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { homeFinder } from "../seal/mod.ts";

/** The backups of a whole home, newest first, without those made before a restore. */
export async function backupsOf(
  host: Host,
  home: Home,
  options: { backupRoot?: string },
): Promise<BackupItem[]> {
  const { backups } = await listBackups(host, { ...options, profile: home.profile });
  const findHome = homeFinder(host, () => [home.path]); // it may be none of the profiles' own
  const isOfHome = (item: BackupItem) =>
    item.home === home.path || (item.home_mark !== null && findHome(item.home_mark) === home.path);
  return backups.filter((item) =>
    isOwn(item) && isOfHome(item) && !isPreRestore(item) && item.part === null
  );
}

/** The newest backup of a home; a partial one is one as well. */
export async function newestOf(
  host: Host,
  home: Home,
  options: { backupRoot?: string },
): Promise<BackupItem | undefined> {
  return (await backupsOf(host, home, options)).find(({ status }) => status !== "unreadable");
}
