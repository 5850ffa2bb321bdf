/** On Windows another program, often a virus scanner, may hold a file for a moment. */
import { errnoOf } from "./errors.ts";
import type { Platform } from "./paths.ts";

const HELD = ["EACCES", "EPERM", "EBUSY"];

/** Pauses between attempts, ms: 2.5 s in all. */
const PAUSES = [10, 20, 40, 80, 160, 320, 640, 1280];

/** Waits without letting anything else run, as file operations do. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Does a file operation; on Windows again for a while, where it fails as with a file that is held. */
export function retryWhileHeld<T>(platform: Platform, act: () => T, wait = pause): T {
  for (const ms of platform === "windows" ? PAUSES : []) {
    try {
      return act();
    } catch (error) {
      if (!HELD.includes(errnoOf(error) ?? "")) throw error;
    }
    wait(ms);
  }
  return act();
}
