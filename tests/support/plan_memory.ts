/**
 * Prints how many bytes of memory the plan of a restore holds for each file, in and outside of V8's
 * heap. A program of its own, started with --expose-gc; its argument is a folder with a `backup` in it.
 */
import { openBackup } from "../../src/archive/mod.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { quickHost, testHome } from "../restore/fixture.ts";

/** Without garbage: some is only let go of after a moment. */
async function held(): Promise<number> {
  const { gc } = globalThis as unknown as { gc(): void };
  for (let n = 0; n < 3; n++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

const [folder] = Deno.args;
const host = quickHost(folder);
const backup = await openBackup(host, `${folder}/backup`);
const before = await held();
const plan = await makePlan(host, { backup, home: testHome(folder) });
const perFile = Math.round((await held() - before) / plan.files);
Deno.stdout.writeSync(new TextEncoder().encode(`${perFile}\n`));
plan.close();
backup.close();
