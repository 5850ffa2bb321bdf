/** `watch` as a user of the compiled program has it. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { makeSmallHome, type Scene, withScene } from "../support/scene.ts";

/** A watch that runs; `next` is the next line it prints. */
function startWatch({ user, temp }: Scene, args: string[]) {
  const child = new Deno.Command(PROGRAM, {
    args: ["watch", ...args, "--json"],
    env: { HOME: user, TMPDIR: temp },
    clearEnv: true,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  async function next(): Promise<Record<string, unknown>> {
    while (!printed.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the watch ended: ${printed}`);
      printed += value;
    }
    const [line, ...rest] = printed.split("\n");
    printed = rest.join("\n");
    return JSON.parse(line);
  }
  async function stop(): Promise<number> {
    child.kill("SIGINT");
    while (!(await reader.read()).done);
    return (await child.status).code;
  }
  return { next, stop };
}

Deno.test("a watch records each change, in new folders too, until it is stopped", () =>
  withScene(async (scene) => {
    const folder = join(scene.user, "project");
    Deno.mkdirSync(folder);
    Deno.writeTextFileSync(join(folder, "a.txt"), "one");
    const watch = startWatch(scene, [folder]);
    assert.deepEqual((await watch.next()).watching, [folder]);
    assert.equal((await watch.next()).changes, 1, "what was there");
    Deno.writeTextFileSync(join(folder, "a.txt"), "two");
    assert.equal((await watch.next()).changes, 1);
    Deno.mkdirSync(join(folder, "new", "deep"), { recursive: true });
    Deno.writeTextFileSync(join(folder, "new", "deep", "b.txt"), "one");
    let changes = 0;
    while (changes < 3) changes += Number((await watch.next()).changes);
    Deno.writeTextFileSync(join(folder, "new", "deep", "b.txt"), "two");
    assert.equal((await watch.next()).changes, 1);
    assert.equal(await watch.stop(), 130);
    const args = ["snapshot", "history", join(folder, "new", "deep", "b.txt"), "--json"];
    const { json } = await scene.run<{ total: number }>(args);
    assert.equal(json.total, 2);
  }, makeSmallHome));

Deno.test("without a folder the homes of all agents are watched", () =>
  withScene(async (scene) => {
    const watch = startWatch(scene, []);
    assert.deepEqual((await watch.next()).watching, [scene.home]);
    await watch.next();
    Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "rules");
    assert.equal((await watch.next()).root, scene.home);
    assert.equal(await watch.stop(), 130);
  }, makeSmallHome));
