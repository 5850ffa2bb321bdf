/** Starting a program in an isolated home. */
import { type Host, LifeboatError, runAttached } from "../base/mod.ts";
import { effectiveHome, isolatedEnvironment } from "./environment.ts";
import { findIsolated, type IsolatedChoice } from "../profiles/mod.ts";
import { loginIn } from "./login.ts";

/** What is started, and with what. */
export interface ExecOptions extends IsolatedChoice {
  /** The program, and its arguments. */
  command: string[];
  /** Values that come before everything else. */
  env: Record<string, string>;
  /** Names of the environment that are not handed on. */
  clearEnv: string[];
}

/** Runs a program in an isolated home, on this terminal; returns its exit code. */
export async function execIsolated(host: Host, options: ExecOptions): Promise<number> {
  const [command, ...args] = options.command;
  if (!command) {
    throw new LifeboatError("refused", "usage", "No program was named", {
      hint: "Name it after two dashes: lifeboat isolate exec helper -- codex",
    });
  }
  const { env: explicit, clearEnv: clear } = options;
  const { env: inherited, platform } = host;
  const home = findIsolated(host, options);
  const about = { home, inherited, explicit, clear, login: "none" as const, platform };
  const env = isolatedEnvironment({ ...about, login: loginIn(host, effectiveHome(about)) });
  return await runAttached(host, { command, args, env });
}
