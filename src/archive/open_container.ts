import {
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  statIfThere,
  type WorkerPool,
} from "../base/mod.ts";
import { findIndex } from "./archive_index.ts";
import { locateBackup, openFolder } from "./backup_folder.ts";
import type { Container } from "./container.ts";
import { damaged, FormatFault, notABackup } from "./faults.ts";
import { type AskPassword, openForeignEncrypted, openForeignTar } from "./foreign/mod.ts";
import { openIndexed } from "./indexed_reader.ts";
import { PAYLOAD_PATH } from "./format.ts";
import type { ReadLimits } from "./limits.ts";
import { openScanned } from "./scanned_reader.ts";
import { findSealed, openSealedTar, withSealed } from "./sealed_container.ts";
import { openSource, reading, type SourceFile } from "./source_file.ts";
import { BLOCK } from "./tar_header.ts";
import { parseBlock } from "./tar_parse.ts";
import { openZip } from "./zip_reader.ts";
import { requireZstd, startsAsZstd } from "./zstd.ts";

/** What a file is by its first bytes; its name says nothing. */
function sniff(source: SourceFile): "gzip" | "zstd" | "zip" | "tar" | undefined {
  const start = source.read(0, Math.min(source.size, BLOCK));
  const [a, b, c, d] = start;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (startsAsZstd(start)) return "zstd";
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return "zip";
  if (start.length < BLOCK) return undefined;
  try {
    parseBlock(start);
    return "tar";
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

function openArchive(
  host: Host,
  source: SourceFile,
  { limits, pool, password }: ReadMeans,
): Container {
  if (source.size === 0) throw damaged(source.path, "it is empty");
  const openInside = (inside: SourceFile) => openArchive(host, inside, { limits, pool });
  switch (sniff(source)) {
    case "zip":
      return openZip(host, source, limits);
    case "tar": {
      const entries = findSealed(source);
      if (entries) return openSealedTar(host, source, entries, limits, openInside);
      return openForeignTar(host, source, "tar", limits) ??
        openScanned(host, source, "tar", limits);
    }
    case "gzip": {
      const index = findIndex(source);
      return index
        ? openIndexed(host, source, index, limits, pool)
        : openForeignTar(host, source, "tar.gz", limits) ??
          openScanned(host, source, "tar.gz", limits);
    }
    case "zstd": {
      requireZstd();
      const index = findIndex(source);
      return index
        ? openIndexed(host, source, index, limits, pool)
        : openScanned(host, source, "tar.zst", limits);
    }
    default: {
      const encrypted = openForeignEncrypted(host, source, limits, password);
      if (encrypted) return encrypted;
      throw notABackup(source.path, "it is neither a tar.gz, a tar.zst, a tar nor a zip");
    }
  }
}

function kindOf(host: Host, path: string): string {
  const info = reading(path, () => statIfThere(host.fs, path));
  if (info) return info.kind;
  throw new LifeboatError("missing", "no_such_backup", `There is no backup at ${path}`, {
    hint: "See which there are with: lifeboat list",
  });
}

/** What reading a backup needs. */
export interface ReadMeans {
  limits: ReadLimits;
  pool: WorkerPool;
  /** Called when another tool's encrypted archive is first read. */
  password?: AskPassword;
}

/** The folder form; of an encrypted backup, what was in its plain tar. */
function openUnpacked(
  host: Host,
  folder: string,
  { limits, pool }: ReadMeans,
): Container {
  const plain = openFolder(host, folder, limits);
  const path = pathsOf(host.platform).join(folder, PAYLOAD_PATH);
  if (reading(path, () => lstatIfThere(host.fs, path))?.kind !== "file") return plain;
  const source = openSource(host, path);
  try {
    const whole = { at: 0, bytes: source.size };
    const container = { ...plain, close: source.close };
    return withSealed(
      container,
      source,
      whole,
      (inside) => openArchive(host, inside, { limits, pool }),
    );
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Opens what lies at a path, whatever its form. The caller closes it, and then the pool. */
export function openContainer(host: Host, path: string, means: ReadMeans): Container {
  const kind = kindOf(host, path);
  if (kind === "directory") return openUnpacked(host, locateBackup(host, path), means);
  if (kind !== "file") throw notABackup(path, `it is a ${kind}`);
  const source = openSource(host, path);
  try {
    return openArchive(host, source, means);
  } catch (error) {
    source.close();
    throw error;
  }
}
