/** Another tool's backup becomes one of ours: every file read, checked, written and read back. */
import {
  type ArchiveWriter,
  type AskPassword,
  type Backup,
  createArchiveWriter,
  createManifestWriter,
  HOME_ROOT,
  type Manifest,
  type ManifestHead,
  type ManifestWriter,
  openBackup,
  rootFolder,
  type StoredFile,
} from "../archive/mod.ts";
import {
  createWorkerPool,
  ensureDir,
  type Host,
  LifeboatError,
  pathsOf,
  sha256,
  sha256OfFile,
  takeRootLock,
  workersFor,
} from "../base/mod.ts";
import { listRoot } from "../catalog/mod.ts";
import { findProfile, resolveHome } from "../profiles/mod.ts";
import type { BackupOptions } from "./options.ts";
import { createOutlet, type Outlet } from "./outlet.ts";
import { choosePlaces, chooseRoot, clearLeftovers, makeRoot, type Places } from "./places.ts";
import { discardBackup, publishBackup } from "./publish.ts";
import { writeRestoreKit } from "./restore_kit.ts";
import type { Run } from "./run.ts";
import { verifyWritten } from "./write.ts";

/** What is imported, and where to. */
export interface ImportOptions {
  /** A foreign archive, or folder of codex-environment-backup. */
  path: string;
  /** By default where all backups of the profile lie. */
  backupRoot?: string;
  kit?: BackupOptions["kit"];
  archive?: boolean;
  directory?: boolean;
  /** Deflate level, 1 to 9. */
  level?: number;
  jobs?: number;
  password?: AskPassword;
}

/** One backup that was imported, or was there already. */
export interface ImportedBackup {
  ok: true;
  /** What was read. */
  source: string;
  origin: string;
  backup_id: string;
  backup_dir: string | null;
  archive: string | null;
  created_at: string;
  files: number;
  bytes: number;
  /** Whether an earlier import of the same backup was found, and nothing was written. */
  already_there: boolean;
}

const DEFAULT_LEVEL = 5;

/**
 * Converts a foreign backup through the ordinary writer. The result keeps its time, is not signed, and
 * names its origin in the manifest. Throws `nothing_to_import` for a backup of ours, and all that
 * `openBackup` throws.
 */
export async function importBackup(host: Host, options: ImportOptions): Promise<ImportedBackup> {
  const { path, jobs, password } = options;
  const backup = await openBackup(host, path, { jobs, password });
  try {
    if (backup.head.tool) throw ours(backup);
    return await convert(host, backup, await backup.loadManifest(), options);
  } finally {
    backup.close();
  }
}

function ours({ source }: Backup): LifeboatError {
  const message = `${source} is a backup of this program already`;
  return new LifeboatError("refused", "nothing_to_import", message, {
    hint: "Copy it into the folder of your backups; `lifeboat list` then shows it.",
  });
}

/** A host whose clock stands at the time of the backup: names are made of it. */
function at(host: Host, { created_at }: ManifestHead): Host {
  const time = new Date(created_at);
  return Number.isNaN(time.getTime()) ? host : { ...host, now: () => time };
}

async function convert(
  host: Host,
  backup: Backup,
  manifest: Manifest,
  options: ImportOptions,
): Promise<ImportedBackup> {
  const { backupRoot, kit, archive, directory, jobs, level = DEFAULT_LEVEL } = options;
  const home = resolveHome(host, findProfile(host, manifest.profile));
  const settings: BackupOptions = { home, backupRoot, kit, archive, directory };
  const { root } = chooseRoot(host, settings);
  const pool = createWorkerPool(workersFor(host, jobs));
  makeRoot(host, root);
  const lock = takeRootLock(host, root);
  try {
    clearLeftovers(host, root);
    const earlier = await findImported(host, root, backup, manifest);
    if (earlier) return earlier;
    const then = at(host, manifest);
    const startedAt = then.now();
    const run: Run = { host, pool, options: settings, level, warnings: [], startedAt };
    return await writeAndPublish(run, choosePlaces(then, root, settings), backup, manifest);
  } finally {
    pool.close();
    lock.release();
  }
}

/** The same backup, imported before: of the same home, at the same time, from the same tool. */
async function findImported(
  host: Host,
  root: string,
  backup: Backup,
  manifest: Manifest,
): Promise<ImportedBackup | undefined> {
  const items = await listRoot(host, root);
  const found = items.find((item) =>
    item.type === "lifeboat" && item.origin === originOf(manifest) && item.home === manifest.home &&
    item.created_at === manifest.created_at
  );
  if (!found) return undefined;
  const result = resultOf(backup, manifest, found.id, true);
  return { ...result, backup_dir: found.backup_dir, archive: found.archives[0] ?? null };
}

function originOf({ origin }: ManifestHead): string {
  return origin?.format ?? "codex-environment-backup";
}

function resultOf(
  { source }: Backup,
  manifest: Manifest,
  id: string,
  already: boolean,
): ImportedBackup {
  const entries = [manifest, ...manifest.roots].flatMap((root) => [...root.entries]);
  return {
    ok: true,
    source,
    origin: originOf(manifest),
    backup_id: id,
    backup_dir: null,
    archive: null,
    created_at: manifest.created_at,
    files: entries.length,
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    already_there: already,
  };
}

async function writeAndPublish(
  run: Run,
  places: Places,
  backup: Backup,
  manifest: Manifest,
): Promise<ImportedBackup> {
  const { host, pool, level, options } = run;
  const top = options.home.profile.backups.prefix;
  let archive: ArchiveWriter | undefined;
  try {
    const path = places.archive?.partial;
    archive = path
      ? createArchiveWriter(host, { path, format: "tar.gz", top, level, pool })
      : undefined;
    await writeAll(run, places, archive, { backup, manifest });
    const written = await archive?.finish();
    await verifyWritten(run, places, { archive: written });
    publishBackup(host, places, written?.sha256);
  } catch (error) {
    archive?.abort();
    await discardBackup(host, places);
    throw error;
  }
  const { folder = null, archive: file } = places;
  const result = resultOf(backup, manifest, places.name, false);
  return { ...result, backup_dir: folder, archive: file?.final ?? null };
}

/** What is imported. */
interface Source {
  backup: Backup;
  manifest: Manifest;
}

async function writeAll(
  run: Run,
  places: Places,
  archive: ArchiveWriter | undefined,
  source: Source,
): Promise<Record<string, string>> {
  const { host } = run;
  ensureDir(host.fs, places.work, host.platform);
  const nowMs = Math.floor(run.startedAt.getTime() / 1000) * 1000;
  const folder = places.folder && places.work;
  const outlet = createOutlet(host, { folder, archive, sync: !archive, nowMs });
  const path = pathsOf(host.platform).join(places.work, "manifest.json");
  const roots = source.manifest.roots.map(({ id, kind, source }) => ({ id, kind, source }));
  const writer = createManifestWriter(host, path, roots);
  try {
    await copyFiles(host, outlet, source);
    listAll(writer, source.manifest);
    const kit = await writeRestoreKit(run, outlet);
    writer.finish(headOf(run, places, source, kit));
    await outlet.archive("manifest.json", path, { mode: 0o600, mtimeMs: nowMs });
    return kit;
  } catch (error) {
    outlet.abort();
    writer.abort();
    throw error;
  }
}

const MODE = 0o600;

/** Copies every file; one that is not what its manifest says ends the import. */
async function copyFiles(host: Host, outlet: Outlet, { backup, manifest }: Source): Promise<void> {
  const madeMs = Date.parse(manifest.created_at) || 0;
  const entries = new Map(
    [{ id: HOME_ROOT, entries: manifest.entries }, ...manifest.roots].flatMap(({ id, entries }) =>
      [...entries].map((entry) => [rootFolder(id) + entry.relative_path, entry] as const)
    ),
  );
  let [files, bytes] = [0, 0];
  await backup.visit((path) => entries.has(path), async (file, chunks) => {
    const entry = entries.get(file.path)!;
    const meta = { size: file.bytes, mode: entry.mode ?? file.mode ?? MODE };
    const mtimeMs = Math.trunc(entry.mtime_ms ?? file.mtimeMs ?? madeMs);
    const sink = outlet.file(file.path);
    await sink.begin({ ...meta, mtimeMs });
    const hash = sha256();
    for await (const chunk of chunks) {
      hash.update(chunk);
      await sink.write(chunk);
    }
    if (hash.hex() !== entry.sha256) throw changed(backup, file);
    await sink.commit(entry.sha256);
    entries.delete(file.path);
    bytes += file.bytes;
    host.progress({ phase: "importing", files: ++files, bytes });
  });
  const [missing] = entries.keys();
  if (missing !== undefined) throw changed(backup, { path: missing });
}

function changed({ source }: Backup, { path }: Pick<StoredFile, "path">): LifeboatError {
  const message = `${source} is damaged: ${path} is not what its manifest says`;
  return new LifeboatError("failed", "damaged_archive", message, {
    hint: "Nothing was imported. Single files can still be restored from it.",
  });
}

function listAll(writer: ManifestWriter, manifest: Manifest): void {
  for (const entry of manifest.entries) writer.entry(HOME_ROOT, entry);
  for (const { id, entries } of manifest.roots) {
    for (const entry of entries) writer.entry(id, entry);
  }
  for (const link of manifest.symlinks) writer.symlink(link);
  for (const directory of manifest.directories) writer.directory(directory);
  for (const skipped of manifest.skipped) writer.skipped(skipped);
  for (const error of manifest.errors) writer.error(error);
}

function headOf(
  { host, options }: Run,
  places: Places,
  { backup, manifest }: Source,
  kit: Record<string, string>,
): ManifestHead {
  const { entries: _e, roots: _r, symlinks: _s, directories: _d, skipped: _k, errors, ...head } =
    manifest;
  const { id, name, restore_skip } = options.home.profile;
  const sha256 = backup.form === "folder" ? {} : { sha256: sha256OfFile(host.fs, backup.source) };
  const origin = { format: originOf(manifest), version: "", encrypted: false, ...manifest.origin };
  const named = { ...origin, name: manifest.backup_name, ...sha256 };
  return {
    ...head,
    schema_version: 1,
    backup_name: places.name,
    archive_format: places.archive ? "tar.gz" : null,
    status: errors.length === 0 ? "ok" : "partial",
    tool: { name: "lifeboat", version: host.build.version },
    kit,
    profile_data: head.profile_data ?? { id, name, restore_skip },
    origin: named,
    legacy_summary: undefined,
  };
}
