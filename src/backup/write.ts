import {
  type ArchiveWriter,
  createManifestWriter,
  type ManifestHead,
  type ManifestWriter,
  readBack,
  verifyBackup,
  type WrittenArchive,
} from "../archive/mod.ts";
import { describeError, ensureDir, isoWithOffset, LifeboatError, pathsOf } from "../base/mod.ts";
import { signManifest } from "../seal/mod.ts";
import { compileRules } from "../capture/mod.ts";
import { rootsOf } from "../profiles/mod.ts";
import type { Run } from "./run.ts";
import { collectRoot, noFindings } from "./collect.ts";
import { lossWarning } from "./earlier.ts";
import { holdingRules } from "./must_hold.ts";
import type { Findings } from "./options.ts";
import { createOutlet, type Outlet } from "./outlet.ts";
import type { Places } from "./places.ts";
import { writeReports } from "./reports.ts";
import { writeRestoreKit } from "./restore_kit.ts";

/** A backup that is written but not published. */
export interface Written {
  findings: Findings;
  /** SHA-256 of each file of the restore kit, upper-case hex. */
  kit: Record<string, string>;
  archive?: WrittenArchive;
}

/** Writes everything that a backup holds, the manifest last, since it speaks of all the rest. */
export async function writeBackup(
  run: Run,
  places: Places,
  archive: ArchiveWriter | undefined,
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
    const findings = await collect(run, places, outlet, manifest);
    const kit = await writeRestoreKit(run, outlet);
    await writeReports(outlet, {
      home: options.home,
      name: places.name,
      doctor: run.doctor,
      findings,
    });
    const { sha256 } = manifest.finish(manifestHead(run, places, { findings, kit }));
    if (run.signer) {
      await outlet.bytes("signature.json", signManifest(run.signer, sha256), 0o600);
    }
    await outlet.archive("manifest.json", manifestPath, { mode: 0o600, mtimeMs: nowMs });
    return { findings, kit, archive: await archive?.finish() };
  } catch (error) {
    outlet.abort();
    manifest.abort();
    throw error;
  }
}

async function collect(
  run: Run,
  places: Places,
  outlet: Outlet,
  manifest: ManifestWriter,
): Promise<Findings> {
  const { host, pool, options: { home, mode = "compact", exclude = [], preRestore } } = run;
  const compiled = compileRules(home.profile, preRestore ? "full" : mode, exclude);
  const rules = preRestore ? holdingRules(compiled, preRestore) : compiled;
  const scratch = pathsOf(host.platform).join(places.work, "database.scratch");
  const { earlier } = run;
  const findings = noFindings();
  const collector = { host, pool, rules, outlet, manifest, findings, earlier, scratch };
  for (const root of rootsOf(host, home)) await collectRoot(collector, root);
  const lost = lossWarning(earlier, findings.files);
  if (lost) findings.warnings.push(lost);
  return findings;
}

function manifestHead(run: Run, places: Places, { findings, kit }: Written): ManifestHead {
  const { host, options: { home, mode, format, label, exclude, preRestore } } = run;
  const { profile } = home;
  const { name, version } = run.doctor.agent;
  return {
    schema_version: 1,
    created_at: isoWithOffset(run.startedAt),
    profile: profile.id,
    home: home.path,
    backup_name: places.name,
    archive_format: places.archive ? format ?? "tar.gz" : null,
    sensitive_note: run.doctor.sensitive_note,
    platform: run.doctor.platform,
    exclusions: { ...profile.exclude, user: exclude ?? [] },
    counts: {
      files: findings.files,
      sqlite_databases: findings.sqliteDatabases,
      errors: findings.errors.length,
    },
    mode: preRestore ? "full" : mode ?? "compact",
    status: findings.errors.length === 0 ? "ok" : "partial",
    malformed_configs: findings.malformedConfigs || undefined,
    label,
    tool: { name: "lifeboat", version: host.build.version },
    agent: version === undefined ? undefined : { name, version },
    kit,
    profile_data: { id: profile.id, name: profile.name, restore_skip: profile.restore_skip },
  };
}

/** Reads everything back. Throws `written_backup_damaged` when a byte is not what was captured. */
export async function verifyWritten(
  run: Omit<Run, "doctor">,
  places: Places,
  written: Omit<Written, "findings">,
): Promise<void> {
  const { host, pool, options } = run;
  if (places.archive && written.archive && options.format !== "zip") {
    try {
      return await readBack(host, pool, places.archive.partial, written.archive.copied);
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
