/** A home that somebody is at work in is not restored. */
import { join } from "node:path";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { holdOpen, whileHeld } from "../support/holding.ts";
import { CONFIRM, withScene } from "../support/scene.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
const APPLY = ["restore", "latest", "--apply", CONFIRM, "--json"];

Deno.test(
  "a restore into a home in use exits with 11, and says who uses it",
  LINUX,
  () =>
    withScene(async (scene) => {
      const { home, run } = scene;
      await scene.backUp("--no-directory");
      const file = join(home, "history.jsonl");
      Deno.writeTextFileSync(file, "changed\n");
      await whileHeld(holdOpen(file), async ({ pid }) => {
        const planned = await run<RestoreResult>(["restore", "latest", "--json"]);
        assert.equal(planned.code, 0);
        assert.deepEqual(planned.json.plan.running.map((one) => one.pid), [pid]);
        assert.equal(planned.json.plan.target_is_active_home, true);
        const shown = await run(["restore", "latest"]);
        assert.match(shown.stdout, new RegExp(`At work in this home.*\n +sleep \\(pid ${pid}\\)`));

        const refused = await run(APPLY);
        assert.deepEqual([refused.code, refused.json.error!.code], [11, "agent_running"]);
        assert.ok(refused.json.error!.message.includes(`sleep (pid ${pid}) has ${file} open`));
        assert.match(refused.json.error!.hint, /--allow-running/);
        assert.equal(Deno.readTextFileSync(file), "changed\n");

        assert.equal((await run(["backup", "--kit", "light", "--json"])).code, 0);
        const backup = planned.json.plan.backup_dir;
        const allowed = await run(["restore", backup, ...APPLY.slice(2), "--allow-running"]);
        assert.equal(allowed.code, 0, allowed.stdout);
        assert.notEqual(Deno.readTextFileSync(file), "changed\n");
      });
    }),
);

/** Has a file open, and starts what follows. */
const SHELL = ["-c", 'exec 9<"$0"; "$@"; exit $?'];

Deno.test(
  "a shell that the program is started from may have a file open, the agent not",
  LINUX,
  () =>
    withScene(async (scene) => {
      const { home, folder, run } = scene;
      await scene.backUp("--no-directory");
      const file = join(home, "history.jsonl");
      const agent = join(folder, "codex");
      Deno.symlinkSync("/bin/sh", agent);
      const inside = await run(APPLY, { under: [agent, ...SHELL, file] });
      assert.equal(inside.code, 11);
      assert.match(inside.json.error!.message, /codex \(pid \d+\)/);
      const { code, stdout } = await run(APPLY, { under: ["/bin/sh", ...SHELL, file] });
      assert.equal(code, 0, stdout);
    }),
);
