/** A live home as a backup: those of its files that name paths, and what lies in project folders. */
import {
  type Backup,
  type FileEntry,
  HOME_ROOT,
  type Manifest,
  type ManifestRoot,
  rootFolder,
} from "../archive/mod.ts";
import {
  createPulse,
  createWorkerPool,
  type FileInfo,
  type Host,
  sha256OfFile,
  type WorkerPool,
} from "../base/mod.ts";
import { captureDatabase, compileRules, isDatabase, walk } from "../capture/mod.ts";
import { type Home, type HomeRoot, rootsOf } from "../profiles/mod.ts";
import { remapRule, type TranscriptAgent } from "../sessions/mod.ts";
import { blankManifest } from "./blank_manifest.ts";
import { type Bench, createBench } from "./bench.ts";
import { pathBelow } from "./layout.ts";
import { looseBackup, looseFile } from "./loose_backup.ts";
import { isTheirs } from "./remap_rules.ts";

/** What is kept under this name can be undone, as after a restore. */
const NAME = "sessions-remap";

/** A live home, to be read like a backup. */
export interface LiveHome {
  backup: Backup;
  manifest: Manifest<FileEntry[]>;
  warnings: string[];
  close(): void;
}

/** A file of the home, and where its content is read. */
interface Found {
  entry: FileEntry;
  source: string;
}

/** A look at a home in progress. */
interface Looking {
  host: Host;
  home: Home;
  agent: TranscriptAgent;
  bench: Bench;
  pool: WorkerPool;
  manifest: Manifest<FileEntry[]>;
  /** Where the content of a stored path is read. */
  sources: Map<string, string>;
  warnings: string[];
}

/**
 * Looks for what a remap may change. Databases are copied into scratch files; of the rest only names,
 * sizes and times are read.
 */
export async function openLiveHome(
  host: Host,
  home: Home,
  agent: TranscriptAgent,
): Promise<LiveHome> {
  const [bench, pool] = [createBench(host), createWorkerPool(1)];
  const manifest = blankManifest(host, home, NAME);
  const looking: Looking = {
    host,
    home,
    agent,
    bench,
    pool,
    manifest,
    sources: new Map(),
    warnings: [],
  };
  try {
    const pulse = createPulse(host);
    for (const root of rootsOf(host, home)) await lookInto(looking, root, pulse);
  } catch (error) {
    bench.close();
    throw error;
  } finally {
    pool.close();
  }
  const { sources, warnings } = looking;
  const backup = looseBackup(host, {
    source: home.path,
    manifest,
    paths: () => sources.keys(),
    open: (path) => looseFile(host, sources.get(path)!),
  });
  return { backup, manifest, warnings, close: bench.close };
}

async function lookInto(
  looking: Looking,
  root: HomeRoot,
  pulse: () => Promise<void>,
): Promise<void> {
  const { host, home, manifest, warnings } = looking;
  const record: ManifestRoot<FileEntry[]> = {
    id: root.id,
    kind: root.kind,
    source: root.path,
    entries: [],
  };
  const entries = root.id === HOME_ROOT ? manifest.entries : record.entries;
  const rules = compileRules(home.profile, "compact", []);
  for (const item of walk(host, root, rules)) {
    await pulse();
    const { path } = item;
    const place = { root: root.id, relative_path: path };
    if (item.type === "directory") {
      manifest.directories.push({ ...place, mode: item.info.mode, mtime_ms: item.info.mtimeMs });
    } else if (item.type === "symlink") manifest.symlinks.push({ ...place, target: item.target });
    else if (item.type === "failed") warnings.push(`${path} was left alone: ${item.error}`);
    else if (item.type === "file") {
      const found = await look(looking, root, path, item.info);
      if (!found) continue;
      entries.push(found.entry);
      looking.sources.set(rootFolder(root.id) + path, found.source);
    }
  }
  if (root.id !== HOME_ROOT) manifest.roots.push(record);
}

/** A file that a remap may change or move. */
async function look(
  looking: Looking,
  root: HomeRoot,
  path: string,
  info: FileInfo,
): Promise<Found | undefined> {
  const { host, agent } = looking;
  const source = pathBelow(host, root, path);
  const name = root.kind === "file" ? root.name : path;
  const rule = remapRule(
    agent,
    name,
    /\.(?:sqlite\d*|db)$/.test(path) && isDatabase(host.fs, source),
  );
  if (rule?.kind === "database") return await copyDatabase(looking, path, source, info);
  const isInProject = agent === "claude-code" && root.id === HOME_ROOT &&
    path.startsWith("projects/");
  const isMeant = rule !== undefined && isTheirs(root.id, rule);
  return isMeant || isInProject ? foundAt(host, path, source, info) : undefined;
}

/** Most files stay as they are, so the hash of one is worked out when it is first asked for. */
function foundAt(host: Host, path: string, source: string, info: FileInfo): Found {
  let hash: string | undefined;
  const entry: FileEntry = {
    relative_path: path,
    kind: "file",
    bytes: info.size,
    get sha256() {
      return hash ??= sha256OfFile(host.fs, source);
    },
    method: "copy2",
    mode: info.mode,
    mtime_ms: info.mtimeMs,
  };
  return { entry, source };
}

async function copyDatabase(
  { host, pool, bench, warnings }: Looking,
  path: string,
  source: string,
  info: FileInfo,
): Promise<Found | undefined> {
  const copy = bench.newFile();
  const captured = await captureDatabase(host, pool, source, copy);
  if (captured.status === "failed") warnings.push(`${path} keeps its old paths: ${captured.error}`);
  if (captured.status !== "captured") return undefined;
  const { entry } = foundAt(host, path, copy, { ...info, size: host.fs.lstat(copy).size });
  return { entry: { ...entry, method: "sqlite_backup" }, source: copy };
}
