import { join } from "node:path";
import {
  findProfile,
  type HomeOptions,
  localOpenClaw,
  openClawPlaces,
  resolveHome,
} from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";

type Env = Record<string, string>;

function homeIn(folder: string, env: Env = {}, options: HomeOptions = {}) {
  const host = testHost(folder, { env });
  return resolveHome(host, findProfile(host, "openclaw"), options);
}

function pathIn(folder: string, env: Env = {}): string {
  return homeIn(folder, env).path;
}

function placesIn(folder: string, env: Env = {}) {
  const { path, isOwn } = homeIn(folder, env);
  return openClawPlaces(localOpenClaw(testHost(folder, { env }), path, isOwn));
}

const config = (folder: string, value: unknown) =>
  makeTree(folder, {
    ".openclaw/openclaw.json": typeof value === "string" ? value : JSON.stringify(value),
  });

Deno.test("the state folder: its variable, a named profile, the default, an older name", () =>
  withTempDir((folder) => {
    assert.equal(pathIn(folder), `${folder}/.openclaw`);
    makeTree(folder, { ".moltbot": {} });
    assert.equal(pathIn(folder), `${folder}/.moltbot`);
    makeTree(folder, { ".clawdbot": {} });
    assert.equal(pathIn(folder), `${folder}/.clawdbot`);
    makeTree(folder, { ".openclaw": {} });
    assert.equal(pathIn(folder), `${folder}/.openclaw`, "it is there, so the others are old");
    assert.equal(pathIn(folder, { OPENCLAW_PROFILE: "work" }), `${folder}/.openclaw-work`);
    assert.equal(pathIn(folder, { OPENCLAW_PROFILE: "Default" }), `${folder}/.openclaw`);
    const both = { OPENCLAW_STATE_DIR: " ~/state ", OPENCLAW_PROFILE: "work" };
    assert.equal(pathIn(folder, both), `${folder}/state`);
    assert.equal(pathIn(folder, { CLAWDBOT_STATE_DIR: "~/older" }), `${folder}/older`);
    for (const none of ["", "  ", "undefined", "null"]) {
      assert.equal(pathIn(folder, { OPENCLAW_STATE_DIR: none }), `${folder}/.openclaw`, none);
    }
  }));

Deno.test("OPENCLAW_HOME says what ~ is, in variables and in the configuration", () =>
  withTempDir((folder) => {
    const env = { OPENCLAW_HOME: "~/claw" };
    const text = { agents: { defaults: { workspace: "~/notes" } } };
    makeTree(folder, { "claw/.openclaw/openclaw.json": JSON.stringify(text) });
    assert.equal(pathIn(folder, env), `${folder}/claw/.openclaw`);
    assert.equal(pathIn(folder, { ...env, OPENCLAW_STATE_DIR: "~/s" }), `${folder}/claw/s`);
    assert.deepEqual(homeIn(folder, env).roots.map(({ path }) => path), [`${folder}/claw/notes`]);
  }));

Deno.test("the configuration file: its variables, and the names it had", () =>
  withTempDir((folder) => {
    const nameOf = (env: Env = {}) => placesIn(folder, env).config.path.slice(folder.length + 1);
    makeTree(folder, { ".openclaw": {} });
    assert.equal(nameOf(), ".openclaw/openclaw.json");
    for (const name of ["moldbot", "moltbot", "clawdbot", "openclaw"]) {
      makeTree(folder, { [`.openclaw/${name}.json`]: "{}" });
      assert.equal(nameOf(), `.openclaw/${name}.json`);
    }
    assert.equal(nameOf({ CLAWDBOT_CONFIG_PATH: "~/older.json" }), "older.json");
    assert.equal(nameOf({ OPENCLAW_CONFIG_PATH: "~/c.json", CLAWDBOT_CONFIG_PATH: "x" }), "c.json");
    makeTree(folder, { "c.json": "{}" });
    assert.deepEqual(
      homeIn(folder, { OPENCLAW_CONFIG_PATH: "~/c.json" }).roots.map(({ id, kind }) => [id, kind]),
      [["config", "file"]],
    );
    const named = homeIn(folder, { OPENCLAW_CONFIG_PATH: "~/c.json" }, { home: "~/.openclaw" });
    assert.deepEqual(named.rootsLeftOut, [], "variables are about the user's own home");
  }));

Deno.test("the configuration is JSON5 and includes files, where it may", () =>
  withTempDir((folder) => {
    config(
      folder,
      `// mine
      { agents: { $include: ["./agents.json5", "../allowed/more.json5", "/etc/passwd"] }, }`,
    );
    makeTree(folder, {
      ".openclaw/agents.json5": `{ entries: { a: { workspace: "~/one" }, $include: "./b.json5" } }`,
      ".openclaw/b.json5": `{ b: { workspace: "~/two" }, }`,
      "allowed/more.json5": `{ entries: { a: { workspace: "~/three" } } }`,
    });
    const ids = (env: Env = {}) => homeIn(folder, env).roots.map(({ id }) => id).sort();
    assert.deepEqual(ids(), ["workspace-one", "workspace-two"]);
    const env = { OPENCLAW_INCLUDE_ROOTS: `${folder}/allowed` };
    assert.deepEqual(ids(env), ["include-more-json5", "workspace-three", "workspace-two"]);
    config(folder, `{ agents: { $include: "./openclaw.json" } }`);
    assert.deepEqual(ids(), [], "a circle ends");
    config(folder, "{ broken");
    assert.deepEqual(ids(), []);
  }));

Deno.test("agents stand in a map, or in the list of before; folders are theirs by rules", () =>
  withTempDir((folder) => {
    const state = join(folder, ".openclaw");
    const workspaces = (env: Env = {}) =>
      placesIn(folder, env).agents.map(({ id, workspace }) => [id, workspace]);
    config(folder, {});
    assert.deepEqual(workspaces(), [["main", `${state}/workspace`]]);
    const env = { OPENCLAW_WORKSPACE_DIR: "~/ws" };
    assert.deepEqual(workspaces(env), [["main", `${folder}/ws`]]);
    config(folder, { agents: { list: [{ id: "Main" }, { id: "ops" }, { id: "../evil" }, 7] } });
    assert.deepEqual(workspaces(), [
      ["main", `${state}/workspace`],
      ["ops", `${state}/workspace-ops`],
    ]);
    const defaults = { workspace: "~/all" };
    config(folder, { agents: { defaults, entries: { one: { default: true }, ops: {} } } });
    assert.deepEqual(workspaces(env), [["one", `${folder}/all`], ["ops", `${folder}/all/ops`]]);
    config(folder, {
      agents: { entries: { ops: { workspace: "${PLACE}/x", agentDir: "~/dir" } } },
    });
    assert.deepEqual(workspaces({ PLACE: folder }), [["ops", `${folder}/x`]]);
    assert.deepEqual(
      workspaces(),
      [["ops", `${state}/workspace`]],
      "an unset variable is no place",
    );
    assert.equal(placesIn(folder).agents[0].agentDir, `${folder}/dir`);
  }));

Deno.test("an agent's folder that lies elsewhere has the rules of those in the home", () =>
  withTempDir((folder) => {
    config(folder, { agents: { entries: { ops: { agentDir: "~/dir/ops" } } } });
    const { profile, roots } = homeIn(folder, { OPENCLAW_OAUTH_DIR: "~/oauth" });
    assert.deepEqual(roots.map(({ id }) => id).sort(), ["agent-ops", "credentials"]);
    const root = profile.roots.find(({ id }) => id === "agent-ops")!;
    assert.ok(root.exclude!.always.includes("codex-home/packages/standalone"));
    assert.ok(root.restore_skip!.includes("codex-home/installation_id"));
    assert.deepEqual(root.nested, [{ path: "codex-home", profile: "codex" }]);
    const activates = profile.activates.filter((one) => one.root === "agent-ops");
    assert.ok(activates.some(({ path, keys }) => path === "codex-home/config.toml" && keys));
    const parsed = profile.config.filter((one) => one.root === "agent-ops");
    assert.ok(parsed.some(({ path }) => path === "codex-home/config.toml"));
  }));

Deno.test("a workspace that holds the state folder, or another, is taken once", () =>
  withTempDir((folder) => {
    config(folder, {
      agents: {
        entries: {
          a: { workspace: "~/project" },
          b: { workspace: "~/project/b" },
          c: { workspace: "~/.openclaw/c" },
          d: { workspace: "~/other/project" },
        },
      },
    });
    assert.deepEqual(homeIn(folder).roots.map(({ id, path }) => [id, path]), [
      ["workspace-project-2", `${folder}/project`],
      ["workspace-project", `${folder}/other/project`],
    ]);
  }));
