import { asLifeboatError, createPulse, type Host, lstatIfThere } from "../base/mod.ts";
import { type FileEntry, HOME_ROOT, type Manifest, rootFolder } from "./manifest.ts";
import { hashFile, reading } from "./source_file.ts";

/** How another backup, or the home of today, differs from a backup. Paths are stored paths. */
export interface BackupDiff {
  /** Only there. */
  added: string[];
  /** Only in the backup. */
  removed: string[];
  changed: string[];
  unchanged: number;
  /** Not said to be one or the other, and why. */
  not_comparable: { path: string; reason: string }[];
}

/** A file of a home of today that a backup would capture. */
export interface CurrentFile {
  /** `rootFolder(id)` and its path below that root. */
  storedPath: string;
  /** Absolute. */
  path: string;
}

/** The files of a manifest by stored path. */
export function entriesByPath({ entries, roots }: Manifest): Map<string, FileEntry> {
  const byPath = new Map<string, FileEntry>();
  for (const root of [{ id: HOME_ROOT, entries }, ...roots]) {
    for (const entry of root.entries) byPath.set(rootFolder(root.id) + entry.relative_path, entry);
  }
  return byPath;
}

function emptyDiff(): BackupDiff {
  return { added: [], removed: [], changed: [], unchanged: 0, not_comparable: [] };
}

/** Compares two backups by the hashes in their manifests. */
export function diffManifests(from: Manifest, to: Manifest): BackupDiff {
  const diff = emptyDiff();
  const left = entriesByPath(from);
  for (const [path, { sha256 }] of entriesByPath(to)) {
    const old = left.get(path);
    left.delete(path);
    if (!old) diff.added.push(path);
    else if (old.sha256 === sha256) diff.unchanged++;
    else diff.changed.push(path);
  }
  diff.removed = [...left.keys()];
  return diff;
}

const DATABASE = "a database: its copy has other bytes even where the rows are the same";

/** Compares a backup with files of today. A file that vanishes meanwhile counts as removed. */
export async function diffWithFiles(
  host: Host,
  from: Manifest,
  current: Iterable<CurrentFile>,
): Promise<BackupDiff> {
  const diff = emptyDiff();
  const left = entriesByPath(from);
  const pulse = createPulse(host);
  for (const { storedPath, path } of current) {
    await pulse();
    const info = reading(path, () => lstatIfThere(host.fs, path));
    if (!info) continue;
    const old = left.get(storedPath);
    left.delete(storedPath);
    if (!old) diff.added.push(storedPath);
    else {await compareOne(diff, old, {
        storedPath,
        hash: () => hashFile(host, path, pulse),
        size: info.size,
      });}
  }
  diff.removed = [...left.keys()];
  return diff;
}

interface Candidate {
  storedPath: string;
  size: number;
  hash: () => Promise<string>;
}

async function compareOne(diff: BackupDiff, old: FileEntry, candidate: Candidate): Promise<void> {
  const { storedPath: path, size, hash } = candidate;
  const isDatabase = old.method === "sqlite_backup";
  try {
    if (size === old.bytes && await hash() === old.sha256) diff.unchanged++;
    else if (isDatabase) diff.not_comparable.push({ path, reason: DATABASE });
    else diff.changed.push(path);
  } catch (error) {
    const fault = asLifeboatError(error);
    if (fault.kind === "interrupted") throw fault;
    diff.not_comparable.push({ path, reason: fault.message });
  }
}
