/** The compiled program as a process that an MCP client talks to. */
import { assert } from "../assert.ts";
import { PROGRAM } from "./lifeboat.ts";
import type { Transport } from "./mcp_sdk.ts";

/** How a server is started; its environment is `env` and nothing else. */
export interface ServerProcess {
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

/** A running server. */
export interface Server {
  /** Writes bytes to it. */
  write(text: string | Uint8Array): Promise<void>;
  /** Each line that it says, until it ends. */
  lines: AsyncIterable<string>;
  kill(signal: Deno.Signal): void;
  /** Says that nothing more comes, and waits for its end. */
  end(): Promise<{ code: number; stderr: string }>;
}

/** Starts `lifeboat mcp`. */
export function startServer({ args, cwd, env }: ServerProcess): Server {
  const child = new Deno.Command(PROGRAM, {
    args: ["mcp", ...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const stderr = new Response(child.stderr).text();
  const encoder = new TextEncoder();
  return {
    write: (text) => writer.write(typeof text === "string" ? encoder.encode(text) : text),
    lines: linesOf(child.stdout),
    kill: (signal) => child.kill(signal),
    async end() {
      await writer.close().catch(() => {}); // it may be gone already
      const { code } = await child.status;
      return { code, stderr: await stderr };
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as never)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  assert.equal(rest, "", "the last line has no end");
}

/** The same as the official SDK's client wants it; closing it asserts that the server ends well. */
export function processTransport(process: ServerProcess): Transport {
  let server: Server;
  let reading: Promise<void>;
  const transport: Transport = {
    start() {
      server = startServer(process);
      reading = (async () => {
        for await (const line of server.lines) transport.onmessage?.(JSON.parse(line));
      })();
      return Promise.resolve();
    },
    send: (message) => server.write(JSON.stringify(message) + "\n"),
    async close() {
      const { code, stderr } = await server.end();
      await reading;
      transport.onclose?.();
      assert.deepEqual([code, stderr], [0, ""]);
    },
  };
  return transport;
}
