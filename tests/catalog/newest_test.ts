import { newestOfEach } from "../../src/catalog/mod.ts";
import { assert } from "../assert.ts";
import { backupItem } from "../support/backup_item.ts";
import { testHost } from "../support/host.ts";

const host = testHost("/home/new");

/** Ids of what is chosen, and of what is left, of backups newest first. */
function choose(...items: Parameters<typeof backupItem>[0][]): [string[], string[]] {
  const { newest, others } = newestOfEach(host, items.map(backupItem));
  return [newest.map(({ id }) => id), others.map(({ id }) => id)];
}

Deno.test("the newest backup of each profile is chosen", () => {
  const found = choose(
    { id: "codex-2", profile: "codex", home: "/u/.codex" },
    { id: "claude-1", profile: "claude-code", home: "/u/.claude" },
    { id: "codex-1", profile: "codex", home: "/u/.codex" },
  );
  assert.deepEqual(found, [["codex-2", "claude-1"], []]);
});

Deno.test("the usual home wins over a newer backup of another one, which is told of", () => {
  const found = choose(
    { id: "work-2", home: "C:\\work\\codex" },
    { id: "usual-1", home: "C:\\Users\\me\\.codex" },
    { id: "work-1", home: "C:\\work\\codex" },
  );
  assert.deepEqual(found, [["usual-1"], ["work-2"]]);
  assert.deepEqual(choose({ id: "b", home: "/b" }, { id: "a", home: "/a" }), [["b"], ["a"]]);
});

Deno.test("a whole backup is chosen before a newer one of a part of the home", () => {
  assert.deepEqual(choose({ id: "part-2", part: "config" }, { id: "whole-1" }), [["whole-1"], []]);
  assert.deepEqual(choose({ id: "part-2", part: "config" }), [["part-2"], []]);
});

Deno.test("each isolated home has a place of its own", () => {
  const found = choose(
    { id: "work-2", isolated: "work", home: "/u/.local/codex/work" },
    { id: "usual-1", home: "/u/.codex" },
    { id: "work-1", isolated: "work", home: "/u/.local/codex/work" },
    { id: "play-1", isolated: "play", home: "/u/.local/codex/play" },
  );
  assert.deepEqual(found, [["work-2", "usual-1", "play-1"], []]);
});

Deno.test("homes of encrypted backups are told apart by their marks", () => {
  const one = { home: null, encrypted: true };
  const found = choose({ ...one, id: "a-2", home_mark: "a" }, { ...one, id: "b", home_mark: "b" }, {
    ...one,
    id: "a-1",
    home_mark: "a",
  });
  assert.deepEqual(found, [["a-2"], ["b"]]);
});

Deno.test("an encrypted backup, which does not tell its home, does not lose to an older one", () => {
  const sealed = { id: "sealed-2", home: null, home_mark: "a", encrypted: true };
  assert.deepEqual(
    choose(sealed, { id: "plain-1", home: "/u/.codex" }, { id: "other", home: "/u/code/codex" }),
    [["sealed-2"], ["plain-1", "other"]],
  );
  assert.deepEqual(
    choose({ id: "plain-3", home: "/u/.codex" }, sealed),
    [["plain-3"], ["sealed-2"]],
  );
});

Deno.test("backups made before a restore, unreadable ones and those of other tools are not meant", () => {
  const found = choose(
    { id: "pre-restore-codex-1" },
    { id: "broken", status: "unreadable" },
    { id: "foreign", type: "clawbackup", profile: "openclaw" },
    { id: "unknown", profile: null },
    { id: "good" },
  );
  assert.deepEqual(found, [["good"], []]);
});
