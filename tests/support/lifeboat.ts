/** The compiled program, run with nothing in its environment but what it is given. */
import { fileURLToPath } from "node:url";
import { run } from "./agents/run.ts";

const SUFFIX = Deno.build.os === "windows" ? ".exe" : "";

/** `dist/lifeboat`, which `task build` makes. */
export const PROGRAM = fileURLToPath(new URL(`../../dist/lifeboat${SUFFIX}`, import.meta.url));

/** What `--json` prints: at least this. */
export interface Answer {
  ok: boolean;
  error?: { code: string; message: string; hint: string };
}

/** What the program did. */
export interface Outcome<Result = Record<string, unknown>> {
  code: number;
  stdout: string;
  stderr: string;
  /** What it printed, if that was JSON; throws when it was not. */
  json: Answer & Result;
}

/** How the program is started. */
export interface RunSettings {
  /** Added to an environment of `HOME` alone. */
  env?: Record<string, string>;
  cwd?: string;
  /** What it is started by, such as `strace` with its options; absolute paths. */
  under?: string[];
  /** Another copy of it, such as the restorer in a backup. */
  program?: string;
  /** ms; default two minutes. */
  timeoutMs?: number;
}

/** Runs `lifeboat ARGS` for the user whose home folder is `userHome`. */
export async function lifeboat<Result = Record<string, unknown>>(
  userHome: string,
  args: string[],
  settings: RunSettings = {},
): Promise<Outcome<Result>> {
  const { env, cwd = userHome, under = [], program = PROGRAM, timeoutMs = 120_000 } = settings;
  const [first, ...rest] = [...under, program, ...args];
  const environment = { HOME: userHome, USERPROFILE: userHome, ...env };
  const ended = await run(first, rest, { cwd, env: environment, timeoutMs });
  return {
    ...ended,
    get json() {
      try {
        return JSON.parse(ended.stdout);
      } catch (cause) {
        const printed = `${ended.stdout.slice(-2000)}\n${ended.stderr.slice(-2000)}`;
        throw new Error(`No JSON from lifeboat ${args.join(" ")}:\n${printed}`, { cause });
      }
    },
  };
}
