/** Argv in, exit code out: the only place that maps errors to exit codes. */
import process from "node:process";
import { type ErrorKind, LifeboatError } from "./src/base/mod.ts";
import { runProgram, type StopRequests } from "./src/cli/mod.ts";

const EXIT_CODES: Record<ErrorKind, number> = {
  refused: 2,
  failed: 3,
  missing: 10,
  busy: 11,
  untrusted: 12,
  remote: 20,
  interrupted: 130,
};

/** The signals that mean "stop"; Windows knows Ctrl-C and Ctrl-Break only. */
const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** From now on fires at the first request to stop; the second ends the program at once. */
function stopRequests(): StopRequests {
  const stop = new AbortController();
  let isOurs = true;
  const request = () => {
    if (!isOurs) return;
    if (stop.signal.aborted) Deno.exit(EXIT_CODES.interrupted);
    stop.abort(new LifeboatError("interrupted", "interrupted", "Stopped before it was finished"));
  };
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, request);
  return { signal: stop.signal, leave: () => isOurs = false };
}

const { ok, error, exitCode } = await runProgram(Deno.args, process.argv0, stopRequests);
Deno.exit(error ? EXIT_CODES[error.kind] : exitCode ?? (ok ? 0 : 1));
