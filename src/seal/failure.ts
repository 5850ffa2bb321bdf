import type { LifeboatError } from "../base/mod.ts";
import { redact } from "./redact.ts";

/** A failure as programs are told of it (contract.md, "Rules"). */
export interface Failure {
  ok: false;
  error: { code: string; message: string; hint: string };
}

/** An error as programs are told of it, without what looks like a secret. */
export function failureOf({ code, message, hint }: LifeboatError): Failure {
  return { ok: false, error: { code, message: redact(message), hint: redact(hint ?? "") } };
}
