import { type Host, pathsOf, readText, statIfThere } from "../../base/mod.ts";
import { findProfile, resolveHome } from "../../profiles/mod.ts";

const INDEX = "clawbackups.json";
const MAX_BYTES = 64 << 20;

/** An archive that ClawBackup's index names (facts E1). */
export interface StoredArchive {
  id: string;
  label: string | null;
  /** Absolute. */
  path: string;
  encrypted: boolean;
}

/** Where ClawBackup keeps its own data on this machine. */
export function clawBackupStore(host: Host): string {
  const { path } = resolveHome(host, findProfile(host, "openclaw"));
  return pathsOf(host.platform).join(path, "clawbackups");
}

/**
 * The archives that the index in a folder names. An index that is broken names none: ClawBackup
 * itself takes it for an empty one, and what it named can still be opened by its path.
 */
export function readStore(host: Host, folder: string): StoredArchive[] {
  const { join, isAbsolute } = pathsOf(host.platform);
  const index = join(folder, INDEX);
  if (statIfThere(host.fs, index)?.kind !== "file") return [];
  try {
    const { backups } = JSON.parse(readText(host.fs, index, MAX_BYTES));
    return backups.flatMap((entry: Record<string, unknown>) => {
      const { id, name, storagePath, encrypted } = entry;
      if (typeof id !== "string" || typeof storagePath !== "string") return [];
      if (!isAbsolute(storagePath)) return [];
      const label = typeof name === "string" ? name : null;
      return [{ id, label, path: storagePath, encrypted: encrypted === true }];
    });
  } catch {
    return [];
  }
}
