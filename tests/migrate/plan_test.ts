import { join } from "node:path";
import { listProviders } from "../../src/migrate/mod.ts";
import { MAX_FOUND, scanFor } from "../../src/migrate/scan.ts";
import { assert } from "../assert.ts";
import { makeCodexWithSkills, put, putSkill } from "../support/migration_home.ts";
import { readTree } from "../support/trees.ts";
import { told, withUser } from "./scene.ts";

const SECRET = "sk-abcdefghijklmnopqrstuvwxyz012345";

Deno.test("a plan over 40 skills of every kind says of each what the rules make of it", () =>
  withUser(async ({ user, at, plan }) => {
    const expected = makeCodexWithSkills(user);
    assert.equal(expected.filter(({ id }) => id.startsWith("skill:")).length, 40);
    const before = readTree(user);
    const planned = await plan({ provider: "codex" });
    const items = planned.items.map(({ id, status, reason, source }) => {
      return { id, status, ...(reason ? { reason } : {}), source: source!.slice(user.length + 1) };
    });
    assert.deepEqual(items.sort((a, b) => a.source < b.source ? -1 : 1), expected);
    assert.deepEqual(planned.warnings, [
      `${at(".codex/skills/a/b/c/d/e/f/too-deep")} lies deeper than 6 folders: not searched`,
    ]);
    const { total, planned: count, conflicts, skipped, errors } = planned.summary;
    assert.deepEqual([total, count, conflicts, skipped, errors], [44, 35, 5, 4, 0]);
    const one = planned.items.find(({ id }) => id === "skill:plain-01")!;
    assert.deepEqual([one.kind, one.action, one.target, one.details], [
      "skill",
      "copy",
      at(".openclaw/workspace/skills/plain-01"),
      { skillName: "plain-01", sourceLabel: "Codex CLI skill", files: 3, bytes: 120 },
    ]);
    assert.deepEqual(readTree(user), before);
  }));

Deno.test("a configuration of Codex that does not parse is told, and the rest is planned", () =>
  withUser(async ({ at, plan }) => {
    putSkill(at(".codex/skills/plain"));
    put(at(".codex/config.toml"), "model = [\n");
    const { items, warnings } = await plan({ provider: "codex" });
    assert.ok(items.some(({ id }) => id === "skill:plain"));
    assert.deepEqual(warnings, [`${at(".codex/config.toml")} was not looked into: it is no TOML`]);
  }));

Deno.test("links are followed only on request, and never in a circle", () =>
  withUser(async ({ user, at, plan }) => {
    makeCodexWithSkills(user);
    Deno.symlinkSync(at(".codex/skills"), at(".codex/skills/team/circle"));
    const followed = await plan({ provider: "codex", followLinks: true });
    const ids = followed.items.map(({ id }) => id);
    assert.ok(ids.includes("skill:linked") && ids.includes("skill:link-inside"), ids.join("\n"));
    assert.ok(ids.includes("broken:skills/dangling"));
    const shown = (await plan({ provider: "codex" })).items.find(({ id }) =>
      id.endsWith("circle")
    )!;
    assert.deepEqual([shown.id, shown.status], ["link:skills/team/circle", "skipped"]);
  }));

Deno.test("a link within a skill stays, one that leads out is left out and shown", () =>
  withUser(async ({ has, at, plan }) => {
    putSkill(at(".codex/skills/one"), { "docs/a.md": "a\n" });
    has({ "outside.txt": "outside\n" });
    Deno.symlinkSync("docs/a.md", at(".codex/skills/one/inside.md"));
    Deno.symlinkSync("../../../outside.txt", at(".codex/skills/one/out.txt"));
    Deno.symlinkSync(at("outside.txt"), at(".codex/skills/one/docs/abs.txt"));
    const [item] = (await plan({ provider: "codex" })).items;
    assert.deepEqual(item.details?.linksLeftOut, [
      { path: "docs/abs.txt", target: at("outside.txt") },
      { path: "out.txt", target: "../../../outside.txt" },
    ]);
    const [followed] = (await plan({ provider: "codex", followLinks: true })).items;
    assert.deepEqual([followed.details?.files, followed.details?.linksLeftOut], [4, undefined]);
  }));

Deno.test("limits of a search are told", () =>
  withUser(({ host, at }) => {
    for (let n = 0; n <= MAX_FOUND; n++) put(at(`many/${n}/SKILL.md`));
    const { found, warnings } = scanFor(host, at("many"), { mark: "SKILL.md" });
    assert.equal(found.length, MAX_FOUND);
    assert.deepEqual(warnings, [`More than ${MAX_FOUND} were found; the rest was not looked at`]);
  }));

Deno.test("a Codex home's settings and hooks are archived, plugins listed, logins left out", () =>
  withUser(async ({ has, at, plan }) => {
    has({
      ".codex/config.toml": `notify = ["x"]\n[mcp_servers.a]\ncommand = "x"\n`,
      ".codex/hooks/hooks.json": "{}",
      ".codex/memories/MEMORY.md": "remember\n",
      ".codex/memories/raw.md": "never taken\n",
      ".codex/AGENTS.md": "never taken by OpenClaw\n",
      ".codex/sessions/2026/x.jsonl": "{}\n",
      ".codex/auth.json": JSON.stringify({ OPENAI_API_KEY: SECRET }),
      ".codex/plugins/cache/m/deep/.codex-plugin/plugin.json": '{"name": "Good Plugin"}',
      ".codex/plugins/cache/n/.codex-plugin/plugin.json": "broken",
    });
    Deno.symlinkSync(at(".codex/memories/raw.md"), at(".codex/memories/memory_summary.md"));
    const planned = await plan({ provider: "codex" });
    const look = "Look at the bundle, then install it in the other agent if you trust it.";
    assert.deepEqual(told(planned.items), [
      `plugin:good-plugin:1 | skipped | ${look}`,
      `plugin:n:2 | skipped | ${look}`,
      "archive:config.toml | planned",
      "archive:hooks/hooks.json | planned",
      "memory:codex:MEMORY.md | planned",
      "memory:codex:memory_summary.md | error | source is no plain file",
      "auth:openai | skipped | secrets are carried only with --include-secrets",
    ]);
    assert.equal(planned.items[4].target, at(".openclaw/workspace/memory/imports/codex/MEMORY.md"));
    assert.ok(!JSON.stringify(planned).includes(SECRET));
    const open = (await plan({ provider: "codex", includeSecrets: true })).items.at(-1)!;
    assert.deepEqual([open.status, open.sensitive, open.target], [
      "planned",
      true,
      at(".openclaw/agents/main/agent/codex-home/auth.json"),
    ]);
  }));

Deno.test("Claude's skills, commands, instructions, memories and servers go to OpenClaw", () =>
  withUser(async ({ has, at, plan }) => {
    putSkill(at(".claude/skills/review"));
    putSkill(at(".claude/skills/group/nested")); // one level only
    has({
      ".claude/CLAUDE.md": "Be kind.\n",
      ".claude/commands/git/Commit It.md":
        "---\nallowed-tools: Bash\n---\nCommit\nall.\n\nThen rest.\n",
      ".claude/projects/-home-me-app/memory/MEMORY.md": "app\n",
      ".claude/projects/-home-me-app/x.jsonl": "{}\n",
      ".claude/settings.json": JSON.stringify({ hooks: { Stop: [] }, env: { A: "1" }, model: "x" }),
      ".claude.json": JSON.stringify({
        mcpServers: { srv: { command: "npx", env: { API_KEY: SECRET, MODE: "a" } } },
        projects: { "/home/me/app": { mcpServers: { other: { url: "https://x.test" } } } },
      }),
    });
    const planned = await plan({ provider: "claude-code" });
    assert.deepEqual(told(planned.items), [
      "skill:review | planned",
      "skill:claude-command-git-commit-it | planned",
      "memory:user-CLAUDE.md | planned",
      "archive:settings.json | planned",
      "manual:hooks:settings.json | skipped | Look at what hooks run, and set up by hand what you need.",
      "manual:env:settings.json | skipped | Set by hand the variables that you need.",
      "memory:claude-auto:f55433f40a:MEMORY.md | planned",
      "config:mcp-server:user-claude-json:srv | planned",
      "archive:home:projects | planned",
    ]);
    const server = planned.items[7];
    const imports = at(".openclaw/workspace/memory/imports/claude-code");
    assert.equal(planned.items[6].target, join(imports, "home-me-app-f55433f40a", "MEMORY.md"));
    assert.deepEqual(server.details?.secretsLeftOut, ["API_KEY"]);
    assert.equal(server.target, `${at(".openclaw/openclaw.json")}#mcp.servers.srv`);
    assert.ok(!JSON.stringify(planned).includes(SECRET));
  }));

Deno.test("a project of Claude's is looked at alone", () =>
  withUser(async ({ has, at, plan }) => {
    has({
      ".claude/CLAUDE.md": "of the user\n",
      ".claude.json": JSON.stringify({
        mcpServers: { srv: { command: "of the user" } },
        projects: { [at("app")]: { mcpServers: { local: { command: "npx" } } } },
      }),
      "app/CLAUDE.md": "of the project\n",
      "app/CLAUDE.local.md": "mine\n",
      "app/.mcp.json": JSON.stringify({ mcpServers: { srv: { command: "npx" } } }),
      "app/.claude/rules/a.md": "rule\n",
    });
    putSkill(at("app/.claude/skills/review"));
    const { items } = await plan({ provider: "claude-code", from: at("app") });
    assert.deepEqual(told(items), [
      "skill:review | planned",
      "workspace:CLAUDE.md | planned",
      "config:mcp-server:project-mcp:srv | planned",
      "config:mcp-server:project-claude-json:local | planned",
      "archive:CLAUDE.local.md | planned",
      "archive:.claude/rules | planned",
    ]);
  }));

Deno.test("names of Claude's skills and commands that are alike are all refused", () =>
  withUser(async ({ has, at, plan }) => {
    putSkill(at(".claude/skills/A B"));
    putSkill(at(".claude/skills/a-b"));
    has({ ".claude/commands/x y.md": "x", ".claude/commands/x-y.md": "y" });
    const reason = (name: string) => `multiple Claude skills or commands normalize to "${name}"`;
    assert.deepEqual(told((await plan({ provider: "claude-code" })).items), [
      `skill:a-b | conflict | ${reason("a-b")}`,
      `skill:a-b | conflict | ${reason("a-b")}`,
      `skill:claude-command-x-y | conflict | ${reason("claude-command-x-y")}`,
      `skill:claude-command-x-y | conflict | ${reason("claude-command-x-y")}`,
    ]);
  }));

Deno.test("Hermes' texts go into the workspace, its databases and tokens into the archive", () =>
  withUser(async ({ has, at, plan }) => {
    has({
      ".hermes/active_profile": "coder\n",
      ".hermes/SOUL.md": "of the default profile\n",
      ".hermes/profiles/coder/SOUL.md": "soul\n",
      ".hermes/profiles/coder/AGENTS.md": "agents\n",
      ".hermes/profiles/coder/memories/USER.md": "user\n",
      ".hermes/profiles/coder/state.db": "not opened yet",
      ".hermes/profiles/coder/mcp-tokens/x.json": "{}",
      ".hermes/profiles/coder/config.yaml": "model: x\n",
      ".hermes/profiles/coder/.env":
        `export OPENAI_API_KEY='${SECRET}'\nOTHER=1\n# GROQ_API_KEY=x\n`,
      ".openclaw/workspace/AGENTS.md": "there\n",
    });
    putSkill(at(".hermes/profiles/coder/skills/deep/er"));
    const planned = await plan({ provider: "hermes" });
    const secret = "secrets are carried only with --include-secrets";
    assert.deepEqual(told(planned.items), [
      "skill:deep:er | planned",
      "workspace:SOUL.md | planned",
      "workspace:AGENTS.md | conflict | target exists",
      "memory:USER.md | planned",
      `archive:mcp-tokens | skipped | ${secret}`,
      "archive:state.db | planned",
      "archive:config.yaml | planned",
      "config:default-model | planned",
      "config:memory-plugin-slot | planned",
      `env:OPENAI_API_KEY | skipped | ${secret}`,
    ]);
    assert.ok(!JSON.stringify(planned).includes(SECRET));
    assert.ok(
      !JSON.stringify(await plan({ provider: "hermes", includeSecrets: true })).includes(SECRET),
    );
  }));

Deno.test("between Codex and Claude Code only what both have is moved", () =>
  withUser(async ({ has, at, plan }) => {
    putSkill(at(".codex/skills/review"));
    has({
      ".codex/AGENTS.md": "Be kind.\n",
      ".codex/prompts/commit.md": "Commit.\n",
      ".codex/memories/MEMORY.md": "remember\n",
      ".codex/config.toml": "[mcp_servers.srv]\ncommand = 'npx'\n",
      ".claude/settings.json": '{"model": "x"}',
      ".claude/projects/p/x.jsonl": "{}\n",
      ".claude/skills/mine/SKILL.md": "x\n",
    });
    const toClaude = await plan({ provider: "codex", to: "claude-code" });
    assert.deepEqual(told(toClaude.items), [
      "skill:review | planned",
      "command:commit | planned",
      "archive:config.toml | planned",
      "memory:codex:MEMORY.md | planned",
      "workspace:AGENTS.md | planned",
      "config:mcp-server:codex:srv | skipped | it would run at once; name it with --item to add it",
    ]);
    const named = await plan({
      provider: "codex",
      to: "claude-code",
      items: ["config:mcp-server:codex:srv"],
    });
    assert.deepEqual(named.summary.planned, 1);
    assert.deepEqual(told((await plan({ provider: "claude-code", to: "codex" })).items), [
      "skill:mine | planned",
      "archive:settings.json | planned",
    ]);
  }));

Deno.test("an agent's own workspace is used, and one that is not there is refused", () =>
  withUser(async ({ has, at, plan, user }) => {
    putSkill(at(".codex/skills/review"));
    const list = [{ id: "main" }, { id: "work", workspace: join(user, "elsewhere") }];
    has({ ".openclaw/openclaw.json": JSON.stringify({ agents: { list } }) });
    const of = async (agent?: string) => (await plan({ provider: "codex", agent })).items[0].target;
    assert.equal(await of(), at(".openclaw/workspace/skills/review"));
    assert.equal(await of("work"), at("elsewhere/skills/review"));
    await assert.rejects(() => of("nobody"), { code: "no_such_agent" });
  }));

Deno.test("what is not there, or is the target itself, is refused", () =>
  withUser(async ({ at, plan }) => {
    await assert.rejects(() => plan({ provider: "codex" }), { code: "no_source" });
    putSkill(at(".codex/skills/review"));
    await assert.rejects(() => plan({ provider: "codex", to: "codex" }), { code: "same_home" });
    await assert.rejects(() => plan({ provider: "codex", to: "codex", agent: "x" }), {
      code: "usage",
    });
  }));

Deno.test("targets that are links, or lie behind one, are conflicts", () =>
  withUser(async ({ has, at, plan }) => {
    putSkill(at(".codex/skills/review"));
    has({ ".claude/CLAUDE.md": "kind\n", "mine/USER.md": "x\n", ".openclaw/workspace/a": "" });
    Deno.symlinkSync(at("mine/USER.md"), at(".openclaw/workspace/USER.md"));
    Deno.symlinkSync(at("mine"), at(".openclaw/workspace/skills"));
    assert.deepEqual(told((await plan({ provider: "codex", overwrite: true })).items), [
      "skill:review | conflict | a folder on the way is a symlink",
    ]);
    assert.deepEqual(told((await plan({ provider: "claude-code" })).items), [
      "memory:user-CLAUDE.md | conflict | target is a symlink",
    ]);
  }));

Deno.test("the agents that are here are found", () =>
  withUser(async ({ host, at }) => {
    putSkill(at(".agents/skills/review"));
    const { providers, targets } = await listProviders(host);
    assert.deepEqual(
      providers.map(({ id, detection: { found, confidence } }) => [id, found, confidence]),
      [["codex", true, "medium"], ["claude-code", false, "low"], ["hermes", false, "low"]],
    );
    assert.deepEqual(targets, ["openclaw", "codex", "claude-code"]);
  }));

Deno.test("of two things that would go to one place neither is moved", () =>
  withUser(async ({ has, at, plan }) => {
    has({
      ".codex/config.toml": "",
      ".claude.json": JSON.stringify({ mcpServers: { "a b": { url: "u" }, "a-b": { url: "v" } } }),
    });
    const target = `${at(".codex/config.toml")}#mcp_servers.a-b`;
    assert.deepEqual(told((await plan({ provider: "claude-code", to: "codex" })).items), [
      `config:mcp-server:user-claude-json:a b | conflict | 2 items go to ${target}`,
      `config:mcp-server:user-claude-json:a-b | conflict | 2 items go to ${target}`,
    ]);
  }));
