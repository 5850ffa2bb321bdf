import { type LifeboatError, printable } from "../base/mod.ts";
import { redact } from "../seal/mod.ts";
import type { Style } from "./style.ts";

/** What stdout gets with `--json` when a command failed. */
export type FailureJson =
  | { ok: false; error: { code: string; message: string; hint: string } }
  | { ok: false; error: string };

/** @param oldName whether the program was started by a name of the original, whose `error` is a string */
export function failureJson(error: LifeboatError, oldName: boolean): FailureJson {
  const message = redact(error.message);
  const hint = redact(error.hint ?? "");
  if (oldName) return { ok: false, error: message };
  return { ok: false, error: { code: error.code, message, hint } };
}

/** What stderr gets when a command failed. */
export function failureText({ message, hint }: LifeboatError, style: Style): string {
  const lines = [`${style.red("error:")} ${printable(redact(message))}`];
  if (hint) lines.push(`${style.yellow("hint:")}  ${printable(redact(hint))}`);
  return lines.join("\n") + "\n";
}
