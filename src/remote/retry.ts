import { LifeboatError } from "../base/mod.ts";
import type { Backend } from "./backend.ts";
import { RemoteFault } from "./faults.ts";
import { wrapBackend } from "./wrap.ts";

/** Time and chance, so that tests can decide both. */
export interface RetryClock {
  /** Resolves after some milliseconds; rejects when the user wants to stop. */
  wait(ms: number): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

/** How often a call is made at most. */
const MOST_TRIES = 6;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 20_000;

/**
 * How long to wait before a try: doubling, and by chance between half and the whole of it, so that
 * many machines do not come back at the same moment. Never shorter than what the backend asks for.
 */
function waitBefore(attempt: number, fault: RemoteFault, clock: RetryClock): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return Math.max(fault.waitMs, whole / 2 + clock.random() * whole / 2);
}

async function retried<T>(clock: RetryClock, act: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RemoteFault) || !error.passing) throw error;
      if (attempt === MOST_TRIES) throw gaveUp(error);
      await clock.wait(waitBefore(attempt, error, clock));
    }
  }
}

function gaveUp(fault: RemoteFault): LifeboatError {
  return new LifeboatError("remote", fault.code, `${fault.message} (tried ${MOST_TRIES} times)`, {
    hint: fault.hint,
    cause: fault,
  });
}

/** The same backend, but a call that fails for a passing reason is made again, a few times. */
export function withRetry(backend: Backend, clock: RetryClock): Backend {
  return wrapBackend(backend, (_, act) => retried(clock, act));
}
