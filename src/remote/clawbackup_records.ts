/**
 * Backups that ClawBackup has copied to a backend: beside each other at its top, the archive under its
 * file name and `<id>.manifest.json` (facts E1). They are shown as those of a machine of its own.
 */
import type { Backend } from "./backend.ts";
import type { Machine } from "./machine.ts";
import type { BackupRecord } from "./record.ts";

/** What stands for the machine, which ClawBackup does not tell. */
const MACHINE: Machine = { id: "clawbackup", name: "ClawBackup" };

const MANIFEST = /^(bak_[0-9a-f]{1,16}-[0-9a-f]{16})\.manifest\.json$/;
const MOST_BYTES = 1 << 20;

type Loose = Record<string, unknown>;

function textIn(fields: Loose, key: string): string {
  const value = fields[key];
  return typeof value === "string" ? value : "";
}

/** What a manifest says of its archive; undefined where it says nothing of use. */
function describe(id: string, fields: Loose) {
  const stored = textIn(fields, "storagePath");
  const name = stored.slice(Math.max(stored.lastIndexOf("/"), stored.lastIndexOf("\\")) + 1);
  const sha256 = textIn(fields, "contentHash").toUpperCase();
  const createdAt = textIn(fields, "createdAt");
  const isUsable = textIn(fields, "backupId") === id && /^[^.\0][^\0]{0,254}$/.test(name) &&
    /^[0-9A-F]{64}$/.test(sha256) && Date.parse(createdAt) > 0;
  if (!isUsable) return undefined;
  const encrypted = typeof fields.encryption === "object" && fields.encryption !== null;
  return { name, sha256, createdAt, encrypted, label: textIn(fields, "name") || null };
}

async function readManifest(backend: Backend, key: string, size: number) {
  if (size > MOST_BYTES) return undefined;
  try {
    const fields = JSON.parse(new TextDecoder().decode(await backend.get(key, 0, size)));
    return describe(MANIFEST.exec(key)![1], fields ?? {});
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function recordOf(
  backend: Backend,
  { key, size }: { key: string; size: number },
): Promise<BackupRecord | undefined> {
  const told = await readManifest(backend, key, size);
  const object = told && await backend.head(told.name);
  if (!object) return undefined;
  const { name, sha256, createdAt, encrypted, label } = told;
  const none = { part: null, home: null, home_mark: null, isolated: null, files: null };
  return {
    format: "lifeboat-remote",
    version: 1,
    machine: MACHINE,
    uploaded_at: createdAt,
    public_key: null,
    backup: {
      ...none,
      id: MANIFEST.exec(key)![1],
      type: "clawbackup",
      status: encrypted ? "encrypted" : "ok",
      schema_version: 1,
      profile: "openclaw",
      label,
      created_at: createdAt,
      sqlite_databases: null,
      errors: null,
      malformed_configs: 0,
      encrypted,
    },
    archive: { name, bytes: object.size, sha256 },
    hash_file: null,
    atTop: true,
  };
}

/** The backups of ClawBackup at a backend, and manifests that are of no use. */
export async function listClawBackups(
  backend: Backend,
): Promise<{ records: BackupRecord[]; bad: string[] }> {
  const keys = (await backend.list("bak_")).filter(({ key }) => MANIFEST.test(key));
  const read = await Promise.all(keys.map((object) => recordOf(backend, object)));
  return {
    records: read.filter((record) => record !== undefined),
    bad: keys.filter((_, index) => read[index] === undefined).map(({ key }) => key),
  };
}
