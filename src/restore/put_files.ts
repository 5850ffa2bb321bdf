/** Files made elsewhere, put into a home under the journal of a restore: all of them or none. */
import {
  checkInterrupt,
  type Host,
  LifeboatError,
  lstatIfThere,
  relativePathFault,
  sha256Of,
  sha256OfFile,
} from "../base/mod.ts";
import { rootFolder } from "../archive/mod.ts";
import { type Home, isActiveHome } from "../profiles/mod.ts";
import { blankManifest } from "./blank_manifest.ts";
import { carryPlan } from "./carry_plan.ts";
import type { Op, TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import { looseBackup, type LooseFile, looseFile } from "./loose_backup.ts";
import { foldersAbove, isOwnPath, key } from "./paths.ts";
import { emptyPlan } from "./plan.ts";
import { createOpList, type OpList } from "./op_list.ts";
import type { Plan } from "./planner.ts";
import { localRoots } from "./recover.ts";
import { requireSpace } from "./space.ts";
import type { SetAsideFile } from "./steps.ts";
import { areConfigured } from "./target.ts";

/** A file for a home, and where its content is. */
export interface NewFile {
  root: string;
  /** Below the root, forward slashes; of a `file` root its name. */
  path: string;
  content: { file: string } | { bytes: Uint8Array };
  mode: number;
  /** Ms since 1970; absent: now. */
  mtimeMs?: number;
}

/** A symbolic link for a home. */
export interface NewLink {
  root: string;
  path: string;
  target: string;
}

/** What is put where. */
export interface PutOptions {
  home: Home;
  /** What undo data names as its origin. */
  name: string;
  files: NewFile[];
  links: NewLink[];
}

/** What became of it. */
export interface PutResult {
  /** What `undo` takes back. */
  undo_id: string;
  set_aside: SetAsideFile[];
  warnings: string[];
}

/**
 * Puts files into a home. What they replace is kept, so that undo takes it back. The caller holds the
 * home's lock, and has brought interrupted restores to an end. Throws `in_the_way`, `unsafe_target`,
 * `disk_full`; the home is then as it was.
 */
export async function putFiles(host: Host, options: PutOptions): Promise<PutResult> {
  const { plan, backup } = planPut(host, options);
  requireSpace(host, plan);
  const { id, setAside, warnings, lostLinks } = await carryPlan(host, backup, plan);
  const lost = lostLinks.map(({ path }) => `${path} is a link, and links cannot be made here`);
  return { undo_id: id, set_aside: setAside, warnings: [...warnings, ...lost] };
}

/** A plan that grows. */
interface Building {
  host: Host;
  roots: TargetRoot[];
  ops: OpList;
  /** Content by the name under which a file is staged. */
  contents: Map<string, NewFile["content"]>;
  folders: Set<string>;
}

function planPut(host: Host, { home, name, files, links }: PutOptions) {
  const roots = localRoots({ ...home, rootsLeftOut: [] });
  const building: Building = {
    host,
    roots,
    ops: createOpList(),
    contents: new Map(),
    folders: new Set(),
  };
  for (const file of files) addFile(building, file);
  for (const link of links) addLink(building, link);
  const manifest = blankManifest(host, home, name);
  const backup = looseBackup(host, {
    source: home.path,
    manifest,
    paths: () => building.contents.keys(),
    open: (path) => openFile(building, path),
  });
  const isActive = isActiveHome(host, home);
  const target = { home, roots, chosen: areConfigured(home), isActive, skipped: [] };
  const plan: Plan = {
    ...emptyPlan(manifest, target, { backup, close: () => {}, areListed: false }),
    ops: building.ops,
  };
  return { plan, backup };
}

function sizeOf(host: Host, content: NewFile["content"]): { size: number; sha256: string } {
  checkInterrupt(host);
  if ("bytes" in content) return { size: content.bytes.length, sha256: sha256Of(content.bytes) };
  const { size } = host.fs.stat(content.file);
  return { size, sha256: sha256OfFile(host.fs, content.file) };
}

function addFile(building: Building, { root, path, content, mode, mtimeMs }: NewFile): void {
  const old = oldOf(building, { root, path });
  const op: Op = { op: "file", root, path, old, ...sizeOf(building.host, content) };
  building.ops.push(op, { mode, mtimeMs });
  building.contents.set(rootFolder(root) + path, content);
  addFoldersAbove(building, { root, path });
}

function addLink(building: Building, { root, path, target }: NewLink): void {
  building.ops.push({ op: "link", root, path, old: oldOf(building, { root, path }), target });
  addFoldersAbove(building, { root, path });
}

type Place = Pick<NewFile, "root" | "path">;

function rootOf({ roots }: Building, { root }: Place): TargetRoot {
  return roots.find(({ id }) => id === root)!;
}

/** What is replaced: a file, or nothing. A link or folder is nobody's intention to replace. */
function oldOf(building: Building, place: Place) {
  const { host: { fs, platform } } = building;
  const fault = isOwnPath(place.path) ? "lifeboat's own folder" : undefined;
  const unsafe = fault ?? relativePathFault(place.path, platform);
  const at = pathBelow(building.host, rootOf(building, place), place.path);
  if (unsafe) {
    throw new LifeboatError(
      "refused",
      "unsafe_target",
      `${at} cannot be written: it has ${unsafe}`,
    );
  }
  const info = lstatIfThere(fs, at);
  if (!info) return { kind: "absent" as const };
  if (info.kind !== "file") throw inTheWay(at, info.kind);
  return { kind: "file" as const, size: info.size, mtime_ms: info.mtimeMs };
}

function inTheWay(path: string, kind: string): LifeboatError {
  return new LifeboatError("refused", "in_the_way", `${path} is a ${kind}, not a file`, {
    hint: "Nothing was changed. Move it away, or leave out what goes there.",
  });
}

const FOLDER_MODE = 0o700;

function addFoldersAbove(building: Building, place: Place): void {
  const root = rootOf(building, place);
  if (root.kind === "file") return;
  for (const path of foldersAbove(place.path)) {
    const id = key(root.id, path);
    if (building.folders.has(id)) continue;
    building.folders.add(id);
    const at = pathBelow(building.host, root, path);
    const info = lstatIfThere(building.host.fs, at);
    if (info?.kind === "directory") continue;
    if (info) throw inTheWay(at, info.kind);
    building.ops.push({ op: "folder", root: root.id, path, mode: FOLDER_MODE });
  }
}

function openFile({ host, contents }: Building, path: string): LooseFile {
  const content = contents.get(path)!;
  if ("file" in content) return looseFile(host, content.file);
  return { bytes: content.bytes.length, chunks: [content.bytes] };
}
