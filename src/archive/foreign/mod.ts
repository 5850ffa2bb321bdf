/** Archives of other tools, read as if they were ours: OpenClaw's own, and those of ClawBackup. */
import { createPulse, type Host, pathsOf } from "../../base/mod.ts";
import type { Container } from "../container.ts";
import { damaged } from "../faults.ts";
import { gunzip } from "../inflate.ts";
import type { ReadLimits } from "../limits.ts";
import { hashFile, type SourceFile } from "../source_file.ts";
import { type ForeignSource, openForeign, plainTar } from "./container.ts";
import { canBeEncrypted, needsPassword, openEncrypted } from "./decrypt.ts";
import { findSidecar, type Sidecar } from "./sidecar.ts";
import { inflateStart, isForeignTar, SNIFF_BYTES } from "./sniff.ts";
import { clawBackupStore } from "./store.ts";

export { checkDatabases } from "./check_databases.ts";
export { checkForeignDatabase, FOREIGN_DATABASE_JOB } from "./database_job.ts";
export { archivesIn, clawBackupStore, foreignName, readStore } from "./store.ts";
export { findSidecar } from "./sidecar.ts";

/** Asks for the password of an encrypted archive; undefined where there is none. */
export type AskPassword = () => Promise<string | undefined>;

function sidecarOf(host: Host, { path }: SourceFile): Sidecar | undefined {
  return findSidecar(host, path, [clawBackupStore(host)]);
}

/** Holds the file to the hash that ClawBackup wrote down. */
async function checkHash(host: Host, path: string, sidecar: Sidecar | undefined): Promise<void> {
  if (!sidecar?.contentHash) return;
  if (await hashFile(host, path, createPulse(host)) === sidecar.contentHash) return;
  throw damaged(path, "it is not the file that ClawBackup has written down");
}

/** Opens a tar or tar.gz that another tool made; undefined when it is none. */
export function openForeignTar(
  host: Host,
  source: SourceFile,
  form: "tar.gz" | "tar",
  limits: ReadLimits,
): Container | undefined {
  const start = source.read(0, Math.min(source.size, SNIFF_BYTES));
  const tar = form === "tar" ? start : inflateStart(start);
  if (!tar || !isForeignTar(tar)) return undefined;
  const { path, size, close } = source;
  const check = () => checkHash(host, path, sidecarOf(host, source));
  const opened = { path, size, form, encrypted: false, check, tar: plainTar(source, form), close };
  return openForeign(host, opened, limits);
}

/** Opens an encrypted ClawBackup archive; undefined for a file that nothing says is one. */
export function openForeignEncrypted(
  host: Host,
  source: SourceFile,
  limits: ReadLimits,
  ask: AskPassword | undefined,
): Container | undefined {
  const { path, size, close } = source;
  if (!canBeEncrypted(size)) return undefined;
  const sidecar = sidecarOf(host, source);
  const isNamed = /-clawbackup\.tar\.gz$/i.test(pathsOf(host.platform).basename(path));
  if (!isNamed && !sidecar?.encrypted) return undefined;
  let chunks: (() => Iterable<Uint8Array>) | undefined;
  const opened: ForeignSource = {
    path,
    size,
    form: "tar.gz",
    encrypted: true,
    async check() {
      const password = await ask?.();
      if (password === undefined) throw needsPassword(path);
      await checkHash(host, path, sidecar);
      chunks = openEncrypted(source, password).chunks;
    },
    tar: () => gunzip(path, chunks!()),
    close,
  };
  return openForeign(host, opened, limits);
}
