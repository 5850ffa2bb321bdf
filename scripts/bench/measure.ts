/** Programs run to their end and measured as a whole. */
import { join } from "node:path";

/** A program and how it is run. */
export interface Command {
  /** The program first. */
  args: string[];
  /** All that is in its environment besides PATH and LANG. */
  env?: Record<string, string>;
  cwd?: string;
}

/** What a run cost. */
export interface Measurement {
  /** From start to end. */
  seconds: number;
  /** User and system time of all processes and threads, seconds. Nothing without GNU time. */
  cpu?: number;
  /** The most memory that was resident in any one of its processes, bytes. */
  memory?: number;
}

/** Longer than this no run takes. */
const LIMIT_MS = 20 * 60_000;

/** Runs programs one after the other, and measures them with GNU time where that is there. */
export interface Meter {
  run(command: Command): Promise<Measurement>;
}

/** A meter that keeps a file of its own in `folder`. */
export function createMeter(folder: string, hasTime: boolean): Meter {
  const notes = join(folder, "time.txt");
  const time = hasTime ? ["time", "-o", notes, "-f", "%U %S %M"] : [];
  return {
    async run(command) {
      const seconds = await runToEnd({ ...command, args: [...time, ...command.args] });
      return { seconds, ...(hasTime ? parseTime(Deno.readTextFileSync(notes)) : {}) };
    },
  };
}

/** What GNU time wrote; a program that failed has a line before it. */
export function parseTime(notes: string): Required<Omit<Measurement, "seconds">> {
  const [user, system, kilobytes] = notes.trim().split("\n").at(-1)!.split(" ").map(Number);
  return { cpu: user + system, memory: kilobytes * 1024 };
}

/** Seconds from start to end. A program that fails throws what it said. */
export async function runToEnd({ args, env, cwd }: Command): Promise<number> {
  await flushDisk();
  const started = performance.now();
  const child = new Deno.Command(args[0], {
    args: args.slice(1),
    cwd,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", LANG: "C.UTF-8", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const { success, code, stdout, stderr } = await child.output();
  const seconds = (performance.now() - started) / 1000;
  if (success) return seconds;
  const said = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes).trim()).join("\n")
    .slice(0, 2000);
  throw new Error(`${args.join(" ")} ended with ${code}:\n${said}`);
}

/** What a run before has written must not be written to the disk in the time of the next. */
async function flushDisk(): Promise<void> {
  try {
    await new Deno.Command("sync").output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
