import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { realFs } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "../support/sample_home.ts";
import { codes, examine, examineQuickly, findingOf } from "./examination.ts";

const PLAIN = { links: false, oddNames: false };
const CLAUDE = { profile: "claude-code", host: { platform: "linux" } } as const;

/** The sample's sessions are 0, 9, 18 and 27 days old. */
async function atRisk(folder: string, cleanupPeriodDays: number | null) {
  await makeSampleClaudeHome(folder, { ...PLAIN, cleanupPeriodDays });
  const report = await examineQuickly(folder, CLAUDE);
  const { at_risk, retention_days, retention_set_by } = report.sessions;
  return { report, counted: [at_risk, retention_days, retention_set_by] };
}

Deno.test("conversations that Claude Code deletes within a week are counted, and the setting named", () =>
  withTempDir(async (folder) => {
    const { report, counted } = await atRisk(folder, 30);
    assert.deepEqual(counted, [1, 30, "settings.json"]);
    const { severity, message } = findingOf(report, "transcripts_at_risk");
    assert.equal(severity, "warning");
    assert.match(message, /1 conversation within 7 days.*30 days.*settings.json/);
    assert.equal(report.ok, true);
  }));

Deno.test("without a setting Claude Code's default of 30 days counts", () =>
  withTempDir(async (folder) => {
    const { report, counted } = await atRisk(folder, null);
    assert.deepEqual(counted, [1, 30, "default"]);
    assert.match(findingOf(report, "transcripts_at_risk").message, /its default/);
  }));

Deno.test("a shorter period puts more at risk, a longer one nothing", () =>
  withTempDir(async (folder) => {
    assert.deepEqual((await atRisk(join(folder, "a"), 16)).counted, [3, 16, "settings.json"]);
    const safe = await atRisk(join(folder, "b"), 3650);
    assert.deepEqual([safe.counted[0], codes(safe.report)], [0, []]);
  }));

Deno.test("a period of 0 puts everything at risk, and is named as dangerous", () =>
  withTempDir(async (folder) => {
    const { report, counted } = await atRisk(folder, 0);
    assert.deepEqual(counted, [4, 0, "settings.json"]);
    assert.deepEqual(codes(report), ["retention_unclear", "transcripts_at_risk"]);
  }));

Deno.test("an administrator's period wins over the user's", () =>
  withTempDir(async (folder) => {
    await makeSampleClaudeHome(folder, { ...PLAIN, cleanupPeriodDays: 3650 });
    const managed = join(folder, "managed.json");
    await Deno.writeTextFile(managed, JSON.stringify({ cleanupPeriodDays: 10 }));
    const path = "/etc/claude-code/managed-settings.json";
    const open: typeof realFs.open = (name, options) =>
      realFs.open(name === path ? managed : name, options);
    const report = await examineQuickly(folder, {
      ...CLAUDE,
      host: { platform: "linux", fs: { ...realFs, open } },
    });
    const { at_risk, retention_days, retention_set_by } = report.sessions;
    assert.deepEqual([at_risk, retention_days, retention_set_by], [3, 10, path]);
  }));

Deno.test("settings that do not parse leave open how long conversations are kept", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleClaudeHome(folder, PLAIN);
    await Deno.writeTextFile(join(home, "settings.json"), "{");
    const report = await examineQuickly(folder, CLAUDE);
    assert.ok(codes(report).includes("retention_unclear"));
    assert.equal(report.sessions.retention_days, 30);
  }));

/** Changes rows of the sample's state database. */
function change(home: string, ...statements: string[]): void {
  const database = new DatabaseSync(join(home, "state_5.sqlite"));
  for (const statement of statements) database.exec(statement);
  database.close();
}

Deno.test("rows without a rollout and rollouts without a row are counted", () =>
  withTempDir(async (folder) => {
    const { home, threads } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    change(home, `DELETE FROM threads WHERE id = '${threads[3].id}'`);
    await Deno.remove(threads[0].path);
    const report = await examine(folder);
    assert.deepEqual(codes(report), ["rollouts_without_row", "rows_without_rollout"]);
    const { state_rows, rows_without_file, files_without_row } = report.sessions;
    assert.deepEqual([state_rows, rows_without_file, files_without_row], [3, 1, 1]);
    assert.match(findingOf(report, "rows_without_rollout").message, /^1 row .* points/);
  }));

Deno.test("the rows of a home that lies at another path than its rows say are told", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, "old"), PLAIN);
    await Deno.rename(join(folder, "old"), join(folder, ".codex"));
    const report = await examine(folder);
    const { message } = findingOf(report, "rows_without_rollout");
    assert.match(message, /^4 rows .*; 4 of these conversations lie elsewhere in this home$/);
    assert.deepEqual(report.sessions.files_without_row, 0);
  }));

Deno.test("rows that name the home by a link to it are fine", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, "real"), PLAIN);
    await Deno.symlink(home, join(folder, ".codex"));
    change(home, `UPDATE threads SET rollout_path = replace(rollout_path, '/real/', '/.codex/')`);
    assert.deepEqual(codes(await examine(folder)), []);
  }));

Deno.test("rows that are still in the WAL count", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), { ...PLAIN, databases: "killed" });
    const report = await examine(folder);
    assert.deepEqual([report.sessions.state_rows, codes(report)], [4, []]);
  }));

Deno.test("the rows of both state databases count, at the top and in the folder sqlite", () =>
  withTempDir(async (folder) => {
    const { home, threads } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    await Deno.mkdir(join(home, "sqlite"));
    await Deno.copyFile(join(home, "state_5.sqlite"), join(home, "sqlite", "state_5.sqlite"));
    change(home, `DELETE FROM threads WHERE id = '${threads[0].id}'`);
    const report = await examine(folder);
    assert.deepEqual(codes(report), ["several_state_databases"]);
    assert.equal(report.sessions.files_without_row, 0);
  }));

Deno.test("the rows of a state database that an update left behind do not count", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    await Deno.copyFile(join(home, "state_5.sqlite"), join(home, "state_4.sqlite"));
    const old = new DatabaseSync(join(home, "state_4.sqlite"));
    old.exec("UPDATE threads SET rollout_path = '/gone'");
    old.close();
    const report = await examine(folder);
    assert.deepEqual([codes(report), report.sessions.state_rows], [[], 4]);
  }));

Deno.test("an archive flag that the folder contradicts and a second rollout are told", () =>
  withTempDir(async (folder) => {
    const { home, threads } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    change(home, `UPDATE threads SET archived = 1 WHERE id = '${threads[0].id}'`);
    const second = join(home, "archived_sessions", threads[3].path.split(/[\\/]/).at(-1)!);
    await Deno.copyFile(threads[3].path, second);
    assert.deepEqual(codes(await examine(folder)), [
      "archive_flag_disagrees",
      "duplicate_rollouts",
    ]);
  }));
