import { type Host, pathsOf, readText, statIfThere } from "../../base/mod.ts";
import { findProfile, resolveHome } from "../../profiles/mod.ts";
import { findSidecar } from "./sidecar.ts";

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

/** What OpenClaw and ClawBackup call their archives (facts B2, E1). */
const ARCHIVE = /^\d{4}-\d\d-\d\dT.+-(?:openclaw-backup|clawbackup)\.tar\.gz$/;

/** The name of an archive of these tools without its ending; undefined for another file. */
export function foreignName(name: string): string | undefined {
  return ARCHIVE.test(name) ? name.slice(0, -".tar.gz".length) : undefined;
}

/**
 * The archives in a folder that has no index: a bucket of ClawBackup that was downloaded, or a place
 * where archives were gathered. Those under other names are named by the manifests beside them.
 */
export function archivesIn(host: Host, folder: string): string[] {
  const { join } = pathsOf(host.platform);
  if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
  return host.fs.list(folder).entries
    .filter(({ name, kind }) =>
      kind === "file" && /\.(?:tar\.gz|tgz)$/.test(name) &&
      (foreignName(name) !== undefined || findSidecar(host, join(folder, name), []) !== undefined)
    )
    .map(({ name }) => join(folder, name));
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
