import {
  type Damage,
  verifyBackup,
  type VerifyOptions,
  type VerifyReport,
} from "../archive/mod.ts";
import type { Host } from "../base/mod.ts";
import { notedHashes } from "../catalog/mod.ts";
import { type SignedBy, unlockWith } from "../seal/mod.ts";
import type { Backend } from "./backend.ts";
import { fetchWhole, reading, startCopy, unlockNaming } from "./download.ts";
import { thisMachine } from "./machine.ts";
import { archiveKey, type BackupRecord, keyOf, type StoredObject } from "./record.ts";

/** What `verify --remote` finds. */
export interface RemoteVerifyReport {
  ok: boolean;
  id: string;
  remote: string;
  /** Whether the archive was downloaded and every byte checked. */
  data: boolean;
  files_checked: number;
  bytes_checked: number;
  damaged: Damage[];
  missing: string[];
  extra: string[];
  kit_ok: boolean | null;
  /** Whether the archive is the one that this machine made, as it noted then. */
  catalog_sha256: VerifyReport["catalog_sha256"];
  /** Whose it is; null where there is none, or where nothing was downloaded. */
  signature: SignedBy | null;
  /** What could not be checked, and why; for a person. */
  unchecked: string[];
}

/** Whether an object has the size and the hash that its record says. */
async function checkObject(
  backend: Backend,
  key: string,
  { name, bytes, sha256 }: StoredObject,
  report: RemoteVerifyReport,
  isForeign = false,
): Promise<void> {
  const info = await backend.head(key);
  if (!info) report.missing.push(name);
  else if (info.size !== bytes) {
    report.damaged.push({ path: name, reason: `it has ${info.size} bytes, not ${bytes}` });
  } else if (sha256 === "" || (isForeign && !info.sha256)) {
    report.unchecked.push(`${name}: no SHA-256 was stored with it`);
  } else if (info.sha256 !== sha256) {
    const reason = info.sha256 ? undefined : "it was stored without a SHA-256";
    const actual_sha256 = info.sha256;
    report.damaged.push({ path: name, expected_sha256: sha256, actual_sha256, reason });
  }
}

/**
 * Compares the hash that the record tells with the one that was noted here: whoever can write to the
 * backend can put another backup of this machine in the place of one, and change the record with it.
 * Only a name that is made of the time means one archive.
 */
function checkNoted(host: Host, record: BackupRecord, report: RemoteVerifyReport): void {
  const { machine, backup, archive, atTop } = record;
  if (atTop || machine.id !== thisMachine(host).id) return;
  if (!archive.name.startsWith(`${backup.id}.`)) return;
  const noted = notedHashes(host, archive.name);
  if (noted.length === 0) return;
  report.catalog_sha256 = noted.includes(archive.sha256) ? "matches" : "differs";
  if (report.catalog_sha256 === "matches") return;
  report.damaged.push({
    path: archive.name,
    expected_sha256: noted[0],
    actual_sha256: archive.sha256,
    reason: "it is not the archive that was made here: its SHA-256 is another one",
  });
}

async function checkData(
  host: Host,
  backend: Backend,
  record: BackupRecord,
  report: RemoteVerifyReport,
  options: VerifyOptions,
): Promise<void> {
  const copy = startCopy(host, backend, record);
  try {
    await fetchWhole(host, copy, record);
    const unlock = unlockNaming(options.unlock ?? unlockWith(host), backend, record);
    const verify = () => verifyBackup(host, copy.path, { ...options, unlock });
    const checked = await reading(copy, backend, record, verify);
    const { damaged, missing, ...found } = checked;
    const { files_checked, bytes_checked, extra, kit_ok, signature, unchecked } = found;
    Object.assign(report, { files_checked, bytes_checked, extra, kit_ok, signature });
    report.unchecked.push(...unchecked);
    report.damaged.push(...damaged);
    report.missing.push(...missing);
  } finally {
    copy.close();
  }
}

/**
 * Compares what a backend has of a backup with its record: sizes and stored hashes; with `data` the
 * archive is downloaded and verified byte for byte. Throws `damaged_archive` when its hash is wrong.
 */
export async function verifyRemote(
  host: Host,
  { name, backend }: { name: string; backend: Backend },
  record: BackupRecord,
  { data = false, ...options }: { data?: boolean } & VerifyOptions = {},
): Promise<RemoteVerifyReport> {
  const { machine, backup, archive, hash_file } = record;
  const report: RemoteVerifyReport = {
    ok: false,
    id: backup.id,
    remote: name,
    data,
    files_checked: 0,
    bytes_checked: 0,
    damaged: [],
    missing: [],
    extra: [],
    kit_ok: null,
    catalog_sha256: "unknown",
    signature: null,
    unchecked: [],
  };
  checkNoted(host, record, report);
  await checkObject(backend, archiveKey(record), archive, report, record.atTop);
  if (hash_file) await checkObject(backend, keyOf(machine.id, hash_file.name), hash_file, report);
  if (data && report.missing.length === 0) await checkData(host, backend, record, report, options);
  report.ok = report.damaged.length === 0 && report.missing.length === 0 && report.kit_ok !== false;
  return report;
}
