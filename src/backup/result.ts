import { pathsOf } from "../base/mod.ts";
import type { Run } from "./run.ts";
import type { BackupResult } from "./options.ts";
import type { Places } from "./places.ts";
import { kitJsonKey } from "./restore_kit.ts";
import type { Written } from "./write.ts";

/** What the user is told of a backup that was published. */
export function backupResult(run: Run, places: Places, written: Written): BackupResult {
  const { host, warnings, startedAt } = run;
  const { join } = pathsOf(host.platform);
  const { folder, archive, sha256 } = places;
  const { findings, kit, doctor } = written;
  const inFolder = (name: string) => folder ? join(folder, name) : null;
  const restoreKit = Object.keys(kit).map((name) => [kitJsonKey(name), inFolder(name) ?? name]);
  return {
    ok: findings.errors.length === 0,
    status: findings.errors.length === 0 ? "ok" : "partial",
    backup_id: places.name,
    backup_name: places.name,
    backup_dir: folder ?? null,
    archive: archive?.final ?? null,
    archive_sha256: written.archive?.sha256 ?? null,
    sha256_file: sha256?.final ?? null,
    manifest: inFolder("manifest.json"),
    sqlite_integrity: inFolder("sqlite-integrity-check.json"),
    doctor_report: inFolder("doctor-report.json"),
    restore_kit: Object.fromEntries(restoreKit),
    counts: {
      files: findings.files,
      sqlite_databases: findings.sqliteDatabases,
      errors: findings.errors.length,
      skipped: findings.skipped,
    },
    bytes: {
      read: findings.bytes,
      stored: written.archive?.bytes ?? findings.bytes,
      reused: reusedBytes(written),
    },
    duration_ms: host.now().getTime() - startedAt.getTime(),
    errors: findings.errors,
    warnings: [...warnings, ...findings.warnings],
    sensitive_note: doctor.sensitive_note,
  };
}

function reusedBytes({ archive }: Written): number {
  return archive?.copied.values().reduce((sum, bytes) => sum + bytes, 0) ?? 0;
}
