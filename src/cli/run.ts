import type { Command, OptionValues } from "commander";
import {
  asLifeboatError,
  type Host,
  LifeboatError,
  pathsOf,
  statIfThere,
  thisHost,
} from "../base/mod.ts";
import type { Act, Context, GlobalFlags, Run } from "./command.ts";
import { commandDefinitions } from "./commands.ts";
import { waitForEnter } from "./confirm.ts";
import type { Invocation } from "./invocation.ts";
import { createPrinter } from "./printer.ts";
import { createMeter, type Meter } from "./progress.ts";
import type { Ending, StopRequests } from "./process.ts";
import { isGuided, isRestorer, meantArgs } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";
import { createProgram, isHelpShown, usageError } from "./usage.ts";

/** What the command line gets from the process it runs in. */
export interface Start {
  invocation: Invocation;
  terminal: Terminal;
  stop: StopRequests;
}

/** The machine with other settings: `--config` comes before `LIFEBOAT_CONFIG`. */
function configured(host: Host, config: string | undefined): Host {
  if (config === undefined) return host;
  const path = pathsOf(host.platform).resolve(config);
  if (statIfThere(host.fs, path)?.kind === "file") {
    return { ...host, env: { ...host.env, LIFEBOAT_CONFIG: path } };
  }
  throw new LifeboatError("refused", "no_such_file", `There is no configuration ${path}`, {
    hint: "Write one with: lifeboat init",
  });
}

/** Parses and runs a command line, and prints its result, or why there is none. Never throws. */
export async function runCommandLine(start: Start): Promise<Ending> {
  const { terminal, stop: { signal, leave } } = start;
  let meter: Meter | undefined;
  const host = thisHost(signal, (progress) => meter?.report(progress));
  const printer = createPrinter(start.invocation, terminal, host.env);
  const args = meantArgs(start.invocation, isRestorer(host));
  let ending: Ending = { ok: true };
  const act: Act = <Flags>(run: Run<Flags>) => async (...received: unknown[]) => {
    const command = received.at(-1) as Command;
    const flags = command.optsWithGlobals<Flags & GlobalFlags & OptionValues>();
    const { stop, hide } = meter = createMeter(terminal, flags.quiet === true);
    const context: Context = {
      host: configured(host, flags.config),
      terminal,
      hideProgress: hide,
      leaveSignals: leave,
      say: printer.say,
    };
    const names = received.slice(0, -2) as (string | undefined)[];
    const answer = await run(context, flags, names).finally(stop);
    printer.answer(answer);
    ending = { ok: answer.result.ok, exitCode: answer.exitCode };
  };
  let help = ""; // commander hands it over in pieces
  const program = createProgram((text) => help += text);
  for (const define of await commandDefinitions(args)) define(program, act);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (thrown) {
    if (isHelpShown(thrown)) {
      printer.help(help);
      return ending;
    }
    const error = usageError(thrown, program, args) ?? asLifeboatError(thrown);
    printer.failure(error);
    ending = { ok: false, error };
  }
  if (isGuided(args)) await waitForEnter(terminal, signal);
  return ending;
}
