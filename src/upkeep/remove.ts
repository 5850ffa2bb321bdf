/** Removing one backup from its folder. */
import { type Host, lstatIfThere, pathsOf, removeIfThere, takeRootLock } from "../base/mod.ts";
import { type BackupItem, openCatalog } from "../catalog/mod.ts";

/** The paths that a backup is made of: folder, archives, hash files. */
export function pathsOfBackup(host: Host, { backup_dir, archives }: BackupItem): string[] {
  const files = archives.flatMap((path) => [path, `${path}.sha256`]);
  return [...(backup_dir ? [backup_dir] : []), ...files]
    .filter((path) => lstatIfThere(host.fs, path));
}

/** The name under which a killed removal leaves something; the next backup clears it away. */
function condemned(host: Host, path: string): string {
  const { dirname, basename, join } = pathsOf(host.platform);
  return join(dirname(path), `.${basename(path)}.partial`);
}

function discard(host: Host, path: string): void {
  const hidden = condemned(host, path);
  removeIfThere(host.fs, hidden);
  host.fs.rename(path, hidden);
  removeIfThere(host.fs, hidden);
}

/**
 * Removes a backup for good. Wherever it is stopped, each form of it is there as a whole or gone: the
 * folder goes first, and an archive loses its name before its hash file goes. Throws `locked`.
 */
export function removeBackup(host: Host, item: BackupItem): void {
  const { dirname } = pathsOf(host.platform);
  const root = dirname(item.backup_dir ?? item.archives[0]);
  const lock = takeRootLock(host, root);
  try {
    if (item.backup_dir) discard(host, item.backup_dir);
    for (const archive of item.archives) {
      host.fs.rename(archive, condemned(host, archive));
      removeIfThere(host.fs, `${archive}.sha256`);
      removeIfThere(host.fs, condemned(host, archive));
    }
    host.fs.syncDir(root);
  } finally {
    lock.release();
  }
  forget(host, item);
}

function forget(host: Host, { backup_dir, archives }: BackupItem): void {
  const catalog = openCatalog(host);
  for (const path of [...archives, ...(backup_dir ? [backup_dir] : [])]) catalog.forget(path);
  catalog.close();
}
