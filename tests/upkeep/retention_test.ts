import fc from "fast-check";
import type { BackupItem } from "../../src/catalog/mod.ts";
import { chooseByRules } from "../../src/upkeep/retention.ts";
import { assert } from "../assert.ts";
import { backupItem } from "../support/backup_item.ts";

function madeAt(...times: string[]): BackupItem[] {
  return times.map((created_at) => backupItem({ id: `codex-backup-${created_at}`, created_at }));
}

function stays(items: BackupItem[], rules: Parameters<typeof chooseByRules>[1]): string[][] {
  return chooseByRules(items, rules).map(({ reasons }) => reasons);
}

Deno.test("the newest of each day stays, for as many days as have a backup", () => {
  const items = madeAt(
    "2026-11-20T20:00:00+00:00",
    "2026-11-20T08:00:00+00:00",
    "2026-11-17T23:59:59+00:00",
    "2026-11-01T00:00:00+00:00",
  );
  assert.deepEqual(stays(items, { daily: 2 }), [["daily"], [], ["daily"], []]);
});

Deno.test("a day is one of the place where the backup was made", () => {
  const items = madeAt("2026-11-20T00:30:00+09:00", "2026-11-19T22:00:00+09:00");
  assert.deepEqual(stays(items, { daily: 5 }), [["daily"], ["daily"]]);
});

Deno.test("weeks begin on Monday, also where the year changes", () => {
  const items = madeAt(
    "2027-01-04T12:00:00+00:00", // Monday
    "2027-01-03T12:00:00+00:00", // Sunday
    "2026-12-28T12:00:00+00:00", // Monday of that week
    "2026-12-27T12:00:00+00:00",
  );
  assert.deepEqual(stays(items, { weekly: 3 }), [["weekly"], ["weekly"], [], ["weekly"]]);
});

Deno.test("a backup can stay for several reasons", () => {
  const items = madeAt("2026-11-20T20:00:00+00:00", "2026-10-20T20:00:00+00:00");
  assert.deepEqual(stays(items, { last: 1, monthly: 12 }), [["last", "monthly"], ["monthly"]]);
});

Deno.test("each home has its own count, and so have the backups made before its restores", () => {
  const created_at = "2026-11-20T20:00:00+00:00";
  const items = [
    backupItem({ id: "pre-restore-codex-backup-1", created_at }),
    backupItem({ id: "codex-backup-1", created_at }),
    backupItem({ id: "codex-backup-2", created_at, home: "/other/.codex" }),
    backupItem({ id: "codex-backup-3", created_at }),
  ];
  assert.deepEqual(stays(items, { last: 1 }), [["last"], ["last"], ["last"], []]);
});

Deno.test("what cannot be read, is of another tool or of no known home is left alone", () => {
  const items = [
    backupItem({ status: "unreadable" }),
    backupItem({ type: "codex-environment-backup" }),
    backupItem({ home: null }),
  ];
  assert.deepEqual(stays(items, { last: 1 }), [["unreadable"], ["other_tool"], ["unknown_home"]]);
});

Deno.test("with more days to keep, no backup goes that stayed before", () => {
  const time = fc.integer({ min: 0, max: 400 * 24 }).map((hours) =>
    new Date(Date.UTC(2025, 0, 1) + hours * 3_600_000).toISOString()
  );
  fc.assert(fc.property(fc.array(time), fc.nat(20), fc.nat(20), (times, some, more) => {
    const items = madeAt(...times.sort().reverse());
    const kept = (daily: number) =>
      chooseByRules(items, { daily }).filter(({ reasons }) => reasons.length > 0)
        .map(({ item }) => item.created_at);
    const many = new Set(kept(some + more));
    assert.ok(kept(some).every((one) => many.has(one)));
    const days = new Set(times.map((one) => one.slice(0, 10))).size;
    assert.equal(kept(some).length, Math.min(some, days));
  }));
});
