/** Command lines, understood by the program's own parser. */
import type { Command } from "commander";
import type { Act } from "../../src/cli/command.ts";
import { ALL_COMMANDS } from "../../src/cli/all_commands.ts";
import { createProgram, usageError } from "../../src/cli/usage.ts";

/** Adds every command to a program. */
export function defineCommands(program: Command, act: Act = () => () => Promise.resolve()): void {
  for (const define of ALL_COMMANDS) define(program, act);
}

/** What a command line means. */
export interface Parsed {
  command: string;
  flags: Record<string, unknown>;
  args: unknown[];
}

/** Parses a command line without its `lifeboat`, and runs nothing; throws its usage error. */
export function parseLine(line: string): Parsed {
  let parsed: Parsed | undefined;
  const act: Act = () => (...received) => {
    const command = received.at(-1) as Command;
    const flags = command.optsWithGlobals();
    parsed = { command: command.name(), flags, args: received.slice(0, -2) };
    return Promise.resolve();
  };
  const args = line.split(" ").filter((word) => word !== "");
  const program = createProgram(() => {});
  defineCommands(program, act);
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    throw usageError(error, program, args) ?? error;
  }
  return parsed!;
}
