import { openBackup, showBackup, verifyBackup } from "../../src/archive/mod.ts";
import { sha256Of } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { membersFor, tarGzOf } from "../support/raw_tar.ts";
import { storedEntries, writeFolder } from "../support/stored_backups.ts";

const LEGACY = {
  generated_at: "2026-04-30T10:00:00",
  codex_home: "C:\\Users\\u\\.codex",
  included_root_files: ["config.toml", "auth.json"],
  included_directories: ["sessions"],
  sqlite_online_backup: ["state_5.sqlite"],
};
const FILES = { "config.toml": "x", "sessions/a.jsonl": "{}" };
const SUMMARY = {
  generated_at: LEGACY.generated_at,
  root_files: 2,
  directories: 1,
  sqlite_online_backup: 1,
  counts_estimated: true,
};

Deno.test("the oldest form is known, and its files are found where they lie", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const stored = storedEntries(FILES, LEGACY, { "README.txt": "?" });
    await writeFolder(`${folder}/backup`, stored);
    await Deno.writeFile(`${folder}/b.tar.gz`, tarGzOf(membersFor(stored)));
    for (const path of [`${folder}/backup`, `${folder}/b.tar.gz`]) {
      const backup = await openBackup(host, path);
      const { head } = backup;
      assert.equal(head.schema_version, 0);
      assert.equal(head.created_at, LEGACY.generated_at);
      assert.equal(head.profile, "codex");
      assert.equal(head.home, LEGACY.codex_home);
      assert.deepEqual(head.counts, { files: 2, sqlite_databases: 1, errors: 0 });
      assert.deepEqual(head.legacy_summary, SUMMARY);
      const { entries } = await backup.loadManifest();
      assert.deepEqual(
        [...entries].map((entry) => [entry.relative_path, entry.bytes, entry.sha256]),
        [
          ["config.toml", 1, sha256Of("x")],
          ["sessions/a.jsonl", 2, sha256Of("{}")],
        ],
      );
      backup.close();
      const shown = await showBackup(host, path);
      assert.deepEqual([shown.status, shown.schema_version], ["legacy_manifest", "legacy"]);
      const report = await verifyBackup(host, path);
      assert.deepEqual([report.ok, report.extra, report.files_checked], [true, [], 0]);
      assert.ok(report.bytes_checked > 0);
    }
  }));

Deno.test("of the oldest form without files/, the files are counted, and none is an entry", () =>
  withTempDir(async (folder) => {
    const stored = storedEntries({}, LEGACY, { "config.toml": "x", "sessions/a.jsonl": "{}" });
    await writeFolder(`${folder}/backup`, stored);
    const backup = await openBackup(testHost(folder), `${folder}/backup`);
    assert.equal(backup.head.counts.files, 2);
    assert.equal((await backup.loadManifest()).entries.length, 0);
    backup.close();
  }));

Deno.test("wrong types in the oldest form are passed over", () =>
  withTempDir(async (folder) => {
    const odd = { generated_at: 5, included_root_files: "all", sqlite_online_backup: [] };
    await writeFolder(`${folder}/backup`, storedEntries(FILES, odd));
    const { head } = await openBackup(testHost(folder), `${folder}/backup`);
    assert.equal(head.created_at, "");
    assert.deepEqual(head.legacy_summary, {
      ...SUMMARY,
      generated_at: null,
      root_files: null,
      directories: null,
      sqlite_online_backup: 0,
    });
  }));

Deno.test("a manifest of no known form is no old one", () =>
  withTempDir(async (folder) => {
    await writeFolder(`${folder}/backup`, storedEntries(FILES, { name: "my app" }));
    await rejectsWith(() => openBackup(testHost(folder), `${folder}/backup`), "bad_manifest");
  }));
