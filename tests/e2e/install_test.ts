/** Installing and uninstalling, as a newcomer does it with the program just downloaded. */
import { join } from "node:path";
import type { InstallResult } from "../../src/agents/mod.ts";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { type Scene, withScene } from "../support/scene.ts";
import { readTree } from "../support/trees.ts";

/** Files of the user with odd formatting, comments and hooks of their own. */
const FILES: Record<string, string> = {
  ".claude/settings.json":
    '{\n\t// mine\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]},\n}',
  ".codex/hooks.json": '{ "hooks" : {} }   ',
  ".claude/skills/mine/SKILL.md": "---\nname: mine\n---\n",
  ".agents/skills/other/SKILL.md": "x",
};

function makeUser(home: string): Promise<{ secrets: string[] }> {
  for (const [path, text] of Object.entries(FILES)) {
    const file = join(home, "..", path);
    Deno.mkdirSync(join(file, ".."), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  return Promise.resolve({ secrets: [] });
}

/** All of the user but Lifeboat's own folders; a file that was put back has a new time. */
function treeOf({ user }: Scene): string[] {
  return Object.entries(readTree(user))
    .filter(([path]) => !/^\.(local|config|cache)(\/|$)/.test(path))
    .map(([path, what]) => `${path} ${String(what).replaceAll(/ \d{13}\b/g, "")}`);
}

Deno.test("install, uninstall and again install leave the user's files as expected", () =>
  withScene(async (scene) => {
    const { run, user } = scene;
    const before = treeOf(scene);
    const program = join(user, ".local", "bin", "lifeboat");
    const parts = ["install", "program", "skills", "hooks", "--json"];
    const dry = await run<InstallResult>([...parts, "--dry-run"]);
    assert.deepEqual([dry.json.dry_run, treeOf(scene)], [true, before]);
    let installed: string[] = [];
    for (const round of [1, 2]) {
      const { code, json } = await run<InstallResult>(parts);
      assert.equal(code, 0, JSON.stringify(json.error));
      assert.deepEqual(
        json.edits.map((edit) => edit.path),
        dry.json.edits.map((edit) => edit.path),
      );
      assert.ok(json.edits.every(({ action }) => action === "create" || action === "change"));
      if (round === 1) installed = treeOf(scene);
      assert.deepEqual(treeOf(scene), installed);
      const again = await run<InstallResult>(parts);
      assert.ok(again.json.edits.every(({ action }) => action === "unchanged"));
      const settings = Deno.readTextFileSync(join(user, ".claude/settings.json"));
      assert.ok(settings.includes("// mine") && settings.includes("say done"));
      await run(["uninstall"], { program });
      assert.deepEqual(
        treeOf(scene).filter((line) => !line.startsWith(".agents ")),
        before
          .filter((line) => !line.startsWith(".agents ")),
      );
      assert.throws(() => Deno.lstatSync(program), Deno.errors.NotFound);
    }
  }, makeUser));

Deno.test("the installed program works, by its old names too", () =>
  withScene(async ({ run, user }) => {
    const old = "agent-environment-backup";
    const { stdout } = await run(["install", "--alias", old]);
    assert.match(stdout, /program +.*\.local\/bin\/lifeboat +made/);
    assert.match(stdout, /Put this folder on your PATH/);
    const bin = join(user, ".local", "bin");
    const { stdout: version } = await run(["--version"], { program: join(bin, "lifeboat") });
    assert.match(version, /^lifeboat \d/);
    const { json } = await run<{ backups: unknown[] }>(["list-backups"], {
      program: join(bin, old),
    });
    assert.deepEqual([json.ok, json.backups], [true, []]);
    assert.equal(Deno.statSync(join(bin, "lifeboat")).size, Deno.statSync(PROGRAM).size);
  }));

Deno.test("hooks call the installed program, wherever they were installed from", () =>
  withScene(async ({ run, user, home }) => {
    await run(["install"]);
    await run(["install", "hooks", "--for", "codex"]);
    const hooks = Deno.readTextFileSync(join(home, "hooks.json"));
    assert.ok(hooks.includes(`${user}/.local/bin/lifeboat hook codex`), hooks);
  }));

Deno.test("uninstall never touches a backup, a snapshot or the configuration", () =>
  withScene(async (scene) => {
    const { run, backUp, user, published } = scene;
    await run(["install"]);
    await backUp();
    await run(["snapshot", "take"]);
    const before = published();
    await run(["uninstall"], { program: join(user, ".local", "bin", "lifeboat") });
    assert.deepEqual(published(), before);
    const { code } = await run(["verify", "latest", "--json"]);
    assert.equal(code, 0);
    assert.equal((await run(["snapshot", "verify", "--json"])).code, 0);
  }));

Deno.test("what cannot be installed is refused, and nothing is", () =>
  withScene(async (scene) => {
    const before = treeOf(scene);
    const wrong = await scene.run(["install", "everything", "--json"]);
    assert.deepEqual([wrong.code, wrong.json.error?.code], [2, "usage"]);
    const env = { CODEX_HOME: join(scene.folder, "none") };
    const none = await scene.run(["install", "hooks", "--for", "codex", "--json"], { env });
    assert.deepEqual([none.code, none.json.error?.code], [10, "no_such_home"]);
    const hooks = join(scene.home, "hooks.json");
    Deno.writeTextFileSync(hooks, "{ broken");
    const broken = await scene.run(["install", "program", "skills", "hooks", "--json"]);
    assert.deepEqual([broken.code, broken.json.error?.code], [2, "bad_config"]);
    Deno.writeTextFileSync(hooks, FILES[".codex/hooks.json"]);
    assert.deepEqual(treeOf(scene), before);
  }, makeUser));

Deno.test("uninstall takes out what it can, and says what is left in by its exit code", () =>
  withScene(async ({ run, home, user }) => {
    await run(["install", "program", "hooks", "mcp"]);
    const config = join(home, "config.toml");
    Deno.writeTextFileSync(config, "= broken\n", { append: true });
    const { code, json } = await run<InstallResult>(["uninstall", "--json"]);
    assert.deepEqual(
      [code, json.ok, json.errors.map(({ agent, what }) => `${agent} ${what}`)],
      [1, false, ["codex mcp"]],
    );
    assert.equal(
      Deno.readTextFileSync(join(user, ".claude/settings.json")),
      FILES[".claude/settings.json"],
    );
    const again = await run(["uninstall"]);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /config\.toml is not what its agent writes/);
  }, makeUser));
