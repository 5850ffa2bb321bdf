/** Ending the compiled program as a power cut would, at a moment of the test's choice. */
import { PROGRAM } from "./lifeboat.ts";
import { sampleOf } from "./sample/common.ts";
import { namesIn, type Scene } from "./scene.ts";
import { assert } from "../assert.ts";

/** When the program is killed: `delayMs` after its start, or after `seen` is true for the first time. */
export interface Moment {
  seen?: () => boolean;
  delayMs: number;
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  return sampleOf({ seed }).random;
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

/** Starts the program and kills it. Says whether it was killed, or had ended before that. */
export async function killDuring(scene: Scene, args: string[], moment: Moment): Promise<boolean> {
  const child = new Deno.Command(PROGRAM, {
    args,
    cwd: scene.user,
    env: { HOME: scene.user, TMPDIR: scene.temp },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const status = child.status.finally(() => ended = true);
  while (moment.seen && !ended && !moment.seen()) await pause(0);
  await Promise.race([pause(moment.delayMs), status]);
  if (!ended) child.kill("SIGKILL");
  const { signal, success } = await status;
  assert.deepEqual(namesIn(scene.temp), [], "temporary files of a killed program");
  return Deno.build.os === "windows" ? !success : signal === "SIGKILL";
}

/** How long something takes at its fastest, ms: other work on the machine only adds to it. */
export async function fastest(times: number, act: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    await act();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}
