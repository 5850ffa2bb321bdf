import { fileURLToPath } from "node:url";
import { assert } from "../assert.ts";
import type { WriterReport } from "./sqlite_writer.ts";

const PROGRAM = fileURLToPath(new URL("./sqlite_writer.ts", import.meta.url));

/** A process that writes to a database until it is stopped or killed. */
export interface WriterProcess {
  /** Lets it end; returns what it says of itself. */
  stop(): Promise<WriterReport>;
  /** Ends it as a crash would, with what it was writing in the database's side files. */
  kill(): Promise<void>;
}

/** Starts `sqlite_writer.ts` with these options; it writes once this resolves. */
export async function startWriter(database: string, ...options: string[]): Promise<WriterProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", PROGRAM, database, ...options],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) text += await next(lines);
  assert.ok(text.startsWith("ready\n"), text);
  return {
    async stop() {
      await child.stdin.close();
      for (let { value, done } = await lines.read(); !done; { value, done } = await lines.read()) {
        text += value;
      }
      await child.status;
      return JSON.parse(text.split("\n")[1]);
    },
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await Promise.allSettled([child.stdin.close(), lines.cancel()]);
    },
  };
}

async function next(lines: ReadableStreamDefaultReader<string>): Promise<string> {
  const { value, done } = await lines.read();
  assert.ok(!done, "the writer ended before it was ready");
  return value;
}
