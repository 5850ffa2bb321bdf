import { comparablePath, compareWithRows } from "../../src/doctor/codex_parity.ts";
import type { ThreadRow } from "../../src/doctor/state_rows.ts";
import type { Transcript } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";

const HOME = "/home/sam/.codex";

const file = (id: string, path = `sessions/2026/11/20/rollout-${id}.jsonl`): Transcript => ({
  id,
  agent: "codex",
  path,
  bytes: 1,
  mtimeMs: 0,
  archived: path.startsWith("archived_sessions/"),
  compressed: path.endsWith(".zst"),
});
const row = (id: string, path?: string, archived?: boolean): ThreadRow => ({
  id,
  rolloutPath: path ?? `${HOME}/sessions/2026/11/20/rollout-${id}.jsonl`,
  archived,
});

function compare(rows: ThreadRow[], files: Transcript[], there: string[] = []) {
  const isThere = (path: string) => there.includes(path);
  const parity = compareWithRows(rows, files, { platform: "linux", home: HOME, isThere });
  return {
    rows: parity.rowsWithoutFile.map(({ id }) => id),
    moved: parity.movedFiles,
    files: parity.filesWithoutRow.map(({ id }) => id),
    archive: parity.archiveDisagrees,
    duplicates: parity.duplicateIds,
  };
}

const AGREED = { rows: [], moved: 0, files: [], archive: 0, duplicates: 0 };

Deno.test("rows and rollouts that belong together agree", () => {
  assert.deepEqual(compare([row("a"), row("b")], [file("a"), file("b")]), AGREED);
  assert.deepEqual(compare([], []), AGREED);
});

Deno.test("a row whose rollout is gone and a rollout without a row are told apart", () => {
  const found = compare([row("a"), row("gone")], [file("a"), file("new")]);
  assert.deepEqual(found, { ...AGREED, rows: ["gone"], files: ["new"] });
});

Deno.test("rows of a home that was moved point elsewhere, and their rollouts are not unknown", () => {
  const rows = [row("a", "/Users/old/.codex/sessions/2026/11/20/rollout-a.jsonl")];
  assert.deepEqual(compare(rows, [file("a")]), { ...AGREED, rows: ["a"], moved: 1 });
});

Deno.test("a row may name the home by another way to it", () => {
  const other = "/link/sessions/2026/11/20/rollout-a.jsonl";
  assert.deepEqual(compare([row("a", other)], [file("a")], [other]), AGREED);
});

Deno.test("a rollout that was compressed is the one its row names", () => {
  const compressed = file("a", "archived_sessions/rollout-a.jsonl.zst");
  const rows = [row("a", `${HOME}/archived_sessions/./rollout-a.jsonl`, true)];
  assert.deepEqual(compare(rows, [compressed]), AGREED);
});

Deno.test("an archive flag that disagrees with the folder is told, if there is one at all", () => {
  const archived = file("a", "archived_sessions/rollout-a.jsonl");
  const path = `${HOME}/archived_sessions/rollout-a.jsonl`;
  assert.equal(compare([row("a", path, false)], [archived]).archive, 1);
  assert.equal(compare([row("b", undefined, true)], [file("b")]).archive, 1);
  assert.equal(compare([row("a", path, undefined)], [archived]).archive, 0);
});

Deno.test("two rollouts of one conversation are told", () => {
  const files = [file("a"), file("a", "archived_sessions/rollout-a.jsonl")];
  assert.equal(compare([row("a")], files).duplicates, 1);
});

Deno.test("paths are compared as their own system does", () => {
  const windows = (path: string) => comparablePath(path, "windows");
  assert.equal(windows("\\\\?\\C:\\Users\\Sam\\.codex\\a.jsonl"), "c:/users/sam/.codex/a.jsonl");
  assert.equal(windows("c:/Users/SAM/.codex/x/../a.jsonl.zst"), "c:/users/sam/.codex/a.jsonl");
  assert.equal(windows("\\\\?\\UNC\\server\\share\\a"), windows("\\\\server\\share\\a"));
  assert.equal(comparablePath("/A/./b//c.jsonl", "linux"), "/A/b/c.jsonl");
});
