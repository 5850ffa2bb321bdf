import type { BackupItem } from "../../src/catalog/mod.ts";

/** A backup as `list` shows it, of a Codex home, made on 20 November 2026. */
export function backupItem(changes: Partial<BackupItem> = {}): BackupItem {
  return {
    id: "codex-backup-1",
    type: "lifeboat",
    backup_dir: null,
    archives: ["/b/codex-backup-1.tar.gz"],
    status: "ok",
    schema_version: 1,
    profile: "codex",
    home_mark: null,
    home: "/u/.codex",
    label: null,
    part: null,
    created_at: "2026-11-20T12:00:00+00:00",
    files: 1234,
    sqlite_databases: 2,
    errors: 0,
    malformed_configs: 0,
    bytes: 48e6,
    encrypted: false,
    signed_by: null,
    verified_at: null,
    remote: [],
    isolated: null,
    origin: null,
    ...changes,
  };
}
