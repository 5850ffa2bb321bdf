import { dirname, join } from "node:path";
import { measureStarts } from "../../scripts/bench/startup.ts";
import { run } from "../../scripts/build/process.ts";
import { hostTarget } from "../../scripts/build/targets.ts";
import { assert } from "../assert.ts";

const ROOT = dirname(dirname(import.meta.dirname!));

Deno.test("--version takes at most 1.5 times as long as a program that does nothing", async () => {
  await run(Deno.execPath(), ["run", "-A", join(ROOT, "scripts", "build.ts"), "--empty"]);
  const program = (name: string) => join(ROOT, "dist", name + hostTarget().suffix);
  const commands = [[program("empty")], [program("lifeboat"), "--version"]];
  let [empty, version] = await measureStarts(commands, 20);
  // On a busy machine it takes more rounds until both have had their undisturbed one.
  for (let more = 0; more < 10 && version > 1.5 * empty; more++) {
    const again = await measureStarts(commands, 20);
    empty = Math.min(empty, again[0]);
    version = Math.min(version, again[1]);
  }
  assert.ok(version <= 1.5 * empty, `${version.toFixed(1)} ms against ${empty.toFixed(1)} ms`);
});
