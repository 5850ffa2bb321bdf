/**
 * What kind of trouble an error is. `main.ts` maps each kind to one exit code (contract.md):
 * refused 2, missing 10, busy 11, untrusted 12, remote 20, interrupted 130, failed 3.
 */
export type ErrorKind =
  | "refused"
  | "missing"
  | "busy"
  | "untrusted"
  | "remote"
  | "interrupted"
  | "failed";

/** What a {@linkcode LifeboatError} says beside its message. */
export interface ErrorDetails {
  /** What the user can do about it. */
  hint?: string;
  /** The error underneath. */
  cause?: unknown;
}

/**
 * The one error class of the program. The message says what happened and names the file; the hint
 * says what to do. Neither may hold a secret or a piece of a conversation.
 */
export class LifeboatError extends Error {
  override readonly name = "LifeboatError";
  readonly hint?: string;

  constructor(
    readonly kind: ErrorKind,
    /** Stable snake_case identifier, part of the JSON contract. */
    readonly code: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
  }
}

/** The system's short name of an error (`ENOENT`, `ENOSPC`), where it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Deno.errors.NotFound) return "ENOENT";
  if (error instanceof Deno.errors.AlreadyExists) return "EEXIST";
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Whether an error says that a file or folder is not there (also: a parent of it is no folder). */
export function isNotFound(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === "ENOENT" || errno === "ENOTDIR";
}

/** Whether an error says that the disk or the quota is full. */
export function isNoSpace(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === "ENOSPC" || errno === "EDQUOT";
}

/** A one-line description of any thrown value, for messages and records. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.split("\n", 1)[0] || error.name;
}

/** Turns any thrown value into a {@linkcode LifeboatError}, keeping one that already is. */
export function asLifeboatError(error: unknown): LifeboatError {
  if (error instanceof LifeboatError) return error;
  if (isNoSpace(error)) {
    return new LifeboatError("failed", "disk_full", `No space left: ${describeError(error)}`, {
      hint: "Free some space, or choose another disk with --backup-root.",
      cause: error,
    });
  }
  return new LifeboatError("failed", "unexpected", describeError(error), { cause: error });
}
