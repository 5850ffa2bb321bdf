/** A program that is spoken to in lines: each on its stdin, its answers on its stdout. */
import type { CommandRequest } from "./command.ts";
import { killTree, spawnProgram } from "./spawned.ts";

/** What is said to a program and what it says, line by line. */
export interface Conversation {
  /** Where the program has ended this says nothing of it: that is to be heard. */
  say(line: string): Promise<void>;
  /** The next line it prints; undefined when it prints no more. Throws where it prints too much. */
  hear(): Promise<string | undefined>;
}

async function* linesOf(stream: ReadableStream<Uint8Array>, limit: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let room = limit;
  for await (const chunk of stream) {
    room -= chunk.length;
    if (room < 0) throw new Error(`It printed more than ${limit} bytes`);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Whether the end of a program is met in writing or in reading is chance. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
}

/**
 * Speaks with a program until `use` is done; then it is killed, with all that it started. Throws where
 * it cannot be started, after `timeoutMs`, where it prints more than `maxOutputBytes`, and what the
 * signal is aborted with. What it prints on stderr is thrown away.
 */
export async function converse<T>(
  request: CommandRequest,
  use: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  request.signal.throwIfAborted();
  const child = spawnProgram(request, "piped");
  const input = child.stdin.getWriter();
  const lines = linesOf(child.stdout, request.maxOutputBytes);
  const quiet = child.stderr.pipeTo(new WritableStream()).catch(() => {});
  const { promise: stopped, reject: stop } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => stop(new Error(`It took longer than ${request.timeoutMs / 1000} s`)),
    request.timeoutMs,
  );
  const abort = () => stop(request.signal.reason);
  request.signal.addEventListener("abort", abort, { once: true });
  try {
    const conversation: Conversation = {
      say: (line) => input.write(new TextEncoder().encode(`${line}\n`)).catch(unlessEnded),
      hear: async () => (await lines.next()).value,
    };
    return await Promise.race([use(conversation), stopped]);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", abort);
    killTree(child, request.env);
    await child.status;
    await input.abort().catch(() => {});
    await lines.return(undefined).catch(() => {});
    await quiet;
  }
}
