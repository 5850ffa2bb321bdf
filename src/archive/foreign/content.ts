import { isoWithOffset } from "../../base/mod.ts";
import {
  type DirectoryEntry,
  type FileEntry,
  HOME_ROOT,
  type Manifest,
  type ManifestRoot,
  ROOT_PATH,
  rootFolder,
  type SkippedEntry,
  type SymlinkEntry,
} from "../manifest.ts";
import type { ForeignManifest } from "./manifest.ts";
import { below, type Places, placesOf } from "./places.ts";
import type { Member, Survey } from "./survey.ts";

/** A foreign archive seen as one of ours. */
export interface Content {
  /** `manifest.json` of schema 1. */
  manifest: Uint8Array;
  /** Where each file lies in a backup of ours, and the member that has its content. */
  files: { stored: string; raw: string }[];
}

/** ClawBackup's own store, which it leaves out as well. */
const STORE = "clawbackups";

/** What restores of ours have left in the home: no tool but this one leaves it out. */
const OURS = ".lifeboat";

/** The folder of a tool's own data that something lies in; undefined for what is the home's. */
function toolFolder(root: string, path: string): string | undefined {
  const folders = root === HOME_ROOT ? [STORE, OURS] : [OURS];
  return folders.find((folder) => below(path, folder) !== undefined);
}

type Lists = Pick<
  Manifest<FileEntry[]>,
  "entries" | "roots" | "symlinks" | "directories" | "skipped"
>;

const SYSTEMS: Record<string, string> = { linux: "Linux", darwin: "Darwin", win32: "Windows" };

/** What a file root is called, since nothing but its name is left of it. */
function nameOf(root: ManifestRoot): string {
  return root.source.slice(root.source.lastIndexOf("/") + 1);
}

function rootsOf(
  places: Places,
  members: ReadonlyMap<string, Member>,
): ManifestRoot<FileEntry[]>[] {
  return [...places.roots].map(([id, { source, member }]) => {
    const kind = members.get(member)?.kind === "file" ? "file" : "folder";
    return { id, kind, source, entries: [] };
  });
}

function fileEntry(path: string, { bytes, sha256, mode, mtimeMs }: Member): FileEntry {
  const attributes = { ...(mode && { mode }), ...(mtimeMs > 0 && { mtime_ms: mtimeMs }) };
  return { relative_path: path, kind: "file", bytes, sha256, method: "copy2", ...attributes };
}

/** Sorts every member into the lists of a manifest. */
function listMembers({ manifest, members }: Survey, files: Content["files"]): Lists {
  const places = placesOf(manifest);
  const roots = rootsOf(places, members);
  const lists: Lists = { entries: [], roots, symlinks: [], directories: [], skipped: [] };
  const madeMs = Date.parse(manifest.createdAt);
  for (const member of members.values()) {
    const place = places.placeOf(member.name);
    if (!place) continue; // a folder above an asset
    const { root, path } = place;
    const record = { root, relative_path: path || ROOT_PATH };
    const tool = toolFolder(root, path);
    if (tool !== undefined) {
      if (path === tool) lists.skipped.push(skippedFolder(record));
    } else if (member.kind === "directory") {
      // OpenClaw's folders are from 1970.
      const mtime_ms = member.mtimeMs > 0 ? member.mtimeMs : madeMs;
      lists.directories.push({ ...record, mode: member.mode, mtime_ms } satisfies DirectoryEntry);
    } else if (member.kind === "symlink") {
      lists.symlinks.push({ ...record, target: member.target } satisfies SymlinkEntry);
    } else {
      const found = roots.find(({ id }) => id === root);
      const relative = path || nameOf(found!);
      (found?.entries ?? lists.entries).push(fileEntry(relative, member));
      files.push({ stored: rootFolder(root) + relative, raw: member.raw });
    }
  }
  return lists;
}

function skippedFolder(record: { root: string; relative_path: string }): SkippedEntry {
  return { ...record, reason: "excluded", rule: record.relative_path };
}

function headOf(manifest: ForeignManifest, lists: Lists, encrypted: boolean) {
  const files = lists.entries.length +
    lists.roots.reduce((sum, one) => sum + one.entries.length, 0);
  const { format, version, name, label, platform } = manifest;
  return {
    schema_version: 1,
    created_at: isoWithOffset(new Date(manifest.createdAt)),
    profile: "openclaw",
    home: manifest.stateDir,
    backup_name: name,
    archive_format: "tar.gz",
    sensitive_note: "",
    platform: { system: SYSTEMS[platform] ?? platform, release: "", machine: "" },
    exclusions: {},
    counts: { files, sqlite_databases: 0, errors: 0 },
    label,
    origin: { format, version, encrypted },
  } satisfies Partial<Manifest>;
}

/** Lays a surveyed archive out as a backup of ours. */
export function contentOf(survey: Survey, { encrypted }: { encrypted: boolean }): Content {
  const files: Content["files"] = [];
  const lists = listMembers(survey, files);
  const manifest = { ...headOf(survey.manifest, lists, encrypted), ...lists, errors: [] };
  return { manifest: new TextEncoder().encode(JSON.stringify(manifest)), files };
}
