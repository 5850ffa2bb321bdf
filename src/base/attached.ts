/** Another program in the place of this one: on the same terminal, with its exit code. */
import { commandCandidates, invocationOf } from "./programs.ts";
import { LifeboatError } from "./errors.ts";
import type { Host } from "./host.ts";
import { statIfThere } from "./files.ts";
import { pathsOf } from "./paths.ts";

/** A program to be run on the terminal of this one; never through a shell. */
export interface AttachedRequest {
  /** A name that is looked for in `PATH`, or a path. */
  command: string;
  args: string[];
  /** The whole environment. */
  env: Record<string, string>;
}

/** What ends a program, as far as a system has it. */
const ENDING: Deno.Signal[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];

/** What a terminal sends to everybody at it, so that passing it on would send it twice. */
const FROM_KEYBOARD: Deno.Signal[] = ["SIGINT", "SIGQUIT"];

function isProgram({ fs, platform }: Host, path: string): boolean {
  try {
    const info = statIfThere(fs, path);
    return info?.kind === "file" && (platform === "windows" || (info.mode & 0o111) !== 0);
  } catch {
    return false; // a folder in PATH that may not be searched holds nothing that could be run
  }
}

function programOf(host: Host, { command, env }: AttachedRequest): string {
  const named = /[\\/]/.test(command) ? [pathsOf(host.platform).resolve(command)] : undefined;
  const found = (named ?? commandCandidates(command, env, host.platform))
    .find((path) => isProgram(host, path));
  if (found) return found;
  throw new LifeboatError("missing", "no_such_program", `There is no program ${command}`, {
    hint: "Name one that is in PATH, or its path.",
  });
}

function start(host: Host, request: AttachedRequest): Deno.ChildProcess {
  const { args, env } = request;
  const program = programOf(host, request);
  const invocation = invocationOf(program, args, env, host.platform);
  if (!invocation) {
    throw new LifeboatError("refused", "unsafe_arguments", `${program} is a batch file`, {
      hint: "Its arguments would be read by cmd.exe. Start the program itself.",
    });
  }
  return new Deno.Command(invocation.program, {
    args: invocation.args,
    windowsRawArguments: invocation.raw,
    env,
    clearEnv: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

/** Passes signals on until the returned function is called. Windows sends them to both by itself. */
function passSignals(host: Host, child: Deno.ChildProcess): () => void {
  if (host.platform === "windows") return () => {};
  const onTerminal = Deno.stdin.isTerminal();
  const handlers = [...ENDING, ...FROM_KEYBOARD].map((signal) => {
    const isSent = onTerminal && FROM_KEYBOARD.includes(signal);
    const pass = () => {
      if (isSent) return;
      try {
        child.kill(signal);
      } catch {
        // It ended by itself in this moment.
      }
    };
    Deno.addSignalListener(signal, pass);
    return () => Deno.removeSignalListener(signal, pass);
  });
  return () => handlers.forEach((remove) => remove());
}

/**
 * Runs a program in the place of this one, and returns its exit code: 128 and the number of a signal
 * that ended it. Throws `no_such_program`, `unsafe_arguments`.
 */
export async function runAttached(host: Host, request: AttachedRequest): Promise<number> {
  const child = start(host, request);
  const stop = passSignals(host, child);
  try {
    return (await child.status).code;
  } finally {
    stop();
  }
}
