import { checkInterrupt, type Host } from "./host.ts";
import { delay } from "./time.ts";

/** Longest time, in ms, that reading keeps timers and signals waiting. */
const LONGEST = 25;

/** To be awaited between pieces of work: throws `interrupted`, and now and then lets others run. */
export type Pulse = () => Promise<void>;

/** File operations and inflating are synchronous; without a pause Ctrl-C would not be seen. */
export function createPulse(host: Host): Pulse {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > LONGEST) {
      await delay(0);
      last = performance.now();
    }
    checkInterrupt(host);
  };
}
