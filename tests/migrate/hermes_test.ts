/** What becomes of Hermes' configuration; the items themselves are held against OpenClaw's own plan. */
import { join } from "node:path";
import { type MigrationItem } from "../../src/migrate/mod.ts";
import { assert } from "../assert.ts";
import { HERMES_CONFIG, HERMES_ENV, HERMES_SECRET } from "../support/hermes_config.ts";
import { readTree } from "../support/trees.ts";
import { type MigrateScene, told, undo, withUser } from "./scene.ts";

const ENTER = "Enter them by hand, or use --include-secrets.";
const SET_KEY = "Enter its key in OpenClaw: openclaw models auth paste-api-key --provider NAME.";
const SET_ENDPOINT = "Set its endpoint in OpenClaw, if it needs one.";

function makeHermes({ has }: MigrateScene, config = HERMES_CONFIG): void {
  has({ ".hermes/config.yaml": config, ".hermes/.env": HERMES_ENV });
}

const configOf = ({ at }: MigrateScene) =>
  JSON.parse(Deno.readTextFileSync(at(".openclaw/openclaw.json")));

const found = (items: MigrationItem[], id: string) => items.find((item) => item.id === id)!;

Deno.test("model, providers, memory, skills and servers of Hermes are items of their own", () =>
  withUser(async (scene) => {
    makeHermes(scene);
    const { items } = await scene.plan({ provider: "hermes" });
    assert.deepEqual(told(items), [
      "archive:config.yaml | planned",
      "config:default-model | planned",
      "config:memory-plugin-slot | planned",
      "config:memory-plugin:honcho | planned",
      "manual:memory-provider:honcho | skipped | Install OpenClaw's plugin for Honcho, then select it.",
      "config:model-provider:lab | planned",
      "config:model-provider:claude | planned",
      "config:model-provider:my-lab | planned",
      `manual:model-provider-key-env:lab | skipped | ${SET_KEY}`,
      `manual:model-provider-inline-key:claude | skipped | ${SET_KEY}`,
      `manual:model-provider-headers:claude | skipped | ${ENTER}`,
      "manual:model-provider-transport:odd | skipped | Find a plugin that speaks it.",
      `manual:model-provider-endpoint:empty | skipped | ${SET_ENDPOINT}`,
      "manual:model-provider-extra-body:my-lab | skipped | Find an option of OpenClaw for it.",
      `manual:model-provider-endpoint-env:nowhere | skipped | ${SET_ENDPOINT}`,
      "config:skill-entry:notes | planned",
      "config:skill-entry:draw | planned",
      "config:mcp-server:files | planned",
      "config:mcp-server:web | planned",
      `manual:mcp-server-secrets:web | skipped | ${ENTER}`,
      "manual:mcp-server-oauth-login:web | skipped | Sign in to it: openclaw mcp login NAME.",
      "manual:mcp-server-sampling:web | skipped | Look at what it needs, and set it by hand.",
      "config:mcp-server:old | planned",
      `manual:mcp-server-secrets:old | skipped | ${ENTER}`,
      `manual:mcp-server-secrets:parted | skipped | ${ENTER}`,
      "env:OPENROUTER_API_KEY | skipped | secrets are carried only with --include-secrets",
    ]);
    const secrets = [
      found(items, "config:memory-plugin:honcho"),
      found(items, "config:skill-entry:notes"),
      found(items, "config:mcp-server:web"),
    ].map(({ sensitive, details }) => [sensitive, details!.secretsLeftOut]);
    assert.deepEqual(secrets, [[true, ["api_key"]], [true, ["api_key"]], [true, [
      "Authorization",
    ]]]);
  }));

Deno.test("settings are merged into OpenClaw's configuration, and undo gives back what was there", () =>
  withUser(async (scene) => {
    makeHermes(scene);
    const before = '{\n  // mine\n  "models": { "providers": { "own": { "baseUrl": "x" } } },\n}\n';
    scene.has({ ".openclaw/openclaw.json": before });
    const { ok, reportDir } = await scene.apply({ provider: "hermes" });
    assert.ok(ok);
    const text = Deno.readTextFileSync(scene.at(".openclaw/openclaw.json"));
    assert.ok(text.startsWith("{\n  // mine\n"));
    const config = JSON.parse(text.replace("// mine", "").replace(/,\s*\}\s*$/, "}"));
    const { models, agents, plugins, skills, mcp } = config;
    assert.deepEqual(agents, { defaults: { model: "lab/lab-1" } });
    assert.deepEqual(plugins, {
      slots: { memory: "memory-core" },
      entries: { honcho: { enabled: false, config: { workspace: "mine" } } },
    });
    assert.deepEqual(Object.keys(models.providers), ["own", "lab", "claude", "my-lab"]);
    const { lab, claude } = models.providers;
    assert.deepEqual([lab.baseUrl, lab.api, claude.baseUrl, claude.api, claude.headers], [
      ...["http://127.0.0.1:9999/v1", "openai-completions"],
      ...["https://proxy.test/anthropic", "anthropic-messages", undefined],
    ]);
    assert.deepEqual(
      lab.models.map((one: Record<string, unknown>) => [one.id, one.input, one.contextWindow]),
      [["lab-1", ["text", "image"], 64000], ["lab-2", ["text"], 64000]],
    );
    assert.deepEqual(skills.entries, {
      notes: { config: { folder: "/tmp/notes" }, enabled: false },
      draw: { enabled: false },
    });
    assert.deepEqual(mcp.servers, {
      files: {
        command: "/bin/false",
        args: ["--root", "/tmp"],
        requestTimeoutMs: 30_000,
        toolFilter: { include: ["read", "write", "resources_list", "resources_read"] },
        enabled: false,
      },
      web: {
        url: "https://web.test/mcp",
        transport: "streamable-http",
        auth: "oauth",
        enabled: false,
      },
      old: { url: "https://old.test/sse", transport: "sse", enabled: false, env: { MODE: "a" } },
    });
    assert.ok(!JSON.stringify(readTree(scene.at(".openclaw"))).includes(HERMES_SECRET));
    assert.ok(Deno.statSync(join(reportDir!, "archive", "config.yaml")).isFile);
    await undo(scene, "openclaw");
    assert.equal(Deno.readTextFileSync(scene.at(".openclaw/openclaw.json")), before);
  }));

Deno.test("secrets of Hermes' configuration are carried only where they are wanted, and never told", () =>
  withUser(async (scene) => {
    makeHermes(scene);
    const result = await scene.apply({ provider: "hermes", includeSecrets: true });
    const { models, plugins, skills, mcp } = configOf(scene);
    assert.deepEqual(models.providers.claude.headers, { "X-Team": "blue" });
    assert.equal(plugins.entries.honcho.config.api_key, HERMES_SECRET);
    assert.equal(skills.entries.notes.config.api_key, HERMES_SECRET);
    assert.equal(mcp.servers.web.headers.Authorization, `Bearer ${HERMES_SECRET}`);
    assert.deepEqual(mcp.servers.old.env, { MODE: "a", API_KEY: HERMES_SECRET });
    // A key that stands in the configuration itself has no place in OpenClaw's.
    assert.ok(!JSON.stringify(models).includes(HERMES_SECRET));
    assert.ok(!JSON.stringify(result).includes(HERMES_SECRET));
    assert.ok(!JSON.stringify(result).includes("blue"));
    for (const name of ["report.json", "summary.md"]) {
      const text = Deno.readTextFileSync(join(result.reportDir!, name));
      assert.ok(!text.includes(HERMES_SECRET) && !text.includes("blue"), name);
    }
    const ids = result.items.map(({ id }) => id);
    assert.ok(ids.includes("manual:mcp-server-unresolved-secrets:parted"));
    assert.ok(!ids.includes("config:mcp-server:parted"));
  }));

Deno.test("a configuration that is damaged is an error of its own, and the rest is moved", () =>
  withUser(async (scene) => {
    makeHermes(scene, `model: x\nproviders: [ { key: ${HERMES_SECRET}\n`);
    scene.has({ ".hermes/SOUL.md": "soul\n" });
    for (const to of ["openclaw", "codex"] as const) {
      const { items } = await scene.plan({ provider: "hermes", to });
      const { kind, status, reason } = found(items, "config:config.yaml");
      assert.deepEqual([kind, status], ["config", "error"]);
      assert.match(
        reason!,
        /config\.yaml was not looked into: line \d is no YAML that can be read$/,
      );
      assert.equal(found(items, "workspace:SOUL.md").status, "planned");
    }
    const { ok, summary } = await scene.apply({ provider: "hermes" });
    assert.deepEqual([ok, summary.errors, summary.migrated], [false, 1, 2]);
    assert.equal(Deno.readTextFileSync(scene.at(".openclaw/workspace/SOUL.md")), "soul\n");
    Deno.writeFileSync(scene.at(".hermes/config.yaml"), new Uint8Array([0x61, 0xff, 0xfe]));
    const binary = await scene.plan({ provider: "hermes" });
    assert.match(found(binary.items, "config:config.yaml").reason!, /not valid UTF-8/);
  }));

Deno.test("what is set in OpenClaw stays, unless it shall be overwritten", () =>
  withUser(async (scene) => {
    makeHermes(scene, "model: { provider: lab, default: one, base_url: http://lab.test/v1 }\n");
    const there = {
      agents: { defaults: { model: { primary: "a/b", fallbacks: ["c/d"] } } },
      models: { providers: { lab: { baseUrl: "mine", models: [] } } },
    };
    scene.has({ ".openclaw/openclaw.json": JSON.stringify(there) });
    const { items } = await scene.plan({ provider: "hermes" });
    assert.deepEqual(told(items).filter((line) => line.startsWith("config:")), [
      "config:default-model | conflict | default model already configured",
      "config:model-provider:lab | conflict | target exists",
    ]);
    await assert.rejects(() => scene.apply({ provider: "hermes" }), {
      code: "migration_conflicts",
    });
    await scene.apply({ provider: "hermes", overwrite: true });
    const { agents, models } = configOf(scene);
    assert.deepEqual(agents.defaults.model, { primary: "lab/one", fallbacks: ["c/d"] });
    assert.equal(models.providers.lab.baseUrl, "http://lab.test/v1");
    const again = await scene.plan({ provider: "hermes" });
    assert.deepEqual(told(again.items).filter((line) => line.startsWith("config:")), [
      "config:default-model | skipped | already configured",
      "config:model-provider:lab | skipped | already there",
    ]);
  }));

Deno.test("the model of an agent is its own where it is named, in both forms of the list", () =>
  withUser(async (scene) => {
    makeHermes(scene, "model: lab/one\n");
    const forms: [before: unknown, after: unknown][] = [
      [
        { entries: { main: {}, work: { model: { fallbacks: [] } } } },
        { entries: { main: {}, work: { model: { fallbacks: [], primary: "lab/one" } } } },
      ],
      [
        { list: [{ id: "main" }, { id: "work", name: "w" }] },
        { list: [{ id: "main" }, { id: "work", name: "w", model: "lab/one" }] },
      ],
    ];
    for (const [before, after] of forms) {
      scene.has({ ".openclaw/openclaw.json": JSON.stringify({ agents: before }) });
      await scene.apply({ provider: "hermes", agent: "work", items: ["config:default-model"] });
      assert.deepEqual(configOf(scene).agents, after);
    }
  }));

Deno.test("names that reach into objects, and tables where none may be, do no harm", () =>
  withUser(async (scene) => {
    makeHermes(
      scene,
      `
providers: { __proto__: { base_url: http://a.test }, ok: { base_url: http://b.test, models: 7 } }
custom_providers: { not: a list }
mcp_servers: { __proto__: { command: x }, n: 1, list: [a], ok: { command: [x], url: { a: b } } }
skills: { config: { __proto__: { a: 1 }, x: 2 }, disabled: { a: b } }
memory: [1]
model: [1]
`,
    );
    const { items } = await scene.plan({ provider: "hermes" });
    assert.deepEqual(told(items.filter(({ kind }) => kind === "config")), [
      "config:model-provider:ok | planned",
      "config:mcp-server:__proto__ | error | its name cannot be used there",
    ]);
    scene.has({ ".openclaw/openclaw.json": '{ "models": [], "agents": "x" }' });
    const refused = await scene.plan({ provider: "hermes" });
    const { status, reason } = found(refused.items, "config:model-provider:ok");
    assert.deepEqual([status, /models is no table/.test(reason!)], ["error", true]);
  }));

Deno.test("Codex and Claude Code get the servers of Hermes, and hear what else there is", () =>
  withUser(async (scene) => {
    makeHermes(scene);
    const { items } = await scene.apply({ provider: "hermes", to: "codex" });
    assert.deepEqual(told(items), [
      "archive:config.yaml | migrated",
      "config:mcp-server:files | migrated",
      "config:mcp-server:web | migrated",
      "config:mcp-server:old | migrated",
      "manual:config.yaml | skipped | Look at the archived copy, and set by hand what you need.",
      "env:OPENROUTER_API_KEY | skipped | it is of no use in this Codex home",
    ]);
    assert.deepEqual(found(items, "config:mcp-server:files").details!.settingsLeftOut, [
      "requestTimeoutMs",
      "toolFilter",
    ]);
    assert.deepEqual(found(items, "manual:config.yaml").details!.settings, [
      ...["model", "defaults", "providers", "custom_providers", "memory", "skills"],
    ]);
    const text = Deno.readTextFileSync(scene.at(".codex/config.toml"));
    assert.equal(text.match(/enabled = false/g)?.length, 3);
    assert.ok(!text.includes(HERMES_SECRET));
  }));
