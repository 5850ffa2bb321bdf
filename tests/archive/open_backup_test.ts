import { type Backup, openBackup } from "../../src/archive/mod.ts";
import { sha256Of } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { contentOf, writeArchive } from "../support/archives.ts";
import {
  bytesOf,
  entryFor,
  listed,
  manifestFor,
  storedEntries,
  writeFolder,
} from "../support/stored_backups.ts";
import { systemError } from "../support/faulty_fs.ts";
import { faultyFs } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { join, membersFor, tarGzOf, tarOf } from "../support/raw_tar.ts";
import { zipOf } from "../support/raw_zip.ts";
import { gzipSync } from "node:zlib";

const FILES = {
  "config.toml": 'model = "o"\n',
  "empty": "",
  "sessions/2026/a.jsonl": '{"type":"x"}\n'.repeat(500),
  "sessions/2026/größe 日本.jsonl": "äöü",
  [`${"deep/".repeat(40)}end`]: "long name",
  "big.bin": contentOf((4 << 20) + 70_001),
};
const OTHERS = {
  "extra/claude-json/.claude.json": "{}",
  "RESTORE.md": "# Restore",
  "backup-summary.txt": "Files: 6",
};
const MANIFEST = manifestFor(FILES, {
  roots: [{
    id: "claude-json",
    kind: "file",
    source: "/home/user/.claude.json",
    entries: [entryFor(".claude.json", "{}")],
  }],
  symlinks: [{ root: "home", relative_path: "link", target: "/anywhere/at all" }],
  directories: [{ root: "home", relative_path: "sessions", mode: 0o700, mtime_ms: 1 }],
  skipped: [{ root: "home", relative_path: "tmp", reason: "excluded", rule: "tmp" }],
  errors: [],
});
const STORED = storedEntries(FILES, MANIFEST, OTHERS);

/** Writes the backup in a form and says where. */
const FORMS: Record<string, (folder: string) => Promise<string>> = {
  async "a folder"(folder) {
    await writeFolder(`${folder}/backup`, STORED);
    return `${folder}/backup`;
  },
  async "a folder that holds one backup"(folder) {
    await writeFolder(`${folder}/outer/backup`, STORED);
    await Deno.mkdir(`${folder}/outer/other`);
    return `${folder}/outer`;
  },
  async "our tar.gz"(folder) {
    await writeArchive(testHost(folder), `${folder}/backup.tar.gz`, STORED);
    return `${folder}/backup.tar.gz`;
  },
  async "our zip"(folder) {
    await writeArchive(testHost(folder), `${folder}/backup.zip`, STORED, { format: "zip" });
    return `${folder}/backup.zip`;
  },
  async "a foreign tar.gz"(folder) {
    await Deno.writeFile(`${folder}/backup.tgz`, tarGzOf(membersFor(STORED)));
    return `${folder}/backup.tgz`;
  },
  async "a tar.gz of several gzip members"(folder) {
    const tar = tarOf(membersFor(STORED));
    const parts = [0, 1000, 70_000].map((from, index, all) =>
      new Uint8Array(gzipSync(tar.subarray(from, all[index + 1])))
    );
    await Deno.writeFile(`${folder}/backup.tar.gz`, join(parts));
    return `${folder}/backup.tar.gz`;
  },
  async "a plain tar with another name"(folder) {
    const path = `${folder}/renamed.bin`;
    await Deno.writeFile(path, tarOf(membersFor(STORED)));
    return path;
  },
  async "a foreign zip"(folder) {
    const entries = STORED.map(({ path, content }) => ({ name: `top/${path}`, content }));
    await Deno.writeFile(`${folder}/backup.zip`, zipOf(entries, { comment: "made elsewhere" }));
    return `${folder}/backup.zip`;
  },
  async "a zip of stored entries"(folder) {
    const entries = STORED.map(({ path, content }) => ({
      name: `top/${path}`,
      content,
      method: 0,
    }));
    await Deno.writeFile(`${folder}/backup.zip`, zipOf(entries));
    return `${folder}/backup.zip`;
  },
};

async function readAll(backup: Backup, wanted: (path: string) => boolean) {
  const read: Record<string, string> = {};
  await backup.visit(wanted, async ({ path, bytes }, chunks) => {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk.slice());
    const content = join(pieces);
    assert.equal(content.length, bytes, path);
    read[path] = sha256Of(content);
  });
  return read;
}

for (const [form, write] of Object.entries(FORMS)) {
  Deno.test(`${form} opens, and every file comes out as it went in`, () =>
    withTempDir(async (folder) => {
      const backup = await openBackup(testHost(folder), await write(folder));
      try {
        assert.equal(backup.head.created_at, MANIFEST.created_at);
        assert.deepEqual(backup.head.counts, MANIFEST.counts);
        const { entries, roots, symlinks, directories, skipped } = listed(
          await backup.loadManifest(),
        );
        assert.deepEqual(
          { entries, roots, symlinks, directories, skipped },
          JSON.parse(JSON.stringify({
            entries: MANIFEST.entries,
            roots: MANIFEST.roots,
            symlinks: MANIFEST.symlinks,
            directories: MANIFEST.directories,
            skipped: MANIFEST.skipped,
          })),
        );
        const read = await readAll(backup, (path) => path.startsWith("files/"));
        for (const { path, content } of STORED) {
          if (!(path in read)) continue;
          assert.equal(read[path], sha256Of(content!), path);
        }
        assert.equal(Object.keys(read).length, 6);
      } finally {
        backup.close();
      }
    }));

  Deno.test(`from ${form} a single file can be read, also only in part`, () =>
    withTempDir(async (folder) => {
      const backup = await openBackup(testHost(folder), await write(folder));
      const seen: string[] = [];
      await backup.visit((path) => /big|config/.test(path), async ({ path }, chunks) => {
        for await (const chunk of chunks) {
          seen.push(path);
          assert.ok(chunk.length > 0);
          break;
        }
      });
      backup.close();
      assert.deepEqual(seen.sort(), ["files/big.bin", "files/config.toml"]);
    }));
}

Deno.test("what a visitor throws comes out unchanged, in every form", () =>
  withTempDir(async (folder) => {
    for (const [form, write] of Object.entries(FORMS)) {
      const place = `${folder}/${form}`;
      await Deno.mkdir(place);
      const backup = await openBackup(testHost(folder), await write(place));
      await rejectsWith(
        () => backup.visit(() => true, () => Promise.reject(systemError("ENOSPC"))),
        "ENOSPC",
      );
      backup.close();
    }
  }));

Deno.test("a visit stops as soon as the user wants to", () =>
  withTempDir(async (folder) => {
    for (const [form, write] of Object.entries(FORMS)) {
      const place = `${folder}/${form}`;
      await Deno.mkdir(place);
      const stop = new AbortController();
      const host = testHost(folder, { signal: stop.signal });
      const backup = await openBackup(host, await write(place));
      let visited = 0;
      const visit = backup.visit(() => true, () => {
        visited++;
        stop.abort();
        return Promise.resolve();
      });
      await rejectsWith(() => visit, "interrupted");
      assert.equal(visited, 1, form);
      backup.close();
    }
  }));

Deno.test("while an archive is read, timers go on", () =>
  withTempDir(async (folder) => {
    const files = { "a.bin": contentOf(20 << 20) };
    const stored = storedEntries(files, manifestFor(files));
    await writeArchive(testHost(folder), `${folder}/b.tar.gz`, stored);
    const backup = await openBackup(testHost(folder), `${folder}/b.tar.gz`);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await readAll(backup, () => true);
    clearInterval(timer);
    backup.close();
    assert.ok(ticks > 0);
  }));

Deno.test("what is no backup says so", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const at = (name: string) => `${folder}/${name}`;
    await rejectsWith(() => openBackup(host, at("nothing")), "no_such_backup");
    await Deno.writeTextFile(at("text"), "hello\n".repeat(200));
    await rejectsWith(() => openBackup(host, at("text")), "not_a_backup");
    await Deno.mkdir(at("folder"));
    await rejectsWith(() => openBackup(host, at("folder")), "not_a_backup");
    await Deno.writeFile(at("other.tar.gz"), tarGzOf([{ name: "project/README", content: "x" }]));
    await rejectsWith(() => openBackup(host, at("other.tar.gz")), "not_a_backup");
    await Deno.writeFile(at("other.zip"), zipOf([{ name: "project/README", content: "x" }]));
    await rejectsWith(() => openBackup(host, at("other.zip")), "not_a_backup");
    await writeFolder(at("two/a"), STORED.slice(-1));
    await writeFolder(at("two/b"), STORED.slice(-1));
    await rejectsWith(() => openBackup(host, at("two")), "not_a_backup");
    await Deno.writeFile(at("bare.tar"), tarOf([{ name: "manifest.json", content: "{}" }]));
    await rejectsWith(() => openBackup(host, at("bare.tar")), "not_a_backup");
  }));

Deno.test("an archive that tar wrote with a leading ./ opens", () =>
  withTempDir(async (folder) => {
    const stored = storedEntries({ a: "1" }, manifestFor({ a: "1" }));
    const members = [
      { name: "./", typeflag: "5" },
      { name: "./top/", typeflag: "5" },
      ...membersFor(stored, "./top"),
    ];
    await Deno.writeFile(`${folder}/b.tar.gz`, tarGzOf(members));
    const backup = await openBackup(testHost(folder), `${folder}/b.tar.gz`);
    assert.deepEqual(Object.keys(await readAll(backup, () => true)), ["files/a", "manifest.json"]);
    backup.close();
  }));

Deno.test("a disk that fails is reported as such, with the file", () =>
  withTempDir(async (folder) => {
    for (const [form, write] of Object.entries(FORMS)) {
      const place = `${folder}/${form}`;
      await Deno.mkdir(place);
      const path = await write(place);
      let broken = "";
      const real = testHost(folder);
      const host = testHost(folder, {
        fs: faultyFs(
          real.fs,
          ({ operation }) => operation === broken ? systemError("EIO") : undefined,
        ),
      });
      for (broken of ["open", "read", "stat"]) {
        const error = await rejectsWith(() => openBackup(host, path), "unreadable_backup");
        assert.match(error.message, /EIO/, form);
      }
      broken = "";
      const backup = await openBackup(host, path);
      broken = "read";
      await rejectsWith(() => readAll(backup, () => true), "unreadable_backup");
      backup.close();
    }
  }));

Deno.test("a manifest without sizes, kinds and methods is filled from the backup", () =>
  withTempDir(async (folder) => {
    const files = { "a": "12345", "b/c": "" };
    const entries = Object.entries(files).map(([path, content]) => ({
      relative_path: path,
      sha256: sha256Of(bytesOf(content)).toLowerCase(),
    }));
    const manifest = { schema_version: 1, created_at: "x", codex_home: "/h/.codex", entries };
    await Deno.writeFile(`${folder}/b.tar.gz`, tarGzOf(membersFor(storedEntries(files, manifest))));
    const backup = await openBackup(testHost(folder), `${folder}/b.tar.gz`);
    assert.equal(backup.head.home, "/h/.codex");
    assert.equal(backup.head.profile, "codex");
    assert.deepEqual(backup.head.counts, { files: 2, sqlite_databases: 0, errors: 0 });
    const found = [...(await backup.loadManifest()).entries];
    assert.deepEqual(found.map(({ bytes, kind, method }) => [bytes, kind, method]), [
      [5, "file", "copy2"],
      [0, "file", "copy2"],
    ]);
    assert.equal(found[0].sha256, sha256Of(bytesOf("12345")));
    backup.close();
  }));

Deno.test("a manifest too large to be kept is read again from an archive without an index", () =>
  withTempDir(async (folder) => {
    const manifest = JSON.stringify(manifestFor({ a: "1" })) + " ".repeat(65 << 20);
    const path = `${folder}/b.tar.gz`;
    await Deno.writeFile(path, tarGzOf(membersFor(storedEntries({ a: "1" }, manifest))));
    const backup = await openBackup(testHost(folder), path);
    assert.equal((await backup.loadManifest()).entries.length, 1);
    assert.equal((await backup.loadManifest()).entries.length, 1);
    backup.close();
  }));
