/** Hooks as an agent calls them: the compiled program, one event on stdin. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { callHook as call, startHook } from "../support/hook_call.ts";
import { makeSmallHome, withScene } from "../support/scene.ts";

const SILENT = { code: 0, said: "" };

Deno.test("a hook says nothing and ends well, whatever it is given", () =>
  withScene(async (scene) => {
    for (const event of [null, "text", [], {}, { hook_event_name: "PreToolUse" }]) {
      assert.deepEqual(await call(scene, "codex", event), SILENT);
    }
    assert.deepEqual(await call(scene, "no-such-agent", {}), SILENT);
    const log = join(scene.user, ".local", "state", "lifeboat", "hooks.log");
    assert.ok(Deno.readTextFileSync(log).includes("bad_hook_event"));
    if (Deno.build.os !== "windows") assert.equal(Deno.statSync(log).mode! & 0o777, 0o600);
  }, makeSmallHome));

if (Deno.build.os !== "windows") {
  Deno.test("a hook that is told to stop does so at once, even while it waits for its event", () =>
    withScene(async (scene) => {
      const child = startHook(scene, "codex");
      await new Promise((resolve) => setTimeout(resolve, 200)); // it runs by now, or dies even sooner
      child.kill("SIGTERM");
      const { signal } = await child.output();
      await child.stdin.close();
      assert.equal(signal, "SIGTERM");
    }, makeSmallHome));
}

Deno.test("at the start of a session the folder is looked at by a process of its own", () =>
  withScene(async (scene) => {
    const cwd = join(scene.user, "project");
    Deno.mkdirSync(cwd);
    Deno.writeTextFileSync(join(cwd, "a.txt"), "one");
    const event = { session_id: "s1", cwd, hook_event_name: "SessionStart" };
    assert.deepEqual(await call(scene, "codex", event), SILENT);
    const objects = join(scene.user, ".local", "state", "lifeboat", "snapshots");
    for (let tries = 0; !isScanned(objects); tries++) {
      assert.ok(tries < 200, "the folder was not looked at");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, makeSmallHome));

/** Whether all homes and folders that are known have been looked at. */
function isScanned(folder: string): boolean {
  const sql = "SELECT count(*), count(scanned_ms) FROM roots";
  const { stdout } = new Deno.Command("sqlite3", {
    args: ["-readonly", join(folder, "snapshots.sqlite"), sql],
    stderr: "null",
  }).outputSync();
  const [all, scanned] = new TextDecoder().decode(stdout).trim().split("|").map(Number);
  return all >= 2 && all === scanned;
}
