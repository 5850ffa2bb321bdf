/**
 * Builds `dist/lifeboat` for this system.
 *
 *   build.ts               the program
 *   build.ts --if-needed   only when something that goes into it has changed (tests ask so)
 *   build.ts --empty       `dist/empty`, a program that does nothing, to compare start-up with
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Host, thisHost } from "../src/base/mod.ts";
import { fingerprint } from "./build/fingerprint.ts";
import { buildEmpty, buildProgram } from "./build/program.ts";
import { chooseToolchain } from "./build/runtime.ts";
import { hostTarget } from "./build/targets.ts";
import { runScript, say } from "./terminal.ts";

const ROOT = dirname(import.meta.dirname!);

/** Builds the program for this system, or nothing when `ifNeeded` and what is there is current. */
async function build(host: Host, ifNeeded: boolean): Promise<void> {
  const target = hostTarget();
  const output = join(ROOT, "dist", `lifeboat${target.suffix}`);
  const record = `${output}.inputs`;
  const now = await fingerprint(ROOT, `${Deno.version.deno} ${host.env.DENORT_BIN ?? ""}`);
  if (ifNeeded && existsSync(output) && existsSync(record)) {
    if (await Deno.readTextFile(record) === now) return;
  }
  const toolchain = await chooseToolchain(host, target);
  say(`${output}: ${await buildProgram({ root: ROOT, target, toolchain, output })}`);
  await Deno.writeTextFile(record, now);
}

async function buildEmptyProgram(host: Host): Promise<void> {
  const target = hostTarget();
  const output = join(ROOT, "dist", `empty${target.suffix}`);
  const toolchain = await chooseToolchain(host, target);
  await buildEmpty({ root: ROOT, target, toolchain, output });
}

if (import.meta.main) {
  await runScript(async () => {
    const [option, ...rest] = Deno.args;
    const host = thisHost(new AbortController().signal, () => {});
    if (rest.length === 0 && option === "--empty") return await buildEmptyProgram(host);
    if (rest.length === 0 && (!option || option === "--if-needed")) {
      return await build(host, option === "--if-needed");
    }
    throw new Error("usage: build.ts [--if-needed | --empty]");
  });
}
