import { describeError, errnoOf, type ErrorDetails, LifeboatError } from "../base/mod.ts";

/** A backend that could not be reached, or that refused: exit 20. */
export class RemoteFault extends LifeboatError {
  constructor(
    code: string,
    message: string,
    details: ErrorDetails & {
      /** Whether the same call may succeed a moment later. */
      passing?: boolean;
      /** How long the backend asks to be left alone, ms. */
      waitMs?: number;
    } = {},
  ) {
    super("remote", code, message, details);
    this.passing = details.passing ?? false;
    this.waitMs = details.waitMs ?? 0;
  }
  readonly passing: boolean;
  readonly waitMs: number;
}

/** There is no object of that key. */
export function noSuchObject(place: string, key: string): LifeboatError {
  return new LifeboatError("missing", "no_such_object", `${place} has no ${key}`, {
    hint: "See what is there with: lifeboat list --remote ID",
  });
}

/** Fewer bytes came than were asked for; another try may bring them. */
export function shortRead(place: string, key: string, got: number, wanted: number): RemoteFault {
  const message = `${place} gave ${got} of ${wanted} bytes of ${key}`;
  return new RemoteFault("short_read", message, { passing: true, hint: "Try again later." });
}

const FULL = ["ENOSPC", "EDQUOT"];

/** What the system says of a folder that serves as a backend. */
export function folderFault(place: string, cause: unknown): LifeboatError {
  if (cause instanceof LifeboatError) return cause;
  const full = FULL.includes(errnoOf(cause) ?? "");
  const message = full
    ? `There is no space left in ${place}`
    : `${place} cannot be used: ${describeError(cause)}`;
  return new RemoteFault(full ? "remote_full" : "remote_unreachable", message, {
    hint: full ? "Free some space there." : "Is the disk connected, and may you write to it?",
    cause,
  });
}
