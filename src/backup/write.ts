import {
  type ArchiveWriter,
  createManifestWriter,
  type ManifestHead,
  type ManifestWriter,
  type PayloadPlace,
  readBack,
  verifyBackup,
  type WrittenArchive,
} from "../archive/mod.ts";
import {
  describeError,
  ensureDir,
  type Host,
  isoWithOffset,
  LifeboatError,
  pathsOf,
} from "../base/mod.ts";
import { compileRules } from "../capture/mod.ts";
import type { DoctorReport, Examination } from "../doctor/mod.ts";
import { HOME_ROOT, rootsOf } from "../profiles/mod.ts";
import { signManifest } from "../seal/mod.ts";
import { collectAgentRows } from "./agent_rows.ts";
import type { Run } from "./run.ts";
import { collectRoot, noFindings, type Scratch } from "./collect.ts";
import { lossWarning } from "./earlier.ts";
import { endExamination, examineAlong } from "./examined.ts";
import { holdingRules, partRules } from "./must_hold.ts";
import type { Findings } from "./options.ts";
import { createOutlet, type Outlet } from "./outlet.ts";
import type { Places } from "./places.ts";
import { writeReports } from "./reports.ts";
import { writeRestoreKit } from "./restore_kit.ts";
import { finishSealed, type SealedBackup, verifyOutside } from "./sealed.ts";

/** A backup that is written but not published. */
export interface Written {
  findings: Findings;
  doctor: DoctorReport;
  /** SHA-256 of each file of the restore kit, upper-case hex. */
  kit: Record<string, string>;
  archive?: WrittenArchive;
}

/** Writes everything that a backup holds, the manifest last, since it speaks of all the rest. */
export async function writeBackup(
  run: Run,
  places: Places,
  archive: ArchiveWriter | undefined,
  sealed: SealedBackup | undefined,
): Promise<Written> {
  const { host, options } = run;
  const { join } = pathsOf(host.platform);
  ensureDir(host.fs, places.work, host.platform);
  const nowMs = Math.floor(run.startedAt.getTime() / 1000) * 1000;
  const outlet = createOutlet(host, {
    folder: places.folder && places.work,
    archive,
    earlierFolder: run.earlier?.folder,
    sync: archive === undefined,
    nowMs,
  });
  const manifestPath = join(places.work, "manifest.json");
  const roots = options.home.roots.map(({ id, kind, path }) => ({ id, kind, source: path }));
  const manifest = createManifestWriter(host, manifestPath, roots);
  try {
    const examination = examineAlong(run);
    const findings = await collect(run, places, { outlet, manifest, examination, sealed });
    const doctor = await endExamination(run, examination);
    const kit = sealed?.kit ?? await writeRestoreKit(run, outlet);
    await writeReports(outlet, {
      home: options.home,
      name: places.name,
      doctor,
      findings,
    });
    const head = manifestHead(run, places, { findings, doctor, kit });
    const { sha256 } = manifest.finish(head);
    if (run.signer) {
      await outlet.bytes("signature.json", signManifest(run.signer, sha256), 0o600);
    }
    await outlet.archive("manifest.json", manifestPath, { mode: 0o600, mtimeMs: nowMs });
    const written = {
      findings,
      doctor,
      kit,
      archive: await archive?.finish(readerOf(run, places)),
    };
    if (!sealed || !written.archive) return written;
    const published = { ...written.archive, ...await finishSealed(run, sealed, head) };
    return { ...written, archive: published };
  } catch (error) {
    outlet.abort();
    manifest.abort();
    throw error;
  }
}

/** What reading the home writes to. */
interface Parts {
  outlet: Outlet;
  manifest: ManifestWriter;
  examination: Examination;
  sealed?: SealedBackup;
}

/** A copy and what SQLite may put beside it. */
const ROOM_FACTOR = 2.5;

/** Where a database of so many bytes is copied to where there is no folder form. */
function scratchIn(host: Host, { work }: Places, sealed: SealedBackup | undefined) {
  const { join } = pathsOf(host.platform);
  return (bytes: number): Scratch => {
    const { memory } = sealed ?? {};
    const isInMemory = memory !== undefined && host.fs.freeSpace(memory) > bytes * ROOM_FACTOR;
    return { path: join(isInMemory ? memory : work, "database.scratch"), isInMemory };
  };
}

function stagedWarning({ stagedOnDisk }: Findings): string {
  return `There was no room in memory for ${stagedOnDisk} databases: unencrypted copies of them ` +
    "lay in the backup folder while they were read, and were removed";
}

async function collect(
  run: Run,
  places: Places,
  { outlet, manifest, examination, sealed }: Parts,
): Promise<Findings> {
  const { host, pool, options: { home, mode = "compact", exclude = [], preRestore, part } } = run;
  const compiled = compileRules(home.profile, preRestore ? "full" : mode, exclude);
  const rules = preRestore ? holdingRules(compiled, preRestore) : partRules(compiled, part);
  const scratch = scratchIn(host, places, sealed);
  const { earlier } = run;
  const findings = noFindings();
  const { see } = examination;
  const collector = { host, pool, rules, outlet, manifest, findings, earlier, scratch, see };
  for (const root of rootsOf(host, home)) {
    await collectRoot(collector, root);
    if (root.id === HOME_ROOT && part?.agent) {
      await collectAgentRows({ ...collector, root }, part.agent);
    }
  }
  if (sealed && findings.stagedOnDisk > 0) findings.warnings.push(stagedWarning(findings));
  const lost = lossWarning(earlier, findings.files);
  if (lost) findings.warnings.push(lost);
  return findings;
}

function manifestHead(
  run: Run,
  places: Places,
  { findings, kit, doctor }: Written,
): ManifestHead {
  const { host, options: { home, mode, format, label, exclude, preRestore, seal, part } } = run;
  const { profile } = home;
  const { name, version } = doctor.agent;
  return {
    schema_version: 1,
    created_at: isoWithOffset(run.startedAt),
    profile: profile.id,
    home: home.path,
    backup_name: places.name,
    archive_format: places.archive ? format ?? "tar.gz" : null,
    sensitive_note: doctor.sensitive_note,
    platform: doctor.platform,
    exclusions: { ...profile.exclude, user: exclude ?? [], ...(part && { left_out: part.rules }) },
    counts: {
      files: findings.files,
      sqlite_databases: findings.sqliteDatabases,
      errors: findings.errors.length,
    },
    mode: preRestore ? "full" : mode ?? "compact",
    status: findings.errors.length === 0 ? "ok" : "partial",
    malformed_configs: findings.malformedConfigs || undefined,
    label,
    part: part?.name,
    isolated: home.isolated,
    tool: { name: "lifeboat", version: host.build.version },
    agent: version === undefined ? undefined : { name, version },
    kit,
    recipients: seal?.kind === "recipients" ? seal.recipients : undefined,
    profile_data: { id: profile.id, name: profile.name, restore_skip: profile.restore_skip },
  };
}

/** Whether what is written is read back while the disk still takes it in. */
function isReadMeanwhile({ seal, options: { verify = true, format } }: Run): boolean {
  return verify && !seal && format !== "zip";
}

function readerOf(run: Run, places: Places) {
  if (!isReadMeanwhile(run)) return undefined;
  return (archive: WrittenArchive) => verifyWritten(run, places, { archive });
}

/** Reads back what was not while it was written. Throws `written_backup_damaged`. */
export async function verifyRest(
  run: Run,
  places: Places,
  written: Written,
  payload?: PayloadPlace,
): Promise<void> {
  const isRead = written.archive !== undefined && isReadMeanwhile(run);
  if (run.options.verify === false || isRead) return;
  await verifyWritten(run, places, written, payload);
}

/** Reads everything back. Throws `written_backup_damaged` when a byte is not what was captured. */
export async function verifyWritten(
  run: Run,
  places: Places,
  written: Pick<Written, "archive">,
  payload?: PayloadPlace,
): Promise<void> {
  const { host, pool, options } = run;
  if (places.archive && written.archive && options.format !== "zip") {
    try {
      const path = places.archive.partial;
      if (payload) await verifyOutside(host, path);
      return await readBack(host, pool, { path, payload }, written.archive.copied);
    } catch (error) {
      if (!(error instanceof LifeboatError) || error.code !== "damaged_archive") throw error;
      throw damagedWrite(places, error);
    }
  }
  const report = await verifyBackup(host, places.archive?.partial ?? places.work, {});
  if (!report.ok) throw damagedWrite(places, report.damaged[0]?.path ?? report.missing[0]);
}

function damagedWrite({ root }: Places, cause: unknown): LifeboatError {
  return new LifeboatError(
    "failed",
    "written_backup_damaged",
    `What was written to ${root} reads back differently: ${describeError(cause)}`,
    {
      hint: "Nothing was published. The disk may be failing; choose another with --backup-root.",
      cause,
    },
  );
}
