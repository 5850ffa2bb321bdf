import { join } from "node:path";
import {
  keepAgentRows,
  type KeptAgentRows,
  type PutAgentRows,
  putAgentRows,
  type PutRows,
} from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { changeState, dumpOf, dumpWithout, makeState } from "../support/openclaw_state.ts";
import { askSqlite } from "../support/sqlite_oracle.ts";

const HOME = "/home/u/.openclaw";

/** What a clone gets none of. */
const ONE_ONLY = {
  cron_job_scratch: 1,
  cron_jobs: 1,
  current_conversation_bindings: 1,
  skill_workshop_proposal_events: 1,
  skill_workshop_proposals: 1,
  task_runs: 1,
};

async function keep(path: string, id?: string): Promise<KeptAgentRows> {
  return (await keepAgentRows({ path, id })).output as KeptAgentRows;
}

async function put(input: Partial<PutAgentRows> & { from: string; into: string }) {
  const all = { id: "writer", as: "writer", mappings: [], ...input };
  return (await putAgentRows(all)).output as PutRows;
}

/** Two databases with the same rows. */
function withStates(use: (from: string, into: string) => Promise<void>): Promise<void> {
  return withTempDir((folder) =>
    use(makeState(join(folder, "from"), HOME), makeState(join(folder, "into"), HOME))
  );
}

Deno.test("a copy keeps one agent's rows, and no byte of the others'", () =>
  withStates(async (path) => {
    const before = await dumpOf(path, "writer");
    const kept = await keep(path, "writer");
    assert.deepEqual(kept, { left: { task_runs: 1 } });
    const gone = /task_runs|agent_databases/;
    assert.deepEqual(await dumpOf(path, "writer"), before.filter((line) => !gone.test(line)));
    const [meta, ...others] = (await dumpWithout(path, "writer"))
      .filter((line) => line.startsWith("INSERT"));
    assert.match(meta, /schema_meta/);
    assert.deepEqual(others, []);
    const bytes = new TextDecoder("latin1").decode(await Deno.readFile(path));
    assert.ok(!/job-main|what main noted|a secret of nobody|task-writer/.test(bytes));
    assert.deepEqual(await askSqlite(path, "PRAGMA integrity_check"), ["ok"]);
  }));

Deno.test("a copy for nobody has the tables and nothing in them", () =>
  withStates(async (path) => {
    assert.deepEqual(await keep(path), { left: {} });
    const rows = (await dumpWithout(path, "nobody")).filter((line) => line.startsWith("INSERT"));
    assert.equal(rows.length, 1, "its own version alone");
  }));

Deno.test("rows that were lost or changed come back, and no other row is touched", () =>
  withStates(async (from, into) => {
    const wanted = await dumpOf(into, "writer");
    changeState(
      into,
      `DELETE FROM cron_jobs WHERE agent_id = 'writer';
       DELETE FROM cron_job_scratch WHERE job_id = 'job-writer';
       UPDATE agent_provenance SET created_at_ms = 1 WHERE agent_id = 'writer';
       UPDATE cron_job_scratch SET content = 'later' WHERE job_id = 'job-main';
       INSERT INTO acp_sessions VALUES ('agent:writer:acp:later', 'codex', NULL);
       INSERT INTO cron_jobs VALUES ('/later', 'job-writer', NULL, 'writer', '{}', 2);
       INSERT INTO cron_job_scratch VALUES ('/later', 'job-writer', 'writer, later');
       INSERT INTO agent_deletion_journal VALUES ('writer', '/x', 1), ('other', '/y', 1);`,
    );
    const others = await dumpWithout(into, "writer");
    const done = await put({ from, into });
    assert.deepEqual(done, {
      tables: { acp_sessions: 2, agent_provenance: 1, cron_job_scratch: 1, cron_jobs: 1 },
      revived: true,
      left: { task_runs: 1 },
    });
    assert.deepEqual(await dumpWithout(into, "writer"), others);
    assert.deepEqual((await dumpOf(into, "writer")).sort(), wanted.sort());
    assert.deepEqual(await askSqlite(into, "SELECT agent_id FROM agent_deletion_journal"), [
      "other",
    ]);
  }));

Deno.test("where nothing is lost, nothing is put", () =>
  withStates(async (from, into) => {
    const before = await dumpWithout(into, "no such word");
    assert.deepEqual(await put({ from, into }), {
      tables: {},
      revived: false,
      left: { task_runs: 1 },
    });
    assert.deepEqual(await dumpWithout(into, "no such word"), before);
  }));

Deno.test("an agent under another id gets what does not act or belong to one alone", () =>
  withStates(async (from, into) => {
    const before = await dumpWithout(into, "no such word");
    const mappings = [{ from: `${HOME}/workspace-writer`, to: "/new/place" }];
    const done = await put({ from, into, as: "poet", mappings });
    assert.deepEqual(done.tables, { agent_provenance: 1, acp_sessions: 1 });
    assert.deepEqual(done.left, ONE_ONLY);
    assert.deepEqual(await dumpWithout(into, "poet"), before);
    assert.deepEqual(await dumpOf(into, "poet"), [
      "INSERT INTO agent_provenance VALUES('poet','operator',NULL,9007199254740993);",
      "INSERT INTO acp_sessions VALUES('agent:poet:acp:1','codex','/new/place');",
    ]);
  }));

Deno.test("jobs follow a home that lies elsewhere now, with what belongs to them", () =>
  withTempDir(async (folder) => {
    const from = makeState(join(folder, "from"), HOME);
    const into = makeState(join(folder, "into"), "/new", { agents: ["main"] });
    await put({ from, into, mappings: [{ from: HOME, to: "/new" }] });
    for (const table of ["cron_jobs", "cron_job_scratch"]) {
      const keys = await askSqlite(into, `SELECT DISTINCT store_key FROM ${table}`);
      assert.deepEqual(keys, ["/new/cron/jobs.json"]);
    }
    const numbers = await askSqlite(
      into,
      "SELECT sequence, event_id FROM skill_workshop_proposal_events",
    );
    assert.deepEqual(numbers, ["1|event-main", "2|event-writer"]);
  }));

Deno.test("what another agent has now stays its own, with all that belongs to it", () =>
  withStates(async (from, into) => {
    changeState(
      into,
      `UPDATE cron_jobs SET agent_id = 'main', job_json = '{}' WHERE job_id = 'job-writer';
       UPDATE cron_job_scratch SET content = 'taken over' WHERE job_id = 'job-writer';
       UPDATE skill_workshop_proposals SET owner_agent_id = 'main';
       DELETE FROM skill_workshop_proposal_events;
       UPDATE current_conversation_bindings SET target_session_key = 'agent:main:dm';`,
    );
    const query = `SELECT * FROM cron_jobs; SELECT * FROM cron_job_scratch;
      SELECT proposal_id, owner_agent_id FROM skill_workshop_proposals;
      SELECT * FROM skill_workshop_proposal_events;
      SELECT * FROM current_conversation_bindings`;
    const before = await askSqlite(into, query);
    await put({ from, into });
    assert.deepEqual(await askSqlite(into, query), before);
  }));

Deno.test("a database of another version or kind is left as it is, on either side", () =>
  withTempDir(async (folder) => {
    const usual = makeState(join(folder, "usual"), HOME);
    const make = (name: string, changes: object) => makeState(join(folder, name), HOME, changes);
    const newer = make("newer", { version: 19 });
    const older = make("older", { version: 17 });
    const agents = make("agents", { role: "agent" });
    const cases: [string, string, RegExp][] = [
      [newer, usual, /in the backup, its schema 19 is not known/],
      [usual, newer, /here, its schema 19 is not known/],
      [older, usual, /its schema is 17 in the backup and 18 here/],
      [agents, usual, /in the backup, it is not a shared database/],
    ];
    for (const [from, into, why] of cases) {
      const before = await Deno.readFile(into);
      const { refused, tables } = await put({ from, into });
      assert.match(refused!, why);
      assert.deepEqual(tables, {});
      assert.deepEqual(await Deno.readFile(into), before);
    }
    const before = await Deno.readFile(newer);
    assert.match((await keep(newer, "writer")).refused!, /schema 19/);
    assert.deepEqual(await Deno.readFile(newer), before);
    const plain = join(folder, "plain");
    changeState(plain, "CREATE TABLE schema_meta (x)");
    assert.match((await keep(plain, "writer")).refused!, /not a shared database/);
  }));

Deno.test("a table that is a view in the backup, or has other columns, takes no part", () =>
  withStates(async (from, into) => {
    changeState(
      from,
      `DROP TABLE cron_jobs; DROP VIEW jobs;
       CREATE VIEW cron_jobs AS SELECT 'x' AS store_key, 'y' AS job_id, 'writer' AS agent_id;
       ALTER TABLE agent_provenance RENAME COLUMN agent_id TO whose;
       UPDATE acp_sessions SET cwd = '/changed';`,
    );
    const before = await dumpWithout(into, "acp_sessions");
    const { tables } = await put({ from, into });
    assert.deepEqual(tables, { acp_sessions: 1 });
    assert.deepEqual(await dumpWithout(into, "acp_sessions"), before);
  }));
