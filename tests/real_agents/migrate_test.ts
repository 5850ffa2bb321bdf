/** Migrations into the homes of real agents, and their own word on what is moved. */
import { join } from "node:path";
import type { MigrationItem } from "../../src/migrate/mod.ts";
import { assert } from "../assert.ts";
import { codexEnv, makeCodex } from "../support/agents/codex.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents, installOpenClaw } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { startModelStub } from "../support/agents/model_stub.ts";
import { makeOpenClaw, openClaw } from "../support/agents/openclaw.ts";
import { runOk } from "../support/agents/run.ts";
import { HERMES_CONFIG, HERMES_ENV } from "../support/hermes_config.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { put, putSkill } from "../support/migration_home.ts";

/** A Claude Code home and a Hermes home with something of everything. */
function makeSources(user: string): void {
  const claude = join(user, ".claude");
  for (const name of ["review", "A B"]) putSkill(join(claude, "skills", name));
  putSkill(join(claude, "skills", "group", "nested"));
  put(join(claude, "CLAUDE.md"), "Be kind.\n");
  put(join(claude, "commands", "git", "Commit It.md"), "Commit.\n");
  for (const name of ["a b", "a-b"]) put(join(claude, "commands", `${name}.md`), name);
  put(join(claude, "projects", "-home-me-app", "a.jsonl"), "{}\n");
  put(join(claude, "plans", "p.md"));
  put(join(claude, "agents", "x.md"));
  const server = { command: "/bin/false", env: { MODE: "a" } };
  const web = { type: "http", url: "https://x.test/mcp" };
  put(join(user, ".claude.json"), JSON.stringify({ mcpServers: { server, web } }));
  const hermes = join(user, ".hermes");
  for (const path of ["deep/er", "er", "plain"]) putSkill(join(hermes, "skills", path));
  for (
    const path of ["SOUL.md", "memories/MEMORY.md", "memories/USER.md", "sessions/s", "cron/c"]
  ) {
    put(join(hermes, path), `What Hermes has in ${path}.\n`);
  }
  put(join(hermes, "gateway_state.json"), "{}");
  put(join(hermes, "config.yaml"), HERMES_CONFIG);
  put(join(hermes, ".env"), HERMES_ENV);
}

/**
 * What both say of an item. Keys of Hermes go into other places, its configuration is archived, too,
 * and what a person has to do with Claude's settings is told in other words.
 */
function told(items: MigrationItem[], provider: string): string[] {
  const isOther = ({ kind, id }: MigrationItem) =>
    kind === "secret" || id === "archive:config.yaml" ||
    (kind === "manual" && provider === "claude");
  return items.filter((item) => !isOther(item))
    .map(({ id, kind, action, status, reason }) =>
      [id, kind, action, status, ...(status === "conflict" ? [reason] : [])].join(" | ")
    ).sort();
}

Deno.test("OpenClaw itself plans the same, and accepts what is moved", async () => {
  const program = await installOpenClaw();
  await withAgentFolder(async (folder) => {
    const claw = await makeOpenClaw(folder, program);
    makeSources(claw.userHome);
    for (const provider of ["claude", "hermes"]) {
      const theirs = await openClaw(
        claw,
        "migrate",
        "plan",
        provider,
        "--agent",
        "writer",
        "--json",
      );
      const plan = JSON.parse(theirs.stdout.slice(theirs.stdout.indexOf("{")));
      const ours = await lifeboat(claw.userHome, [
        "migrate",
        "plan",
        provider,
        "--agent",
        "writer",
      ]);
      assert.deepEqual(told(ours.items as MigrationItem[], provider), told(plan.items, provider));
      assert.deepEqual(ours.target, plan.target);
    }
    const chosen = [
      "skill:review",
      "memory:user-CLAUDE.md",
      "config:mcp-server:user-claude-json:web",
    ]
      .flatMap((id) => ["--item", id]);
    const args = ["migrate", "claude", "--agent", "writer", "--yes", ...chosen];
    const result = await lifeboat(claw.userHome, args);
    assert.equal((result.summary as { migrated: number }).migrated, 3);
    const settings = [
      "default-model",
      "model-provider:lab",
      "memory-plugin-slot",
      "mcp-server:files",
    ];
    const named = settings.flatMap((name) => ["--item", `config:${name}`]);
    await lifeboat(claw.userHome, ["migrate", "hermes", "--agent", "writer", "--yes", ...named]);
    await openClaw(claw, "config", "validate");
    const servers = await openClaw(claw, "mcp", "list", "--json");
    assert.equal(JSON.parse(servers.stdout).files.enabled, false);
    const models = await openClaw(claw, "models", "list", "--agent", "writer", "--json");
    const known = JSON.parse(models.stdout.slice(models.stdout.indexOf("{"))).models;
    const lab = known.find(({ key }: { key: string }) => key === "lab/lab-1");
    assert.ok(lab?.tags.includes("default"), models.stdout);
    assert.deepEqual(JSON.parse(servers.stdout).web, {
      url: "https://x.test/mcp",
      transport: "streamable-http",
      enabled: false,
    });
    const skills = await openClaw(claw, "skills", "list", "--agent", "writer", "--json");
    const found = JSON.parse(skills.stdout).skills.map(({ name }: { name: string }) => name);
    assert.ok(found.includes("review"), found.join());
  });
});

Deno.test("Codex reads what an isolated home was seeded with, and starts no server of it", async () => {
  const { codex: program } = await installAgents();
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      const codex = await makeCodex(folder, program, stub);
      const config = Deno.readTextFileSync(join(codex.home, "config.toml"));
      putSkill(join(codex.home, "skills", "zebra"));
      put(join(codex.home, "AGENTS.md"), "Always mention the giraffe.\n");
      const mark = join(folder, "server-was-started");
      const server = `\n[mcp_servers."my server"]\ncommand = "/bin/touch"\nargs = ["${mark}"]\n`;
      put(join(codex.home, "config.toml"), config + server);
      const { path } = await lifeboat(codex.userHome, [
        ...["isolate", "create", "helper", "--seed", "codex"],
      ]);
      const seeded = Deno.readTextFileSync(join(String(path), "config.toml"));
      put(join(String(path), "config.toml"), config + seeded);
      const words = ["exec", "--skip-git-repo-check", "Who am I?"];
      const env = codexEnv(codex);
      const command = ["isolate", "exec", "helper", "--", program, ...words];
      await runOk(PROGRAM, command, { cwd: codex.project, env });
      const told = stub.requests.at(-1)!.body;
      assert.ok(told.includes("zebra") && told.includes("Always mention the giraffe."), told);
      assert.match(seeded, /\[mcp_servers\.my-server\][^]*enabled = false/);
      assert.throws(() => Deno.statSync(mark), Deno.errors.NotFound);
    } finally {
      await stub.close();
    }
  });
});
