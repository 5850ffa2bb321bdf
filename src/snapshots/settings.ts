import { expandHome, type Host, pathsOf, readSettings } from "../base/mod.ts";

/** How snapshots are kept: `[snapshots]` of the configuration. */
export interface SnapshotSettings {
  /** The store's folder, absolute. */
  folder: string;
  /** To which `snapshot cleanup` brings the store, bytes. */
  maxTotalSize: number;
  /** A workspace's files above this are left out, bytes. Transcripts and databases are not. */
  maxFileSize: number;
  /** Globs that are left out of every root, beside what is always left out. */
  exclude: string[];
  /** Globs that are captured although a rule of the program leaves them out. */
  include: string[];
  /** Extensions that are left out of workspaces, with or without their point. */
  excludeExtensions: string[];
  /** When there are any, a workspace's files have one of these extensions. */
  includeExtensions: string[];
}

const KINDS = {
  folder: "text",
  max_total_size: "size",
  max_file_size: "size",
  exclude: "texts",
  include: "texts",
  exclude_extensions: "texts",
  include_extensions: "texts",
} as const;

const GB = 1e9;

/** The settings of the user, and the defaults where there are none. Throws `bad_config`. */
export async function snapshotSettings(host: Host): Promise<SnapshotSettings> {
  const { join, resolve } = pathsOf(host.platform);
  const set = await readSettings(host, "snapshots", KINDS);
  const folder = set.folder && resolve(expandHome(set.folder, host.userHome, host.platform));
  return {
    folder: folder ?? join(host.folders.state, "snapshots"),
    maxTotalSize: set.max_total_size ?? 5 * GB,
    maxFileSize: set.max_file_size ?? 100 << 20,
    exclude: set.exclude ?? [],
    include: set.include ?? [],
    excludeExtensions: set.exclude_extensions ?? [],
    includeExtensions: set.include_extensions ?? [],
  };
}
