import { clawBackupStore, foreignName, readStore } from "../archive/mod.ts";
import { type Host, pathsOf, statIfThere } from "../base/mod.ts";
import { type BackupItem, listArchives } from "./list.ts";

/** Archives in the user's home folder, where both tools put them when they are started elsewhere. */
function archivesInHome({ fs, userHome, platform }: Host): { id: string; path: string }[] {
  if (statIfThere(fs, userHome)?.kind !== "directory") return [];
  return fs.list(userHome).entries.flatMap(({ name, kind }) => {
    const id = foreignName(name);
    return id && kind === "file" ? [{ id, path: pathsOf(platform).join(userHome, name) }] : [];
  });
}

/**
 * The archives of other tools outside the backup roots: those that the index of ClawBackup names, and
 * those in the user's home folder.
 */
export async function listElsewhere(host: Host): Promise<BackupItem[]> {
  const stored = readStore(host, clawBackupStore(host));
  const known = new Set(stored.map(({ path }) => path));
  const others = archivesInHome(host).filter(({ path }) => !known.has(path));
  return await listArchives(host, [...stored, ...others]);
}

/** The archives that an index of ClawBackup in a backup root names, wherever they lie. */
export async function listIndexed(host: Host, root: string): Promise<BackupItem[]> {
  return await listArchives(host, readStore(host, root));
}
