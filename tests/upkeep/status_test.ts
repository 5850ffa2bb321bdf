import type { HomeStatus } from "../../src/upkeep/mod.ts";
import { copyFindings, findingsOf, tooOldDays } from "../../src/upkeep/status_findings.ts";
import { assert } from "../assert.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

const good: Omit<HomeStatus, "ok" | "findings"> = {
  profile: "codex",
  name: "Codex",
  home: "/u/.codex",
  isolated: null,
  backups: 1,
  bytes: 1000,
  last_backup: {
    id: "codex-backup-1",
    created_at: "2026-11-19T12:00:00Z",
    status: "ok",
    verified_at: null,
  },
  last_copy: null,
  last_drill: null,
  sessions: { count: 2, at_risk: 0 },
  undo: { count: 0, bytes: 0, expired: 0 },
};

function codes(changes: Partial<typeof good>): string[] {
  return findingsOf({ ...good, ...changes }, NOW, tooOldDays(undefined)).map(({ code }) => code);
}

const last = good.last_backup!;
const drilled = { at: "2026-11-19T12:00:00Z", backup: "codex-backup-1", ok: true };

Deno.test("a home with a new whole backup has nothing to see to", () => {
  assert.deepEqual(codes({}), []);
  assert.deepEqual(codes({ last_drill: drilled }), []);
});

Deno.test("a home without a backup, with an old or a partial one is not safe", () => {
  assert.deepEqual(codes({ last_backup: null }), ["no_backup"]);
  const old = "2026-11-06T11:59:00Z";
  assert.deepEqual(codes({ last_backup: { ...last, created_at: old } }), ["backup_too_old"]);
  const almostOld = "2026-11-06T12:01:00Z";
  assert.deepEqual(codes({ last_backup: { ...last, created_at: almostOld } }), []);
  assert.deepEqual(codes({ last_backup: { ...last, created_at: null } }), ["backup_too_old"]);
  assert.deepEqual(codes({ last_backup: { ...last, status: "partial" } }), ["backup_partial"]);
});

Deno.test("a drill that failed or is long ago is told", () => {
  assert.deepEqual(codes({ last_drill: { ...drilled, ok: false } }), ["drill_failed"]);
  const old = { ...drilled, at: "2026-10-01T00:00:00Z" };
  assert.deepEqual(codes({ last_drill: old }), ["drill_too_old"]);
});

Deno.test("conversations that will be deleted and expired undo data are told", () => {
  assert.deepEqual(codes({ sessions: { count: 2, at_risk: 1 } }), ["sessions_at_risk"]);
  assert.deepEqual(codes({ undo: { count: 1, bytes: 5, expired: 1 } }), ["undo_expired"]);
});

Deno.test("what will be deleted is to be backed up only where no new backup has it", () => {
  const at_risk = { sessions: { count: 2, at_risk: 1 } };
  const hints = (made: string) =>
    findingsOf({ ...good, ...at_risk, last_backup: { ...last, created_at: made } }, NOW, 14)
      .map(({ hint }) => hint);
  assert.match(hints("2026-11-20T11:00:00Z")[0], /^The newest backup has them/);
  assert.match(hints("2026-11-18T11:00:00Z")[0], /^Back up now/);
});

Deno.test("where there is a backend, a home without a copy or with an old one is told", () => {
  const copied = (last_copy: typeof good["last_copy"], changes: Partial<typeof good> = {}) =>
    copyFindings({ ...good, ...changes, last_copy }, NOW, 14).map(({ code }) => code);
  const copy = { id: "codex-backup-1", created_at: "2026-11-19T12:00:00Z", remote: ["nas"] };
  assert.deepEqual(copied(copy), []);
  assert.deepEqual(copied(null), ["no_copy"]);
  assert.deepEqual(copied({ ...copy, created_at: "2026-11-06T11:59:00Z" }), ["copy_too_old"]);
  assert.deepEqual(copied(null, { last_backup: null }), [], "there is nothing to be copied");
});
