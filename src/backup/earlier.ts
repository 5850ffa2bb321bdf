import { type EarlierArchive, type EarlierFile, openEarlier } from "../archive/mod.ts";
import { type FileInfo, type Host, statIfThere } from "../base/mod.ts";
import { listRoot } from "../catalog/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { hasSameTail, isSettled, proofNeeded, type Trust } from "./unchanged.ts";

/** The newest backup of the same home: what is unchanged since is not read, but taken over. */
export interface Earlier {
  name: string;
  archive: EarlierArchive;
  /** Its folder form, whose files can be linked to. */
  folder?: string;
  /** How many files it captured of the home. */
  files: number;
  /** When it began to read the home, ms since 1970. */
  startedMs: number;
  trust: Trust;
}

/** Looks for a backup to take unchanged things from; none is fine. */
export async function findEarlier(
  host: Host,
  root: string,
  home: Home,
  rescan: boolean,
): Promise<Earlier | undefined> {
  for (const item of await listRoot(host, root)) {
    const path = item.archives.find((archive) => archive.endsWith(".tar.gz"));
    const isOfHome = item.profile === home.profile.id && item.home === home.path;
    if (!path || !isOfHome || item.type !== "lifeboat") continue;
    // What another tool wrote says nothing about what is in the home today.
    if (item.origin) continue;
    const archive = openEarlier(host, path, home.profile.backups.prefix);
    if (!archive) continue;
    return {
      name: item.id,
      archive,
      folder: item.backup_dir ?? undefined,
      files: item.files ?? 0,
      startedMs: Date.parse(item.created_at!),
      trust: rescan ? "nothing" : host.platform === "windows" ? "tails" : "times",
    };
  }
  return undefined;
}

/** The earlier file at a stored path, when it is proven that what lies at `path` is still the same. */
export async function findUnchanged(
  { fs }: Pick<Host, "fs">,
  earlier: Earlier | undefined,
  stored: string,
  { path, info }: { path: string; info: FileInfo },
): Promise<EarlierFile | undefined> {
  if (!earlier || earlier.trust === "nothing" || !isSettled(earlier.startedMs, info)) {
    return undefined;
  }
  const file = await earlier.archive.find(stored);
  const proof = file ? proofNeeded(earlier, file.entry, info) : "whole";
  if (!file || proof === "whole") return undefined;
  return proof === "none" || hasSameTail(fs, path, file) ? file : undefined;
}

/** Configuration of fewer bytes, and homes of fewer files, change by so much in daily use. */
const SMALL_BYTES = 512;
const SMALL_FILES = 20;

/** What to tell the user when a configuration file has lost most of its content (design.md 1.2). */
export async function shrinkWarning(
  earlier: Earlier | undefined,
  stored: string,
  bytes: number,
): Promise<string | undefined> {
  const before = (await earlier?.archive.find(stored))?.entry[1] ?? 0;
  if (before < SMALL_BYTES || bytes > before / 2) return undefined;
  return `${stored} has shrunk from ${before} to ${bytes} bytes since ${earlier!.name}`;
}

/** The same for a home that has lost most of its files. */
export function lossWarning(earlier: Earlier | undefined, files: number): string | undefined {
  if (!earlier || earlier.files < SMALL_FILES || files > earlier.files / 2) return undefined;
  return `${files} files were found, and ${earlier.files} in ${earlier.name}; keep that one`;
}

/**
 * Whether what lies beside a database is as it was when the earlier backup captured it: the same
 * WAL or none, by size and time as with any file, and no journal.
 */
export function hasSameSides(
  host: Host,
  earlier: Earlier,
  database: string,
  { entry: [, , , , , , ...before] }: EarlierFile,
): boolean {
  if (statIfThere(host.fs, `${database}-journal`)?.size) return false;
  const wal = statIfThere(host.fs, `${database}-wal`);
  if (!wal?.size) return before.length === 0;
  const [, bytes, mtimeMs] = before;
  return wal.size === bytes && wal.mtimeMs === mtimeMs && isSettled(earlier.startedMs, wal);
}
