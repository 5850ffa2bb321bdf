/** Status, drills, retention and deletion as a user of the compiled program has them. */
import { join } from "node:path";
import type { DrillResult, PruneResult, StatusResult } from "../../src/upkeep/mod.ts";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { talk } from "../support/pseudo_terminal.ts";
import { namesOf, withScene } from "../support/scene.ts";
import { readTree } from "../support/trees.ts";

Deno.test("without a command the program says how things are, and what to do next", () =>
  withScene(async ({ run, backUp, home }) => {
    const before = readTree(home);
    const { code, stdout } = await run([]);
    assert.equal(code, 1);
    assert.match(stdout, /There is no backup of this home\n +Make one with: lifeboat backup/);
    assert.deepEqual(readTree(home), before);
    const { backup_id } = await backUp();
    const { code: safe, json } = await run<StatusResult>(["--json"]);
    assert.deepEqual([safe, json.ok, json.homes.length], [0, true, 1]);
    assert.equal(json.homes[0].last_backup?.id, backup_id);
    assert.equal(json.homes[0].sessions.count, 2);
  }));

Deno.test("a drill tries the newest backup of every home, and status knows of it", () =>
  withScene(async ({ run, backUp, home, user }) => {
    const none = await run(["drill", "--json"]);
    assert.deepEqual([none.code, none.json.error?.code], [10, "no_such_backup"]);
    await backUp();
    const before = readTree(home);
    const { code, json } = await run<DrillResult>(["drill", "--profile", "codex", "--json"]);
    assert.deepEqual([code, json.ok, json.faults], [0, true, []]);
    assert.deepEqual(readTree(home), before);
    const { stdout } = await run(["status"]);
    assert.match(stdout, /Drill +would restore, tried just now/);
    assert.ok(!Object.keys(readTree(join(user, ".local"))).some((path) => /drill\//.test(path)));
  }));

Deno.test("prune shows what goes, and with --apply removes it", () =>
  withScene(async ({ run, backUp, backups, published }) => {
    const first = await backUp();
    const second = await backUp();
    const refused = await run(["prune", "--apply", "--json"]);
    assert.deepEqual([refused.code, refused.json.error?.code], [2, "no_keep_rule"]);
    const shown = await run(["prune", "--keep-last", "1"]);
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /1 backup of 2, .* would go\. Nothing was removed/);
    assert.equal(published().length, 6);
    const { json } = await run<PruneResult>(["prune", "--keep-last", "1", "--apply", "--json"]);
    assert.deepEqual(json.remove.map(({ id }) => id), [first.backup_id]);
    assert.deepEqual(namesOf(second.backup_id, backups), published());
  }));

Deno.test("delete needs a name and a confirmation, and spares the last verified backup", () =>
  withScene(async ({ run, backUp, published }) => {
    const { backup_id } = await backUp();
    const vague = await run(["delete", "latest", "--yes", "--json"]);
    assert.deepEqual([vague.code, vague.json.error?.code], [2, "usage"]);
    const last = await run(["delete", backup_id, "--yes", "--json"]);
    assert.deepEqual([last.code, last.json.error?.code], [2, "last_verified_backup"]);
    await backUp();
    const unsure = await run(["delete", backup_id, "--json"]);
    assert.deepEqual([unsure.code, unsure.json.error?.code], [2, "confirmation_required"]);
    assert.equal(published().length, 6);
    const done = await run(["delete", backup_id, "--yes"]);
    assert.deepEqual([done.code, done.stdout.startsWith(`Deleted: ${backup_id}`)], [0, true]);
    assert.equal(published().length, 3);
  }));

if (Deno.build.os === "linux") {
  Deno.test("on a terminal a backup is deleted after DELETE was typed", () =>
    withScene(async ({ user, backUp, published }) => {
      const { backup_id } = await backUp();
      await backUp();
      const talked = talk(user, [PROGRAM, "delete", backup_id]);
      await talked.sees("> ");
      await talked.types("delete");
      assert.equal((await talked.end()).code, 2);
      assert.equal(published().length, 6);
      const again = talk(user, [PROGRAM, "delete", backup_id]);
      await again.sees("> ");
      await again.types("DELETE");
      assert.equal((await again.end()).code, 0);
      assert.equal(published().length, 3);
    }));
}
