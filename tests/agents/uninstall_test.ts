/** Taking everything out, where one agent's configuration cannot be read any more. */
import { join } from "node:path";
import { carryOut, type Part, planInstall, planUninstall } from "../../src/agents/mod.ts";
import type { Host } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const PARTS: Part[] = ["program", "hooks", "mcp"];

interface Scene {
  host: Host;
  config: string;
  /** Whether something of ours is at a path of the user. */
  names(path: string): boolean;
}

/** Codex and Claude Code with everything in them. */
function withInstalled(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    for (const home of [".codex", ".claude"]) Deno.mkdirSync(join(folder, home));
    const executable = join(folder, "download", "lifeboat");
    Deno.mkdirSync(join(folder, "download"));
    Deno.writeTextFileSync(executable, "program");
    const host = testHost(folder, { executable });
    await carryOut(await planInstall(host, PARTS, {}), {});
    const names = (path: string) => {
      try {
        return Deno.readTextFileSync(join(folder, path)).includes("lifeboat");
      } catch {
        return false;
      }
    };
    await use({ host, config: join(folder, ".codex/config.toml"), names });
  });
}

const uninstall = async (host: Host, parts: Part[] = PARTS) =>
  await carryOut(await planUninstall(host, parts, {}), {});

Deno.test("what can be taken out is, and what cannot is named; the program stays for that", () =>
  withInstalled(async ({ host, config, names }) => {
    const mended = Deno.readTextFileSync(config);
    Deno.writeTextFileSync(config, `${mended}\n= broken, sk-secret\n`);
    const { ok, edits, errors, next_steps } = await uninstall(host);
    assert.deepEqual(
      [ok, errors.map(({ agent, what, code }) => [agent, what, code])],
      [false, [["codex", "mcp", "bad_config"]]],
    );
    assert.ok(errors[0].message.includes(config) && !JSON.stringify(errors).includes("sk-secret"));
    assert.match(errors[0].hint, /: lifeboat uninstall mcp --for codex$/);
    assert.deepEqual(
      [".claude.json", ".claude/settings.json", ".codex/hooks.json"].filter(names),
      [],
    );
    const program = join(host.userHome, ".local/bin/lifeboat");
    assert.ok(edits.some(({ path, action }) => path === program && action === "kept"));
    assert.deepEqual([Deno.readTextFileSync(program), next_steps.length], ["program", 1]);
    Deno.writeTextFileSync(config, mended);
    assert.ok((await uninstall(host)).ok);
    assert.deepEqual([...Deno.readDirSync(join(program, ".."))], []);
    assert.ok(!names(".codex/config.toml"));
  }));

Deno.test("a broken configuration in which nothing of ours stands holds up nothing", () =>
  withInstalled(async ({ host, config }) => {
    Deno.writeTextFileSync(config, "= broken\n");
    const { ok, errors } = await uninstall(host);
    assert.deepEqual([ok, errors], [true, []]);
    assert.equal(Deno.readTextFileSync(config), "= broken\n");
    assert.deepEqual([...Deno.readDirSync(join(host.userHome, ".local/bin"))], []);
  }));

Deno.test("where nothing can be taken out, that is refused", () =>
  withInstalled(async ({ host, config }) => {
    await uninstall(host, ["hooks"]);
    const broken = Deno.readTextFileSync(config) + "= broken\n";
    Deno.writeTextFileSync(config, broken);
    await carryOut(await planUninstall(host, ["mcp"], { agents: ["claude-code"] }), {});
    await rejectsWith(() => uninstall(host, ["mcp"]), "bad_config");
    await rejectsWith(() => uninstall(host), "bad_config");
    assert.equal(Deno.readTextFileSync(config), broken);
    assert.ok((await uninstall(host, ["program"])).ok, "the program by itself goes all the same");
  }));
