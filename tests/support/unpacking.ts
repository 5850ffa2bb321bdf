/** Archives of ours, unpacked by other people's programs. */
import { assert } from "../assert.ts";
import { type SampleEntry, TOP } from "./archives.ts";
import { assertExtracted, type Fidelity } from "./extracted.ts";
import { runTool } from "./oracles.ts";

/** The sample's names do not exist on Windows. */
export const ON_POSIX = Deno.build.os !== "windows";

/** Asserts that a folder has what was stored in a tar, its table and its index, and nothing more. */
export function assertTarExtracted(
  target: string,
  entries: SampleEntry[],
  fidelity: Fidelity,
): void {
  for (const name of ["segments.jsonl", "index.json"]) Deno.removeSync(`${target}/${TOP}/${name}`);
  assertOurs(target, entries, fidelity);
}

/** Asserts that a folder has what was stored, below a private top folder. */
export function assertOurs(target: string, entries: SampleEntry[], fidelity: Fidelity): void {
  const top = `${target}/${TOP}`;
  if (fidelity.modes) assert.equal(Deno.statSync(top).mode! & 0o777, 0o700);
  assertExtracted(top, entries, fidelity);
}

/** A program that this machine may have, and what it brings back. */
export interface Unpacker {
  name: string;
  /** Whether it is there. */
  there: boolean;
  command: string[];
  fidelity: Fidelity;
}

/** Has a program unpack an archive into a folder of its own, as a step. */
export function unpackWith(
  t: Deno.TestContext,
  folder: string,
  { name, there, command, fidelity }: Unpacker,
  check: (target: string, fidelity: Fidelity) => void,
): Promise<boolean> {
  return t.step({
    name,
    ignore: !there || !ON_POSIX,
    async fn() {
      const target = `${folder}/${name}`;
      Deno.mkdirSync(target);
      await runTool(command, { cwd: target, env: { TZ: "UTC", LC_ALL: "C.UTF-8" } });
      check(target, fidelity);
    },
  });
}
