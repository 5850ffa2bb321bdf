/** Curated plugins, as the real Codex tells them, for the real OpenClaw. */
import { dirname, join } from "node:path";
import type { MigrationItem } from "../../src/migrate/mod.ts";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents, installOpenClaw } from "../support/agents/install.ts";
import { makeOpenClaw, openClaw } from "../support/agents/openclaw.ts";
import { runOk, systemPath } from "../support/agents/run.ts";
import { putCuratedPlugins } from "../support/codex_plugins.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { put } from "../support/migration_home.ts";
import { needTool } from "../support/strace.ts";
import { readTree } from "../support/trees.ts";

/** A Codex home with three curated plugins, whose user is signed in. */
function makePlugins(user: string): void {
  const home = join(user, ".codex");
  putCuratedPlugins(home, [
    { name: "linear", app: "connector_linear" },
    { name: "plain" },
    { name: "off", enabled: false },
  ]);
  put(join(home, "auth.json"), JSON.stringify({ auth_mode: "chatgpt", tokens: { id: "x" } }));
}

function planOf(stdout: string): { items: MigrationItem[]; warnings: string[] } {
  return JSON.parse(stdout);
}

const told = (items: MigrationItem[]) =>
  items.filter(({ id }) => id.includes("plugin")).map(({ id, kind, status, details }) => {
    const apps = details?.apps as { id: string }[] | undefined;
    return [id, kind, status, ...(apps ?? []).map((app) => app.id)].join(" ");
  });

Deno.test("Codex tells its curated plugins, its home stays as it is, and nothing reaches the network", async () => {
  needTool("strace", ["-V"], /strace/, "strace");
  const { codex } = await installAgents();
  await withAgentFolder(async (folder) => {
    const user = join(folder, "user");
    makePlugins(user);
    const before = readTree(join(user, ".codex"));
    const env = { HOME: user, PATH: `${dirname(codex)}:${systemPath()}` };
    const log = join(folder, "calls");
    const strace = ["-f", "-qq", "-e", "trace=%network", "-o", log];
    const { stdout } = await runOk(
      "/usr/bin/strace",
      [...strace, PROGRAM, "migrate", "plan", "codex", "--json"],
      { cwd: user, env },
    );
    const { items, warnings } = planOf(stdout);
    assert.deepEqual(told(items), [
      "plugin:linear plugin skipped connector_linear",
      "plugin:off:1 manual skipped",
      "plugin:plain plugin skipped",
    ]);
    assert.deepEqual(warnings, []);
    assert.deepEqual(readTree(join(user, ".codex")), before);
    const calls = Deno.readTextFileSync(log).split("\n").filter((call) => /AF_INET/.test(call));
    const reached = calls.filter((call) =>
      /\b(?:connect|send\w+)\(/.test(call) && !/sin_port=htons\(9\).*"127\.0\.0\.1"/.test(call)
    );
    assert.ok(calls.length > 0);
    assert.deepEqual(reached, []);
  });
});

Deno.test("OpenClaw accepts what names a curated plugin of Codex", async () => {
  const { codex } = await installAgents();
  const program = await installOpenClaw();
  await withAgentFolder(async (folder) => {
    const claw = await makeOpenClaw(folder, program);
    makePlugins(claw.userHome);
    const env = { HOME: claw.userHome, PATH: `${dirname(codex)}:${systemPath()}` };
    const args = ["migrate", "codex", "--plugin", "plain", "--yes", "--json"];
    const options = { cwd: claw.userHome, env, timeoutMs: 120_000 };
    const { items } = planOf((await runOk(PROGRAM, args, options)).stdout);
    assert.deepEqual(told(items), [
      "plugin:linear plugin skipped connector_linear",
      "plugin:off:1 manual skipped",
      "plugin:plain plugin migrated",
      "config:codex-plugins config migrated",
    ]);
    await openClaw(claw, "config", "validate");
    const key = "plugins.entries.codex";
    const { stdout } = await openClaw(claw, "config", "get", key, "--json");
    const { enabled, config } = JSON.parse(stdout.slice(stdout.indexOf("{")));
    assert.deepEqual([enabled, config.codexPlugins], [true, {
      enabled: true,
      allow_destructive_actions: "ask",
      plugins: {
        plain: { enabled: true, marketplaceName: "openai-curated", pluginName: "plain" },
      },
    }]);
    // What OpenClaw itself has written there stays.
    assert.deepEqual(Object.keys(config).sort(), ["codexPlugins", "sessionCatalog"]);
  });
});
