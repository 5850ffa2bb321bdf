/** Runs the unit tests on the newest Deno that the program is known to run on, whichever runs this. */
import { dirname } from "node:path";
import { npmFile } from "./build/npm.ts";
import { denoPackage, hostTarget } from "./build/targets.ts";
import { runScript, say } from "./terminal.ts";

const NEWEST_DENO = "2.9.6";

await runScript(async () => {
  const target = hostTarget();
  const deno = await npmFile(denoPackage(target), NEWEST_DENO, `deno${target.suffix}`);
  say(`Unit tests on Deno ${NEWEST_DENO}`);
  const { code } = await new Deno.Command(deno, {
    args: ["task", "test:unit"],
    cwd: dirname(import.meta.dirname!),
  }).spawn().status;
  Deno.exit(code);
});
