import {
  type EarlierArchive,
  type EarlierFile,
  openEarlier,
  openSealedEarlier,
  SLICE_BYTES,
} from "../archive/mod.ts";
import { asLifeboatError, type FileInfo, type Host, statIfThere } from "../base/mod.ts";
import type { CaptureFileOptions } from "../capture/mod.ts";
import { type BackupItem, listRoot } from "../catalog/mod.ts";
import { homeMark, keptFromLastTime, type Unlock, unlockWith } from "../seal/mod.ts";
import { segmentForm } from "./options.ts";
import type { Earlier, Run } from "./run.ts";
import { hasSameTail, isSettled, proofNeeded } from "./unchanged.ts";

/** Looks for a backup to take unchanged things from; none is fine. */
export async function findEarlier(run: Run, root: string): Promise<Earlier | undefined> {
  const { host, options: { home, rescan = false } } = run;
  let tried = false;
  for (const item of await listRoot(host, root)) {
    // What another tool wrote says nothing about what is in the home today.
    if (item.type !== "lifeboat" || item.profile !== home.profile.id || item.origin) continue;
    if (item.part !== null) continue; // a whole one has more of what is unchanged
    // A key that does not open the newest is not tried on all the others: each can cost a second.
    if (item.encrypted && (tried || !mayBeSealed(run, item))) continue;
    const archive = item.encrypted ? await openSealed(run, item) : openPlain(run, item);
    tried ||= item.encrypted;
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

function openPlain({ host, options }: Run, item: BackupItem): EarlierArchive | undefined {
  const { home } = options;
  const form = segmentForm(options);
  const path = item.archives.find((archive) => archive.endsWith(`.${form}`));
  if (!path || item.home !== home.path) return undefined;
  return openEarlier(host, path, { top: home.profile.backups.prefix, form });
}

/** Trying a passphrase takes two seconds of work, in which so many bytes are compressed as well. */
const WORTH_A_PASSPHRASE = 32 << 20;

/** Only an encrypted backup takes over from an encrypted one, of the same home. */
function mayBeSealed({ signer, options: { home, seal } }: Run, item: BackupItem): boolean {
  const { home_mark } = item;
  if (!seal || item.archives.length === 0) return false;
  return !home_mark || !signer || home_mark === homeMark(signer, home.path);
}

/** What opens earlier backups: keys at hand, the passphrase of this one, the key of the last time. */
function unlockEarlier({ host, signer, options: { home, seal } }: Run, item: BackupItem): Unlock {
  const passphrase = seal?.kind === "passphrase" && item.bytes! > WORTH_A_PASSPHRASE
    ? seal.passphrase
    : undefined;
  const unlock = unlockWith(host, { passphrase: () => Promise.resolve(passphrase) });
  return async (header, path) => {
    const fileKey = signer && keptFromLastTime(host, { signer, home: home.path }, header);
    return fileKey && seal ? { fileKey, readers: seal } : await unlock(header, path);
  };
}

async function openSealed(run: Run, item: BackupItem): Promise<EarlierArchive | undefined> {
  const { host, options: { home, seal }, warnings } = run;
  const unlock = unlockEarlier(run, item);
  const top = home.profile.backups.prefix;
  try {
    return await openSealedEarlier(host, item.archives[0], { top, home: home.path, unlock });
  } catch (error) {
    const { kind, code, message } = asLifeboatError(error);
    if (kind === "interrupted") throw error;
    const isClosed = code === "wrong_key" || code === "wrong_password" ||
      code === "password_required";
    if (!isClosed) warnings.push(`Nothing was taken over from ${item.id}: ${message}`);
    else if (seal?.kind === "recipients") {
      warnings.push("No key here opens the backup before: all was compressed anew");
    }
    return undefined;
  }
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

/**
 * The earlier file at the stored path of a transcript, and what it was, where that has whole slices: if
 * the hash of as many bytes says that it has only grown, they need not be looked at one by one.
 */
export async function findGrown(
  earlier: Earlier | undefined,
  stored: string,
): Promise<{ file: EarlierFile; start: CaptureFileOptions["start"] } | undefined> {
  const file = stored.endsWith(".jsonl") ? await earlier?.archive.find(stored) : undefined;
  if (!file) return undefined;
  const [, bytes, , , sha256] = file.entry;
  return bytes >= SLICE_BYTES && sha256 ? { file, start: { bytes, sha256 } } : undefined;
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
