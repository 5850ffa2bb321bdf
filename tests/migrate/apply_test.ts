import { join } from "node:path";
import { openBackup } from "../../src/archive/mod.ts";
import { listUndo } from "../../src/restore/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { put, putSkill } from "../support/migration_home.ts";
import { readTree } from "../support/trees.ts";
import { type MigrateScene, told, undo, withUser } from "./scene.ts";

const SECRET = "sk-abcdefghijklmnopqrstuvwxyz012345";

/** A home without what is kept to undo, and without the times of folders. */
function homeOf({ at }: MigrateScene, path: string) {
  const entries = Object.entries(readTree(at(path), [".lifeboat"]));
  return Object.fromEntries(
    entries.map(([name, what]) => [name, what.startsWith("folder") ? "folder" : what]),
  );
}

function makeCodex({ at, has }: MigrateScene): void {
  putSkill(at(".codex/skills/review"), { "scripts/run.sh": "#!/bin/sh\n" });
  Deno.chmodSync(at(".codex/skills/review/scripts/run.sh"), 0o755);
  Deno.symlinkSync("scripts/run.sh", at(".codex/skills/review/run"));
  has({
    ".codex/config.toml": `[mcp_servers.a]\ncommand = "x"\nenv = { API_KEY = "${SECRET}" }\n`,
    ".codex/memories/MEMORY.md": "remember\n",
    ".codex/auth.json": JSON.stringify({ OPENAI_API_KEY: SECRET }),
  });
}

Deno.test("a migration is backed up before, reported, and taken back whole by undo", () =>
  withUser(async (scene) => {
    const { host, at, has, apply } = scene;
    makeCodex(scene);
    has({ ".openclaw/openclaw.json": "{}", ".openclaw/workspace/USER.md": "me\n" });
    const [source, before] = [readTree(at(".codex")), homeOf(scene, ".openclaw")];
    const result = await apply({ provider: "codex", backup: true });
    assert.deepEqual([result.ok, result.dry_run, result.summary.migrated], [true, false, 3]);

    const skill = at(".openclaw/workspace/skills/review");
    assert.equal(Deno.readTextFileSync(join(skill, "run")), "#!/bin/sh\n");
    assert.equal(Deno.readLinkSync(join(skill, "run")), "scripts/run.sh");
    assert.equal(Deno.statSync(join(skill, "scripts/run.sh")).mode! & 0o777, 0o755);
    const imported = at(".openclaw/workspace/memory/imports/codex/MEMORY.md");
    assert.equal(Deno.readTextFileSync(imported), "remember\n");
    const archived = Deno.readTextFileSync(join(result.reportDir!, "archive/config.toml"));
    assert.ok(archived.includes('command = "x"') && !archived.includes(SECRET));
    const report = Deno.readTextFileSync(join(result.reportDir!, "report.json"));
    assert.deepEqual(JSON.parse(report).items, JSON.parse(JSON.stringify(result.items)));
    assert.match(Deno.readTextFileSync(join(result.reportDir!, "summary.md")), /`skill:review` →/);
    assert.ok(!(report + JSON.stringify(result)).includes(SECRET));
    for (const file of ["report.json", "summary.md", "archive/config.toml"]) {
      assert.equal(Deno.statSync(join(result.reportDir!, file)).mode! & 0o777, 0o600);
    }

    const backup = await openBackup(host, result.backupPath!);
    assert.equal(backup.head.home, at(".openclaw"));
    backup.close();
    const home = resolveHome(host, findProfile(host, "openclaw"));
    const [kept] = listUndo(host, home).undo;
    assert.equal(kept.undo_id, result.undo_id);
    assert.match(kept.backup!, /^migration-codex-/);

    assert.deepEqual(readTree(at(".codex")), source);
    await undo(scene, "openclaw");
    assert.deepEqual(homeOf(scene, ".openclaw"), before);
  }));

Deno.test("what is there is only replaced when that is wanted, and a copy goes into the report", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    putSkill(at(".codex/skills/review"), { "new.md": "new\n" });
    has({
      ".openclaw/workspace/skills/review/SKILL.md": "mine\n",
      ".openclaw/workspace/skills/review/own.md": "own\n",
    });
    const before = homeOf(scene, ".openclaw");
    await assert.rejects(apply({ provider: "codex" }), { code: "migration_conflicts" });
    assert.deepEqual(homeOf(scene, ".openclaw"), before);

    const result = await apply({ provider: "codex", overwrite: true });
    const skill = at(".openclaw/workspace/skills/review");
    assert.match(Deno.readTextFileSync(join(skill, "SKILL.md")), /about review/);
    assert.equal(Deno.readTextFileSync(join(skill, "own.md")), "own\n");
    const [copy] = result.items[0].details!.backups as string[];
    assert.match(copy, /item-backups\/\d+-[0-9a-f]{12}-1\/SKILL\.md$/);
    assert.equal(Deno.readTextFileSync(copy), "mine\n");
    await undo(scene, "openclaw");
    assert.deepEqual(homeOf(scene, ".openclaw"), before);
  }));

Deno.test("several items add to one file, once", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    has({
      ".hermes/SOUL.md": "soul\n",
      ".hermes/AGENTS.md": "agents\n",
      ".hermes/memories/MEMORY.md": "memory\n",
      ".codex/AGENTS.md": "own\n",
    });
    await apply({ provider: "hermes", to: "codex" });
    const text = Deno.readTextFileSync(at(".codex/AGENTS.md"));
    assert.match(
      text,
      /^own\n\n<!-- .*SOUL.*\n\nsoul\n\n<!-- .*AGENTS.*\n\nagents\n\n<!-- [^]*memory\n$/,
    );
    const again = await apply({ provider: "hermes", to: "codex" });
    assert.deepEqual([again.summary.migrated, again.undo_id, again.reportDir], [0, null, null]);
    assert.equal(Deno.readTextFileSync(at(".codex/AGENTS.md")), text);
    await undo(scene, "codex");
    assert.equal(Deno.readTextFileSync(at(".codex/AGENTS.md")), "own\n");
  }));

Deno.test("MCP servers come switched off, without keys unless those are wanted", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    const servers = { "my srv": { command: "npx", env: { API_KEY: SECRET, MODE: "a" } } };
    has({
      ".claude.json": JSON.stringify({ mcpServers: servers }),
      ".codex/config.toml": "a = 1\n",
    });
    await apply({ provider: "claude-code", to: "codex" });
    const toml = Deno.readTextFileSync(at(".codex/config.toml"));
    assert.match(toml, /^a = 1\n\n\[mcp_servers\.my-srv\]\n[^]*enabled = false/);
    assert.ok(!toml.includes(SECRET) && toml.includes('MODE = "a"'));
    await apply({ provider: "claude-code", includeSecrets: true });
    const config = JSON.parse(Deno.readTextFileSync(at(".openclaw/openclaw.json")));
    assert.deepEqual(config.mcp.servers["my srv"], {
      command: "npx",
      enabled: false,
      env: { API_KEY: SECRET, MODE: "a" },
    });
  }));

Deno.test("Claude's state file gets a server only when that is named", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    has({
      ".codex/config.toml": "[mcp_servers.srv]\ncommand = 'npx'\n",
      ".claude.json": '{"numStartups": 3}',
      ".claude/settings.json": "{}",
    });
    const item = "config:mcp-server:codex:srv";
    await apply({ provider: "codex", to: "claude-code", items: [item] });
    const state = JSON.parse(Deno.readTextFileSync(at(".claude.json")));
    assert.deepEqual(state, {
      numStartups: 3,
      mcpServers: { srv: { type: "stdio", command: "npx" } },
    });
    await undo(scene, "claude-code");
    assert.equal(Deno.readTextFileSync(at(".claude.json")), '{"numStartups": 3}');
  }));

Deno.test("logins and keys are carried only when that is wanted", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    makeCodex(scene);
    has({ ".hermes/.env": `OPENAI_API_KEY=${SECRET}\n`, ".openclaw/.env": "A=1" });
    await apply({ provider: "codex" });
    await apply({ provider: "hermes" });
    assert.ok(!JSON.stringify(readTree(at(".openclaw"))).includes(SECRET));
    await apply({ provider: "codex", includeSecrets: true, items: ["auth:openai"] });
    const login = at(".openclaw/agents/main/agent/codex-home/auth.json");
    assert.ok(Deno.readTextFileSync(login).includes(SECRET));
    assert.equal(Deno.statSync(login).mode! & 0o777, 0o600);
    await apply({ provider: "hermes", includeSecrets: true });
    assert.equal(Deno.readTextFileSync(at(".openclaw/.env")), `A=1\nOPENAI_API_KEY="${SECRET}"\n`);
  }));

Deno.test("a database is archived as it is at one moment, with what is still in its WAL", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    const { DatabaseSync } = await import("node:sqlite");
    has({ ".hermes/SOUL.md": "soul\n" });
    const live = new DatabaseSync(at(".hermes/state.db"));
    live.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (42)");
    const { reportDir } = await apply({ provider: "hermes" });
    live.close();
    const copy = new DatabaseSync(join(reportDir!, "archive/state.db"), { readOnly: true });
    assert.equal(copy.prepare("SELECT a FROM t").get()!.a, 42);
    copy.close();
  }));

Deno.test("an item that cannot be read is an error, and does not stop the others", () =>
  withUser(async (scene) => {
    const { at, has, apply, host } = scene;
    putSkill(at(".codex/skills/good"));
    putSkill(at(".codex/skills/other"));
    Deno.writeFileSync(at(".codex/skills/other/SKILL.md"), new Uint8Array([0xff, 0xfe, 0x41]));
    has({ ".codex/skills/locked/SKILL.md": "x", ".codex/skills/locked/data.md": "x" });
    // As another user would see it; root reads everything.
    const open = host.fs.open.bind(host.fs);
    host.fs = Object.assign(Object.create(host.fs), {
      open: (path: string, ...rest: []) => {
        if (path.endsWith("data.md")) throw Object.assign(new Error("EACCES"), { code: "EACCES" });
        return open(path, ...rest);
      },
    });
    const result = await apply({ provider: "codex" });
    assert.deepEqual(told(result.items), [
      "skill:good | migrated",
      "skill:locked | error | EACCES",
      `skill:other | error | ${at(".codex/skills/other/SKILL.md")} is not valid UTF-8`,
    ]);
    assert.equal(result.ok, false);
    const skills = Array.from(
      Deno.readDirSync(at(".openclaw/workspace/skills")),
      ({ name }) => name,
    );
    assert.deepEqual(skills, ["good"]);
  }));

Deno.test("without a word nothing is moved, and without a backup only by force", () =>
  withUser(async (scene) => {
    const { at, apply } = scene;
    makeCodex(scene);
    put(at(".openclaw/a"));
    const before = readTree(at("."));
    const refused: [Parameters<typeof apply>[0], string][] = [
      [{ provider: "codex", confirmed: false }, "confirmation_required"],
      [{ provider: "codex", backup: false, force: false }, "usage"],
      [{ provider: "codex", skills: ["none"] }, "usage"],
      [{ provider: "codex", backup: true, backupOutput: at(".openclaw/a") }, "output_exists"],
    ];
    for (const [options, code] of refused) {
      await assert.rejects(apply(options), { code });
      assert.deepEqual(readTree(at("."), ["locks", ".local"]), without(before), code);
    }
    const forced = await apply({ provider: "codex" });
    assert.deepEqual([forced.ok, forced.backupPath], [true, null]);
  }));

function without(tree: Record<string, string>) {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith(".local")));
}

Deno.test("a home that is not there yet is made, and its backup left out", () =>
  withUser(async (scene) => {
    const { at, apply } = scene;
    makeCodex(scene);
    const result = await apply({ provider: "codex", backup: true });
    assert.equal(result.backupPath, null);
    assert.ok(Deno.statSync(at(".openclaw/workspace/skills/review/SKILL.md")).isFile);
    assert.equal(Deno.statSync(at(".openclaw")).mode! & 0o777, 0o700);
  }));

Deno.test("an agent's workspace outside the home is written to, and undone, too", () =>
  withUser(async (scene) => {
    const { at, has, apply, user } = scene;
    makeCodex(scene);
    const list = [{ id: "main" }, { id: "work", workspace: join(user, "work space") }];
    has({
      ".openclaw/openclaw.json": JSON.stringify({ agents: { list } }),
      "work space/AGENTS.md": "own\n",
    });
    const result = await apply({ provider: "codex", agent: "work", backup: true });
    const skill = at("work space/skills/review/SKILL.md");
    assert.deepEqual([result.ok, Deno.statSync(skill).isFile], [true, true]);
    await undo(scene, "openclaw");
    assert.deepEqual(Object.keys(homeOf(scene, "work space")), ["AGENTS.md"]);
    assert.deepEqual(Object.keys(homeOf(scene, ".openclaw")), ["openclaw.json"]);
  }));

Deno.test("links in a skill, or in the place of a file, let nothing be read or written elsewhere", () =>
  withUser(async (scene) => {
    const { at, has, apply } = scene;
    putSkill(at(".codex/skills/review"));
    has({ "victim.txt": "safe\n", ".openclaw/openclaw.json": "{}" });
    Deno.symlinkSync("../../../victim.txt", at(".codex/skills/review/notes.md"));
    const target = at(".openclaw/workspace/skills/review");
    Deno.mkdirSync(target, { recursive: true });
    Deno.symlinkSync(at("victim.txt"), join(target, "SKILL.md"));
    await assert.rejects(apply({ provider: "codex", overwrite: true }), { code: "in_the_way" });
    assert.equal(Deno.readTextFileSync(at("victim.txt")), "safe\n");
    Deno.removeSync(join(target, "SKILL.md"));
    await apply({ provider: "codex", overwrite: true });
    assert.deepEqual(Array.from(Deno.readDirSync(target), ({ name }) => name), ["SKILL.md"]);
  }));
