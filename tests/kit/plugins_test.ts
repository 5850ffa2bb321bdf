/** The plugins' manifests, held against what the agents document (agent-homes.md 4.3) and the program. */
import { hooksOf } from "../../src/agents/install_hooks.ts";
import { assert } from "../assert.ts";

const ROOT = new URL("../../", import.meta.url);

// deno-lint-ignore no-explicit-any -- JSON whose shape is what is tested
function readJson(path: string): any {
  return JSON.parse(Deno.readTextFileSync(new URL(path, ROOT)));
}

const { version } = readJson("deno.json");

/** What Codex's own validator wants of a plugin. */
Deno.test("Codex's manifests have what its validator wants, and no hooks in them", () => {
  for (const path of ["", "kit/plugins/codex-hooks/"]) {
    const plugin = readJson(`${path}.codex-plugin/plugin.json`);
    assert.match(plugin.name, /^[a-z][a-z0-9-]{0,63}$/);
    assert.equal(plugin.version, version);
    assert.ok(plugin.description && plugin.author.name);
    const { displayName, shortDescription, longDescription, category } = plugin.interface;
    for (const text of [displayName, shortDescription, longDescription, category]) {
      assert.ok(text?.length > 0);
    }
    const prompts: string[] = plugin.interface.defaultPrompt ?? [];
    assert.ok(prompts.length <= 3 && prompts.every((prompt) => prompt.length <= 128));
    assert.equal(plugin.hooks, undefined);
    if (path === "") assert.equal(plugin.skills, "./kit/skills/");
  }
});

Deno.test("Claude Code's manifests name what is there", () => {
  const market = readJson(".claude-plugin/marketplace.json");
  assert.ok(market.name && market.owner.name);
  for (const { name, source } of market.plugins) {
    const plugin = readJson(`${source}/.claude-plugin/plugin.json`);
    assert.deepEqual([plugin.name, plugin.version], [name, version]);
  }
  const { skills, hooks } = readJson(".claude-plugin/plugin.json");
  assert.ok(Deno.statSync(new URL(skills, ROOT)).isDirectory);
  assert.equal(hooks, undefined, "hooks are a plugin of their own");
});

Deno.test("Codex's marketplace leads to its plugins", () => {
  for (const { name, source } of readJson(".agents/plugins/marketplace.json").plugins) {
    assert.equal(readJson(`${source.path}/.codex-plugin/plugin.json`).name, name);
  }
});

Deno.test("the plugins' hooks are those that install puts in, by the name on PATH", () => {
  for (const agent of ["claude-code", "codex"] as const) {
    const expected: Record<string, unknown[]> = {};
    for (const { event, matcher, handler } of hooksOf("lifeboat", agent, "linux")) {
      expected[event] = [{ ...(matcher && { matcher }), hooks: [handler] }];
    }
    const { hooks } = readJson(`kit/plugins/${agent}-hooks/hooks/hooks.json`);
    assert.deepEqual(hooks, expected);
  }
});
