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
