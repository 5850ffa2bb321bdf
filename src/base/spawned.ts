/** Programs that are started by this one, and ended with all that they started. */
import type { Env, Platform } from "./paths.ts";
import { invocationOf, variableOf } from "./programs.ts";

/** A program to be started. */
export interface Start {
  /** Absolute path. */
  program: string;
  args: string[];
  /** The whole environment. */
  env: Env;
  /** Absolute path of an existing folder. */
  cwd: string;
}

/** Kills a program and what it started: its process group, or on Windows its tree. */
export function killTree(child: Deno.ChildProcess, env: Env): void {
  try {
    if (Deno.build.os !== "windows") return Deno.kill(-child.pid, "SIGKILL");
    const root = variableOf(env, "SystemRoot", "windows") ?? "C:\\Windows";
    const args = ["/PID", String(child.pid), "/T", "/F"];
    new Deno.Command(`${root}\\System32\\taskkill.exe`, { args, stdout: "null", stderr: "null" })
      .outputSync();
  } catch {
    // It ended by itself in this moment.
  }
}

/** Starts a program with pipes for what it prints. Throws where it cannot be started. */
export function spawnProgram(
  { program, args, env, cwd }: Start,
  stdin: "null" | "piped",
): Deno.ChildProcess {
  const platform: Platform = Deno.build.os === "windows" ? "windows" : "linux";
  const invocation = invocationOf(program, args, env, platform);
  if (!invocation) throw new Error("Its arguments cannot be handed to a batch file");
  const variables = Object.entries(env).filter((entry) => entry[1] !== undefined);
  return new Deno.Command(invocation.program, {
    args: invocation.args,
    windowsRawArguments: invocation.raw,
    env: Object.fromEntries(variables) as Record<string, string>,
    clearEnv: true,
    cwd,
    stdin,
    stdout: "piped",
    stderr: "piped",
    // A process group of its own, so that all of it can be killed. On Windows it would lose its
    // console, and taskkill needs no group.
    detached: platform !== "windows",
  }).spawn();
}
