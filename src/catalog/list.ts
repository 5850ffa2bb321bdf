import { clawBackupStore, findSidecar, type ManifestHead, openBackup } from "../archive/mod.ts";
import {
  asLifeboatError,
  checkInterrupt,
  type FileInfo,
  type Host,
  lstatIfThere,
  pathsOf,
  statIfThere,
} from "../base/mod.ts";
import { loadProfiles, resolveHome } from "../profiles/mod.ts";
import { homeFinder, signedBy, signedByText } from "../seal/mod.ts";
import { type Catalog, type KnownBackup, openCatalog } from "./store.ts";

/** One backup as `list` shows it; key names are those of contract.md. */
export interface BackupItem {
  id: string;
  /** The tool that made it. */
  type: string;
  backup_dir: string | null;
  archives: string[];
  status: "ok" | "partial" | "legacy_manifest" | "unreadable" | "encrypted";
  schema_version: number | "legacy" | null;
  profile: string | null;
  label: string | null;
  /** What it is of where it is less than a home: `only-config`, `agent writer`. */
  part: string | null;
  /** The home it was made of; of an encrypted backup only when it is the profile's own. */
  home: string | null;
  /** The isolated home that it is of. */
  isolated: string | null;
  /** What stands for the home in the open part of an encrypted backup. */
  home_mark: string | null;
  created_at: string | null;
  files: number | null;
  sqlite_databases: number | null;
  errors: number | null;
  /** Configuration files in it that do not parse. */
  malformed_configs: number;
  /** Bytes of the archive, or null for a backup that is only a folder. */
  bytes: number | null;
  encrypted: boolean;
  /** `this machine`, the name of a known key, or `unknown key …`. */
  signed_by: string | null;
  verified_at: string | null;
  remote: string[];
  /** The tool whose archive it is, or was before it was imported. */
  origin: string | null;
  legacy_summary?: Record<string, unknown>;
  error?: string;
}

const ARCHIVE_NAME = /^(.+)\.(tar\.gz|tgz|tar\.zst|tar|zip)$/i;

/** Where the parts of one backup lie. */
interface Parts {
  id: string;
  folder?: string;
  archives: string[];
}

/** Groups what lies in a backup root by backup. Hidden names are other things, such as locks. */
function findParts(host: Host, root: string): Parts[] {
  const { join } = pathsOf(host.platform);
  const parts = new Map<string, Parts>();
  const partsOf = (id: string) => {
    if (!parts.has(id)) parts.set(id, { id, archives: [] });
    return parts.get(id)!;
  };
  for (const { name, kind } of host.fs.list(root).entries) {
    if (name.startsWith(".")) continue;
    const path = join(root, name);
    const archive = ARCHIVE_NAME.exec(name);
    if (kind === "file" && archive) partsOf(archive[1]).archives.push(path);
    else if (kind === "directory" && lstatIfThere(host.fs, join(path, "manifest.json"))) {
      partsOf(name).folder = path;
    }
  }
  return [...parts.values()];
}

/** What a backup says of itself, from the catalog when the file is still the one it knows. */
async function readHead(
  host: Host,
  catalog: Catalog,
  path: string,
  info: FileInfo,
): Promise<KnownBackup> {
  const known = catalog.get(path, info.size, info.mtimeMs);
  if (known) return known;
  const backup = await openBackup(host, path, { unlock: "outside" });
  try {
    const { head, signature } = backup;
    const read = { head, signer: signature?.public_key ?? null };
    catalog.put({ path, bytes: info.size, mtimeMs: info.mtimeMs, ...read });
    return read;
  } finally {
    backup.close();
  }
}

type FindHome = (mark: string) => string | undefined;

/** Finds what the mark of a home stands for, among the homes that are usual here. */
export function ownHomeFinder(host: Host): FindHome {
  return homeFinder(
    host,
    () => loadProfiles(host).map((profile) => resolveHome(host, profile).path),
  );
}

/** What a backup's manifest says of it, under the id that it is known by. */
export function itemOfHead(id: string, head: ManifestHead, findHome: FindHome) {
  const legacy = head.schema_version === 0;
  const { home_mark = null } = head;
  const status: BackupItem["status"] = legacy
    ? "legacy_manifest"
    : head.encryption
    ? "encrypted"
    : head.status ?? "ok";
  return {
    id,
    type: head.tool ? "lifeboat" : head.origin?.format ?? "codex-environment-backup",
    status,
    schema_version: legacy ? "legacy" as const : head.schema_version,
    profile: head.profile,
    label: head.label ?? null,
    part: head.part ?? null,
    home: head.encryption ? (home_mark && findHome(home_mark)) ?? null : head.home,
    home_mark,
    isolated: head.isolated ?? null,
    created_at: head.created_at,
    files: head.counts.files,
    sqlite_databases: head.counts.sqlite_databases,
    errors: head.counts.errors,
    encrypted: head.encryption !== undefined ||
      (head.origin?.encrypted === true && head.tool === undefined),
    malformed_configs: head.malformed_configs ?? 0,
    origin: head.origin?.format ?? null,
    ...(head.legacy_summary ? { legacy_summary: head.legacy_summary } : {}),
  };
}

/** What can be told of another tool's encrypted archive without its password. */
function encryptedItem(host: Host, path: string): Partial<BackupItem> {
  const known = findSidecar(host, path, [clawBackupStore(host)]);
  return {
    type: "clawbackup",
    status: "encrypted",
    profile: "openclaw",
    label: known?.label ?? null,
    part: null,
    created_at: known?.createdAt || null,
    bytes: host.fs.stat(path).size,
    encrypted: true,
  };
}

async function describe(
  host: Host,
  catalog: Catalog,
  parts: Parts,
  findHome: FindHome,
): Promise<BackupItem> {
  const { join } = pathsOf(host.platform);
  const archive = parts.archives[0];
  const path = archive ?? parts.folder!;
  const blank: BackupItem = {
    id: parts.id,
    type: "lifeboat",
    backup_dir: parts.folder ?? null,
    archives: parts.archives,
    status: "unreadable",
    schema_version: null,
    profile: null,
    label: null,
    part: null,
    home: null,
    isolated: null,
    home_mark: null,
    created_at: null,
    files: null,
    sqlite_databases: null,
    errors: null,
    malformed_configs: 0,
    bytes: null,
    encrypted: false,
    signed_by: null,
    verified_at: catalog.verifiedAt(path) ?? null,
    remote: catalog.remotesOf(path),
    origin: null,
  };
  try {
    const info = host.fs.stat(archive ?? join(parts.folder!, "manifest.json"));
    const { head, signer } = await readHead(host, catalog, path, info);
    const signed_by = signedByText(signer === null ? null : signedBy(host, signer));
    const bytes = archive ? info.size : null;
    return { ...blank, bytes, ...itemOfHead(parts.id, head, findHome), signed_by };
  } catch (error) {
    const { code, message } = asLifeboatError(error);
    if (code === "password_needed") return { ...blank, ...encryptedItem(host, path) };
    return { ...blank, error: `${code}: ${message}` };
  }
}

/** Sorts backups by the time they were made. */
export function newestFirst(a: BackupItem, b: BackupItem): number {
  const time = (item: BackupItem) => Date.parse(item.created_at ?? "") || 0;
  return time(b) - time(a) || (a.id < b.id ? 1 : -1);
}

/** The backups below a backup root, newest first; none when the root does not exist. */
export async function listRoot(host: Host, root: string): Promise<BackupItem[]> {
  if (statIfThere(host.fs, root)?.kind !== "directory") return [];
  return await listParts(host, findParts(host, root));
}

/** Archives that lie anywhere, under the ids they are known by, newest first. */
export async function listArchives(
  host: Host,
  archives: { id: string; path: string }[],
): Promise<BackupItem[]> {
  return await listParts(host, archives.map(({ id, path }) => ({ id, archives: [path] })));
}

async function listParts(host: Host, found: Parts[]): Promise<BackupItem[]> {
  if (found.length === 0) return [];
  const catalog = openCatalog(host);
  const findHome = ownHomeFinder(host);
  try {
    const items: BackupItem[] = [];
    for (const parts of found) {
      checkInterrupt(host);
      items.push(await describe(host, catalog, parts, findHome));
    }
    return items.sort(newestFirst);
  } finally {
    catalog.close();
  }
}
