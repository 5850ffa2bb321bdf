import { formatTime } from "../../../src/cli/format.ts";
import { plain } from "../../../src/cli/style.ts";
import { pruneText } from "../../../src/cli/text/prune.ts";
import type { PrunedBackup, PruneResult } from "../../../src/upkeep/mod.ts";
import { assert } from "../../assert.ts";

const MADE = "2026-11-17T11:00:00Z";

function pruned(id: string, ...reasons: string[]): PrunedBackup {
  const at = { profile: "codex", home: "/u/.codex", created_at: MADE };
  return { id, ...at, bytes: 48e6, reasons, paths: [] };
}

const planned: PruneResult = {
  ok: true,
  dry_run: true,
  rules: { last: 1 },
  keep: [pruned("b-2", "last", "daily")],
  remove: [pruned("b-1")],
  undo: [{ undo_id: "u1", home: "/u/.codex\x1b", profile: "codex", created_at: MADE, bytes: 1000 }],
  bytes: 48_001_000,
  errors: [],
};

Deno.test("what goes and what stays, with its reasons, is one table", () => {
  const at = formatTime(MADE);
  assert.equal(
    pruneText(planned, plain),
    `BACKUP  MADE               SIZE
b-2     ${at}  48 MB  stays: newest, of its day
b-1     ${at}  48 MB  goes

Undo data u1 of /u/.codex\\x1b, 1.0 kB, has expired and goes
1 backup of 2, 48 MB would go. Nothing was removed; to do it, add --apply.
`,
  );
});

Deno.test("what could not be removed is said", () => {
  const errors = [{ id: "b-1", code: "locked", message: "Another lifeboat is at work" }];
  const text = pruneText({ ...planned, dry_run: false, ok: false, errors }, plain);
  assert.match(text, /error: b-1: Another lifeboat is at work/);
});

Deno.test("where all stays, that is said", () => {
  const text = pruneText({ ...planned, remove: [], undo: [], bytes: 0 }, plain);
  assert.match(text, /Nothing is to be removed/);
});
