/** Restore, undo, undo again, list and forget, with the compiled program. */
import { join } from "node:path";
import type { RestoreResult, UndoList, UndoResult } from "../../src/restore/mod.ts";
import { hashesBelow } from "../../scripts/demo/compare.ts";
import { assert } from "../assert.ts";
import { CONFIRM, withScene } from "../support/scene.ts";

Deno.test("a restore is taken back, and that again, and what was kept is forgotten by name", () =>
  withScene(async (scene) => {
    const { home, run } = scene;
    assert.equal((await run(["undo", "--json"])).code, 10, "nothing to undo yet");
    await scene.backUp();
    Deno.writeTextFileSync(join(home, "config.toml"), "changed = true\n");
    Deno.writeTextFileSync(join(home, "mine.txt"), "mine");
    Deno.removeSync(join(home, "sessions"), { recursive: true });
    const hashes = () => [...hashesBelow(home)].filter(([path]) => !path.startsWith(".lifeboat"));
    const before = hashes();
    const applied = await run<RestoreResult>(["restore", "latest", "--apply", CONFIRM, "--json"]);
    assert.equal(applied.code, 0);
    const after = hashes();
    assert.notDeepEqual(after, before);

    const planned = await run<UndoResult>(["undo", "--json"]);
    assert.equal(planned.code, 0);
    assert.equal(planned.json.undo_id, applied.json.undo_id);
    assert.equal((await run(["undo", "--apply", "--json"])).code, 2, "not confirmed");
    assert.deepEqual(hashes(), after);

    const undone = await run<UndoResult>(["undo", "--apply", CONFIRM, "--json"]);
    assert.equal(undone.code, 0, JSON.stringify(undone.json.error));
    assert.deepEqual(hashes(), before);
    assert.match((await run(["undo"])).stdout, /Undo for Codex[^]*Nothing was changed/);
    assert.match((await run(["undo", "--apply", CONFIRM])).stdout, /^Undone Codex/);
    assert.deepEqual(hashes(), after);

    const { json: { undo } } = await run<UndoList>(["undo", "--list", "--json"]);
    assert.equal(undo.length, 3);
    assert.equal((await run(["undo", "--forget", "../../sessions", "--json"])).code, 10);
    for (const { undo_id } of undo) {
      assert.equal((await run(["undo", "--forget", undo_id])).code, 0);
    }
    assert.deepEqual(hashes(), after);
    assert.match((await run(["undo", "--list"])).stdout, /^Nothing is kept/);
    assert.equal((await run(["undo", "--list", "--apply", "--json"])).code, 2);
  }));

Deno.test("a restore that has nothing to change says so, and leaves no backup and no undo data", () =>
  withScene(async ({ run, backUp, published }) => {
    await backUp();
    const before = published();
    const dry = await run(["restore", "latest"]);
    assert.match(dry.stdout, /\nNothing to change: all that would come back is there\.\n$/);
    const shown = await run(["restore", "latest", "--apply", CONFIRM]);
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /\nNothing to change: all that would come back is there\.\n$/);
    const { code, json } = await run<RestoreResult>([
      ...["restore", "latest", "--apply", CONFIRM, "--json"],
    ]);
    assert.deepEqual([code, json.ok, json.dry_run, json.undo_id], [0, true, false, null]);
    assert.deepEqual(published(), before);
    const { json: { undo } } = await run<UndoList>(["undo", "--list", "--json"]);
    assert.equal(undo.length, 0);
  }));
