import { randomUUID } from "node:crypto";
import { createArchiveWriter, type EarlierFile, openEarlier } from "../archive/mod.ts";
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

const PREFIX = "restorer-";

/**
 * An executable as it lies, compressed, in a small archive of its own in the cache folder: so that
 * compressing it is paid once per version, not once per backup. The archive is made when it is not
 * there. Close it when the backup is written.
 */
export async function openCached(
  host: Host,
  pool: WorkerPool,
  level: number,
  program: KitProgram,
): Promise<EarlierFile> {
  const { join } = pathsOf(host.platform);
  const folder = join(host.folders.cache, "kit");
  const { path, info } = program;
  const key = sha256Of([path, info.size, info.mtimeMs, level].join("\n")).slice(0, 32);
  const cached = join(folder, `${PREFIX}${key}.tar.gz`);
  if (!lstatIfThere(host.fs, cached)) {
    ensureDir(host.fs, folder, host.platform);
    clearOthers(host, folder);
    await writeCache(host, pool, level, { program, cached });
  }
  const file = await openEarlier(host, cached)?.find(program.name);
  if (file) return file;
  throw new LifeboatError("failed", "bad_cache", `${cached} is not what was written there`, {
    hint: "Remove it; it is made again by the next backup.",
  });
}

/** An executable of another version is not asked for again. */
function clearOthers(host: Host, folder: string): void {
  for (const { name } of host.fs.list(folder).entries) {
    if (name.startsWith(PREFIX)) removeIfThere(host.fs, pathsOf(host.platform).join(folder, name));
  }
}

async function writeCache(
  host: Host,
  pool: WorkerPool,
  level: number,
  { program, cached }: { program: KitProgram; cached: string },
): Promise<void> {
  const partial = `${cached}.${randomUUID()}.partial`;
  const archive = createArchiveWriter(host, {
    path: partial,
    format: "tar.gz",
    top: "kit",
    level,
    pool,
  });
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
