import {
  type FileEntry,
  HOME_ROOT,
  type ManifestWriter,
  ROOT_PATH,
  rootFolder,
  type SkippedEntry,
} from "../archive/mod.ts";
import {
  checkInterrupt,
  errnoOf,
  type FileInfo,
  type Host,
  pathsOf,
  removeIfThere,
  statIfThere,
  type WorkerPool,
} from "../base/mod.ts";
import {
  captureDatabase,
  captureFile,
  captureUnlessDatabase,
  type ExcludeRules,
  mainOfSidecar,
  walk,
  type WalkItem,
} from "../capture/mod.ts";
import type { Examination } from "../doctor/mod.ts";
import type { HomeRoot } from "../profiles/mod.ts";
import { findGrown, findUnchanged, hasSameSides, shrinkWarning } from "./earlier.ts";
import type { Earlier } from "./run.ts";
import type { Findings } from "./options.ts";
import type { Outlet } from "./outlet.ts";

/** What reading the roots needs. */
export interface Collector {
  host: Host;
  pool: WorkerPool;
  rules: ExcludeRules;
  outlet: Outlet;
  manifest: ManifestWriter;
  findings: Findings;
  /** A backup to take unchanged files from. */
  earlier?: Earlier;
  /** Takes in what the walk comes across. */
  see: Examination["see"];
  /** Room for the copy of a database of so many bytes where there is no folder form. */
  scratch: (bytes: number) => Scratch;
}

/** Where a copy is made. */
export interface Scratch {
  path: string;
  isInMemory: boolean;
}

/** Nothing seen yet. */
export function noFindings(): Findings {
  return {
    errors: [],
    databases: [],
    warnings: [],
    malformedConfigs: 0,
    files: 0,
    sqliteDatabases: 0,
    skipped: 0,
    stagedOnDisk: 0,
    bytes: 0,
  };
}

/** What is read from one root. */
export interface RootCollector extends Collector {
  root: HomeRoot;
}

/** A walk through one root. */
interface RootWalk extends RootCollector {
  /** Databases kept as raw bytes, whose sidecars are therefore kept too. */
  raw: Set<string>;
}

/** Captures everything below a root. Nothing seen is lost: it is an entry, skipped, or an error. */
export async function collectRoot(collector: Collector, root: HomeRoot): Promise<void> {
  const { host, rules } = collector;
  const walking: RootWalk = { ...collector, root, raw: new Set() };
  describeRoot(walking);
  for (const item of walk(host, root, rules)) {
    checkInterrupt(host);
    collector.see(root, item);
    await collectItem(walking, item);
  }
}

/** Notes what a root folder itself is like. That it cannot be looked at, the walk tells. */
function describeRoot({ host, root, manifest }: RootWalk): void {
  if (root.kind === "file") return;
  try {
    const info = host.fs.lstat(root.path);
    if (info.kind !== "directory") return;
    const { mode, mtimeMs } = info;
    manifest.directory({ root: root.id, relative_path: ROOT_PATH, mode, mtime_ms: mtimeMs });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

async function collectItem(walking: RootWalk, item: WalkItem): Promise<void> {
  const { root: { id: root }, manifest, outlet } = walking;
  const record = { root, relative_path: item.path };
  if (item.type === "file") await collectFile(walking, item.path, item.info);
  else if (item.type === "symlink") manifest.symlink({ ...record, target: item.target });
  else if (item.type === "failed") addError(walking, item.path, "walk", item);
  else if (item.type === "skipped") addSkipped(walking, item.path, item);
  else {
    const { mode, mtimeMs } = item.info;
    manifest.directory({ ...record, mode, mtime_ms: mtimeMs });
    await outlet.directory(rootFolder(root) + item.path, mode, mtimeMs);
  }
}

function addSkipped(
  walking: RootWalk,
  path: string,
  { reason, rule }: Pick<SkippedEntry, "reason" | "rule">,
): void {
  const { manifest, findings, root } = walking;
  manifest.skipped({ root: root.id, relative_path: path, reason, rule });
  findings.skipped++;
}

/** Notes what could not be captured. */
export function addError(
  walking: RootCollector,
  path: string,
  method: "walk" | "copy2" | "sqlite_backup",
  failure: { code: string; error: string },
): void {
  const { code, error } = failure;
  const record = { root: walking.root.id, relative_path: path, method, code, error };
  walking.findings.errors.push(record);
  walking.manifest.error(record);
}

function absolutePath(walking: RootWalk, path: string): string {
  const { host, root } = walking;
  return root.kind === "file" ? root.path : pathsOf(host.platform).join(root.path, path);
}

async function collectFile(walking: RootWalk, path: string, info: FileInfo): Promise<void> {
  const { host, raw } = walking;
  const absolute = absolutePath(walking, path);
  const main = mainOfSidecar(host, absolute);
  if (main && !raw.has(main)) {
    addSkipped(walking, path, { reason: "database_sidecar" });
  } else if (await collectUnchanged(walking, path, info)) {
    return;
  } else {
    await collectBytes(walking, path, main ? "sidecar" : "file");
  }
}

/** Takes a file over from the earlier backup when it is proven to be the same. */
async function collectUnchanged(
  walking: RootWalk,
  path: string,
  info: FileInfo,
): Promise<boolean> {
  const { host, earlier, rules, outlet, findings, root } = walking;
  // Configuration is always read: that it does not parse must be said each time.
  if (rules.configFormat(root.id, path)) return false;
  const stored = rootFolder(root.id) + path;
  const absolute = absolutePath(walking, path);
  const file = await findUnchanged(host, earlier, stored, { path: absolute, info });
  if (!file) return false;
  const [, bytes, , , sha256, method = "copy2"] = file.entry;
  const isCopy = method === "sqlite_backup";
  // That it is no database any more must be said each time, too.
  if (!isCopy && bytes > 0 && isNamedDatabase(root.id, path)) return false;
  if (isCopy && !hasSameSides(host, earlier!, absolute, file)) return false;
  if (!await outlet.known(file)) return false;
  if (isCopy) {
    findings.sqliteDatabases++;
    findings.databases.push({ path: stored, ok: true, result: "ok" });
  }
  addEntry(walking, path, { bytes, sha256: sha256!, info, method: isCopy ? method : "copy2" });
  return true;
}

/** Captures the bytes of a file; a database only where it is to be captured raw. */
async function collectBytes(
  walking: RootWalk,
  path: string,
  kind: "file" | "sidecar" | "raw_database",
): Promise<void> {
  const { host, earlier, rules, outlet, findings, root } = walking;
  const stored = rootFolder(root.id) + path;
  const config = rules.configFormat(root.id, path);
  const before = kind === "file" ? await findGrown(earlier, stored) : undefined;
  const sink = outlet.file(stored, kind === "raw_database" ? { method: kind } : {}, before?.file);
  const capture = kind === "file" ? captureUnlessDatabase : captureFile;
  const options = { config, start: before?.start };
  const captured = await capture(host, absolutePath(walking, path), options, sink);
  if (captured.status === "database") {
    await collectDatabase(walking, path);
  } else if (captured.status === "vanished") {
    addSkipped(walking, path, { reason: "vanished" });
  } else if (captured.status === "failed") {
    addError(walking, path, "copy2", captured);
  } else {
    await sink.commit(captured.sha256);
    if (captured.flag) {
      findings.malformedConfigs++;
      findings.warnings.push(flagWarning(path));
    }
    const shrunk = config && await shrinkWarning(earlier, stored, captured.bytes);
    if (shrunk) findings.warnings.push(shrunk);
    if (kind === "file" && captured.bytes > 0 && isNamedDatabase(root.id, path)) {
      addNoDatabase(walking, path);
    }
    addEntry(walking, path, { ...captured, method: "copy2" });
  }
}

/**
 * Whether a file is one of the agent's own databases by its name. Below the top others may lie that
 * are none, such as the fixtures of a project's tests.
 */
function isNamedDatabase(root: string, path: string): boolean {
  return root === HOME_ROOT && /^[^/]+\.sqlite$/i.test(path);
}

/** The header of one of the agent's databases is gone; its bytes are kept. */
function addNoDatabase(walking: RootWalk, path: string): void {
  const error = "the file is not a database";
  walking.findings.databases.push({
    path: rootFolder(walking.root.id) + path,
    ok: false,
    result: error,
  });
  addError(walking, path, "sqlite_backup", { code: "malformed_database", error });
}

function flagWarning(path: string): string {
  return `${path} does not parse; it was captured as it is`;
}

async function collectDatabase(walking: RootWalk, path: string): Promise<void> {
  const { host, pool, outlet, findings, root, raw, scratch } = walking;
  const stored = rootFolder(root.id) + path;
  const source = absolutePath(walking, path);
  const inFolder = outlet.folderPath(stored);
  const room = scratch(sizeOfDatabase(host, source));
  const staged = inFolder ?? room.path;
  if (!inFolder && !room.isInMemory) findings.stagedOnDisk++;
  const captured = await captureDatabase(host, pool, source, staged);
  if (captured.status === "vanished") {
    addSkipped(walking, path, { reason: "vanished" });
    return;
  }
  findings.databases.push({
    path: stored,
    ok: captured.status === "captured",
    result: captured.result,
  });
  if (captured.status === "failed") {
    removeIfThere(host.fs, staged);
    addError(walking, path, "sqlite_backup", captured);
    raw.add(source);
    return await collectBytes(walking, path, "raw_database");
  }
  const { mode, mtimeMs } = captured.info;
  host.fs.setMtime(staged, mtimeMs);
  const meta = { mode, mtimeMs, method: "sqlite_backup", wal: captured.wal } as const;
  const written = await outlet.archive(stored, staged, meta);
  if (!inFolder) removeIfThere(host.fs, staged);
  findings.sqliteDatabases++;
  addEntry(walking, path, { ...written, info: captured.info, method: "sqlite_backup" });
}

/** Bytes of a database and of what lies beside it. */
export function sizeOfDatabase(host: Host, path: string): number {
  return ["", "-wal", "-journal"]
    .reduce((sum, suffix) => sum + (statIfThere(host.fs, path + suffix)?.size ?? 0), 0);
}

/** Notes what was captured. */
export function addEntry(
  walking: RootCollector,
  path: string,
  captured: {
    bytes: number;
    sha256: string;
    info: { mode: number; mtimeMs: number };
    method: FileEntry["method"];
  },
): void {
  const { manifest, findings, host, root } = walking;
  manifest.entry(root.id, {
    relative_path: path,
    kind: "file",
    bytes: captured.bytes,
    sha256: captured.sha256,
    method: captured.method,
    mode: captured.info.mode,
    mtime_ms: captured.info.mtimeMs,
  });
  findings.files++;
  findings.bytes += captured.bytes;
  host.progress({ phase: "reading", files: findings.files, bytes: findings.bytes });
}
