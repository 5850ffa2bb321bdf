import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { remapDatabaseJob } from "../../../src/sessions/mod.ts";
import { assert } from "../../assert.ts";
import { withTempDir } from "../../support/host.ts";

const MAPPINGS = [{ from: "/home/al", to: "/srv" }];

function remap(path: string, sql: string): { counts: unknown; rows: (table: string) => unknown[] } {
  const made = new DatabaseSync(path);
  made.exec(sql);
  made.close();
  const { output } = remapDatabaseJob({ path, mappings: MAPPINGS }) as { output: unknown };
  const rows = (table: string) => {
    const database = new DatabaseSync(path);
    const found = database.prepare(`SELECT * FROM ${table}`).all().map((row) => ({ ...row }));
    database.close();
    return found;
  };
  return { counts: output, rows };
}

Deno.test("columns that hold paths are found in the schema, and what was said is left alone", () =>
  withTempDir((folder) => {
    const policy = '{"writable_roots": ["/home/al/app"], "network": false}';
    const { counts, rows } = remap(
      join(folder, "state.sqlite"),
      `PRAGMA journal_mode = wal;
       CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT NOT NULL, cwd TEXT, title TEXT,
         sandbox_policy TEXT, agent_path TEXT, added_later_path TEXT, project_root TEXT);
       INSERT INTO threads VALUES ('1', '/home/al/.codex/r.jsonl', '/home/al', '/home/al', '${policy}',
         '/home/al', '/home/al/x', '/home/alice');
       INSERT INTO threads VALUES ('2', '/tmp/r', NULL, 'x', 'read-only', NULL, x'2f686f6d652f616c', 7);`,
    );
    assert.deepEqual(counts, { "/home/al": 4 });
    assert.deepEqual(rows("threads"), [{
      id: "1",
      rollout_path: "/srv/.codex/r.jsonl",
      cwd: "/srv",
      title: "/home/al",
      sandbox_policy: policy.replace("/home/al", "/srv"),
      agent_path: "/home/al",
      added_later_path: "/srv/x",
      project_root: "/home/alice",
    }, {
      id: "2",
      rollout_path: "/tmp/r",
      cwd: null,
      title: "x",
      sandbox_policy: "read-only",
      agent_path: null,
      added_later_path: new TextEncoder().encode("/home/al"),
      project_root: "7",
    }]);
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["state.sqlite"]);
  }));

Deno.test("tables without row ids, odd names, and rows that would be there twice", () =>
  withTempDir((folder) => {
    const { rows } = remap(
      join(folder, "state.sqlite"),
      `CREATE TABLE "odd "" name" ("my ""path" TEXT, path TEXT);
       INSERT INTO "odd "" name" VALUES ('/home/al', '/home/al/a');
       CREATE TABLE plain (path TEXT PRIMARY KEY, n) WITHOUT ROWID;
       INSERT INTO plain VALUES ('/home/al/a', 1), ('/home/al/b', 2), ('/srv/a', 3);
       CREATE VIEW seen_path AS SELECT path FROM plain;`,
    );
    assert.deepEqual(rows('"odd "" name"'), [{ 'my "path': "/home/al", path: "/srv/a" }]);
    assert.deepEqual(rows("plain ORDER BY n"), [
      { path: "/home/al/a", n: 1 },
      { path: "/srv/b", n: 2 },
      { path: "/srv/a", n: 3 },
    ]);
  }));

Deno.test("what is no database is refused", () =>
  withTempDir((folder) => {
    const path = join(folder, "state.sqlite");
    Deno.writeTextFileSync(path, "no database, but long enough to be looked at as one".repeat(20));
    assert.throws(() => remapDatabaseJob({ path, mappings: MAPPINGS }));
  }));
