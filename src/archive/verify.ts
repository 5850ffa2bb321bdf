import {
  asLifeboatError,
  createWorkerPool,
  describeError,
  type Host,
  LifeboatError,
  pathsOf,
  sha256,
  statIfThere,
  workersFor,
} from "../base/mod.ts";
import { type SignedBy, signedBy, type Unlock, unlockWith } from "../seal/mod.ts";
import type { Container, ReadableFile } from "./container.ts";
import { createExpectedFiles, type ExpectedFiles } from "./expected_files.ts";
import { type AskPassword, checkDatabases } from "./foreign/mod.ts";
import { checkHashFile, type HashFileState } from "./hash_file.ts";
import { isKitName, isOwnName } from "./known_names.ts";
import { READ_LIMITS } from "./limits.ts";
import { type ManifestHead, rootFolder } from "./manifest.ts";
import { readManifestFiles } from "./manifest_lists.ts";
import type { ManifestSource } from "./manifest_reader.ts";
import { WORTH_WORKERS } from "./open_backup.ts";
import { openInside } from "./open_sealed.ts";
import { readHead } from "./read_head.ts";
import { openContainer } from "./open_container.ts";
import { readSignature, signedManifest } from "./signature.ts";
import { reading } from "./source_file.ts";

/** A file that is not what was stored. Paths are stored paths, or the archive's own name. */
export interface Damage {
  path: string;
  expected_sha256?: string;
  actual_sha256?: string;
  /** Where there is no hash to show. */
  reason?: string;
}

/** What `verify` finds; key names are those of contract.md. */
export interface VerifyReport {
  ok: boolean;
  id: string;
  path: string;
  form: Container["form"] | null;
  quick: boolean;
  files_checked: number;
  bytes_checked: number;
  damaged: Damage[];
  missing: string[];
  /** Stored, but neither in the manifest nor known; never restored, and no fault by itself. */
  extra: string[];
  /** Null where the backup does not say what its kit must be. */
  kit_ok: boolean | null;
  archive_sha256: HashFileState;
  /** Whether the archive is the one that this machine made there, as it noted then. */
  catalog_sha256: "matches" | "differs" | "unknown";
  /** Whose it is, as this machine knows it; null where there is none. */
  signature: SignedBy | null;
  encrypted: boolean;
  /** What could not be checked, and why; for a person. */
  unchecked: string[];
}

/** How a backup is verified. */
export interface VerifyOptions {
  /** Only the structure, which files are there, and the `.sha256` file. */
  quick?: boolean;
  /** Worker threads at most. */
  jobs?: number;
  /** SHA-256 that was noted when the archive was made, upper-case hex. */
  notedSha256?: string;
  /** Asks for the password of another tool's encrypted archive. */
  password?: AskPassword;
  /** Opens what is encrypted; without it the identities of this machine are tried. */
  unlock?: Unlock;
}

/** What makes a backup worthless without making it dangerous: it is reported, not thrown. */
const DAMAGE_CODES = ["damaged_archive", "bad_manifest", "unreadable_backup", "bad_signature"];

function reported(error: unknown): LifeboatError {
  const fault = asLifeboatError(error);
  if (!DAMAGE_CODES.includes(fault.code)) throw fault;
  return fault;
}

/** A verification on its way. */
interface Check {
  host: Host;
  report: VerifyReport;
  /** Captured files and the kit, by their stored paths. */
  expected: ExpectedFiles;
  totalFiles: number;
  totalBytes: number;
  /** What was met and not expected. */
  others: string[];
}

function nameOf(host: Host, path: string): string {
  return pathsOf(host.platform).basename(path);
}

function emptyReport(host: Host, path: string, quick: boolean): VerifyReport {
  return {
    ok: false,
    id: nameOf(host, path).replace(/\.(tar\.gz|tgz|tar\.zst|tar|zip)$/i, ""),
    path,
    form: null,
    quick,
    files_checked: 0,
    bytes_checked: 0,
    damaged: [],
    missing: [],
    extra: [],
    kit_ok: null,
    archive_sha256: "absent",
    catalog_sha256: "unknown",
    signature: null,
    encrypted: false,
    unchecked: [],
  };
}

/**
 * Checks a backup: every stored byte against the manifest, the kit, and the archive against the
 * `.sha256` file beside it. What is damaged is named, not thrown. Throws for what is no backup
 * (`no_such_backup`, `not_a_backup`, `newer_schema`) and what could do harm (`unsafe_archive`).
 */
export async function verifyBackup(
  host: Host,
  path: string,
  { quick = false, jobs, notedSha256, password, unlock = unlockWith(host) }: VerifyOptions = {},
): Promise<VerifyReport> {
  const report = emptyReport(host, path, quick);
  // Before anything else in it is looked at: whether it is what was made here.
  if (isArchive(host, path)) await checkHash(host, path, report, notedSha256);
  const pool = createWorkerPool(workersFor(host, jobs));
  let container: Container | undefined;
  try {
    container = openContainer(host, path, { limits: READ_LIMITS, pool, password });
    report.form = container.form;
    if (container.indexed && !quick && host.fs.stat(path).size > WORTH_WORKERS) pool.start?.();
    const head = await checkSigned(host, container, report);
    if (head.origin?.format === "openclaw" && !head.tool && !quick) {
      const faults = await checkDatabases(host, pool, container);
      report.damaged.push(...faults.damaged);
      report.unchecked.push(...faults.unchecked);
    }
    if (container.sealed) await checkInside(host, container, report, unlock);
  } catch (error) {
    report.damaged.push({ path: nameOf(host, path), reason: reported(error).message });
  } finally {
    container?.close();
    pool.close();
  }
  report.ok = report.damaged.length === 0 && report.missing.length === 0 &&
    report.kit_ok !== false;
  return report;
}

async function checkSigned(host: Host, container: Container, report: VerifyReport) {
  const signature = await readSignature(container);
  const head = await checkContainer(host, signedManifest(container, signature), report);
  report.signature = signature && signedBy(host, signature.public_key);
  return head;
}

/** Without a key, that a key is needed is the answer; a wrong one is an error. */
const NO_KEY_CODES = ["password_required", "wrong_key"];

async function checkInside(
  host: Host,
  outside: Container,
  report: VerifyReport,
  unlock: Unlock,
): Promise<void> {
  report.encrypted = true;
  const source = { path: outside.source, platform: "linux", limits: READ_LIMITS } as const;
  try {
    const { container } = await openInside(outside, source, unlock);
    await checkSigned(host, container, report);
  } catch (error) {
    const { code, message } = asLifeboatError(error);
    if (!NO_KEY_CODES.includes(code)) throw error;
    report.unchecked.push(`The files in it: ${message}`);
  }
}

async function checkContainer(
  host: Host,
  container: Container,
  report: VerifyReport,
): Promise<ManifestHead> {
  // Paths need not suit this system, since nothing is written.
  const source = { path: container.source, platform: "linux", limits: READ_LIMITS } as const;
  const head = await readHead(container, source);
  report.id = head.backup_name || report.id;
  const { expected, totalBytes } = await expectedOf(container, head, source);
  const totalFiles = expected.size;
  const check: Check = { host, report, expected, totalFiles, totalBytes, others: [] };
  let failure: unknown;
  try {
    await (report.quick ? listFiles(check, container) : readFiles(check, container));
  } catch (error) {
    failure = error;
    reported(error);
  }
  settle(check, head, failure !== undefined);
  if (failure !== undefined) throw failure;
  return head;
}

async function expectedOf(container: Container, head: ManifestHead, source: ManifestSource) {
  const expected = createExpectedFiles();
  for (const [file, sha256] of Object.entries(head.kit ?? {})) expected.add(file, sha256);
  if (head.payload) expected.add(head.payload.file, head.payload.sha256);
  let totalBytes = 0;
  if (head.schema_version === 0) return { expected, totalBytes };
  await readManifestFiles(container.manifest(), source, (root, file) => {
    expected.add(rootFolder(root) + file.relative_path, file.sha256);
    totalBytes += file.bytes ?? 0;
  });
  return { expected, totalBytes };
}

/** The hash that a file must have; what is asked for was met, so that it is neither missing nor asked again. */
function takeExpected({ expected, others }: Check, path: string): string | undefined {
  const hash = expected.take(path);
  if (hash === undefined) others.push(path);
  return hash;
}

/** Which files are there, without reading them. */
async function listFiles(check: Check, container: Container): Promise<void> {
  const note = (path: string) => {
    takeExpected(check, path);
    return false;
  };
  for await (const _ of container.files(note));
}

async function readFiles(check: Check, container: Container): Promise<void> {
  const { host, report, totalFiles, totalBytes } = check;
  for await (const file of container.files(() => true, "hash")) {
    await readOne(check, file);
    host.progress({
      phase: "verifying",
      files: report.files_checked,
      totalFiles,
      bytes: report.bytes_checked,
      totalBytes,
    });
  }
}

/** Bytes and SHA-256 of what was stored. */
async function measure({ bytes, sha256: known, chunks }: ReadableFile) {
  if (known !== undefined) return { bytes, actual: known };
  const hash = sha256();
  let read = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    read += chunk.length;
  }
  return { bytes: read, actual: hash.hex() };
}

async function readOne(check: Check, file: ReadableFile): Promise<void> {
  const { report } = check;
  const expectedHash = takeExpected(check, file.path);
  let found: { bytes: number; actual: string };
  try {
    found = await measure(file);
  } catch (error) {
    const fault = asLifeboatError(error);
    if (fault.kind === "interrupted") throw fault;
    report.damaged.push({ path: file.path, reason: describeError(fault) });
    return;
  }
  const { bytes, actual } = found;
  report.bytes_checked += bytes;
  if (expectedHash === undefined) return;
  report.files_checked++;
  if (actual !== expectedHash) {
    report.damaged.push({
      path: file.path,
      expected_sha256: expectedHash,
      actual_sha256: actual,
    });
  }
}

const NOT_REACHED = "it cannot be reached, since the archive is damaged before it";

/** What is missing, what is too much, and whether the kit is the one that was put in. */
function settle({ report, expected, others }: Check, head: ManifestHead, isCut: boolean): void {
  for (const path of expected.left()) {
    if (isCut) report.damaged.push({ path, reason: NOT_REACHED });
    else report.missing.push(path);
  }
  // The oldest manifests list no files, so that none can be too much.
  if (head.schema_version === 0) return;
  const isKnown = (path: string) => isOwnName(path) || (!head.kit && isKitName(path));
  report.extra = others.filter((path) => !isKnown(path));
  if (head.kit) report.kit_ok = isKitWhole(report, head.kit);
}

/** A restorer that the manifest does not know is as bad as one that was changed. */
function isKitWhole(report: VerifyReport, kit: Record<string, string>): boolean {
  const isOfKit = (path: string) => Object.hasOwn(kit, path);
  return !report.damaged.some(({ path }) => isOfKit(path)) && !report.missing.some(isOfKit) &&
    !report.extra.some(isKitName);
}

function isArchive(host: Host, path: string): boolean {
  return reading(path, () => statIfThere(host.fs, path))?.kind === "file";
}

async function checkHash(
  host: Host,
  archive: string,
  report: VerifyReport,
  noted?: string,
): Promise<void> {
  const check = await checkHashFile(host, archive, noted);
  const path = nameOf(host, archive);
  report.archive_sha256 = check.state;
  if (check.isAsNoted !== undefined) {
    report.catalog_sha256 = check.isAsNoted ? "matches" : "differs";
  }
  if (check.isAsNoted === false) {
    report.damaged.push({
      path,
      expected_sha256: noted,
      actual_sha256: check.actual,
      reason: "it is not the archive that was made here: its SHA-256 is another one",
    });
  }
  if (check.state === "differs") {
    report.damaged.push({ path, expected_sha256: check.expected, actual_sha256: check.actual });
  } else if (check.state === "unreadable") {
    report.damaged.push({ path: `${path}.sha256`, reason: "it holds no SHA-256" });
  }
}
