/** Curated plugins of Codex, asked for at an app-server that answers as told. */
import { join } from "node:path";
import type { MigrateOptions } from "../../src/migrate/mod.ts";
import { applyMigration, type MigrationItem, planMigration } from "../../src/migrate/mod.ts";
import { assert } from "../assert.ts";
import { type Answers, putAppServer, putCuratedPlugins } from "../support/codex_plugins.ts";
import { testHost } from "../support/host.ts";
import { put } from "../support/migration_home.ts";
import { readTree } from "../support/trees.ts";
import { type MigrateScene, told, withUser } from "./scene.ts";

const SECRET = "sk-abcdefghijklmnopqrstuvwxyz012345";
const NEEDS_NAME = "it runs code; name it with --plugin to install it";

const installed = (name: string, more: object = {}) => ({
  ...{ id: `${name}@openai-curated`, name, installed: true, enabled: true },
  ...more,
});

function listed(...plugins: object[]): Answers {
  const path = "/catalogue/marketplace.json";
  return {
    "plugin/installed": {
      result: {
        marketplaces: [
          { name: "openai-curated", path, plugins },
          { name: "somebody-else", path, plugins: [installed("foreign")] },
        ],
        marketplaceLoadErrors: [],
      },
    },
  };
}

const read = (...apps: string[]) => ({
  result: { plugin: { apps: apps.map((id) => ({ id, name: id })) } },
});

/** A Codex home with three plugins, signed in as told, and what its app-server answers. */
function makeCodex({ at }: MigrateScene, answers: Answers, login: object = { tokens: { a: "b" } }) {
  putCuratedPlugins(at(".codex"), [
    { name: "linear", app: "connector_linear" },
    { name: "plain" },
    { name: "off", enabled: false },
  ]);
  put(at(".codex/auth.json"), JSON.stringify(login));
  return putAppServer(at("bin"), answers);
}

const ALL: Answers = {
  ...listed(installed("plain"), installed("linear"), installed("off", { enabled: false })),
  "plugin/read plain": read(),
  "plugin/read linear": read("connector_linear"),
};

function planOf({ user }: MigrateScene, options: Partial<MigrateOptions> = {}, path = "bin") {
  const host = testHost(user, { env: { PATH: `${join(user, path)}:/usr/bin:/bin` } });
  return planMigration(host, { provider: "codex", ...options });
}

const plugins = (items: MigrationItem[]) =>
  told(items.filter(({ id }) => id.startsWith("plugin:") || id === "config:codex-plugins"));

Deno.test("curated plugins that are installed are items, which wait for their names", () =>
  withUser(async (scene) => {
    makeCodex(scene, ALL);
    put(scene.at(".codex/plugins/cache/mine/own/1/.codex-plugin/plugin.json"), '{"name":"Own"}');
    const { items, warnings } = await planOf(scene);
    assert.deepEqual(plugins(items), [
      "plugin:own:1 | skipped | Look at the bundle, then install it in the other agent if you trust it.",
      `plugin:linear | skipped | ${NEEDS_NAME}`,
      "plugin:off:2 | skipped | plugin_disabled",
      `plugin:plain | skipped | ${NEEDS_NAME}`,
    ]);
    const { kind, action, source, target, details } = items.find(({ id }) =>
      id === "plugin:linear"
    )!;
    assert.deepEqual([kind, action, source], ["plugin", "install", "openai-curated/linear"]);
    assert.equal(
      target,
      `${
        scene.at(".openclaw/openclaw.json")
      }#plugins.entries.codex.config.codexPlugins.plugins.linear`,
    );
    assert.deepEqual(details, {
      configKey: "linear",
      marketplaceName: "openai-curated",
      pluginName: "linear",
      sourceInstalled: true,
      sourceEnabled: true,
      apps: [{ id: "connector_linear", name: "connector_linear" }],
      sourceAppVerification: "not_run",
    });
    assert.deepEqual(warnings, []);
  }));

Deno.test("the app-server works on a stand-in without keys and network, and nothing of it stays", () =>
  withUser(async (scene) => {
    const bin = makeCodex(scene, ALL, { auth_mode: "chatgpt", tokens: { access_token: SECRET } });
    const config = Deno.readTextFileSync(scene.at(".codex/config.toml"));
    put(
      scene.at(".codex/config.toml"),
      `${config}\n[mcp_servers.a]\ncommand = "x"\nenv = { KEY = "${SECRET}" }\n`,
    );
    const host = testHost(scene.user, {
      env: { PATH: `${bin}:/usr/bin:/bin`, OPENAI_API_KEY: SECRET, HTTPS_PROXY: "http://mine" },
    });
    const before = readTree(scene.user, ["bin"]);
    await planMigration(host, { provider: "codex" });
    assert.deepEqual(readTree(scene.user, ["bin", ".local"]), before);
    assert.deepEqual(readTree(scene.at(".local/state/lifeboat/asking-codex")), {});
    const environment = Deno.readTextFileSync(join(bin, "environment"));
    assert.ok(!environment.includes(SECRET));
    assert.match(environment, /^HTTPS_PROXY=http:\/\/127\.0\.0\.1:9$/m);
    assert.match(environment, /^GIT_ALLOW_PROTOCOL=none$/m);
    assert.match(environment, /^CODEX_HOME=.*\/asking-codex\/[^/]+\/\.codex$/m);
    const plugin = ".codex-plugin/plugin.json";
    const [source, cache] = [".tmp/plugins/plugins", "plugins/cache/openai-curated"];
    const files = Object.entries(readTree(join(bin, "home")))
      .filter(([, what]) => what.startsWith("file")).map(([path]) => path);
    assert.deepEqual(
      files.sort(),
      [
        ".tmp/plugins/.agents/plugins/marketplace.json",
        `${source}/linear/.app.json`,
        ...["linear", "off", "plain"].map((name) => `${source}/${name}/${plugin}`),
        "auth.json",
        "config.toml",
        `${cache}/linear/1.0.0/.app.json`,
        ...["linear", "off", "plain"].map((name) => `${cache}/${name}/1.0.0/${plugin}`),
      ].sort(),
    );
    for (const path of files) {
      assert.ok(!Deno.readTextFileSync(join(bin, "home", path)).includes(SECRET), path);
    }
    assert.ok(!Deno.readTextFileSync(join(bin, "home/config.toml")).includes("mcp_servers"));
    assert.equal(Deno.readTextFileSync(join(bin, "arguments")), "app-server --listen stdio://\n");
  }));

Deno.test("why a plugin cannot be moved is told in OpenClaw's words", () =>
  withUser(async (scene) => {
    makeCodex(scene, ALL, { OPENAI_API_KEY: SECRET });
    const byKey = await planOf(scene);
    assert.deepEqual(plugins(byKey.items).slice(0, 1), [
      "plugin:linear:1 | skipped | codex_subscription_required",
    ]);
    assert.match(byKey.warnings.join(), /ChatGPT subscription/);
    makeCodex(scene, ALL, {});
    assert.deepEqual(plugins((await planOf(scene)).items), [
      "plugin:linear:1 | skipped | codex_account_unavailable",
      "plugin:off:2 | skipped | plugin_disabled",
      `plugin:plain | skipped | ${NEEDS_NAME}`,
    ]);
    makeCodex(scene, { ...ALL, "plugin/read plain": { error: { message: "it is gone" } } });
    const unread = (await planOf(scene)).items.find(({ id }) => id === "plugin:plain:2")!;
    assert.deepEqual([unread.kind, unread.reason], ["manual", "plugin_read_unavailable"]);
    assert.match(unread.message!, /it is gone/);
  }));

Deno.test("without an app-server that answers, cached bundles are listed, and a warning says why", () =>
  withUser(async (scene) => {
    const cached = ["linear", "off", "plain"].map((name, index) =>
      `plugin:${name}:${index + 1} | skipped | ` +
      "Look at the bundle, then install it in the other agent if you trust it."
    );
    const cases: [bin: string, warning: RegExp][] = [
      ["nowhere", /there is no program codex in PATH/],
      [putAppServer(scene.at("none"), {}), /not known/],
      [
        putAppServer(scene.at("broken"), {
          "plugin/installed": {
            result: { marketplaces: [], marketplaceLoadErrors: [{ message: "bad catalogue" }] },
          },
        }),
        /bad catalogue/,
      ],
      [scene.at("ends"), /ended instead of answering initialize/],
      [scene.at("floods"), /printed more than/],
      [scene.at("unfit"), /did not tell/],
    ];
    makeCodex(scene, ALL);
    const programs = {
      ends: "#!/bin/sh\nexit 0\n",
      floods: "#!/bin/sh\nexec yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
      unfit: "#!/no/such/interpreter\n",
    };
    for (const [name, text] of Object.entries(programs)) {
      Deno.chmodSync(put(scene.at(`${name}/codex`), text), 0o755);
    }
    for (const [bin, warning] of cases) {
      const { items, warnings } = await planOf(scene, {}, bin.slice(scene.user.length + 1) || bin);
      assert.deepEqual(plugins(items), cached, bin);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], warning);
      assert.match(warnings[0], /^Cached bundles of plugins are listed to be looked at/);
      assert.deepEqual(readTree(scene.at(".local/state/lifeboat/asking-codex")), {}, bin);
    }
  }));

Deno.test("an app-server that never answers is ended when the user stops", () =>
  withUser(async (scene) => {
    makeCodex(scene, ALL);
    const pid = scene.at("pid");
    const script = `#!/bin/sh\necho $$ > '${pid}'\nexec sleep 1000\n`;
    Deno.chmodSync(put(scene.at("bin/codex"), script), 0o755);
    const stop = new AbortController();
    const env = { PATH: `${scene.at("bin")}:/usr/bin:/bin` };
    const host = testHost(scene.user, { env, signal: stop.signal });
    const planning = planMigration(host, { provider: "codex" });
    const isStarted = () => {
      try {
        return Deno.readTextFileSync(pid).endsWith("\n");
      } catch {
        return false;
      }
    };
    while (!isStarted()) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await assert.rejects(planning, { code: "interrupted" });
    const signal = () => Deno.kill(Number(Deno.readTextFileSync(pid)), "SIGCONT");
    assert.throws(signal, Deno.errors.NotFound);
  }));

Deno.test("only what may be one is believed to be a plugin", () =>
  withUser(async (scene) => {
    const odd = ["__proto__ x", "../up", "a\u202eb", "", "x".repeat(200)].map((n) => installed(n));
    const list = listed(...odd, installed("Good One"), { name: "gone", installed: false });
    makeCodex(scene, { ...list, "plugin/read good-one": read() });
    assert.deepEqual(
      plugins((await planOf(scene)).items).filter((line) => line.includes(NEEDS_NAME)),
      [`plugin:good-one | skipped | ${NEEDS_NAME}`],
    );
  }));

Deno.test("nobody is asked where no curated plugin is configured, or another agent is the target", () =>
  withUser(async (scene) => {
    const bin = makeCodex(scene, ALL);
    await planOf(scene, { to: "claude-code" });
    put(scene.at(".codex/config.toml"), '[plugins."own@mine"]\nenabled = true\n');
    await planOf(scene);
    assert.throws(() => Deno.statSync(join(bin, "said")), Deno.errors.NotFound);
  }));

/** OpenClaw's configuration after a migration, with what was there before. */
async function configAfter(scene: MigrateScene, before: string, options: Partial<MigrateOptions>) {
  const file = scene.at(".openclaw/openclaw.json");
  put(file, before);
  const host = testHost(scene.user, { env: { PATH: `${scene.at("bin")}:/usr/bin:/bin` } });
  const all = { provider: "codex" as const, confirmed: true, backup: false, force: true };
  const result = await applyMigration(host, { ...all, ...options });
  return { result, text: Deno.readTextFileSync(file) };
}

Deno.test("a plugin that is named is written into OpenClaw's configuration, and nothing else is", () =>
  withUser(async (scene) => {
    makeCodex(scene, ALL);
    const before =
      '{\n  // mine\n  "plugins": { "entries": { "other": { "enabled": true } } },\n}\n';
    const none = await configAfter(scene, before, {});
    assert.equal(none.text, before);
    assert.ok(none.result.nextSteps.some((step) => step.includes("--plugin")));
    const { result, text } = await configAfter(scene, before, { plugins: ["PLAIN"] });
    assert.deepEqual(plugins(result.items), [
      `plugin:linear | skipped | ${NEEDS_NAME}`,
      "plugin:off:1 | skipped | plugin_disabled",
      "plugin:plain | migrated",
      "config:codex-plugins | migrated",
    ]);
    assert.ok(text.startsWith("{\n  // mine\n"));
    assert.deepEqual(JSON.parse(text.replace("// mine", "").replace(/,\s*\}\s*$/, "}")).plugins, {
      entries: {
        other: { enabled: true },
        codex: {
          enabled: true,
          config: {
            codexPlugins: {
              enabled: true,
              allow_destructive_actions: "ask",
              plugins: {
                plain: { enabled: true, marketplaceName: "openai-curated", pluginName: "plain" },
              },
            },
          },
        },
      },
    });
    assert.ok(result.nextSteps.some((step) => step.startsWith("OpenClaw's Codex installs")));
  }));

Deno.test("a plugin that is there already is passed over, and one the user has switched off stays so", () =>
  withUser(async (scene) => {
    makeCodex(scene, ALL);
    const codexPlugins = (more: object) =>
      JSON.stringify({ plugins: { entries: { codex: { config: { codexPlugins: more } } } } });
    const there = codexPlugins({
      plugins: { plain: { enabled: false, pluginName: "plain" } },
      allow_destructive_actions: false,
    });
    const passed = await configAfter(scene, there, {});
    assert.ok(plugins(passed.result.items).includes("plugin:plain | skipped | plugin exists"));
    await assert.rejects(() => configAfter(scene, there, { plugins: ["plain"] }), {
      code: "migration_conflicts",
    });
    const other = await configAfter(scene, there, { items: ["plugin:linear"] });
    const { codexPlugins: written } = JSON.parse(other.text).plugins.entries.codex.config;
    assert.deepEqual(
      [written.allow_destructive_actions, written.plugins.plain.enabled, written.enabled],
      [false, false, true],
    );
    const off = codexPlugins({ enabled: false });
    await assert.rejects(() => configAfter(scene, off, { plugins: ["plain"] }), {
      code: "migration_conflicts",
      message: /config:codex-plugins/,
    });
    await assert.rejects(() => configAfter(scene, "{}", { plugins: ["nobody"] }), {
      code: "usage",
      hint: "There are: plugin:linear, plugin:plain",
    });
  }));
