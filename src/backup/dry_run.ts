import { type ErrorEntry, HOME_ROOT, type SkippedEntry } from "../archive/mod.ts";
import { checkInterrupt, type Host, pathsOf, statIfThere } from "../base/mod.ts";
import { compileRules, type ExcludeRules, walk } from "../capture/mod.ts";
import {
  agentRowsPath,
  type Home,
  type HomeRoot,
  requireHome,
  rootsOf,
  STATE_DATABASE,
} from "../profiles/mod.ts";
import { partRules } from "./must_hold.ts";
import type { BackupOptions } from "./options.ts";
import { chooseRoot } from "./places.ts";

/** A skipped thing with its size, so that a user can judge what is left out. */
export type SizedSkip = SkippedEntry & { bytes: number };

/** What a backup would capture and what not. */
export interface BackupPreview {
  ok: true;
  dry_run: true;
  backup_root: string;
  home: string;
  files: number;
  bytes: number;
  captured: { root: string; relative_path: string; bytes: number }[];
  skipped: SizedSkip[];
  errors: ErrorEntry[];
  warnings: string[];
}

/** Looks at everything a backup would look at, without reading a file or writing anything. */
export function previewBackup(host: Host, options: BackupOptions): BackupPreview {
  requireHome(host, options.home);
  const { home, mode = "compact", exclude = [], part } = options;
  const { root: backupRoot, warnings } = chooseRoot(host, options);
  const rules = partRules(compileRules(home.profile, mode, exclude), part);
  const preview: BackupPreview = {
    ok: true,
    dry_run: true,
    backup_root: backupRoot,
    home: home.path,
    files: 0,
    bytes: 0,
    captured: [],
    skipped: [],
    errors: [],
    warnings,
  };
  for (const root of rootsOf(host, home)) previewRoot(host, root, rules, preview);
  if (part?.agent) previewAgentRows(host, home, part.agent, preview);
  return preview;
}

/** The rows of one agent: no more than what all of the database is. */
function previewAgentRows(host: Host, home: Home, agent: string, preview: BackupPreview): void {
  const database = statIfThere(host.fs, pathsOf(host.platform).join(home.path, STATE_DATABASE));
  if (database?.kind !== "file") return;
  const { size: bytes } = database;
  preview.captured.push({ root: HOME_ROOT, relative_path: agentRowsPath(agent), bytes });
  preview.files++;
  preview.bytes += bytes;
}

function previewRoot(
  host: Host,
  root: HomeRoot,
  rules: ExcludeRules,
  preview: BackupPreview,
): void {
  for (const item of walk(host, root, rules)) {
    checkInterrupt(host);
    const record = { root: root.id, relative_path: item.path };
    if (item.type === "file") {
      preview.captured.push({ ...record, bytes: item.info.size });
      preview.files++;
      preview.bytes += item.info.size;
    } else if (item.type === "skipped") {
      const { type: _, path, ...why } = item;
      const bytes = sizeOf(host, pathsOf(host.platform).join(root.path, path));
      preview.skipped.push({ ...record, ...why, bytes });
    } else if (item.type === "failed") {
      const { code, error } = item;
      preview.errors.push({ ...record, method: "walk", code, error });
    }
  }
}

/** Bytes of a file, or of all files below a folder; what cannot be read counts as nothing. */
function sizeOf(host: Host, path: string): number {
  try {
    const info = host.fs.lstat(path);
    if (info.kind !== "directory") return info.kind === "file" ? info.size : 0;
    const { join } = pathsOf(host.platform);
    return host.fs.list(path).entries
      .reduce((sum, { name }) => sum + sizeOf(host, join(path, name)), 0);
  } catch {
    return 0;
  }
}
