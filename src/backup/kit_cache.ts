import { randomUUID } from "node:crypto";
import {
  createArchiveWriter,
  type EarlierFile,
  openEarlier,
  type SegmentForm,
} from "../archive/mod.ts";
import {
  ensureDir,
  type FileInfo,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  publish,
  removeIfThere,
  sha256Of,
  type WorkerPool,
} from "../base/mod.ts";
import { archiveSink, pour } from "./file_sink.ts";

/** An executable that goes into backups. */
export interface KitProgram {
  /** Its name in a backup. */
  name: string;
  path: string;
  info: FileInfo;
}

/** What the compressed bytes depend on beside the program. */
export interface CacheSettings {
  /** The top folder of the archives they are copied into, which stands in the tar header. */
  top: string;
  level: number;
  form: SegmentForm;
}

const PREFIX = "restorer-";

/**
 * An executable as it lies, compressed, in a small archive of its own in the cache folder: so that
 * compressing it is paid once per version, not once per backup. The archive is made when it is not
 * there. Close it when the backup is written.
 */
export async function openCached(
  host: Host,
  pool: WorkerPool,
  settings: CacheSettings,
  program: KitProgram,
): Promise<EarlierFile> {
  const { join } = pathsOf(host.platform);
  const folder = join(host.folders.cache, "kit");
  const { path, info } = program;
  const { top, level, form } = settings;
  const key = sha256Of([path, info.size, info.mtimeMs, top, level, form].join("\n")).slice(0, 32);
  const cached = join(folder, `${PREFIX}${key}.${form}`);
  if (!lstatIfThere(host.fs, cached)) {
    ensureDir(host.fs, folder, host.platform);
    clearOld(host, folder);
    await writeCache(host, pool, settings, { program, cached });
  }
  const file = await openEarlier(host, cached, { top, form })?.find(program.name);
  if (file) return file;
  throw new LifeboatError("failed", "bad_cache", `${cached} is not what was written there`, {
    hint: "Remove it; it is made again by the next backup.",
  });
}

/** Executables of old versions are not asked for again; others are made anew when they are. */
const KEPT_MS = 90 * 24 * 3600 * 1000;

function clearOld(host: Host, folder: string): void {
  for (const { name } of host.fs.list(folder).entries) {
    const path = pathsOf(host.platform).join(folder, name);
    const age = host.now().getTime() - host.fs.lstat(path).mtimeMs;
    if (name.startsWith(PREFIX) && age > KEPT_MS) removeIfThere(host.fs, path);
  }
}

async function writeCache(
  host: Host,
  pool: WorkerPool,
  settings: CacheSettings,
  { program, cached }: { program: KitProgram; cached: string },
): Promise<void> {
  const partial = `${cached}.${randomUUID()}.partial`;
  const { form: format, ...rest } = settings;
  const archive = createArchiveWriter(host, { path: partial, format, ...rest, pool });
  try {
    await pour(host, archiveSink(archive, program.name), program.path, program.info);
    const nothing = new TextEncoder().encode("{}\n");
    const manifest = { path: "manifest.json", mode: 0o600, mtimeMs: 0, sha256: sha256Of(nothing) };
    await archive.file(manifest, nothing);
    await archive.finish();
    publish(host.fs, partial, cached, host.platform);
  } catch (error) {
    archive.abort();
    throw error;
  }
}
