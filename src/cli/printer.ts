import type { Env, LifeboatError } from "../base/mod.ts";
import type { Answer } from "./command.ts";
import { failureJson, failureText } from "./failure.ts";
import type { Invocation } from "./invocation.ts";
import { styleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** Says how a command line ended: as one JSON document on stdout, or to a person. */
export interface Printer {
  answer(answer: Answer): void;
  /** The same before the end, on one line. */
  say(answer: Answer): void;
  help(text: string): void;
  failure(error: LifeboatError): void;
}

/** @param env may hold NO_COLOR */
export function createPrinter(invocation: Invocation, terminal: Terminal, env: Env): Printer {
  const noColor = invocation.args.includes("--no-color");
  if (invocation.json) {
    const indent = invocation.lines ? undefined : 2;
    const print = (value: unknown) => terminal.out(JSON.stringify(value, null, indent) + "\n");
    return {
      answer: ({ result }) => print(result),
      say: ({ result }) => print(result),
      help: (help) => print({ ok: true, help }),
      failure: (error) => print(failureJson(error, invocation.oldName)),
    };
  }
  const answer = ({ text }: Answer) =>
    terminal.out(text(styleFor(terminal.outIsTerminal, env, noColor)));
  return {
    answer,
    say: answer,
    help: (text) => terminal.out(text),
    failure(error) {
      terminal.err(failureText(error, styleFor(terminal.errIsTerminal, env, noColor)));
    },
  };
}
