import { asLifeboatError, type Host, startDetached, thisHost } from "../base/mod.ts";
import { HOOK_AGENTS, type HookAgent, logHookFaults, runHook, type Scan } from "../hooks/mod.ts";
import type { StopRequests } from "./process.ts";
import type { Terminal } from "./terminal.ts";

/** An event holds what a tool writes: a whole file, for instance. Bytes. */
const MAX_EVENT = 64 << 20;
/** What the program starts itself with, for a look at everything. */
export const SCAN = "--scan";

/** Starts this program again, for work that takes longer than a hook may. */
function startScan(host: Host, scan: Scan): void {
  if (!host.executable) return; // the sources, run by Deno, are not started so
  startDetached(host.executable, ["hook", scan.agent, SCAN, JSON.stringify(scan)], host.userHome);
}

/**
 * Carries out `hook AGENT`: silent, but for an alarm when a session starts, and never a failure, since
 * it runs inside of an agent. Past
 * commander, which takes longer to load than the rest takes to run.
 */
export async function runHookCommand(
  listen: () => StopRequests,
  terminal: Terminal,
  args: string[],
): Promise<void> {
  const [, agent, option, value] = args;
  // A signal ends a hook at once, which the store holds: to listen for one takes a millisecond.
  const signal = option === SCAN ? listen().signal : new AbortController().signal;
  const host = thisHost(signal, () => {});
  try {
    if (!HOOK_AGENTS.some((one) => one === agent)) throw new Error("No such agent");
    if (option === SCAN) {
      const { runScan } = await import("../hooks/mod.ts");
      return await runScan(host, JSON.parse(value));
    }
    const text = terminal.readAll(MAX_EVENT);
    const warning = await runHook(host, agent as HookAgent, text, {
      startScan: (scan) => startScan(host, scan),
    });
    // Both agents show this to the user, and not to the model (agent-homes.md 3, "Output").
    if (warning) terminal.out(JSON.stringify({ systemMessage: `Lifeboat: ${warning}` }) + "\n");
  } catch (error) {
    const { code, message } = asLifeboatError(error);
    logHookFaults(host, [{ agent: String(agent), code, message }]);
  }
}
