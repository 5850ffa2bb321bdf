import { type Command, InvalidArgumentError, Option } from "commander";
import type { Host } from "../base/mod.ts";
import type { Style } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** Options that every command takes. */
export interface GlobalFlags {
  profile?: string;
  quiet?: boolean;
  /** False with `--no-color`. */
  color?: boolean;
  jobs?: number;
  config?: string;
  /** Answers every question that no flag of the command's own answers. */
  yes?: boolean;
}

/** What a command has to work with. */
export interface Context {
  host: Host;
  terminal: Terminal;
  /** Clears the line of progress before a question is asked. */
  hideProgress(): void;
  /** From now on requests to stop are for a program that runs in the place of this one. */
  leaveSignals(): void;
  /** Says something before the command has ended; with `--json` as one line. */
  say(answer: Answer): void;
}

/** What a command hands back: the object that `--json` prints, and the same for a person. */
export interface Answer {
  result: { ok: boolean };
  /** Ends with a newline unless it is empty. */
  text(style: Style): string;
  /** Of a program that ran in the place of this one: what this one ends with. */
  exitCode?: number;
}

/** The answers for several homes or backups as one: `ok` when each of them is. */
export function joined(answers: Answer[]): Answer {
  const results = answers.map(({ result }) => result);
  const result = { ok: results.every(({ ok }) => ok), results };
  return { result, text: (style) => answers.map(({ text }) => text(style)).join("\n") };
}

/** The work of a command: its arguments and flags to one engine call. */
export type Run<Flags> = (
  context: Context,
  flags: Flags & GlobalFlags,
  args: (string | undefined)[],
) => Promise<Answer>;

/** Makes the handler that commander calls for a command. */
export type Act = <Flags>(run: Run<Flags>) => (...received: unknown[]) => Promise<void>;

/** Adds a command to the program. */
export type Define = (program: Command, act: Act) => void;

const EXIT_CODES: Record<number, string> = {
  0: "done, all is well",
  1: "finished, but not all is well",
  2: "refused before anything changed: usage, missing confirmation, input not accepted",
  3: "failed",
  10: "there is no such home or backup",
  11: "another lifeboat is at work, or the agent is running",
  12: "wrong passphrase or key, or a signature that is not trusted",
  20: "a remote could not be reached, or refused",
  130: "interrupted",
};

/** What any command but a hook can end with when something unforeseen happens. */
const FAILED = 3;

/** What help says below the options: how it is used, and what its exit codes mean. */
export function helpTail(examples: string[], exitCodes: number[]): string {
  const ends = new Set(exitCodes.length > 1 ? [...exitCodes, FAILED] : exitCodes);
  const codes = [...ends].sort((a, b) => a - b).map((code) =>
    `  ${String(code).padEnd(5)}${EXIT_CODES[code]}`
  );
  return ["", "Examples:", ...examples.map((line) => `  ${line}`), "", "Exit codes:", ...codes]
    .join("\n");
}

/** Gathers an option that may be given several times. */
export function several(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** Parses a whole number of at least `least` and at most `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number, ${range}.`);
  };
}

/** `--home`, and the name that the original gave it. */
export function homeOption(): Option {
  return new Option("--codex-home, --home <path>", "the agent's home, instead of its usual place");
}

/** `--isolated`, the same everywhere. */
export function isolatedOption(): Option {
  return new Option("--isolated <id>", "the isolated Codex home of this agent");
}

/** `--backup-root`, the same everywhere. */
export function backupRootOption(): Option {
  return new Option("--backup-root <path>", "where backups lie, instead of below Documents");
}
