/** JSON-RPC over lines of text, as MCP's stdio transport has it; what is no message is refused. */
import { joinBytes } from "../base/mod.ts";
import { ErrorCode, JSONRPCMessageSchema, type Transport } from "./sdk.ts";

/** A message of a client is a few hundred bytes; what is longer is thrown away as it comes. */
const MAX_LINE = 1 << 20;
const NEWLINE = 0x0a;

/** Where messages come from and go to. */
export interface Streams {
  input: ReadableStream<Uint8Array>;
  /** Writes all of a text. */
  out(text: string): void;
}

/** A transport; `ended` settles when there is nothing more to read. */
export interface LineTransport extends Transport {
  ended: Promise<void>;
}

/** Lines of a stream; undefined stands for one that is too long. */
async function* linesOf(input: ReadableStream<Uint8Array>): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder();
  let pieces: Uint8Array[] = [];
  let length = 0;
  const take = (piece: Uint8Array) => {
    length += piece.length;
    if (length > MAX_LINE) pieces = [];
    else pieces.push(piece);
  };
  const line = () => {
    const text = length > MAX_LINE ? undefined : decoder.decode(joinBytes(pieces));
    [pieces, length] = [[], 0];
    return text;
  };
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    take(chunk.slice(from));
  }
  if (length > 0) yield line();
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The id of something that is no message, where it has one that can be answered. */
function idOf(value: unknown): string | number | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** Makes a transport of two streams. */
export function lineTransport({ input, out }: Streams): LineTransport {
  const ended = Promise.withResolvers<void>();
  const refuse = (id: string | number | null, code: ErrorCode, message: string) =>
    out(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } }) + "\n");

  function receive(line: string | undefined): void {
    if (line === undefined) {
      return refuse(null, ErrorCode.InvalidRequest, `A message is longer than ${MAX_LINE} bytes`);
    }
    if (line.trim() === "") return;
    const value = parsed(line);
    if (value === undefined) return refuse(null, ErrorCode.ParseError, "A line is no JSON");
    const message = JSONRPCMessageSchema.safeParse(value);
    if (message.success) transport.onmessage?.(message.data);
    else refuse(idOf(value), ErrorCode.InvalidRequest, "A line is no JSON-RPC message");
  }

  const transport: LineTransport = {
    ended: ended.promise,
    start() {
      (async () => {
        for await (const line of linesOf(input)) receive(line);
      })().then(ended.resolve, ended.reject);
      return Promise.resolve();
    },
    send(message) {
      out(JSON.stringify(message) + "\n");
      return Promise.resolve();
    },
    close() {
      transport.onclose?.();
      return Promise.resolve();
    },
  };
  return transport;
}
