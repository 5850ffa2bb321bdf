/**
 * What `manifest.json` holds: schema 1 of codex-environment-backup, with keys added and none changed
 * (design.md section 3). Key names are those of the file.
 */
import { HOME_ROOT } from "../profiles/mod.ts";

/** Id of the root that lies under `files/`; every other root lies under `extra/<id>/`. */
export { HOME_ROOT };

/** Where the files of a root lie in a backup, ending in a slash. */
export function rootFolder(rootId: string): string {
  return rootId === HOME_ROOT ? "files/" : `extra/${rootId}/`;
}

/** A captured file. */
export interface FileEntry {
  /** Below its root, forward slashes. */
  relative_path: string;
  kind: "file";
  bytes: number;
  /** Upper-case hex, of what was captured. */
  sha256: string;
  /** `sqlite_backup`: SQLite's own copy; `copy2`: the bytes as they were. */
  method: "copy2" | "sqlite_backup";
  /** Permission bits; absent in manifests of others. */
  mode?: number;
  /** Modification time, ms since 1970; absent in manifests of others. */
  mtime_ms?: number;
}

/** Files in order: an array, or a list that makes each when it is asked for. */
export interface FileList extends Iterable<FileEntry> {
  readonly length: number;
  values(): IteratorObject<FileEntry>;
  /** Gives the memory back: afterwards only `length` is known. An array cannot. */
  forget?(): void;
}

/** A root outside the home. */
export interface ManifestRoot<Files = FileList> {
  id: string;
  /** A `file` root has exactly one entry, stored as `extra/<id>/<its name>`. */
  kind: "folder" | "file";
  /** Where it lay, absolute. Only told to the user, never used as a target (design.md 1.8). */
  source: string;
  entries: Files;
}

/** A symbolic link; recorded only here, never a member of the archive. */
export interface SymlinkEntry {
  root: string;
  relative_path: string;
  target: string;
}

/** How a root itself is named among the folders. */
export const ROOT_PATH = ".";

/** A folder, with or without files in it; a root itself is `ROOT_PATH`. */
export interface DirectoryEntry {
  root: string;
  relative_path: string;
  mode: number;
  mtime_ms: number;
}

/** Something seen and left out on purpose. An excluded folder is one record. */
export interface SkippedEntry {
  root: string;
  relative_path: string;
  reason: "excluded" | "special_file" | "vanished" | "database_sidecar";
  /** The rule that excluded it. */
  rule?: string;
}

/** Something that could not be captured, or only damaged. */
export interface ErrorEntry {
  root: string;
  relative_path: string;
  method: "walk" | "copy2" | "sqlite_backup";
  /** snake_case: `unreadable`, `never_stable`, `malformed_database`, `name_not_utf8`, … */
  code: string;
  /** For a person; original manifests have only this. */
  error: string;
}

/** What a restorer elsewhere must know of the profile, as data. */
export interface ManifestProfile {
  id: string;
  name: string;
  /** Patterns of captured things that are not restored (machine-bound). */
  restore_skip: string[];
}

/** Another tool's archive. */
export interface ManifestOrigin {
  /** `openclaw`, `clawbackup`, `codex-environment-backup`. */
  format: string;
  /** Of the tool that made it. */
  version: string;
  encrypted: boolean;
  /** Once it is imported: what it was called there, and the SHA-256 of its file, upper-case hex. */
  name?: string;
  sha256?: string;
}

/** What is known of the payload of an encrypted backup. */
export interface PayloadFacts {
  file: string;
  bytes: number;
  /** Upper-case hex. */
  sha256: string;
  /** Of its age header and the nonce behind it, which no other payload shares; upper-case hex. */
  header_sha256: string;
}

/** Everything in the manifest but the long lists. */
export interface ManifestHead {
  schema_version: number;
  created_at: string;
  profile: string;
  home: string;
  backup_name: string;
  archive_format: "tar.gz" | "tar.zst" | "zip" | "tar" | null;
  sensitive_note: string;
  platform: { system: string; release: string; machine: string; [key: string]: string };
  exclusions: { [key: string]: unknown };
  counts: { files: number; sqlite_databases: number; errors: number };
  /** From here on absent in manifests of others. */
  mode?: "compact" | "full";
  status?: "ok" | "partial";
  /** Configuration files that do not parse; absent where all do. */
  malformed_configs?: number;
  /** What it is of where it is less than a home: `only-config`, `agent writer`. */
  part?: string;
  /** `--name`. */
  label?: string;
  /** The isolated home that it is of. */
  isolated?: string;
  tool?: { name: string; version: string };
  agent?: { name: string; version: string };
  /** Files of the restore kit and their SHA-256, upper-case hex. */
  kit?: { [file: string]: string };
  profile_data?: ManifestProfile;
  /** The other tool's archive that this is, or that it was imported from. */
  origin?: ManifestOrigin;
  /** In the short manifest outside of an encrypted backup: what it says of what is inside. */
  encryption?: { format: string; kind: "passphrase" | "recipients" };
  payload?: PayloadFacts;
  /** Stands for the home, which is not named there; hex. */
  home_mark?: string;
  /** In the manifest inside, when it was encrypted to recipients: for whom (`age1…`). */
  recipients?: string[];
  /** Only for the oldest manifests (`schema_version` 0 here): what they count. */
  legacy_summary?: { [key: string]: unknown };
}

/** The whole manifest; `Files` is more than a list of files where it is made here. */
export interface Manifest<Files = FileList> extends ManifestHead {
  entries: Files;
  roots: ManifestRoot<Files>[];
  symlinks: SymlinkEntry[];
  directories: DirectoryEntry[];
  skipped: SkippedEntry[];
  errors: ErrorEntry[];
}
