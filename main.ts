/** Argv in, exit code out: the only place that maps errors to exit codes. */
import process from "node:process";
import { type ErrorKind, LifeboatError } from "./src/base/mod.ts";
import { runProgram } from "./src/cli/mod.ts";

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

/** Fires at the first request to stop; the second ends the program at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, () => {
      if (stop.signal.aborted) Deno.exit(EXIT_CODES.interrupted);
      stop.abort(new LifeboatError("interrupted", "interrupted", "Stopped before it was finished"));
    });
  }
  return stop.signal;
}

const { ok, error } = await runProgram(Deno.args, process.argv0, stopSignal());
Deno.exit(error ? EXIT_CODES[error.kind] : ok ? 0 : 1);
