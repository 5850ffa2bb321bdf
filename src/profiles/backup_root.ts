import { type Host, pathsOf, statIfThere } from "../base/mod.ts";
import type { Profile } from "./profile.ts";

/** Where backups go when the user names no place. */
export interface DefaultBackupRoot {
  /** Absolute; made by the backup that first needs it. */
  path: string;
  /** For a person. */
  warnings: string[];
}

/** Names of folders that cloud services keep in step with their servers. */
const SYNCED =
  /^(OneDrive|Dropbox|Google ?Drive|iCloud|Mobile Documents$|CloudStorage$|Nextcloud)/i;

/** Whether a cloud service carries what lies in the Documents folder to its servers. */
function isSynced(host: Host, documents: string): boolean {
  const { join } = pathsOf(host.platform);
  if (host.fs.realPath(documents).split(/[\\/]/).some((name) => SYNCED.test(name))) return true;
  // With "Desktop & Documents" in iCloud, ~/Documents keeps its path and has a twin there.
  const twin = join(host.userHome, "Library/Mobile Documents/com~apple~CloudDocs/Documents");
  return host.platform === "darwin" && statIfThere(host.fs, twin) !== undefined;
}

/**
 * `~/Documents/<folder>`; below the user's home where Documents is no writable folder. A Documents
 * folder that does not exist yet is made by the backup (design.md section 3).
 */
export function defaultBackupRoot(host: Host, profile: Profile): DefaultBackupRoot {
  const { join } = pathsOf(host.platform);
  const { folder } = profile.backups;
  const documents = join(host.userHome, "Documents");
  const info = statIfThere(host.fs, documents);
  const path = join(documents, folder);
  if (!info) return { path, warnings: [] };
  if (info.kind !== "directory" || !host.fs.isWritable(documents)) {
    const fallback = join(host.userHome, folder);
    return {
      path: fallback,
      warnings: [`${documents} is no writable folder, so backups are kept in ${fallback}`],
    };
  }
  if (!isSynced(host, documents)) return { path, warnings: [] };
  const warning =
    `A cloud service syncs ${documents}: backups kept there, secrets included, leave this machine`;
  return { path, warnings: [`${warning}. --backup-root names another place.`] };
}
