import { type LifeboatError, printable } from "../base/mod.ts";
import { type Failure, failureOf, redact } from "../seal/mod.ts";
import type { Style } from "./style.ts";

/** What stdout gets with `--json` when a command failed. */
export type FailureJson = Failure | { ok: false; error: string };

/** @param oldName whether the program was started by a name of the original, whose `error` is a string */
export function failureJson(error: LifeboatError, oldName: boolean): FailureJson {
  const failure = failureOf(error);
  return oldName ? { ok: false, error: failure.error.message } : failure;
}

/** What stderr gets when a command failed. */
export function failureText({ message, hint }: LifeboatError, style: Style): string {
  const lines = [`${style.red("error:")} ${printable(redact(message))}`];
  if (hint) lines.push(`${style.yellow("hint:")}  ${printable(redact(hint))}`);
  return lines.join("\n") + "\n";
}
