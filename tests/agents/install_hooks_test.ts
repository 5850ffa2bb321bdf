import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import { carryOut } from "../../src/agents/mod.ts";
import { type Hookable, planHooks, planHooksRemoval } from "../../src/agents/install_hooks.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { readTree } from "../support/trees.ts";

function installHooks(host: Host, agents: readonly Hookable[], options: { dryRun?: boolean }) {
  return carryOut([planHooks(host, agents)], options);
}

function uninstallHooks(host: Host, agents: readonly Hookable[]) {
  return carryOut([planHooksRemoval(host, agents)], {});
}

const SETTINGS = `{\n   "model":"opus" , "odd"  : [1,\n2]}`;

function withHomes(use: (homes: ReturnType<typeof makeHomes>) => void | Promise<void>) {
  return withTempDir((folder) => use(makeHomes(folder)));
}

function makeHomes(folder: string) {
  const host = testHost(folder, { executable: "/usr/bin/lifeboat" });
  Deno.mkdirSync(join(folder, ".claude"));
  Deno.mkdirSync(join(folder, ".codex"));
  const settings = join(folder, ".claude", "settings.json");
  Deno.writeTextFileSync(settings, SETTINGS, { mode: 0o640 });
  // Without the times: a file that is put back has a new one.
  const homes = () =>
    [".claude", ".codex"].map((name) =>
      JSON.stringify(readTree(join(folder, name))).replaceAll(/ \d{13} /g, " ")
    );
  return { host, folder, settings, hooksJson: join(folder, ".codex", "hooks.json"), homes };
}

const BOTH = ["claude-code", "codex"] as const;

Deno.test("hooks are put in, and taken out to the very same bytes and permissions", () =>
  withHomes(async ({ host, homes }) => {
    const before = homes();
    for (const _ of [1, 2]) {
      const { edits } = await installHooks(host, BOTH, {});
      assert.deepEqual(edits.map(({ action }) => action), ["change", "create"]);
      assert.notDeepEqual(homes(), before);
      const again = await installHooks(host, BOTH, {});
      assert.deepEqual(again.edits.map(({ action }) => action), ["unchanged", "unchanged"]);
      await uninstallHooks(host, BOTH);
      assert.deepEqual(homes(), before);
    }
    assert.deepEqual([...Deno.readDirSync(join(host.folders.state, "edits"))], []);
  }));

Deno.test("a dry run changes nothing and says what would change", () =>
  withHomes(async ({ host, folder }) => {
    const before = readTree(folder);
    const { edits, dry_run } = await installHooks(host, BOTH, { dryRun: true });
    assert.ok(dry_run);
    assert.deepEqual(edits.map(({ action }) => action), ["change", "create"]);
    assert.deepEqual(readTree(folder), before);
  }));

Deno.test("what the user has changed since stays when the hooks are taken out", () =>
  withHomes(async ({ host, settings }) => {
    await installHooks(host, ["claude-code"], {});
    const text = Deno.readTextFileSync(settings);
    Deno.writeTextFileSync(settings, text.replace(`"opus"`, `"haiku"`));
    await uninstallHooks(host, ["claude-code"]);
    const left = JSON.parse(Deno.readTextFileSync(settings));
    assert.deepEqual(left, { model: "haiku", odd: [1, 2] });
  }));

Deno.test("hooks of two places of the program are taken out, though the user wrote in between", () =>
  withHomes(async ({ host, settings }) => {
    await installHooks(host, ["claude-code"], {});
    const text = Deno.readTextFileSync(settings);
    Deno.writeTextFileSync(settings, text.replace(`"opus"`, `"haiku"`));
    await installHooks({ ...host, executable: "/opt/lifeboat" }, ["claude-code"], {});
    await uninstallHooks(host, ["claude-code"]);
    const left = JSON.parse(Deno.readTextFileSync(settings));
    assert.deepEqual(left, { model: "haiku", odd: [1, 2] });
  }));

Deno.test("a settings file that is a link stays one", () =>
  withHomes(async ({ host, folder, settings }) => {
    const real = join(folder, "dotfiles.json");
    Deno.renameSync(settings, real);
    Deno.symlinkSync(real, settings);
    await installHooks(host, ["claude-code"], {});
    assert.ok(Deno.lstatSync(settings).isSymlink);
    assert.match(Deno.readTextFileSync(real), /lifeboat hook claude-code/);
    await uninstallHooks(host, ["claude-code"]);
    assert.equal(Deno.readTextFileSync(real), SETTINGS);
  }));

Deno.test("where one file cannot be read, no file is changed", () =>
  withHomes(async ({ host, hooksJson, homes }) => {
    Deno.writeTextFileSync(hooksJson, "{ broken");
    const before = homes();
    await rejectsWith(() => installHooks(host, BOTH, {}), "bad_config");
    assert.deepEqual(homes(), before);
  }));

Deno.test("an agent that has no home here gets none", () =>
  withHomes(async ({ host, folder }) => {
    Deno.removeSync(join(folder, ".codex"), { recursive: true });
    assert.equal((await installHooks(host, BOTH, {})).edits.length, 1);
    await rejectsWith(() => installHooks(host, ["codex"], {}), "no_such_home");
  }));

function withOpenClaw(
  config: string,
  use: (scene: { host: Host; state: string; configPath: string }) => Promise<void>,
) {
  return withHomes(async ({ host, folder }) => {
    const state = join(folder, ".openclaw");
    Deno.mkdirSync(join(state, "extensions", "other"), { recursive: true });
    const configPath = join(state, "openclaw.json");
    Deno.writeTextFileSync(configPath, config);
    await use({ host, state, configPath });
  });
}

Deno.test("OpenClaw gets a plugin that knows the program, and loses it again", () =>
  withOpenClaw('{ "agents": {},\n  "plugins": {"deny": ["x"]} }', async (scene) => {
    const { host, state, configPath } = scene;
    const before = Deno.readTextFileSync(configPath);
    const { edits } = await installHooks(host, ["openclaw"], {});
    assert.deepEqual(
      edits.map(({ action }) => action),
      [..."1234"].map(() => "create").concat("change"),
    );
    const read = (name: string) =>
      JSON.parse(Deno.readTextFileSync(join(state, "extensions", "lifeboat", name)));
    assert.deepEqual(read("program.json"), { program: "/usr/bin/lifeboat" });
    assert.equal(read("openclaw.plugin.json").id, "lifeboat");
    assert.deepEqual(JSON.parse(Deno.readTextFileSync(configPath)).plugins, {
      deny: ["x"],
      entries: { lifeboat: { enabled: true } },
    });
    const again = await installHooks(host, ["openclaw"], {});
    assert.deepEqual(new Set(again.edits.map(({ action }) => action)), new Set(["unchanged"]));
    await uninstallHooks(host, ["openclaw"]);
    assert.equal(Deno.readTextFileSync(configPath), before);
    const left = Deno.readDirSync(join(state, "extensions")).toArray();
    assert.deepEqual(left.map(({ name }) => name), ["other"]);
  }));

Deno.test("OpenClaw's configuration keeps its comments, and one that is broken is refused", async () => {
  const config = "// mine\n{ agents: {}, }\n";
  await withOpenClaw(config, async ({ host, configPath }) => {
    await installHooks(host, ["openclaw"], {});
    const text = Deno.readTextFileSync(configPath);
    assert.ok(text.startsWith("// mine\n") && text.includes("lifeboat"), text);
    await uninstallHooks(host, ["openclaw"]);
    assert.equal(Deno.readTextFileSync(configPath), config);
  });
  await withOpenClaw("{ sk-secret", async ({ host, state }) => {
    const error = await rejectsWith(() => planHooks(host, ["openclaw"]), "bad_config");
    assert.ok(!error.message.includes("sk-secret"));
    assert.deepEqual([...Deno.readDirSync(join(state, "extensions", "other"))], []);
  });
});
