/** What the process asks of a command line, and what it gets back. */
import type { LifeboatError } from "../base/mod.ts";

/** How a command line ended; what there was to say has been said. */
export interface Ending {
  ok: boolean;
  error?: LifeboatError;
  /** That of a program that ran in the place of this one. */
  exitCode?: number;
}

/** How the user stops this program. */
export interface StopRequests {
  /** Fires when the user wants to stop. */
  signal: AbortSignal;
  /** From now on another program is asked, not this one. */
  leave(): void;
}
