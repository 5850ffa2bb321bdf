import type { ErrorEntry, SegmentForm } from "../archive/mod.ts";
import type { Readers } from "../seal/mod.ts";
import type { Home, HomePart } from "../profiles/mod.ts";

/** What a backup shall be. */
export interface BackupOptions {
  home: Home;
  /** Where backups of this profile lie; by default below Documents. */
  backupRoot?: string;
  /** `compact` leaves logs out. */
  mode?: "compact" | "full";
  format?: SegmentForm | "zip";
  /** How hard to compress, 1 to 9. */
  level?: number;
  archive?: boolean;
  directory?: boolean;
  /** `light` without an executable, `all` with those for other systems. */
  kit?: "full" | "all" | "light";
  /** A name of the user's, kept in the manifest. */
  label?: string;
  /** Only a part of the home; its roots are those that take part. */
  part?: HomePart;
  /** Globs left out besides the profile's. */
  exclude?: string[];
  /** The archive's own path; implies no folder. */
  output?: string;
  /** Read every file, also those that look unchanged. */
  rescan?: boolean;
  /** Read everything back before publishing; by default yes. */
  verify?: boolean;
  runDoctorCommands?: boolean;
  /** Workers; by default one per core, at most 8. */
  jobs?: number;
  /** Encrypts it, so that only these can read it; implies no folder form. */
  seal?: Readers;
  /** The caller holds the home's lock. */
  holdsLock?: boolean;
  /** Gets the passphrase of the signing key, where it is under one and somebody is there. */
  askSigningPassword?: (keyFile: string) => Promise<string | undefined>;
  /** Set for the backup before a restore. The caller then holds the home's lock. */
  preRestore?: {
    /** Files that the restore replaces: captured whatever the rules say, or nothing is published. */
    mustHold: { root: string; path: string }[];
  };
}

/** The form of the archive, or of what is in an encrypted one; a zip has no segments. */
export function segmentForm({ format }: Pick<BackupOptions, "format">): SegmentForm {
  return format === "tar.zst" ? format : "tar.gz";
}

/** What `backup` gives back; key names are those of contract.md. */
export interface BackupResult {
  ok: boolean;
  status: "ok" | "partial";
  backup_id: string;
  backup_name: string;
  backup_dir: string | null;
  archive: string | null;
  archive_sha256: string | null;
  sha256_file: string | null;
  manifest: string | null;
  sqlite_integrity: string | null;
  doctor_report: string | null;
  restore_kit: Record<string, string>;
  counts: BackupCounts;
  bytes: { read: number; stored: number; reused: number };
  duration_ms: number;
  errors: ErrorEntry[];
  warnings: string[];
  sensitive_note: string;
}

/** How many of what. */
export interface BackupCounts {
  files: number;
  sqlite_databases: number;
  errors: number;
  skipped: number;
}

/** What the check of one database copy said; an element of `sqlite-integrity-check.json`. */
export interface DatabaseCheck {
  /** Where the copy lies in the backup. */
  path: string;
  ok: boolean;
  result: string;
}

/** What was seen while reading the roots; the rest stands in the manifest. */
export interface Findings {
  errors: ErrorEntry[];
  databases: DatabaseCheck[];
  warnings: string[];
  files: number;
  sqliteDatabases: number;
  skipped: number;
  /** Copies of databases that lay on disk while they were read, where there is no folder form. */
  stagedOnDisk: number;
  /** Configuration files that were captured although they do not parse. */
  malformedConfigs: number;
  /** Bytes captured. */
  bytes: number;
}
