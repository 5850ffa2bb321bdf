import { plain } from "../../../src/cli/style.ts";
import {
  forgottenText,
  undoListText,
  undonePlanText,
  undoneText,
} from "../../../src/cli/text/undo.ts";
import type { Home, Profile } from "../../../src/profiles/mod.ts";
import type { UndoItem, UndoResult } from "../../../src/restore/mod.ts";
import { assert } from "../../assert.ts";

const home = { path: "/u/.codex", profile: { name: "Codex" } as Profile } as Home;

const planned: UndoResult = {
  ok: true,
  dry_run: true,
  message: "",
  home: "/u/.codex",
  undo_id: "20261120-120000-00000000",
  new_undo_id: null,
  plan: {
    backup: "codex-backup-1",
    created_at: "2026-11-20T12:00:00Z",
    target_home: "/u/.codex",
    target_is_active_home: true,
    files: 1,
    bytes: 1500,
    create: 0,
    overwrite: 1,
    unchanged: 0,
    set_aside: 1,
    create_folders: 0,
    remove_folders: 0,
    set_permissions: 0,
    write_bytes: 1500,
    requires_app_closed: true,
    running: [],
    skipped: [{ root: "home", path: "d", reason: "folder_not_empty", message: "it stays" }],
    conflicts: [{
      root: "agents",
      path: "x",
      code: "not_a_file",
      message: "a folder\x1b is there",
    }],
    activates: [{ root: "home", path: "hooks.json", what: "hooks", files: 1 }],
    targets: [{ root: "home", path: "/u/.codex" }],
  },
  restored: [{ root: "home", path: "config.toml" }],
  removed: [{ root: "home", path: "new\n.txt" }],
  kept_beside: [{ root: "home", path: "config.toml", at: null }],
  warnings: ["something to know"],
};

Deno.test("the plan of an undo names what comes back, leaves, stays and is kept beside", () => {
  const text = undonePlanText(planned, home, plain);
  for (
    const part of [
      /^Undo for Codex: codex-backup-1, done 2026-/,
      /Come back {2}1 file, 1\.5 kB/,
      /Come back\n {2}config\.toml\nLeave\n {2}new\\x0a\.txt\n/,
      /kept beside\n {2}config\.toml\n/,
      /hooks\.json {2}hooks/,
      /d {2}it stays/,
      /agents: x {2}a folder\\x1b is there/,
      /warning: something to know/,
    ]
  ) assert.match(text, part);
  assert.ok(!text.includes("\x1b"));
});

Deno.test("an undo that is done tells where changed files are now", () => {
  const at = "/u/.codex/.lifeboat/undo-2/kept/config.toml";
  const kept_beside = [{ root: "home", path: "config.toml", at }];
  const done = { ...planned, dry_run: false, kept_beside };
  assert.match(
    undoneText(done, home, plain),
    /^Undone Codex: [^]*config\.toml {2}now \/u\/\.codex/,
  );
  assert.match(undoneText({ ...done, ok: false }, home, plain), /^Partly undone/);
});

Deno.test("the list has one line for each, and says what is expired, unusable, or an undo itself", () => {
  const item: UndoItem = {
    undo_id: "1",
    created_at: "2026-11-20T12:00:00Z",
    backup: "codex-backup-1",
    takes_back: null,
    files: 2,
    bytes: 1500,
    expired: true,
    path: "/p",
  };
  const undo = [
    { ...item, undo_id: "3", backup: null, takes_back: "1", expired: false },
    item,
    { ...item, undo_id: "0", error: "broken" },
  ];
  const now = new Date("2026-12-25T12:00:00Z");
  const text = undoListText({ ok: true, home: "/u/.codex", undo }, now, plain);
  assert.match(text, /\n3 .*35 d +2 +1\.5 kB {2}an undo of 1\n1 .*codex-backup-1 {2}expired\n/);
  assert.match(text, /unusable\n\n0: broken\n[^]*--forget ID/);
  assert.match(undoListText({ ok: true, home: "/u/.codex", undo: [] }, now, plain), /^Nothing/);
});

Deno.test("what was forgotten is named", () => {
  const text = forgottenText({ ok: true, home: "/u", forgotten: "1", files: 2, bytes: 1500 });
  assert.equal(text, "Forgotten: 1, 2 files, 1.5 kB\n");
});
