/** What a person at a terminal sees: questions, colours, progress. Linux, for its `script`. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { withScene } from "../support/scene.ts";

const COLOUR = "\x1b[32m";

if (Deno.build.os === "linux") {
  Deno.test("typing RESTORE restores, after the plan was shown", () =>
    withScene(async (scene) => {
      await scene.backUp();
      const config = join(scene.home, "config.toml");
      const content = Deno.readTextFileSync(config);
      Deno.writeTextFileSync(config, "changed = true\n");
      const dialogue = talk(scene.user, [PROGRAM, "restore", "latest", "--apply"]);
      await dialogue.sees("> ");
      await dialogue.types("RESTORE");
      const { code, shown } = await dialogue.end();
      assert.equal(code, 0, shown);
      assert.match(shown, /Overwrite {2}1 file[^]*Type RESTORE to restore[^]*Restored/);
      assert.equal(Deno.readTextFileSync(config), content);
    }));

  Deno.test("any other answer changes nothing and exits with 2", () =>
    withScene(async (scene) => {
      await scene.backUp();
      const before = scene.published();
      const config = join(scene.home, "config.toml");
      Deno.writeTextFileSync(config, "changed = true\n");
      const dialogue = talk(scene.user, [PROGRAM, "restore", "latest", "--apply"]);
      await dialogue.sees("> ");
      await dialogue.types("yes");
      const { code, shown } = await dialogue.end();
      assert.equal(code, 2);
      assert.match(shown, /Not restored: nothing was changed/);
      assert.equal(Deno.readTextFileSync(config), "changed = true\n");
      assert.deepEqual(scene.published(), before);
    }));

  Deno.test("typing REMAP changes the paths, after they were shown", () =>
    withScene(async (scene) => {
      const config = join(scene.home, "config.toml");
      const [, old] = /^\[projects\."(.+)"\]$/m.exec(Deno.readTextFileSync(config))!;
      const moved = join(scene.user, "moved");
      const dialogue = talk(scene.user, [PROGRAM, "sessions", "remap", old, moved, "--apply"]);
      await dialogue.sees("> ");
      assert.ok(!Deno.readTextFileSync(config).includes(moved));
      await dialogue.types("REMAP");
      const { code, shown } = await dialogue.end();
      assert.equal(code, 0, shown);
      assert.match(shown, /configuration keys[^]*Type REMAP to change[^]*The paths were changed/);
      assert.ok(Deno.readTextFileSync(config).includes(`[projects."${moved}"]`));
    }));

  Deno.test("Ctrl-C at the question stops with 130 and changes nothing", () =>
    withScene(async (scene) => {
      await scene.backUp();
      const config = join(scene.home, "config.toml");
      Deno.writeTextFileSync(config, "changed = true\n");
      const dialogue = talk(scene.user, [PROGRAM, "restore", "latest", "--apply"]);
      await dialogue.sees("> ");
      await dialogue.presses("\x03");
      const { code, shown } = await dialogue.end();
      assert.equal(code, 130, shown);
      assert.equal(Deno.readTextFileSync(config), "changed = true\n");
    }));

  Deno.test("the restorer, started by itself, explains, asks, restores and waits for Enter", () =>
    withScene(async (scene) => {
      const { backup_dir: folder } = await scene.backUp("--kit", "full");
      Deno.removeSync(scene.home, { recursive: true });
      const launcher = ["/bin/sh", join(folder!, "restore-environment.sh")];
      const dialogue = talk(scene.user, launcher, { cwd: "/" });
      await dialogue.sees("恢复程序");
      await dialogue.sees("> ");
      await dialogue.types("RESTORE");
      await dialogue.sees("Press Enter to close");
      assert.ok(Deno.statSync(join(scene.home, "config.toml")).isFile);
      await dialogue.types("");
      const { code, shown } = await dialogue.end();
      assert.equal(code, 0, shown);
      assert.match(shown, /It puts back what was backed up[^]*Restored[^]*Press Enter to close/);
    }));

  Deno.test("results are coloured on a terminal unless the user does not want it", () =>
    withScene(async (scene) => {
      await scene.backUp();
      const list = async (env: Record<string, string>, ...args: string[]) =>
        (await talk(scene.user, [PROGRAM, "list", ...args], { env }).end()).shown;
      assert.ok((await list({})).includes(COLOUR));
      assert.ok(!(await list({ NO_COLOR: "1" })).includes("\x1b"));
      assert.ok(!(await list({}, "--no-color")).includes("\x1b"));
    }));

  Deno.test("work that takes a while shows how far it is", () =>
    withScene(async (scene) => {
      const shown = (await talk(scene.user, [PROGRAM, "backup", "--kit", "full"]).end()).shown;
      assert.match(shown, /\r\w+ .*\d+ files?.*\/s/);
      assert.ok(shown.slice(0, shown.indexOf("Backed up")).includes("\r\x1b[K"), shown);
      const quiet = await talk(scene.user, [PROGRAM, "backup", "--kit", "full", "--quiet"]).end();
      assert.ok(!quiet.shown.includes("\x1b[K"));
    }));
}
