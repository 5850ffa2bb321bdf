import type { FileEntry, Manifest } from "../../src/archive/mod.ts";
import { sha256Of } from "../../src/base/mod.ts";
import type { SampleEntry } from "./archives.ts";

const encoder = new TextEncoder();

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Files of a home by path below it. */
export type HomeFiles = Record<string, string | Uint8Array>;

/** A manifest entry for some content. */
export function entryFor(path: string, content: string | Uint8Array): FileEntry {
  const bytes = typeof content === "string" ? bytesOf(content) : content;
  return {
    relative_path: path,
    kind: "file",
    bytes: bytes.length,
    sha256: sha256Of(bytes),
    method: "copy2",
    mode: 0o600,
    mtime_ms: 1_763_640_000_123,
  };
}

/** A manifest that was read, with its files as arrays, to be compared. */
export function listed(manifest: Manifest): Manifest<FileEntry[]> {
  const roots = manifest.roots.map((root) => ({ ...root, entries: [...root.entries] }));
  return { ...manifest, entries: [...manifest.entries], roots };
}

/** The manifest that belongs to some files. */
export function manifestFor(
  files: HomeFiles,
  changes: Partial<Manifest<FileEntry[]>> = {},
): Manifest<FileEntry[]> {
  const entries = Object.entries(files).map(([path, content]) => entryFor(path, content));
  return {
    schema_version: 1,
    created_at: "2026-11-20T12:00:00+00:00",
    profile: "codex",
    home: "/home/user/.codex",
    backup_name: "codex-backup-20261120-120000",
    archive_format: "tar.gz",
    sensitive_note: "private",
    platform: { system: "linux", release: "6", machine: "x86_64" },
    exclusions: {},
    counts: { files: entries.length, sqlite_databases: 0, errors: 0 },
    entries,
    roots: [],
    symlinks: [],
    directories: [],
    skipped: [],
    errors: [],
    ...changes,
  };
}

/** What a backup stores: these files, others by stored path, and the manifest at the end. */
export function storedEntries(
  files: HomeFiles,
  manifest: unknown,
  others: HomeFiles = {},
): SampleEntry[] {
  const entry = (path: string, content: string | Uint8Array): SampleEntry => ({
    path,
    mode: 0o600,
    mtimeMs: 1_763_640_000_123,
    content: typeof content === "string" ? bytesOf(content) : content,
  });
  return [
    ...Object.entries(files).map(([path, content]) => entry(`files/${path}`, content)),
    ...Object.entries(others).map(([path, content]) => entry(path, content)),
    entry("manifest.json", typeof manifest === "string" ? manifest : JSON.stringify(manifest)),
  ];
}

/** Lays stored entries out as a folder. */
export async function writeFolder(folder: string, entries: SampleEntry[]): Promise<void> {
  for (const { path, content } of entries) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(target, content!);
  }
}
