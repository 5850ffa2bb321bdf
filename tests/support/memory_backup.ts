import { join } from "node:path";
import type { Backup, FileEntry, Manifest } from "../../src/archive/mod.ts";
import { sha256Of } from "../../src/base/mod.ts";

/** A root to be put into a backup: a real folder or file. */
export interface RootSource {
  id: string;
  kind: "folder" | "file";
  path: string;
}

/** A backup that is held in memory, made from real folders. */
export interface MemoryBackup extends Backup {
  /** Can be changed before it is opened by what is tested. */
  manifest: Manifest<FileEntry[]>;
  /** Content by stored path. */
  content: Map<string, Uint8Array>;
}

/** Reads a home, and roots outside it, into a backup. */
export function memoryBackup(
  home: string,
  roots: RootSource[] = [],
  profile = "test",
): MemoryBackup {
  const content = new Map<string, Uint8Array>();
  const manifest: Manifest<FileEntry[]> = {
    schema_version: 1,
    created_at: "2026-11-20T12:00:00+00:00",
    profile,
    home,
    backup_name: "test-backup-20261120-120000",
    archive_format: "tar.gz",
    sensitive_note: "sensitive",
    platform: { system: "Linux", release: "", machine: "" },
    exclusions: {},
    counts: { files: 0, sqlite_databases: 0, errors: 0 },
    status: "ok",
    entries: [],
    roots: [],
    symlinks: [],
    directories: [],
    skipped: [],
    errors: [],
  };
  readRoot("home", home, "files", manifest.entries);
  for (const { id, kind, path } of roots) {
    const entries: FileEntry[] = [];
    manifest.roots.push({ id, kind, source: path, entries });
    if (kind === "folder") readRoot(id, path, `extra/${id}`, entries);
    else entries.push(readFile(path, path.split("/").at(-1)!, `extra/${id}`));
  }

  function readFile(path: string, relative: string, prefix: string): FileEntry {
    const bytes = Deno.readFileSync(path);
    const info = Deno.lstatSync(path);
    content.set(`${prefix}/${relative}`, bytes);
    return {
      relative_path: relative,
      kind: "file",
      bytes: bytes.length,
      sha256: sha256Of(bytes),
      method: /\.sqlite$/.test(relative) ? "sqlite_backup" : "copy2",
      mode: info.mode! & 0o7777,
      mtime_ms: info.mtime!.getTime(),
    };
  }

  function readRoot(id: string, folder: string, prefix: string, entries: FileEntry[], below = "") {
    for (const { name } of [...Deno.readDirSync(join(folder, below))]) {
      const path = below === "" ? name : `${below}/${name}`;
      const full = join(folder, path);
      const info = Deno.lstatSync(full);
      const record = { root: id, relative_path: path };
      if (info.isSymlink) manifest.symlinks.push({ ...record, target: Deno.readLinkSync(full) });
      else if (info.isFile) entries.push(readFile(full, path, prefix));
      else {
        const [mode, mtime_ms] = [info.mode! & 0o7777, info.mtime!.getTime()];
        manifest.directories.push({ ...record, mode, mtime_ms });
        readRoot(id, folder, prefix, entries, path);
      }
    }
  }

  return {
    manifest,
    content,
    source: `${home}-backup.tar.gz`,
    form: "tar.gz",
    indexed: true,
    signature: null,
    get head() {
      return manifest;
    },
    loadManifest: () => Promise.resolve(structuredClone(manifest)),
    async visit(wanted, use) {
      for (const [path, bytes] of content) {
        if (wanted(path)) await use({ path, bytes: bytes.length }, inPieces(bytes));
      }
    },
    close() {},
  };
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}
