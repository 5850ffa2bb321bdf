import type { FileEntry, Manifest } from "../archive/mod.ts";
import { type Host, isoWithOffset } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";

/**
 * The manifest of a change that comes from no backup.
 *
 * @param name what undo data names as its origin
 */
export function blankManifest(host: Host, home: Home, name: string): Manifest<FileEntry[]> {
  return {
    schema_version: 1,
    created_at: isoWithOffset(host.now()),
    profile: home.profile.id,
    home: home.path,
    backup_name: name,
    archive_format: null,
    sensitive_note: "",
    platform: { system: host.platform, release: "", machine: "" },
    exclusions: {},
    counts: { files: 0, sqlite_databases: 0, errors: 0 },
    entries: [],
    roots: [],
    symlinks: [],
    directories: [],
    skipped: [],
    errors: [],
  };
}
