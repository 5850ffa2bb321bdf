import type { BackupPreview, BackupResult } from "../../../src/backup/mod.ts";
import { LifeboatError } from "../../../src/base/mod.ts";
import { coloured, plain } from "../../../src/cli/style.ts";
import { backupText, failedBackupText, previewText } from "../../../src/cli/text/backup.ts";
import type { Home, Profile } from "../../../src/profiles/mod.ts";
import { assert } from "../../assert.ts";

const home = { path: "/u/.codex", profile: { name: "Codex" } as Profile } as Home;

const made: BackupResult = {
  ok: true,
  status: "ok",
  backup_id: "codex-backup-1",
  backup_name: "codex-backup-1",
  backup_dir: "/b/codex-backup-1",
  archive: "/b/codex-backup-1.tar.gz",
  archive_sha256: "ABCD",
  sha256_file: "/b/codex-backup-1.tar.gz.sha256",
  manifest: null,
  sqlite_integrity: null,
  doctor_report: null,
  restore_kit: { restore_standalone: "/b/codex-backup-1/restore-standalone" },
  counts: { files: 1234, sqlite_databases: 1, errors: 0, skipped: 12 },
  bytes: { read: 56e6, stored: 48e6, reused: 0 },
  duration_ms: 2345,
  errors: [],
  warnings: [],
  sensitive_note: "",
};

Deno.test("a backup says where it is, what is in it, and how long it took", () => {
  assert.equal(
    backupText(made, home, plain),
    `Backed up Codex  /u/.codex
  Archive   /b/codex-backup-1.tar.gz  (48 MB, with the restorer inside)
  Folder    /b/codex-backup-1
  SHA-256   ABCD
  Captured  1,234 files, 1 database, 56 MB
  Left out  12 paths
  Time      2.3 s
It holds conversations and logins: keep it private. See it: lifeboat show codex-backup-1
`,
  );
});

Deno.test("a partial backup names what is not in it, with control characters escaped", () => {
  const partial: BackupResult = {
    ...made,
    ok: false,
    status: "partial",
    archive: null,
    archive_sha256: null,
    errors: [
      {
        root: "home",
        relative_path: "a\x1b[2Jb",
        method: "copy2",
        code: "unreadable",
        error: "denied",
      },
      {
        root: "agents",
        relative_path: "x",
        method: "copy2",
        code: "never_stable",
        error: "changing",
      },
    ],
    warnings: ["Documents is synced"],
  };
  const text = backupText(partial, home, plain);
  assert.match(text, /^Partly backed up Codex/);
  assert.match(
    text,
    /Not captured, or only damaged\n {2}a\\x1b\[2Jb: denied\n {2}agents: x: changing\n/,
  );
  assert.match(text, /warning: Documents is synced/);
  assert.ok(!text.includes("Archive"));
});

Deno.test("a long list of failures is cut, and says where to see the rest", () => {
  const errors = Array.from({ length: 25 }, (_, i) => ({
    root: "home",
    relative_path: `f${i}`,
    method: "copy2" as const,
    code: "unreadable",
    error: "denied",
  }));
  const text = backupText({ ...made, status: "partial", errors }, home, plain);
  assert.match(text, /f19: denied\n {2}\.\.\. and 5 more; see all with --json/);
});

Deno.test("colours change nothing but the looks", () => {
  // deno-lint-ignore no-control-regex -- the codes of colours
  const bare = backupText(made, home, coloured).replaceAll(/\x1b\[\d+m/g, "");
  assert.equal(bare, backupText(made, home, plain));
});

Deno.test("a dry run sums up what would be captured and lists what would not", () => {
  const preview: BackupPreview = {
    ok: true,
    dry_run: true,
    backup_root: "/b",
    home: "/u/.codex",
    files: 3,
    bytes: 3500,
    captured: [
      { root: "home", relative_path: "config.toml", bytes: 500 },
      { root: "home", relative_path: "sessions/2026/a.jsonl", bytes: 1000 },
      { root: "home", relative_path: "sessions/b.jsonl", bytes: 2000 },
    ],
    skipped: [{ root: "home", relative_path: "log", reason: "excluded", rule: "log/", bytes: 34 }],
    errors: [],
    warnings: [],
  };
  assert.equal(
    previewText(preview, "Codex", plain),
    `Codex  /u/.codex
Would be backed up to /b: 3 files, 3.5 kB

WOULD BE CAPTURED  FILES    SIZE
sessions/              2  3.0 kB
config.toml            1   500 B

WOULD BE LEFT OUT
  log  34 B  log/
`,
  );
});

Deno.test("a home that could not be backed up beside others says why", () => {
  const error = new LifeboatError("busy", "locked", "Another lifeboat is at work", {
    hint: "Wait.",
  });
  assert.equal(
    failedBackupText(error, "Codex", plain),
    "Not backed up Codex\nerror: Another lifeboat is at work\nhint:  Wait.\n",
  );
});
