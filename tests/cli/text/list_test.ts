import type { BackupItem, ListResult } from "../../../src/catalog/mod.ts";
import { formatTime } from "../../../src/cli/format.ts";
import { plain } from "../../../src/cli/style.ts";
import { listText } from "../../../src/cli/text/list.ts";
import { assert } from "../../assert.ts";
import { backupItem } from "../../support/backup_item.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const MADE = "2026-11-17T11:00:00Z";

const item = backupItem({ created_at: MADE });

function listed(...backups: BackupItem[]): ListResult {
  return { ok: true, backup_root: "/b", backup_roots: ["/b"], backups };
}

const STRANGER = `unknown key ${"A".repeat(43)}=`;

Deno.test("backups are a table with age, size and status", () => {
  const at = formatTime(MADE);
  const others: BackupItem[] = [
    {
      ...item,
      id: "codex-backup-2",
      label: "before the update",
      status: "partial",
      errors: 1,
      signed_by: STRANGER,
    },
    { ...item, id: "old", status: "legacy_manifest", bytes: null, backup_dir: "/b/old" },
    {
      ...item,
      id: "broken",
      status: "unreadable",
      created_at: null,
      files: null,
      error: "damaged_archive: It is cut off",
    },
  ];
  assert.equal(
    listText(listed(item, ...others), NOW, plain),
    `BACKUP                             MADE              AGE  FILES    SIZE  STATUS            SIGNED BY
codex-backup-1                     ${at}  3 d  1,234   48 MB  ok                -
codex-backup-2  before the update  ${at}  3 d  1,234   48 MB  partial, 1 error  unknown key AAAAAAAA…
old                                ${at}  3 d  1,234  folder  old manifest      -
broken                             -                   -      -   48 MB  unreadable        -

broken: damaged_archive: It is cut off
4 backups in /b
`,
  );
});

Deno.test("without backups, list says where it looked and how to make one", () => {
  assert.equal(
    listText(listed(), NOW, plain),
    "No backups in /b\nMake one with: lifeboat backup\n",
  );
});

Deno.test("of many folders, list names those that hold something, or what they lie in", () => {
  const roots = ["/d/ClaudeCodeBackups", "/d/CodexBackups", "/d/GooseBackups"];
  const many = (...backups: BackupItem[]): ListResult => ({
    ...listed(...backups),
    backup_roots: roots,
  });
  const there = { ...item, archives: ["/d/CodexBackups/codex-backup-1.tar.gz"] };
  const folder = { ...item, archives: [], backup_dir: "/d/CodexBackups/codex-backup-2" };
  assert.match(listText(many(there, folder), NOW, plain), /\n2 backups in \/d\/CodexBackups\n$/);
  assert.match(listText(many(), NOW, plain), /^No backups below \/d\n/);
});
