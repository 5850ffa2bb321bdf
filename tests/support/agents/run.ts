/** Running a program with nothing but what it is given. */

/** What a program is started with. Its environment is `env` and nothing else. */
export interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  /** Time limit, ms; default one minute. The program is ended when it is over. */
  timeoutMs?: number;
}

/** What came of it. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, with an empty stdin. Throws when it takes longer than its limit. */
export async function run(
  program: string,
  args: string[],
  options: RunOptions,
): Promise<RunResult> {
  const limit = options.timeoutMs ?? 60_000;
  const child = new Deno.Command(program, {
    args,
    cwd: options.cwd,
    env: options.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limit);
  const output = await child.output().finally(() => clearTimeout(timer));
  if (late) throw new Error(`${program} ${args.join(" ")} took longer than ${limit} ms`);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** Like {@linkcode run}, but throws with the end of what it printed unless it exits with 0. */
export async function runOk(
  program: string,
  args: string[],
  options: RunOptions,
): Promise<RunResult> {
  const result = await run(program, args, options);
  if (result.code === 0) return result;
  const printed = `${result.stdout.slice(-2000)}\n${result.stderr.slice(-2000)}`;
  throw new Error(`${program} ${args.join(" ")} exited with ${result.code}:\n${printed}`);
}

/** The folders every program of the system is found in; agents look for `git` and a shell. */
export function systemPath(): string {
  return Deno.build.os === "windows" ? Deno.env.get("Path") ?? "" : "/usr/local/bin:/usr/bin:/bin";
}

/** Sends everything but the loopback interface to a port where nobody listens. */
export const LOOPBACK_ONLY = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  ALL_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
};
