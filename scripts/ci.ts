/**
 * All that must hold before a change is taken in: every step runs, whatever became of the others,
 * and the last line counts what they found. Started by .ci/run; needs the `timeout` of coreutils.
 */
import { dirname } from "node:path";
import { type Counts, countStep, sum, summaryLine } from "./ci/counts.ts";
import { runScript, say } from "./terminal.ts";

const ROOT = dirname(import.meta.dirname!);

interface Step {
  name: string;
  /** What scripts/deno is called with. */
  args: string[];
  /** Time limit; together they stay below an hour. */
  minutes: number;
}

const STEPS: Step[] = [
  { name: "dependencies as locked", args: ["install", "--frozen"], minutes: 2 },
  { name: "format", args: ["fmt", "--check"], minutes: 1 },
  { name: "lint", args: ["lint"], minutes: 1 },
  { name: "types", args: ["check"], minutes: 2 },
  { name: "build, tests, end-to-end tests", args: ["task", "test"], minutes: 28 },
  { name: "unit tests on the newest Deno", args: ["task", "test:newest"], minutes: 8 },
  { name: "tests with real agents", args: ["task", "test:agents"], minutes: 15 },
  { name: "demo", args: ["task", "demo"], minutes: 2 },
];

/** Runs a step, passing on what it prints. */
async function runStep({ name, args, minutes }: Step): Promise<Counts> {
  say(`\n== ${name}`);
  const started = Date.now();
  const child = new Deno.Command("timeout", {
    args: ["--kill-after=20", `${minutes}m`, "sh", "scripts/deno", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const [shown, kept] = child.stdout.tee();
  const [output, { code }] = await Promise.all([
    new Response(kept).text(),
    child.status,
    shown.pipeTo(Deno.stdout.writable, { preventClose: true }),
  ]);
  const counts = countStep(output, code === 0);
  const outcome = code === 0 ? "ok" : code === 124 ? `over ${minutes} minutes` : `exit ${code}`;
  const seconds = Math.round((Date.now() - started) / 1000);
  say(`== ${name}: ${outcome}, ${summaryLine(counts)} (${seconds} s)`);
  return counts;
}

if (import.meta.main) {
  await runScript(async () => {
    const counts: Counts[] = [];
    for (const step of STEPS) counts.push(await runStep(step));
    const total = sum(counts);
    // deno-lint-ignore no-console -- the result of this script is the last line of stdout
    console.log(`\n${summaryLine(total)}`);
    if (total.failed > 0) Deno.exit(1);
  });
}
