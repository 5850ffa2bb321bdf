import { describeError, LifeboatError } from "../base/mod.ts";

/** Runs a call on the file that is read, so that its errors are told from those of where it goes. */
export function fromSource<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new LifeboatError("failed", "unreadable", describeError(cause), { cause });
  }
}

/** Whether an error was thrown within {@linkcode fromSource}. */
export function isSourceTrouble(thrown: unknown): thrown is LifeboatError {
  return thrown instanceof LifeboatError && thrown.code === "unreadable";
}
