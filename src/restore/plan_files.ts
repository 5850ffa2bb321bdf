/** Planning of files: compared with the target by hash, where their size is the same. */
import type { FileEntry } from "../archive/mod.ts";
import { type FileInfo, sha256OfFile } from "../base/mod.ts";
import { HOME_ROOT } from "../profiles/mod.ts";
import { type Claim, pathIn } from "./claims.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import type { Staging } from "./op_list.ts";
import { addConflict, at, oldOf, type PlannedFile, type Planner } from "./planner.ts";
import { isLeftAlone } from "./plan_selection.ts";
import { noteSidecars } from "./plan_sidecars.ts";

/** Only the owner's, the group's and the others' rights come back, no set-user-id. */
const FILE_MODE = 0o777;

/** Plans the files of all roots that go somewhere. */
export async function planFiles(planner: Planner, claim: Claim): Promise<void> {
  const { manifest, target } = planner.plan;
  for (const root of target.roots) {
    const entries = root.id === HOME_ROOT
      ? manifest.entries
      : manifest.roots.find(({ id }) => id === root.id)?.entries ?? [];
    for (const entry of entries) {
      await planner.pulse();
      const path = pathIn(planner, root, entry.relative_path);
      if (!planner.selection.has(root.id, path)) planner.plan.notSelected++;
      else if (claim(root, path, "leaf")) planFile(planner, root, path, entry);
    }
  }
}

function planFile(planner: Planner, root: TargetRoot, path: string, entry: FileEntry): void {
  const info = at(planner, root, path);
  const old = oldOf(planner, root, path, info);
  if (!old) {
    const message = `a ${info!.kind} is where the file must go`;
    return addConflict(planner, { root: root.id, path, code: "not_a_file", message });
  }
  if (isLeftAlone(planner, root, path, info)) {
    const item = { root: root.id, path, kind: "file", action: "kept", bytes: entry.bytes } as const;
    return void planner.plan.items.push(item);
  }
  const hash = hashIfSameSize(planner, root, path, entry, info);
  if (hash && old.kind === "file") old.sha256 = hash;
  const action = hash === entry.sha256.toUpperCase()
    ? "unchanged"
    : old.kind === "absent"
    ? "create"
    : "overwrite";
  const file = { root, path, entry, action } as const;
  note(planner, file);
  if (action === "unchanged") return planPermissions(planner, file, info!);
  const op = {
    op: "file",
    root: root.id,
    path,
    old,
    size: entry.bytes,
    sha256: entry.sha256.toUpperCase(),
  } as const;
  planner.plan.ops.push(op, attributesOf(planner, file, info));
}

function note(planner: Planner, file: PlannedFile): void {
  const { plan, host } = planner;
  const { root, path, action, entry: { bytes, method } } = file;
  noteSidecars(planner, file);
  if (method === "sqlite_backup" && action !== "unchanged") planner.bringsDatabases = true;
  plan.items.push({ root: root.id, path, kind: "file", action, bytes });
  plan.files++;
  plan.bytes += bytes;
  host.progress({ phase: "comparing", files: plan.files, bytes: plan.bytes });
}

/** A file that cannot be read has to be replaced: its hash is not known to be right. */
function hashIfSameSize(
  { host }: Planner,
  root: TargetRoot,
  path: string,
  entry: FileEntry,
  info: FileInfo | undefined,
): string | undefined {
  if (info?.kind !== "file" || info.size !== entry.bytes) return undefined;
  try {
    return sha256OfFile(host.fs, pathBelow(host, root, path));
  } catch {
    return undefined;
  }
}

function modeOf(planner: Planner, entry: FileEntry): number | undefined {
  if (planner.host.platform === "windows" || !entry.mode) return undefined;
  return entry.mode & FILE_MODE;
}

/** Time is left alone: a file that did not change was not written at another time. */
function planPermissions(planner: Planner, { root, path, entry }: PlannedFile, info: FileInfo) {
  const mode = modeOf(planner, entry);
  if (mode === undefined || mode === (info.mode & FILE_MODE)) return;
  const old = { mode: info.mode, mtime_ms: info.mtimeMs };
  planner.plan.ops.push({ op: "attributes", root: root.id, path, old, mode });
}

function attributesOf(
  planner: Planner,
  file: PlannedFile,
  info: FileInfo | undefined,
): Staging {
  const { entry } = file;
  const before = info?.kind === "file" ? info.mode & FILE_MODE : 0o600;
  const mode = modeOf(planner, entry) ?? before;
  return { mode, mtimeMs: entry.mtime_ms };
}
