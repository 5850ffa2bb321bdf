/** Ending the compiled program as a power cut would, at a moment of the test's choice. */
import { join } from "node:path";
import { type Outcome, PROGRAM } from "./lifeboat.ts";
import { sampleOf } from "./sample/common.ts";
import { namesIn, type Scene } from "./scene.ts";
import { needTool } from "./strace.ts";
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
  if (!ended) end(child);
  const { signal, success } = await status;
  assert.deepEqual(namesIn(scene.temp), [], "temporary files of a killed program");
  return Deno.build.os === "windows" ? !success : signal === "SIGKILL";
}

/** It may have ended in the very moment. */
function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
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

/** The system calls of Linux that change names, permissions or times, or bring them to disk. */
const STEPS =
  "mkdir,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat," +
  "chmod,fchmod,fchmodat,utimensat,ftruncate,fsync,fdatasync,syncfs";

/** One such call of the program's own thread: the `nth` of its name. */
export interface Step {
  name: string;
  nth: number;
  /** With its arguments, for a person. */
  call: string;
}

/** Without its filter for speed (`--seccomp-bpf`), with which strace 6.1 injects nothing. */
function strace(log: string, ...more: string[]): string[] {
  const always = ["-f", "-qq", "-y", "-o", log];
  return ["/usr/bin/strace", ...always, "-e", `trace=${STEPS}`, ...more];
}

/** Runs the program to its end, and tells its steps, in order. Throws unless it exits with 0. */
export async function stepsOf(scene: Scene, args: string[]): Promise<Step[]> {
  needTool("strace", ["-V"], /strace/, "strace");
  const log = join(scene.folder, "steps.log");
  const { code, stdout } = await scene.run(args, { under: strace(log) });
  assert.equal(code, 0, stdout);
  const counts = new Map<string, number>();
  let main: string | undefined;
  return (await Deno.readTextFile(log)).split("\n").flatMap((line): Step[] => {
    const [, thread, call, name] = /^(\d+) +((\w+)\(.*)$/.exec(line) ?? [];
    main ??= thread;
    if (name === undefined || thread !== main) return [];
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return [{ name, nth, call }];
  });
}

/**
 * Runs the program, and injects something as it begins a step: `signal=SIGKILL`, or `error=EIO` instead
 * of carrying it out.
 */
export function runWith(
  scene: Scene,
  args: string[],
  { name, nth }: Step,
  fault: string,
): Promise<Outcome> {
  const inject = ["-e", `inject=${name}:${fault}:when=${nth}`];
  return scene.run(args, { under: strace(join(scene.folder, "injected.log"), ...inject) });
}
