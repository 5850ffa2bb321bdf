/** Other programs, run with bounds on time and output. */
import { killTree, spawnProgram, type Start } from "./spawned.ts";

/** A program to be run; never through a shell that could read its arguments. */
export interface CommandRequest extends Start {
  /** After so many ms the program and all that it started are killed. */
  timeoutMs: number;
  /** More of each stream is read and thrown away. */
  maxOutputBytes: number;
  signal: AbortSignal;
}

/** How a program ended. */
export interface CommandOutcome {
  ended: "exited" | "timeout";
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program. Throws when it cannot be started, and what the signal is aborted with. */
export type CommandRunner = (request: CommandRequest) => Promise<CommandOutcome>;

/** Reads a stream to its end, keeping its beginning. */
async function readCapped(stream: ReadableStream<Uint8Array>, limit: number, stop: AbortSignal) {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  stop.addEventListener("abort", cancel, { once: true });
  const kept: Uint8Array[] = [];
  let room = limit;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (room > 0) kept.push(value.subarray(0, room));
    room -= value.length;
  }
  return await new Blob(kept as BlobPart[]).text();
}

/** How long output may still come after the program itself has ended, ms. */
const LINGER_MS = 500;

/** Runs a program on this machine. */
export const runCommand: CommandRunner = async (request) => {
  request.signal.throwIfAborted();
  const child = spawnProgram(request, "null");
  const stopReading = new AbortController();
  const read = (stream: ReadableStream<Uint8Array>) =>
    readCapped(stream, request.maxOutputBytes, stopReading.signal);
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  let ended: CommandOutcome["ended"] = "exited";
  const timer = setTimeout(() => {
    ended = "timeout";
    killTree(child, request.env);
  }, request.timeoutMs);
  const abort = () => killTree(child, request.env);
  request.signal.addEventListener("abort", abort, { once: true });
  try {
    const { code } = await child.status;
    // Something it started may hold its output open for ever.
    const linger = setTimeout(() => stopReading.abort(), LINGER_MS);
    const [stdout, stderr] = await output.finally(() => clearTimeout(linger));
    request.signal.throwIfAborted();
    return { ended, code, stdout, stderr };
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", abort);
  }
};
