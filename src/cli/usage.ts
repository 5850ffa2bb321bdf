import { Command, type CommanderError, Help } from "commander";
import { LifeboatError } from "../base/mod.ts";
import { wholeNumber } from "./command.ts";

/** Names of options longer than this have their description on the next line, columns. */
const MAX_TERM = 30;

function padWidth(command: Command, helper: Help): number {
  return Math.min(MAX_TERM, new Help().padWidth(command, helper));
}

function formatItem(term: string, width: number, description: string, helper: Help): string {
  const item = (term: string) => new Help().formatItem(term, width, description, helper);
  if (term.length <= width) return item(term);
  return `  ${helper.styleOptionTerm(term)}\n${item("")}`;
}

/**
 * The program without its commands: its global options, and errors that are thrown, not printed.
 *
 * @param printHelp is given help that was asked for
 */
export function createProgram(printHelp: (text: string) => void): Command {
  return new Command("lifeboat")
    .description("Backs up the home folders of AI coding agents, and puts them back.")
    .usage("<command> [options]")
    .option("--profile <name>", "which agent: codex, claude-code, ..., or all")
    .option("--json", "print one JSON document on stdout")
    .option("--quiet", "show no progress")
    .option("--no-color", "no colours (NO_COLOR in the environment does the same)")
    .option("--config <file>", "settings, instead of those in lifeboat's own folder")
    .option("--yes", "instead of typing the word that is asked for, where no other option does it")
    .option("--jobs <n>", "work on so many cores at most", wholeNumber(1, 64))
    .option("-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .configureHelp({ showGlobalOptions: true, padWidth, formatItem })
    .configureOutput({ writeOut: printHelp, writeErr: () => {} })
    .exitOverride();
}

/** Whether commander ended because it has shown the help that was asked for. */
export function isHelpShown(error: unknown): boolean {
  const { code, exitCode } = error as Partial<CommanderError>;
  return exitCode === 0 && (code === "commander.helpDisplayed" || code === "commander.help");
}

/**
 * The command that a command line names, below those above it, as far as that can be told of one
 * that is wrong.
 */
function commandsNamed(program: Command, args: string[]): Command[] {
  for (const [at, arg] of args.entries()) {
    const found = program.commands.find((one) => [one.name(), ...one.aliases()].includes(arg));
    if (found) return [found, ...commandsNamed(found, args.slice(at + 1))];
  }
  return [];
}

/** What commander finds wrong with a command line, as an error of ours; undefined if it is none. */
export function usageError(
  error: unknown,
  program: Command,
  args: string[],
): LifeboatError | undefined {
  const { code, message } = error as Partial<CommanderError>;
  if (!code?.startsWith("commander.") || message === undefined) return undefined;
  const named = commandsNamed(program, args);
  const name = named.map((command) => command.name()).join(" ");
  const help = `See: lifeboat ${name && `${name} `}--help`;
  const refused = (text: string, hint: string) =>
    new LifeboatError("refused", "usage", text, { hint });
  if (code === "commander.help") {
    const known = (named.at(-1) ?? program).commands.map((one) => one.name()).join(", ");
    return refused(`${name || "lifeboat"} needs one of: ${known}`, help);
  }
  const [first, ...suggestion] = message.replace(/^error: /, "").split("\n");
  const text = first.charAt(0).toUpperCase() + first.slice(1);
  return refused(text, [...suggestion.map((line) => line.replace(/^\(|\)$/g, "")), help].join(" "));
}
