/** Measures what starting the compiled program costs, beside a compiled program that does nothing. */
import { dirname, join } from "node:path";
import { measureStarts } from "./bench/startup.ts";
import { run } from "./build/process.ts";
import { hostTarget } from "./build/targets.ts";
import { runScript } from "./terminal.ts";

const ROOT = dirname(import.meta.dirname!);
const ROUNDS = 30;

await runScript(async () => {
  const build = join(ROOT, "scripts", "build.ts");
  await run(Deno.execPath(), ["run", "-A", build, "--if-needed"]);
  await run(Deno.execPath(), ["run", "-A", build, "--empty"]);
  const { suffix } = hostTarget();
  const [empty, lifeboat] = ["empty", "lifeboat"].map((name) => join(ROOT, "dist", name + suffix));
  const commands = [[empty], [lifeboat, "--version"], [lifeboat, "--help"]];
  const times = await measureStarts(commands, ROUNDS);
  const rows = commands.map(([program, ...args], i) => ({
    program: [program.slice(ROOT.length + 1), ...args].join(" "),
    "start to end, ms": Number(times[i].toFixed(1)),
    "of the empty program": Number((times[i] / times[0]).toFixed(2)),
  }));
  // deno-lint-ignore no-console -- the table is the result of this script
  console.table(rows);
});
