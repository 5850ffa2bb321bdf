import { checkInterrupt, delay, type Host } from "../base/mod.ts";

/** Waits, ms. Throws `interrupted` at once when the user wants to stop. */
export async function pause(host: Host, ms: number): Promise<void> {
  await delay(ms, host.signal).catch(() => checkInterrupt(host));
}
