/** Other programs: where they lie, and how they are run with bounds on time and output. */
import type { FileSystem } from "./fs.ts";
import { statIfThere } from "./files.ts";
import { type Env, pathsOf, type Platform } from "./paths.ts";
import { killTree, spawnProgram } from "./spawned.ts";

/** A program to be run; never through a shell that could read its arguments. */
export interface CommandRequest {
  /** Absolute path. */
  program: string;
  args: string[];
  /** The whole environment. */
  env: Env;
  /** Absolute path of an existing folder. */
  cwd: string;
  /** After so many ms the program and all that it started are killed. */
  timeoutMs: number;
  /** More of each stream is read and thrown away. */
  maxOutputBytes: number;
  signal: AbortSignal;
}

/** How a program ended. */
export interface CommandOutcome {
  ended: "exited" | "timeout";
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program. Throws when it cannot be started, and what the signal is aborted with. */
export type CommandRunner = (request: CommandRequest) => Promise<CommandOutcome>;

/** A variable; on Windows its name has no case. */
export function variableOf(env: Env, name: string, platform: Platform): string | undefined {
  if (platform !== "windows") return env[name];
  const wanted = name.toUpperCase();
  return Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
}

/** What Windows can start by itself, and what `cmd.exe` can. */
const STARTABLE = [".com", ".exe", ".bat", ".cmd"];

function extensionsOf(env: Env): string[] {
  const known = (variableOf(env, "PATHEXT", "windows") ?? "").toLowerCase().split(";");
  const usable = known.filter((extension) => STARTABLE.includes(extension));
  return usable.length > 0 ? usable : STARTABLE;
}

/**
 * The paths at which a program of a name would be, in the order they are tried. Entries of PATH that
 * are not absolute are left out: they would lead into whatever folder the user stands in.
 */
export function commandCandidates(name: string, env: Env, platform: Platform): string[] {
  const { join, isAbsolute, delimiter } = pathsOf(platform);
  const folders = (variableOf(env, "PATH", platform) ?? "").split(delimiter)
    .map((folder) => platform === "windows" ? folder.replaceAll('"', "") : folder)
    .filter(isAbsolute);
  const hasExtension = STARTABLE.some((extension) => name.toLowerCase().endsWith(extension));
  const extensions = platform === "windows" && !hasExtension ? extensionsOf(env) : [""];
  return folders.flatMap((folder) => extensions.map((end) => join(folder, name + end)));
}

/** The program that a name stands for, or nothing. */
export function findCommand(
  fs: FileSystem,
  name: string,
  env: Env,
  platform: Platform,
): string | undefined {
  return commandCandidates(name, env, platform).find((path) => {
    try {
      const info = statIfThere(fs, path);
      return info?.kind === "file" && (platform === "windows" || (info.mode & 0o111) !== 0);
    } catch {
      // A folder in PATH that may not be searched holds nothing that could be run.
      return false;
    }
  });
}

/** What is really started for a program. */
export interface Invocation {
  program: string;
  args: string[];
  /** The arguments are one command line as they stand (Windows). */
  raw: boolean;
}

/**
 * How a program is started. A Windows batch file (every program that npm installs has one) needs
 * `cmd.exe`, which gives `%`, `&`, `"` and others a meaning that no quoting takes away; so only plain
 * arguments are handed to it, and nothing is returned for others.
 */
export function invocationOf(
  program: string,
  args: string[],
  env: Env,
  platform: Platform,
): Invocation | undefined {
  if (platform !== "windows" || !/\.(?:bat|cmd)$/i.test(program)) {
    return { program, args, raw: false };
  }
  if (/["%\r\n]/.test(program) || !args.every((arg) => /^[\w.:=/-]+$/.test(arg))) return undefined;
  const root = variableOf(env, "SystemRoot", platform) ?? "C:\\Windows";
  return {
    program: pathsOf(platform).join(root, "System32", "cmd.exe"),
    args: ["/d", "/v:off", "/s", "/c", `"${[`"${program}"`, ...args].join(" ")}"`],
    raw: true,
  };
}

/** Reads a stream to its end, keeping its beginning. */
async function readCapped(stream: ReadableStream<Uint8Array>, limit: number, stop: AbortSignal) {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  stop.addEventListener("abort", cancel, { once: true });
  const kept: Uint8Array[] = [];
  let room = limit;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (room > 0) kept.push(value.subarray(0, room));
    room -= value.length;
  }
  return await new Blob(kept as BlobPart[]).text();
}

/** How long output may still come after the program itself has ended, ms. */
const LINGER_MS = 500;

/** Runs a program on this machine. */
export const runCommand: CommandRunner = async (request) => {
  request.signal.throwIfAborted();
  const child = spawnProgram(request, "null");
  const stopReading = new AbortController();
  const read = (stream: ReadableStream<Uint8Array>) =>
    readCapped(stream, request.maxOutputBytes, stopReading.signal);
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  let ended: CommandOutcome["ended"] = "exited";
  const timer = setTimeout(() => {
    ended = "timeout";
    killTree(child, request.env);
  }, request.timeoutMs);
  const abort = () => killTree(child, request.env);
  request.signal.addEventListener("abort", abort, { once: true });
  try {
    const { code } = await child.status;
    // Something it started may hold its output open for ever.
    const linger = setTimeout(() => stopReading.abort(), LINGER_MS);
    const [stdout, stderr] = await output.finally(() => clearTimeout(linger));
    request.signal.throwIfAborted();
    return { ended, code, stdout, stderr };
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", abort);
  }
};
