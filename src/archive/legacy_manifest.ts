import { type ManifestHead } from "./manifest.ts";

const LISTS = ["included_root_files", "included_directories", "sqlite_online_backup"];

type Fields = Record<string, unknown>;

/**
 * Whether a manifest is of the oldest form, from before schema 1: lists of what was taken, without
 * sizes or hashes.
 */
export function isLegacy(fields: Fields): boolean {
  return fields.schema_version === undefined &&
    (typeof fields.generated_at === "string" || LISTS.some((key) => Array.isArray(fields[key])));
}

function lengthOf(value: unknown): number | null {
  return Array.isArray(value) ? value.length : null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The head that such a manifest would have today; it is known by its `schema_version` of 0. */
export function legacyHead(fields: Fields, storedFiles: number): ManifestHead {
  const databases = lengthOf(fields.sqlite_online_backup);
  return {
    schema_version: 0,
    created_at: textOf(fields.created_at) || textOf(fields.generated_at),
    profile: textOf(fields.profile) || "codex",
    home: textOf(fields.home) || textOf(fields.codex_home),
    backup_name: textOf(fields.backup_name),
    archive_format: null,
    sensitive_note: textOf(fields.sensitive_note),
    platform: { system: "", release: "", machine: "" },
    exclusions: {},
    counts: { files: storedFiles, sqlite_databases: databases ?? 0, errors: 0 },
    legacy_summary: {
      generated_at: textOf(fields.generated_at) || null,
      root_files: lengthOf(fields.included_root_files),
      directories: lengthOf(fields.included_directories),
      sqlite_online_backup: databases,
      counts_estimated: true,
    },
  };
}
