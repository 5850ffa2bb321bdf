import { type CurrentFile, showBackup } from "../../src/archive/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { writeArchive } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import {
  entryFor,
  type HomeFiles,
  manifestFor,
  storedEntries,
  writeFolder,
} from "../support/stored_backups.ts";

const FILES = {
  "config.toml": "x".repeat(10),
  "auth.json": "{}",
  "sessions/2026/a.jsonl": "a".repeat(300),
  "sessions/b.jsonl": "b".repeat(100),
  "state.sqlite": "d".repeat(50),
};
const OTHERS = { "extra/agents/skills/s.md": "skill", "extra/agents/top": "t" };
const KIT = { "RESTORE.md": "0".repeat(64) };
const MANIFEST = manifestFor(FILES, {
  status: "partial",
  label: "before the move",
  kit: KIT,
  tool: { name: "lifeboat", version: "1.0.0" },
  roots: [{
    id: "agents",
    kind: "folder",
    source: "/home/user/.agents",
    entries: [entryFor("skills/s.md", "skill"), entryFor("top", "t")],
  }],
  symlinks: [{ root: "home", relative_path: "l", target: "config.toml" }],
  directories: [{ root: "home", relative_path: "empty", mode: 0o700, mtime_ms: 1 }],
  skipped: [{ root: "home", relative_path: "tmp", reason: "excluded", rule: "tmp" }],
  errors: [{
    root: "home",
    relative_path: "x",
    method: "copy2",
    code: "unreadable",
    error: "EACCES",
  }],
});
MANIFEST.entries.find(({ relative_path }) => relative_path === "state.sqlite")!.method =
  "sqlite_backup";

async function ourBackup(folder: string, files: HomeFiles = FILES, manifest = MANIFEST) {
  const path = `${folder}/${Math.random()}.tar.gz`;
  await writeArchive(testHost(folder), path, storedEntries(files, manifest, OTHERS));
  return path;
}

Deno.test("show tells what is in a backup", () =>
  withTempDir(async (folder) => {
    const path = await ourBackup(folder);
    const report = await showBackup(testHost(folder), path);
    assert.deepEqual(report.folders, [
      { path: "files/sessions/", files: 2, bytes: 400 },
      { path: "files/", files: 3, bytes: 62 },
      { path: "extra/agents/skills/", files: 1, bytes: 5 },
      { path: "extra/agents/", files: 1, bytes: 1 },
    ]);
    assert.deepEqual(report.largest[0], { path: "files/sessions/2026/a.jsonl", bytes: 300 });
    assert.equal(report.largest.length, 7);
    assert.equal(report.bytes, 468);
    assert.deepEqual(report.roots, [
      { id: "agents", kind: "folder", source: "/home/user/.agents", files: 2, bytes: 6 },
    ]);
    const { symlinks, skipped, errors, kit, label, tool } = MANIFEST;
    assert.deepEqual(
      {
        symlinks: report.symlinks,
        skipped: report.skipped,
        errors: report.errors,
        kit: report.kit,
        label: report.label,
        tool: report.tool,
      },
      { symlinks, skipped, errors, kit, label, tool },
    );
    assert.deepEqual(
      [report.ok, report.status, report.form, report.indexed, report.directories, report.path],
      [true, "partial", "tar.gz", true, 1, path],
    );
    assert.equal(report.files, undefined);
    assert.equal(report.diff, undefined);
  }));

Deno.test("show lists every file when it is asked to", () =>
  withTempDir(async (folder) => {
    const report = await showBackup(testHost(folder), await ourBackup(folder), { files: true });
    assert.deepEqual(report.files!.map(({ path, bytes, method }) => [path, bytes, method]), [
      ["files/config.toml", 10, "copy2"],
      ["files/auth.json", 2, "copy2"],
      ["files/sessions/2026/a.jsonl", 300, "copy2"],
      ["files/sessions/b.jsonl", 100, "copy2"],
      ["files/state.sqlite", 50, "sqlite_backup"],
      ["extra/agents/skills/s.md", 5, "copy2"],
      ["extra/agents/top", 1, "copy2"],
    ]);
    assert.equal(report.files![0].sha256, MANIFEST.entries[0].sha256);
  }));

Deno.test("show compares with another backup by hash", () =>
  withTempDir(async (folder) => {
    const { "auth.json": _, ...rest } = FILES;
    const later = { ...rest, "config.toml": "y".repeat(10), "new": "" };
    const other = await ourBackup(folder, later, manifestFor(later, { roots: MANIFEST.roots }));
    const report = await showBackup(testHost(folder), await ourBackup(folder), {
      diffWith: { backup: other },
    });
    assert.deepEqual(report.diff, {
      added: ["files/new"],
      removed: ["files/auth.json"],
      changed: ["files/config.toml"],
      unchanged: 5,
      not_comparable: [],
    });
  }));

Deno.test("show compares with the files of today, and says where that tells nothing", () =>
  withTempDir(async (folder) => {
    const home = `${folder}/home`;
    const { "auth.json": _, ...rest } = FILES;
    const today = {
      ...rest,
      "config.toml": "y".repeat(10),
      "sessions/b.jsonl": "longer than it was".repeat(10),
      "state.sqlite": "e".repeat(50),
      "new": "1",
    };
    await writeFolder(home, storedEntries(today, "{}").slice(0, -1));
    const files: CurrentFile[] = [...Object.keys(today), "vanished"].map((path) => ({
      storedPath: `files/${path}`,
      path: `${home}/files/${path}`,
    }));
    const { fs } = testHost(folder);
    const host = testHost(folder, {
      fs: {
        ...fs,
        open(path, options) {
          if (path.endsWith("a.jsonl")) {
            throw Object.assign(new Error("EACCES"), { code: "EACCES" });
          }
          return fs.open(path, options);
        },
      },
    });
    const { diff } = await showBackup(host, await ourBackup(folder), { diffWith: { files } });
    assert.deepEqual(
      { ...diff, not_comparable: diff!.not_comparable.map(({ path }) => path) },
      {
        added: ["files/new"],
        removed: ["files/auth.json", "extra/agents/skills/s.md", "extra/agents/top"],
        changed: ["files/config.toml", "files/sessions/b.jsonl"],
        unchanged: 0,
        not_comparable: ["files/sessions/2026/a.jsonl", "files/state.sqlite"],
      },
    );
    assert.match(diff!.not_comparable[0].reason, /EACCES/);
    assert.match(diff!.not_comparable[1].reason, /database/);
  }));

Deno.test("a database whose bytes are the same is unchanged", () =>
  withTempDir(async (folder) => {
    await writeFolder(folder, storedEntries(FILES, "{}").slice(0, -1));
    const files = Object.keys(FILES).map((path) => ({
      storedPath: `files/${path}`,
      path: `${folder}/files/${path}`,
    }));
    const path = await ourBackup(folder);
    const { diff } = await showBackup(testHost(folder), path, { diffWith: { files } });
    assert.deepEqual([diff!.unchanged, diff!.changed, diff!.not_comparable], [5, [], []]);
  }));

Deno.test("show says what it cannot compare with", () =>
  withTempDir(async (folder) => {
    const path = await ourBackup(folder);
    const show = () =>
      showBackup(testHost(folder), path, { diffWith: { backup: `${folder}/nothing` } });
    await rejectsWith(show, "no_such_backup");
  }));
