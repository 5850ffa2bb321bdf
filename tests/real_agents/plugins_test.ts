/** The plugins as the real agents read them. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installAgents } from "../support/agents/install.ts";
import { LOOPBACK_ONLY, runOk, systemPath } from "../support/agents/run.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { claude, codex } = await installAgents();

/** The parts of the project that plugins consist of, in a folder of their own. */
async function copyPlugins(folder: string): Promise<string> {
  const copy = join(folder, "lifeboat");
  for (const name of [".agents", ".claude-plugin", ".codex-plugin", "kit"]) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
  }
  return copy;
}

function settings(folder: string) {
  const env = { HOME: folder, CODEX_HOME: join(folder, ".codex"), PATH: systemPath() };
  return { cwd: folder, env: { ...env, ...LOOPBACK_ONLY }, timeoutMs: 120_000 };
}

Deno.test("Claude Code finds nothing wrong with the plugins and their marketplace", () =>
  withAgentFolder(async (folder) => {
    const copy = await copyPlugins(folder);
    for (const path of ["", ".claude-plugin/marketplace.json", "kit/plugins/claude-code-hooks"]) {
      const args = ["plugin", "validate", join(copy, path)];
      const { stdout } = await runOk(claude, args, settings(folder));
      assert.match(stdout, /Validation passed/, stdout);
    }
  }));

Deno.test("Codex installs both plugins from the marketplace, with the skills", () =>
  withAgentFolder(async (folder) => {
    const copy = await copyPlugins(folder);
    await Deno.mkdir(join(folder, ".codex"));
    const plugin = (...args: string[]) => runOk(codex, ["plugin", ...args], settings(folder));
    await plugin("marketplace", "add", copy);
    for (const name of ["lifeboat", "lifeboat-hooks"]) await plugin("add", `${name}@lifeboat`);
    const { stdout } = await plugin("list");
    assert.equal(stdout.match(/installed, enabled/g)?.length, 2, stdout);
    const cache = join(folder, ".codex", "plugins", "cache", "lifeboat", "lifeboat");
    const [{ name }] = Deno.readDirSync(cache);
    const skill = join(cache, name, "kit/skills/codex-environment-backup/SKILL.md");
    assert.ok(Deno.statSync(skill).isFile);
  }));
