import { asLifeboatError, describeError, isNoSpace, LifeboatError } from "../base/mod.ts";

/** Does something with a file that is being written, and names that file where it fails. */
export function onDisk<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** What went wrong with a file that is being written, with its name. */
export function writeError(path: string, error: unknown): LifeboatError {
  if (error instanceof LifeboatError) return error;
  const { code, hint } = isNoSpace(error) ? asLifeboatError(error) : WRITE_FAILED;
  const message = `Could not write ${path}: ${describeError(error)}`;
  return new LifeboatError("failed", code, message, { hint, cause: error });
}

const WRITE_FAILED = {
  code: "write_failed",
  hint: "Check the disk and the permissions of that folder.",
};

/** The program itself called a writer in a way that makes no sense. */
export function misused(what: string): LifeboatError {
  return new LifeboatError("failed", "archive_misused", `The archive writer got ${what}`, {
    hint: "This is a fault of the program; please report it.",
  });
}
