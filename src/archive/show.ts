import type { Host } from "../base/mod.ts";
import type { Unlock } from "../seal/mod.ts";
import {
  type BackupDiff,
  type CurrentFile,
  diffManifests,
  diffWithFiles,
  entriesByPath,
} from "./diff_backups.ts";
import type { AskPassword } from "./foreign/mod.ts";
import { type FileEntry, type Manifest, type ManifestHead, ROOT_PATH } from "./manifest.ts";
import { type Backup, openBackup } from "./open_backup.ts";

/** What `show` is to tell beside the summary. */
export interface ShowOptions {
  /** List every file. */
  files?: boolean;
  /** Asks for the password of another tool's encrypted archive. */
  password?: AskPassword;
  /** Opens what is encrypted; without it the identities of this machine are tried. */
  unlock?: Unlock;
  /** Compare with another backup, or with files of today. */
  diffWith?: { backup: string } | { files: Iterable<CurrentFile> };
}

/** Files and bytes below one place. */
export interface Tally {
  /** A stored path; a folder's ends in a slash. */
  path: string;
  files: number;
  bytes: number;
}

/** A file as `show --files` lists it. */
export interface ShownFile {
  path: string;
  bytes: number;
  sha256: string;
  method: FileEntry["method"];
}

/** What is in a backup; key names are those of `show --json`. */
export interface ShowReport extends Omit<ManifestHead, "schema_version" | "status"> {
  ok: true;
  id: string;
  path: string;
  form: Backup["form"];
  indexed: boolean;
  /** By age; what is inside says nothing of it. */
  encrypted: boolean;
  schema_version: number | "legacy";
  status: "ok" | "partial" | "legacy_manifest";
  /** Bytes of all captured files. */
  bytes: number;
  roots: { id: string; kind: "folder" | "file"; source: string; files: number; bytes: number }[];
  /** By the first folder below each root, the largest first. */
  folders: Tally[];
  largest: { path: string; bytes: number }[];
  symlinks: Manifest["symlinks"];
  directories: number;
  skipped: Manifest["skipped"];
  errors: Manifest["errors"];
  files?: ShownFile[];
  diff?: BackupDiff;
}

const LARGEST_SHOWN = 10;

/** `files/sessions/` for `files/sessions/2026/x`; a file right below its root counts to the root. */
function placeOf(storedPath: string, root: string): string {
  const slash = storedPath.indexOf("/", root.length);
  return slash < 0 ? root : storedPath.slice(0, slash + 1);
}

function sumBytes(entries: readonly FileEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

function tally(files: ReadonlyMap<string, FileEntry>): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const [stored, { bytes, relative_path }] of files) {
    const path = placeOf(stored, stored.slice(0, stored.length - relative_path.length));
    const found = tallies.get(path) ?? { path, files: 0, bytes: 0 };
    found.files++;
    found.bytes += bytes;
    tallies.set(path, found);
  }
  return [...tallies.values()].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

function largest(files: ReadonlyMap<string, FileEntry>) {
  return [...files].map(([path, { bytes }]) => ({ path, bytes }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, LARGEST_SHOWN);
}

async function diffOf(
  host: Host,
  manifest: Manifest,
  diffWith: NonNullable<ShowOptions["diffWith"]>,
  unlock: Unlock | undefined,
): Promise<BackupDiff> {
  if ("files" in diffWith) return await diffWithFiles(host, manifest, diffWith.files);
  const other = await openBackup(host, diffWith.backup, { unlock });
  try {
    return diffManifests(manifest, await other.loadManifest());
  } finally {
    other.close();
  }
}

/** Tells what is in a backup. Throws what `openBackup` throws. */
export async function showBackup(
  host: Host,
  path: string,
  options: ShowOptions = {},
): Promise<ShowReport> {
  const { password, unlock } = options;
  const backup = await openBackup(host, path, { password, unlock });
  try {
    const manifest = await backup.loadManifest();
    const report = summarise(backup, manifest);
    if (options.files) report.files = listFiles(manifest);
    if (options.diffWith) {
      report.diff = await diffOf(host, manifest, options.diffWith, options.unlock);
    }
    return report;
  } finally {
    backup.close();
  }
}

function summarise(
  { source, form, indexed, head, readers }: Backup,
  manifest: Manifest,
): ShowReport {
  const isLegacy = head.schema_version === 0;
  const files = entriesByPath(manifest);
  return {
    ...head,
    ok: true,
    id: head.backup_name,
    path: source,
    form,
    indexed,
    encrypted: readers !== undefined,
    schema_version: isLegacy ? "legacy" : head.schema_version,
    status: isLegacy ? "legacy_manifest" : head.status ?? "ok",
    bytes: sumBytes([...files.values()]),
    roots: manifest.roots.map(({ id, kind, source, entries }) => ({
      id,
      kind,
      source,
      files: entries.length,
      bytes: sumBytes([...entries]),
    })),
    folders: tally(files),
    largest: largest(files),
    symlinks: manifest.symlinks,
    directories: manifest.directories.filter((one) => one.relative_path !== ROOT_PATH).length,
    skipped: manifest.skipped,
    errors: manifest.errors,
  };
}

function listFiles(manifest: Manifest): ShownFile[] {
  return [...entriesByPath(manifest)].map(([path, { bytes, sha256, method }]) => ({
    path,
    bytes,
    sha256,
    method,
  }));
}
