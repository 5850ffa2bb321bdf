import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  type CopiedRows,
  copyThreadRows,
  forgetThreads,
  type WantedThread,
} from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const A = "01a1fe82-0000-7000-8000-00000000000a";
const B = "01a1fe82-0000-7000-8000-00000000000b";
const NEW = "01a1fe82-0000-7000-8000-0000000000ff";

/** What matters of the tables of Codex 0.169.0: what they refer to, and how. */
const SCHEMA = `
CREATE TABLE thread_sections (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT NOT NULL, archived INTEGER NOT NULL
  DEFAULT 0, title TEXT NOT NULL, tokens_used INTEGER, created_at_ms INTEGER, created_at INTEGER,
  thread_section_id TEXT REFERENCES thread_sections(id) ON DELETE SET NULL);
CREATE TRIGGER created AFTER INSERT ON threads WHEN NEW.created_at_ms IS NULL BEGIN
  UPDATE threads SET created_at_ms = NEW.created_at * 1000 WHERE id = NEW.id; END;
CREATE TABLE thread_dynamic_tools (thread_id TEXT NOT NULL, position INTEGER NOT NULL,
  name TEXT NOT NULL, PRIMARY KEY (thread_id, position),
  FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE);
CREATE TABLE thread_spawn_edges (parent_thread_id TEXT NOT NULL,
  child_thread_id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE feedback (number INTEGER PRIMARY KEY, subject TEXT NOT NULL REFERENCES threads(id),
  record BLOB NOT NULL);
CREATE TABLE backfill_state (id INTEGER PRIMARY KEY, status TEXT NOT NULL);
INSERT INTO backfill_state VALUES (1, 'complete');`;

const ROWS = `
INSERT INTO thread_sections VALUES ('gone', 'a section'), ('kept', 'another');
INSERT INTO threads VALUES ('${A}', '/old/a.jsonl', 0, 'a' || char(0) || 'b', 9007199254740993,
  NULL, 7, 'gone'), ('${B}', '/old/b.jsonl.zst', 1, 'b', 1, 8000, 8, 'kept');
INSERT INTO thread_dynamic_tools VALUES ('${A}', 0, 'x'), ('${A}', 1, 'y'), ('${B}', 0, 'z');
INSERT INTO thread_spawn_edges VALUES ('${A}', '${B}', 'open');
INSERT INTO feedback VALUES (1, '${A}', x'00ff'), (2, '${B}', x'01');`;

function make(path: string, sql: string): string {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(sql);
  db.close();
  return path;
}

function query(path: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(path);
  try {
    const statement = db.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all().map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

const wanted = (id: string, changes: Partial<WantedThread> = {}): WantedThread => ({
  id,
  newId: id,
  rolloutPath: `/new/${id}.jsonl`,
  archived: false,
  ...changes,
});

async function copy(from: string, into: string, ...threads: WantedThread[]): Promise<CopiedRows> {
  return (await copyThreadRows({ from, into, threads })).output as CopiedRows;
}

function withDatabases(
  use: (from: string, into: string, folder: string) => Promise<void>,
  here = SCHEMA,
): Promise<void> {
  return withTempDir((folder) =>
    use(make(join(folder, "from"), SCHEMA + ROWS), make(join(folder, "into"), here), folder)
  );
}

Deno.test("all rows about a conversation are copied as they are, where its rollout is said anew", () =>
  withDatabases(async (from, into, folder) => {
    const copied = await copy(from, into, wanted(A, { archived: true }));
    assert.deepEqual(copied, {
      added: [A],
      tables: { threads: 1, thread_dynamic_tools: 2, thread_spawn_edges: 1, feedback: 1 },
    });
    const [row] = query(into, "SELECT *, hex(title) AS bytes FROM threads");
    assert.deepEqual([row.id, row.rollout_path, row.archived], [A, `/new/${A}.jsonl`, 1n]);
    assert.deepEqual([row.bytes, row.tokens_used], ["610062", 9007199254740993n]);
    assert.deepEqual([row.created_at_ms, row.thread_section_id], [7000n, null]);
    assert.deepEqual(query(into, "SELECT hex(record) AS h FROM feedback"), [{ h: "00FF" }]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "from",
      "into",
    ]);
    assert.equal(query(into, "PRAGMA journal_mode")[0].journal_mode, "wal");
  }));

Deno.test("a conversation that has a row keeps it, and nothing of others is touched", () =>
  withDatabases(
    async (from, into) => {
      const before = query(into, "SELECT * FROM threads");
      const copied = await copy(from, into, wanted(A), wanted(B));
      assert.deepEqual(copied.added, [B]);
      assert.deepEqual(
        query(into, `SELECT * FROM threads WHERE id != '${B}'`),
        before,
      );
      const [{ thread_section_id, rollout_path }] = query(into, "SELECT * FROM threads LIMIT 1, 1");
      assert.deepEqual([thread_section_id, rollout_path], ["kept", `/new/${B}.jsonl.zst`]);
      assert.deepEqual(await copy(from, into, wanted(A), wanted(B)), { added: [], tables: {} });
    },
    `${SCHEMA} INSERT INTO threads (id, rollout_path, title) VALUES ('${A}', '/mine', 'mine');
    INSERT INTO thread_sections VALUES ('kept', 'renamed');`,
  ));

Deno.test("a conversation that gets another id gets it in every table", () =>
  withDatabases(async (from, into) => {
    await copy(from, into, wanted(A, { newId: NEW }));
    assert.deepEqual(query(into, "SELECT id FROM threads"), [{ id: NEW }]);
    assert.deepEqual(
      query(into, "SELECT DISTINCT thread_id FROM thread_dynamic_tools"),
      [{ thread_id: NEW }],
    );
    assert.deepEqual(
      query(into, "SELECT parent_thread_id, child_thread_id FROM thread_spawn_edges"),
      [
        { parent_thread_id: NEW, child_thread_id: B },
      ],
    );
    assert.deepEqual(query(into, "SELECT subject FROM feedback"), [{ subject: NEW }]);
  }));

Deno.test("columns that one side alone has are left to their defaults", () =>
  withDatabases(
    async (from, into) => {
      assert.deepEqual((await copy(from, into, wanted(A))).tables, { threads: 1 });
      assert.deepEqual(query(into, "SELECT * FROM threads"), [
        { id: A, rollout_path: `/new/${A}.jsonl`, title: "a\0b".slice(0, 1), later: 5n },
      ]);
    },
    "CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT, title TEXT, " +
      "later INTEGER NOT NULL DEFAULT 5)",
  ));

Deno.test("a newer schema that wants more than the backup has is left alone", () =>
  withDatabases(async (from, into) => {
    const bytes = Deno.readFileSync(into);
    const copied = await copy(from, into, wanted(A));
    assert.deepEqual(copied, { added: [], tables: {}, refused: "threads.must" });
    assert.deepEqual(Deno.readFileSync(into), bytes);
  }, "CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT, must TEXT NOT NULL)"));

Deno.test("goals, which are in a database of their own, are copied by their conversation's id", () =>
  withTempDir(async (folder) => {
    const schema = "CREATE TABLE thread_goals (thread_id TEXT PRIMARY KEY, objective TEXT);";
    const from = make(
      join(folder, "a"),
      `${schema} INSERT INTO thread_goals VALUES ('${A}', 'x'),
      ('${B}', 'y')`,
    );
    const into = make(join(folder, "b"), `${schema} INSERT INTO thread_goals VALUES ('${B}', 'z')`);
    assert.deepEqual(await copy(from, into, wanted(A), wanted(B)), {
      added: [],
      tables: { thread_goals: 1 },
    });
    assert.deepEqual(query(into, "SELECT objective FROM thread_goals ORDER BY thread_id"), [
      { objective: "x" },
      { objective: "z" },
    ]);
  }));

Deno.test("a column or table with quotes in its name is only a name", () =>
  withTempDir(async (folder) => {
    const schema = `CREATE TABLE "we""ird; DROP TABLE x" (thread_id TEXT, "o'd""d" TEXT);`;
    const into = make(join(folder, "b"), schema);
    const from = make(
      join(folder, "a"),
      `${schema} INSERT INTO "we""ird; DROP TABLE x" VALUES ('${A}', 'v')`,
    );
    const { tables } = await copy(from, into, wanted(A));
    assert.deepEqual(tables, { 'we"ird; DROP TABLE x': 1 });
  }));

Deno.test("what is forgotten of a conversation is forgotten in every table, others stay", () =>
  withTempDir(async (folder) => {
    const path = make(
      join(folder, "h"),
      `CREATE TABLE thread_items (thread_id TEXT, item TEXT);
       CREATE TABLE thread_history_projection_state (thread_id TEXT PRIMARY KEY, next INTEGER);
       INSERT INTO thread_items VALUES ('${A}', '1'), ('${A}', '2'), ('${B}', '3');
       INSERT INTO thread_history_projection_state VALUES ('${A}', 9), ('${B}', 9);`,
    );
    assert.deepEqual((await forgetThreads({ path, ids: [A] })).output, { removed: 3 });
    assert.deepEqual(query(path, "SELECT item FROM thread_items"), [{ item: "3" }]);
    assert.deepEqual((await forgetThreads({ path, ids: [A] })).output, { removed: 0 });
  }));
