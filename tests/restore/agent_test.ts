import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import JSON5 from "json5";
import { findProfile, type Home, resolveHome } from "../../src/profiles/mod.ts";
import { applyRestore, planRestore, type RestoreOptions } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { type MemoryBackup, memoryBackup } from "../support/memory_backup.ts";
import { makeTree, readTree } from "../support/trees.ts";
import { quickHost } from "./fixture.ts";

const THREAD = "01a1fe82-0000-7000-8000-000000000001";
const ROLLOUT = `sessions/2026/11/20/rollout-2026-11-20T10-00-00-${THREAD}.jsonl`;

/** The configuration of two agents, the workspace of the second outside the state folder. */
function configOf(folder: string, ids = ["main", "writer"]): string {
  const of = (id: string) => ({
    name: id,
    workspace: id === "main" ? join(folder, ".openclaw/workspace") : join(folder, `work/${id}`),
    agentDir: join(folder, ".openclaw/agents", id, "agent"),
  });
  const entries = Object.fromEntries(ids.map((id) => [id, of(id)]));
  const bindings = [{ agentId: "writer", match: { channel: "whatsapp", accountId: "biz" } }];
  return JSON.stringify({ agents: { entries }, bindings }, null, 2);
}

/** What an OpenClaw agent keeps, in both generations of storage. */
function makeAgent(folder: string, id: string): void {
  const agent = join(folder, ".openclaw/agents", id);
  const session = { sessionId: "s1", sessionFile: join(agent, "sessions/s1.jsonl") };
  makeTree(agent, {
    "sessions/sessions.json": JSON.stringify({ [`agent:${id}:main`]: session }),
    "sessions/s1.jsonl": `{"type":"session"}\n`,
    "agent/auth-profiles.json": "{}",
    [`agent/codex-home/${ROLLOUT}`]: JSON.stringify({
      type: "session_meta",
      payload: { id: THREAD, cwd: join(folder, "work", id) },
    }) + "\n",
    "agent/codex-home/installation_id": "of that machine",
  });
  const database = new DatabaseSync(join(agent, "agent/openclaw-agent.sqlite"));
  database.exec(`PRAGMA journal_mode = wal;
    CREATE TABLE schema_meta (meta_key TEXT PRIMARY KEY, role TEXT, agent_id TEXT);
    CREATE TABLE session_nodes (session_key TEXT PRIMARY KEY, entry_json TEXT) STRICT;
    CREATE TABLE session_members (session_key TEXT REFERENCES session_nodes(session_key));
    CREATE TABLE transcript_events (event_json TEXT);
    INSERT INTO schema_meta VALUES ('primary', 'agent', '${id}');
    INSERT INTO session_nodes VALUES ('agent:${id}:main', '{"parent":"agent:${id}:main"}');
    INSERT INTO session_members VALUES ('agent:${id}:main');
    INSERT INTO transcript_events VALUES ('"agent:${id}:main"');`);
  database.close();
}

interface Scene {
  folder: string;
  home: Home;
  backup: MemoryBackup;
}

/** A two-agent installation, and a backup of it. */
function withAgents(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    makeTree(folder, {
      ".openclaw/openclaw.json": { text: configOf(folder), mode: 0o600 },
      ".openclaw/credentials/whatsapp/biz/creds.json": "{}",
      ".openclaw/credentials/whatsapp/private/creds.json": "{}",
      ".openclaw/credentials/whatsapp-biz-allowFrom.json": "[]",
      ".openclaw/workspace/AGENTS.md": "main",
      "work/writer/MEMORY.md": "remember",
    });
    makeAgent(folder, "main");
    makeAgent(folder, "writer");
    const home = homeOf(folder);
    const backup = memoryBackup(home.path, home.roots, "openclaw");
    await use({ folder, home, backup });
  });
}

function homeOf(folder: string): Home {
  const host = quickHost(folder);
  return resolveHome(host, findProfile(host, "openclaw"));
}

function apply({ folder, backup }: Scene, options: Partial<RestoreOptions>) {
  const backupRoot = join(folder, "backups");
  return applyRestore(quickHost(folder), {
    backup,
    home: homeOf(folder),
    confirmed: true,
    trust: true,
    backupRoot,
    ...options,
  });
}

function filesOf(folder: string, below: string): string[] {
  const paths = Object.keys(readTree(join(folder, below), [".lifeboat"]));
  return paths.filter((path) => Deno.lstatSync(join(folder, below, path)).isFile).sort();
}

function rows(path: string, query: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(query).all().map((row) => Object.values(row)[0]);
  } finally {
    database.close();
  }
}

Deno.test("one agent comes back alone, with its workspace and the logins bound to it", () =>
  withAgents(async (scene) => {
    const { folder } = scene;
    const at = (path: string) => join(folder, path);
    Deno.removeSync(at(".openclaw/agents"), { recursive: true });
    Deno.removeSync(at(".openclaw/credentials"), { recursive: true });
    Deno.removeSync(at("work/writer"), { recursive: true });
    Deno.writeTextFileSync(at(".openclaw/workspace/AGENTS.md"), "main, later");
    const config = Deno.readTextFileSync(at(".openclaw/openclaw.json"));
    const result = await apply(scene, { agent: { id: "writer" } });
    assert.deepEqual(result.plan.agent, { id: "writer", as: "writer", entry: "there" });
    assert.deepEqual(filesOf(folder, ".openclaw/agents"), [
      `writer/agent/auth-profiles.json`,
      `writer/agent/codex-home/${ROLLOUT}`,
      `writer/agent/openclaw-agent.sqlite`,
      `writer/sessions/s1.jsonl`,
      `writer/sessions/sessions.json`,
    ]);
    assert.deepEqual(filesOf(folder, ".openclaw/credentials"), [
      "whatsapp-biz-allowFrom.json",
      "whatsapp/biz/creds.json",
    ]);
    assert.equal(Deno.readTextFileSync(at("work/writer/MEMORY.md")), "remember");
    assert.equal(Deno.readTextFileSync(at(".openclaw/workspace/AGENTS.md")), "main, later");
    assert.equal(Deno.readTextFileSync(at(".openclaw/openclaw.json")), config);
  }));

Deno.test("an agent is cloned: its places, its database, its index and its Codex home", () =>
  withAgents(async (scene) => {
    const { folder } = scene;
    const before = readTree(folder, [".lifeboat", "backups", ".local", ".cache", ".config"]);
    const result = await apply(scene, { agent: { id: "writer", as: "poet" } });
    assert.deepEqual(result.plan.agent, { id: "writer", as: "poet", entry: "added" });
    const at = (path: string) => join(folder, ".openclaw", path);

    const { agents } = JSON.parse(Deno.readTextFileSync(at("openclaw.json")));
    assert.deepEqual(agents.entries, {
      ...JSON.parse(configOf(folder)).agents.entries,
      poet: { name: "poet", workspace: at("workspace-poet"), agentDir: at("agents/poet/agent") },
    });
    assert.equal(Deno.readTextFileSync(at("workspace-poet/MEMORY.md")), "remember");
    const database = at("agents/poet/agent/openclaw-agent.sqlite");
    assert.deepEqual(rows(database, "SELECT agent_id FROM schema_meta"), ["poet"]);
    for (const table of ["session_nodes", "session_members"]) {
      assert.deepEqual(rows(database, `SELECT session_key FROM ${table}`), ["agent:poet:main"]);
    }
    const entry = ['{"parent":"agent:poet:main"}'];
    assert.deepEqual(rows(database, "SELECT entry_json FROM session_nodes"), entry);
    const said = ['"agent:writer:main"'];
    assert.deepEqual(rows(database, "SELECT event_json FROM transcript_events"), said);

    const index = JSON.parse(Deno.readTextFileSync(at("agents/poet/sessions/sessions.json")));
    assert.deepEqual(index, {
      "agent:poet:main": { sessionId: "s1", sessionFile: at("agents/poet/sessions/s1.jsonl") },
    });
    const rollout = Deno.readTextFileSync(at(`agents/poet/agent/codex-home/${ROLLOUT}`));
    assert.equal(JSON.parse(rollout).payload.cwd, at("workspace-poet"));

    const after = readTree(folder, [".lifeboat", "backups", ".local", ".cache", ".config"]);
    const changed = Object.keys(before).filter((path) =>
      before[path] !== after[path] && before[path] !== "folder"
    );
    assert.deepEqual(changed.filter((path) => !/openclaw(\/agents)?$/.test(path)), [
      ".openclaw/openclaw.json",
    ], "nothing of another agent's");
  }));

Deno.test("a clone takes nothing that is there, and needs an id", () =>
  withAgents(async ({ folder, backup }) => {
    makeTree(folder, { ".openclaw/workspace-taken/x": "x" });
    const home = homeOf(folder);
    const plan = (agent: { id: string; as?: string }, more: Partial<RestoreOptions> = {}) =>
      planRestore(quickHost(folder), { backup, home, agent, ...more });
    await assert.rejects(plan({ id: "nobody" }), { code: "no_such_agent" });
    await assert.rejects(plan({ id: "writer", as: "main" }), { code: "agent_exists" });
    await assert.rejects(plan({ id: "writer", as: "taken" }), { code: "agent_exists" });
    for (const as of ["../x", "", "A", "a b"]) {
      await assert.rejects(plan({ id: "writer", as }), { code: "usage" });
    }
    await assert.rejects(plan({ id: "writer" }, { mirror: true }), { code: "usage" });
  }));

Deno.test("an agent that is unknown here gets the places of a new one, or those that are said", () =>
  withAgents(async (scene) => {
    const { folder } = scene;
    const config = join(folder, ".openclaw/openclaw.json");
    for (
      const [roots, workspace] of [
        [{}, join(folder, ".openclaw/workspace-writer")],
        [{ "workspace-writer": join(folder, "chosen") }, join(folder, "chosen")],
      ] as const
    ) {
      Deno.writeTextFileSync(config, '{ "agents": { "list": [{ "id": "main" }] } } // mine\n');
      const result = await apply(scene, { agent: { id: "writer" }, roots });
      assert.equal(result.plan.agent?.entry, "added");
      const text = Deno.readTextFileSync(config);
      assert.match(text, /\/\/ mine/);
      const [, entry] = JSON.parse(text.replace("// mine", "")).agents.list;
      assert.deepEqual([entry.id, entry.workspace], ["writer", workspace]);
      assert.equal(Deno.readTextFileSync(join(workspace, "MEMORY.md")), "remember");
    }
  }));

Deno.test("a map of agents in JSON5 gets one more, and every other byte stays", () =>
  withAgents(async (scene) => {
    const config = join(scene.folder, ".openclaw/openclaw.json");
    Deno.writeTextFileSync(config, "{agents: {entries: {main: {name: 'it\\'s'}}}} // mine");
    const result = await apply(scene, { agent: { id: "writer", as: "poet" } });
    assert.equal(result.plan.agent?.entry, "added");
    const text = Deno.readTextFileSync(config);
    assert.ok(text.startsWith("{agents: {entries: {main: {name: 'it\\'s'}, \"poet\": {"), text);
    assert.ok(text.endsWith("}} // mine"), text);
    const { agents } = JSON5.parse(text);
    assert.deepEqual(Object.keys(agents.entries), ["main", "poet"]);
    assert.equal(agents.ownership, "explicit");
    const only = { agentId: "main" };
    assert.deepEqual(agents.defaults, { systemAgent: only, heartbeat: only });
  }));

Deno.test("a roster that says to whom the rest falls keeps that when an agent is added", () =>
  withAgents(async (scene) => {
    const config = join(scene.folder, ".openclaw/openclaw.json");
    const rosters = [
      { entries: { main: { default: true }, other: {} } },
      { ownership: "explicit", entries: { main: {} } },
    ];
    for (const [at, agents] of rosters.entries()) {
      Deno.writeTextFileSync(config, JSON.stringify({ agents }));
      await apply(scene, { agent: { id: "writer", as: `poet${at}` } });
      const { entries, ...rest } = JSON.parse(Deno.readTextFileSync(config)).agents;
      const { entries: before, ...restBefore } = agents;
      assert.deepEqual(rest, restBefore);
      assert.deepEqual(Object.keys(entries), [...Object.keys(before), `poet${at}`]);
    }
  }));

Deno.test("a list of agents beyond comments is left alone, and the command is named", () =>
  withAgents(async (scene) => {
    const config = join(scene.folder, ".openclaw/openclaw.json");
    const text = "{agents: {list: [{id: 'main'}]}}";
    Deno.writeTextFileSync(config, text);
    const result = await apply(scene, { agent: { id: "writer", as: "poet" } });
    assert.equal(result.plan.agent?.entry, "by_hand");
    assert.match(result.warnings.join(), /openclaw agents add poet --non-interactive/);
    assert.equal(Deno.readTextFileSync(config), text);
  }));

Deno.test("what is mapped in a home that lies elsewhere now are its configuration and Codex homes", () =>
  withAgents(async ({ folder, backup }) => {
    const elsewhere = join(folder, "new");
    const host = quickHost(folder, { env: { OPENCLAW_STATE_DIR: elsewhere } });
    const home = resolveHome(host, findProfile(host, "openclaw"));
    const roots = { "workspace-writer": join(folder, "w") };
    const backupRoot = join(folder, "backups");
    const options = { backup, home, roots, confirmed: true, trust: true, backupRoot };
    const result = await applyRestore(host, options);
    assert.deepEqual(result.plan.conflicts, []);
    const { agents } = JSON.parse(Deno.readTextFileSync(join(elsewhere, "openclaw.json")));
    assert.equal(agents.entries.writer.agentDir, join(elsewhere, "agents/writer/agent"));
    const index = Deno.readTextFileSync(join(elsewhere, "agents/writer/sessions/sessions.json"));
    assert.equal(
      JSON.parse(index)["agent:writer:main"].sessionFile,
      join(elsewhere, "agents/writer/sessions/s1.jsonl"),
    );
    assert.equal(result.plan.agent, undefined);
  }));

Deno.test("a configuration in JSON5 is mapped where its paths stand, with all that it includes", () =>
  withAgents(async ({ folder }) => {
    const old = join(folder, ".openclaw");
    const texts = {
      "openclaw.json": `// mine
{ $include: './agents.json5', agents: { defaults: { workspace: '${old}/workspace', }, },
  note: 'see ${old}', }`,
      "agents.json5": `{agents: {entries: {$include: ["${old}/conf/entries.json5"]}}}`,
      "conf/entries.json5":
        `{ writer: { agentDir: '${old}/agents/writer/agent', name: 'w' }, main: {} }`,
      "conf/unused.json5": `{ agentDir: '${old}/agents/writer/agent' }`,
    };
    makeTree(old, texts);
    const host = quickHost(folder, { env: { OPENCLAW_STATE_DIR: join(folder, "it's new") } });
    const before = resolveHome(quickHost(folder), findProfile(host, "openclaw"));
    const backup = memoryBackup(before.path, before.roots, "openclaw");
    const home = resolveHome(host, findProfile(host, "openclaw"));
    const backupRoot = join(folder, "backups");
    const options = { backup, home, confirmed: true, trust: true, backupRoot };
    const { plan, warnings } = await applyRestore(host, options);
    assert.deepEqual(warnings.filter((line) => /old paths/.test(line)), []);
    const configs = plan.remap.filter(({ what }) => what === "configuration");
    assert.deepEqual(configs.map(({ path, count }) => [path, count]).sort(), [
      ["agents.json5", 1],
      ["conf/entries.json5", 1],
      ["openclaw.json", 1],
    ]);
    const now = join(folder, "it's new");
    for (const [path, text] of Object.entries(texts)) {
      const mapped = text.replace(/(['"])[^'"]*openclaw\/[^'"]*\1/g, (literal, quote) => {
        const written = quote === "'" ? now.replace("'", "\\'") : now;
        return path === "conf/unused.json5" ? literal : literal.replace(old, written);
      });
      assert.equal(Deno.readTextFileSync(join(now, path)), mapped, path);
    }
  }));

Deno.test("a configuration that does not parse keeps its old paths, and that is said", () =>
  withAgents(async ({ folder }) => {
    const config = join(folder, ".openclaw/openclaw.json");
    Deno.writeTextFileSync(config, `{ workspace: '${folder}/.openclaw/workspace'`);
    const before = homeOf(folder);
    const backup = memoryBackup(before.path, before.roots, "openclaw");
    const host = quickHost(folder, { env: { OPENCLAW_STATE_DIR: join(folder, "new") } });
    const home = resolveHome(host, findProfile(host, "openclaw"));
    const backupRoot = join(folder, "backups");
    const options = { backup, home, confirmed: true, trust: true, backupRoot };
    const { warnings } = await applyRestore(host, options);
    assert.match(
      warnings.join("\n"),
      /openclaw\.json keeps its old paths, since it does not parse/,
    );
    const text = Deno.readTextFileSync(join(folder, "new/openclaw.json"));
    assert.equal(text, Deno.readTextFileSync(config));
  }));
