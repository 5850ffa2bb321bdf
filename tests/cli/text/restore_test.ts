import { formatTime } from "../../../src/cli/format.ts";
import { plain } from "../../../src/cli/style.ts";
import { nextCommand, nextText, planText, restoredText } from "../../../src/cli/text/restore.ts";
import type { Home, Profile } from "../../../src/profiles/mod.ts";
import type { PlanSummary, RestoreOptions, RestoreResult } from "../../../src/restore/mod.ts";
import { assert } from "../../assert.ts";

const home = {
  path: "/u/.codex",
  profile: { name: "Codex" } as Profile,
  isOwn: true,
  roots: [],
  rootsLeftOut: [],
} as Home;

const MADE = "2026-11-20T12:00:00Z";

const plan: PlanSummary = {
  backup_dir: "/b/codex-backup-1.tar.gz",
  target_home: "/u/.codex",
  target_is_active_home: true,
  files: 7,
  bytes: 900,
  create: 1,
  overwrite: 2,
  unchanged: 4,
  kept: 0,
  not_selected: 0,
  set_aside: 1,
  create_folders: 0,
  remove_folders: 0,
  set_permissions: 0,
  write_bytes: 1500,
  changes_nothing: false,
  mode: "overlay",
  will_prune_existing_files: false,
  requires_app_closed: true,
  running: [
    { pid: 7, name: "x", why: "open_file", path: "/u/a", message: "x (pid 7) has /u/a\n open" },
  ],
  will_skip_excluded_paths: true,
  skipped: [{ root: "home", path: "cap_sid", reason: "machine_bound", message: "not yours" }],
  remap: [],
  conflicts: [{ root: "home", path: "x", code: "is_folder", message: "a folder is there" }],
  activates: [{ root: "home", path: "hooks.json", what: "hooks", files: 1, keys: ["Stop"] }],
  requires_trust: false,
  targets: [{ root: "home", path: "/u/.codex" }, { root: "agents", path: "/u/.agents" }],
};

const dryRun: RestoreResult = {
  ok: true,
  dry_run: true,
  message: "",
  plan,
  signature: null,
  source_manifest: { backup_name: "codex-backup-1", created_at: MADE },
  restore_kit: {},
  pre_restore_backup: null,
  restore: null,
  undo_id: null,
  post_restore_doctor: null,
  post_restore_doctor_mode: null,
  post_restore_next_steps: [],
  warnings: ["something to know"],
  sensitive_note: "",
};

Deno.test("the plan says what is written where, what starts to act, and what does not come back", () => {
  assert.equal(
    planText(dryRun, home, plain),
    `Restore of Codex: codex-backup-1, made ${formatTime(MADE)}
  From       /b/codex-backup-1.tar.gz
  Signed by  nobody
  To         /u/.codex
             /u/.agents  (agents)
  Create     1 file
  Overwrite  2 files
  Unchanged  4 files
  Set aside  1 file of old databases
  Write      1.5 kB
Will be active again
  hooks.json  hooks (Stop)
Not restored
  cap_sid  not yours
In the way, and left as it is
  x  a folder is there
At work in this home: close it first
  x (pid 7) has /u/a\\x0a open
warning: something to know
`,
  );
});

Deno.test("a plan that would activate what comes from elsewhere says so", () => {
  const text = planText({ ...dryRun, plan: { ...plan, requires_trust: true } }, home, plain);
  assert.match(text, /Not known to be made on this machine\n {2}It is not signed: .*--trust/);
});

Deno.test("with --files the plan lists every step but what stays", () => {
  const items: PlanSummary["items"] = [
    { root: "home", path: "a\n", kind: "file", action: "create", bytes: 12 },
    { root: "home", path: "l", kind: "link", action: "overwrite", bytes: 0 },
    { root: "home", path: "s-wal", kind: "file", action: "set_aside", bytes: 7 },
    { root: "home", path: "same", kind: "file", action: "unchanged", bytes: 7 },
  ];
  const text = planText({ ...dryRun, plan: { ...plan, items } }, home, plain);
  assert.match(
    text,
    /Files\n {2}create {5}a\\x0a {2}12 B\n {2}overwrite {2}l\n {2}set aside {2}s-wal {2}7 B\nWill/,
  );
});

Deno.test("a plan for a part says what is left alone, and a mirror what is set aside", () => {
  const part = { ...plan, kept: 3, not_selected: 2, set_aside: 0 };
  assert.match(
    planText({ ...dryRun, plan: part }, home, plain),
    /Left alone {2}3 files, still there\n {2}Not chosen {2}2 files\n {2}Write/,
  );
  const mirror: PlanSummary = { ...plan, mode: "mirror", will_prune_existing_files: true };
  assert.match(
    planText({ ...dryRun, plan: mirror }, home, plain),
    /Set aside {2}1 file that the backup does not have\n/,
  );
});

function commandFor(changes: Partial<RestoreOptions>, source = "/b/a b.zip"): string {
  const backup = { source } as RestoreOptions["backup"];
  return nextCommand("linux", "lifeboat", { backup, home, ...changes });
}

Deno.test("the command that carries a plan out reaches and opens the backup in the same way", () => {
  const backup = { source: "nas b.tar", head: { backup_name: "b" } } as RestoreOptions["backup"];
  assert.equal(
    nextCommand("linux", "lifeboat", { backup, home }, {
      fromRemote: "nas",
      backupRoot: "/my backups",
      identity: ["/k/a.txt"],
      passwordFile: "/p",
      passwordEnv: "P",
    }),
    "lifeboat restore b --from-remote nas --backup-root '/my backups' --identity /k/a.txt " +
      "--password-file /p --password-env P --apply",
  );
});

Deno.test("the command that carries a plan out is ready to be copied", () => {
  assert.equal(commandFor({}), "lifeboat restore '/b/a b.zip' --apply");
  const named: Home = { ...home, path: "/other home", isOwn: false };
  assert.equal(
    commandFor({ home: named, roots: { agents: "/x" }, allowOutsideLinks: true }, "/b/c.zip"),
    "lifeboat restore /b/c.zip --home '/other home' --root agents=/x --allow-outside-links --apply",
  );
  assert.equal(
    commandFor({ only: ["skills", "agents:*.md"], missingOnly: true }, "/b/c"),
    "lifeboat restore /b/c --only skills --only 'agents:*.md' --missing-only --apply",
  );
  assert.equal(commandFor({ mirror: true }, "/b/c"), "lifeboat restore /b/c --mirror --apply");
  assert.equal(
    commandFor({ sessions: ["01a1", "0b"] }, "/b/c"),
    "lifeboat restore /b/c --session 01a1 --session 0b --apply",
  );
  assert.equal(
    commandFor({ targetDir: "/t" }, "/b/c"),
    "lifeboat restore /b/c --target /t --apply",
  );
  assert.equal(
    nextText(home, "lifeboat restore x --apply"),
    "Nothing was changed. To restore, close Codex, then run:\n  lifeboat restore x --apply\n",
  );
});

Deno.test("a restore that was done says what came back and where the backup before is", () => {
  const done: RestoreResult = {
    ...dryRun,
    dry_run: false,
    plan: { ...plan, skipped: [], conflicts: [] },
    pre_restore_backup: "/b/pre.tar.gz",
    restore: { restored_files: 3, skipped: [], errors: [], set_aside: [] },
    post_restore_next_steps: ["Start Codex."],
    warnings: [],
  };
  assert.equal(
    restoredText(done, home, plain),
    `Restored Codex: codex-backup-1, made ${formatTime(MADE)}
  To             /u/.codex
                 /u/.agents  (agents)
  Restored       3 files, 4 were the same
  Backup before  /b/pre.tar.gz
Start Codex.
`,
  );
});

Deno.test("a restore that something stood in the way of says so", () => {
  const partly: RestoreResult = {
    ...dryRun,
    ok: false,
    dry_run: false,
    restore: { restored_files: 2, skipped: [], errors: plan.conflicts, set_aside: [] },
  };
  const text = restoredText(partly, home, plain);
  assert.match(text, /^Partly restored Codex/);
  assert.match(text, /In the way, and left as it is\n {2}x {2}a folder is there/);
});

Deno.test("a plan for conversations says what happens to each, and what is put into which file", () => {
  const step = {
    id: "01a1",
    new_id: null,
    agent: "codex",
    project: "/p\u202e",
    parent_id: null,
  } as const;
  const sessions: PlanSummary["sessions"] = [
    { ...step, path: "sessions/a", action: "create" },
    { ...step, path: "sessions/b", action: "beside", new_id: "01ff" },
    { ...step, path: "sessions/c", action: "kept", parent_id: "01a1" },
  ];
  const merged: PlanSummary["merged"] = [
    { root: "home", path: "state_5.sqlite", what: "rows", count: 2 },
    { root: "claude-json", path: ".claude.json", what: "project", count: 1 },
  ];
  const text = planText({ ...dryRun, plan: { ...plan, sessions, merged } }, home, plain);
  assert.ok(
    text.includes(`Conversations
  01a1  comes back  (/p\\u202e)
  01a1  went on otherwise here: both stay, and this one gets the id 01ff  (/p\\u202e)
  01a1  stays as it is here, where it goes on further  (sub-agent of 01a1)
Merged
  state_5.sqlite  2 rows are added; all else in it stays
  claude-json: .claude.json  1 project is added; all else in it stays
`),
    text,
  );
});
