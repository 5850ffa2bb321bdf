import type { Ending, StopRequests } from "./process.ts";
import { readInvocation } from "./invocation.ts";
import { processTerminal } from "./terminal.ts";
import { versionResult, versionText } from "./version.ts";

function isHook(args: string[]): boolean {
  return args[0] === "hook" && !args.includes("--help") && !args.includes("-h");
}

/**
 * Runs a command line and prints its result, or why there is none. Never throws.
 *
 * @param args what stands after the program's name
 * @param argv0 the name the program was started by
 * @param listen begins to listen for requests to stop; without that, a signal ends the program
 */
export async function runProgram(
  args: string[],
  argv0: string,
  listen: () => StopRequests,
): Promise<Ending> {
  const invocation = readInvocation(args, argv0);
  const terminal = processTerminal();
  if (invocation.version) {
    const result = versionResult();
    terminal.out(invocation.json ? JSON.stringify(result, null, 2) + "\n" : versionText(result));
    return { ok: true };
  }
  if (isHook(args)) {
    const { runHookCommand } = await import("./run_hook.ts");
    await runHookCommand(listen, terminal, args);
    return { ok: true };
  }
  // Loaded only now: --version is what others wait for when they look whether the program is there.
  const { runCommandLine } = await import("./run.ts");
  return await runCommandLine({ invocation, terminal, stop: listen() });
}
