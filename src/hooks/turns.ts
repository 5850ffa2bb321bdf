/** One look at a folder at a time, and at most one that waits: a busy session asks for many. */
import {
  asLifeboatError,
  delay,
  ensureDir,
  type Host,
  type Lock,
  pathsOf,
  sha256Of,
  takeLock,
} from "../base/mod.ts";

const PAUSE_MS = 200;

function tryLock(path: string): Lock | undefined {
  try {
    return takeLock(path, "a look at a folder");
  } catch (error) {
    if (asLifeboatError(error).code === "locked") return undefined;
    throw error;
  }
}

/**
 * Acts when nobody else does for this folder. Where somebody waits already, nothing is done: that one
 * will look later than now, and see the same.
 */
export async function takeTurn(
  host: Host,
  folder: string,
  act: () => Promise<void>,
): Promise<void> {
  const { join } = pathsOf(host.platform);
  const locks = join(host.folders.state, "locks");
  ensureDir(host.fs, locks, host.platform);
  const name = join(locks, `scan-${sha256Of(folder).slice(0, 32)}`);
  const waiting = tryLock(`${name}.waiting`);
  if (!waiting) return;
  let running: Lock | undefined;
  try {
    while (!(running = tryLock(`${name}.lock`))) await delay(PAUSE_MS, host.signal);
  } finally {
    waiting.release();
  }
  try {
    await act();
  } finally {
    running.release();
  }
}
