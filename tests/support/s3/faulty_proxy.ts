/** A proxy on the loopback that stands before an S3 server and makes requests fail. */
import http from "node:http";
import type { Socket } from "node:net";

/** A request that arrives at the proxy. */
export interface Arrival {
  method: string;
  /** Path and query. */
  url: string;
  headers: http.IncomingHttpHeaders;
  /** How many of this kind (method and kind of query) arrived before. */
  earlier: number;
  /** `putPart`, `begin`, `complete`, `parts`, `list`, `put`, `get`, `head`, `remove`. */
  kind: string;
}

/** What becomes of a request instead of being passed on as it is. */
export type Trouble =
  /** An answer of the proxy's own. */
  | { answer: number; code?: string; headers?: Record<string, string> }
  /** The connection is cut when so many bytes of the request's body have come. */
  | { cutRequestAfter: number }
  /** The connection is cut when so many bytes of the answer's body have gone back. */
  | { cutAnswerAfter: number }
  /** The server gets it, but its answer is lost. */
  | { loseAnswer: true }
  /** The answer has another header. */
  | { header: [name: string, value: string] }
  /** The answer has a shorter body, and says so. */
  | { shortenTo: number };

/** A running proxy. */
export interface FaultyProxy {
  port: number;
  /** Everything that arrived, in order. */
  arrivals: Arrival[];
  stop(): Promise<void>;
}

const KINDS: [RegExp, string, RegExp][] = [
  [/^PUT$/, "putPart", /[?&]partNumber=/],
  [/^POST$/, "begin", /[?&]uploads/],
  [/^POST$/, "complete", /[?&]uploadId=/],
  [/^GET$/, "parts", /[?&]uploadId=/],
  [/^DELETE$/, "abort", /[?&]uploadId=/],
  [/^GET$/, "list", /[?&]list-type=/],
  [/^PUT$/, "put", /^/],
  [/^GET$/, "get", /^/],
  [/^HEAD$/, "head", /^/],
  [/^DELETE$/, "remove", /^/],
];

function kindOf(method: string, url: string): string {
  return KINDS.find(([verb, , query]) => verb.test(method) && query.test(url))?.[1] ?? "other";
}

function answerWith(
  response: http.ServerResponse,
  { answer, code = "", headers = {} }: { answer: number; code?: string; headers?: object },
) {
  response.writeHead(answer, { "content-type": "application/xml", ...headers });
  response.end(code && `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}

function passBack(
  inner: http.IncomingMessage,
  response: http.ServerResponse,
  socket: Socket,
  trouble: Trouble | undefined,
) {
  const headers = { ...inner.headers };
  if (trouble && "loseAnswer" in trouble) {
    inner.resume();
    inner.on("end", () => socket.destroy());
    return;
  }
  if (trouble && "header" in trouble) headers[trouble.header[0]] = trouble.header[1];
  const most = trouble && "shortenTo" in trouble
    ? trouble.shortenTo
    : trouble && "cutAnswerAfter" in trouble
    ? trouble.cutAnswerAfter
    : Infinity;
  if (trouble && "shortenTo" in trouble) headers["content-length"] = String(most);
  response.writeHead(inner.statusCode!, headers);
  let gone = 0;
  inner.on("data", (chunk: Uint8Array) => {
    const piece = chunk.subarray(0, Math.max(0, most - gone));
    gone += chunk.length;
    if (piece.length > 0) response.write(piece);
    if (gone > most && trouble && "cutAnswerAfter" in trouble) socket.destroy();
  });
  inner.on("end", () => response.end());
}

/** Starts a proxy before the server at `port`; `meet` decides about each request. */
export async function startFaultyProxy(
  port: number,
  meet: (arrival: Arrival) => Trouble | undefined | void,
): Promise<FaultyProxy> {
  const arrivals: Arrival[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    const kind = kindOf(method, url);
    const earlier = arrivals.filter((other) => other.kind === kind).length;
    const arrival = { method, url, headers, kind, earlier };
    arrivals.push(arrival);
    const trouble = meet(arrival) ?? undefined;
    if (trouble && "answer" in trouble) {
      request.resume();
      request.on("end", () => answerWith(response, trouble));
      return;
    }
    // The Host header stays that of the client: it is part of what is signed.
    const outer = http.request({
      host: "127.0.0.1",
      port,
      method,
      path: url,
      headers,
      agent: false,
    });
    outer.on("response", (inner) => passBack(inner, response, request.socket, trouble));
    outer.on("error", () => request.socket.destroy());
    let come = 0;
    request.on("data", (chunk: Uint8Array) => {
      come += chunk.length;
      if (trouble && "cutRequestAfter" in trouble && come > trouble.cutRequestAfter) {
        outer.destroy();
        request.socket.destroy();
      } else outer.write(chunk);
    });
    request.on("end", () => outer.end());
  });
  server.keepAliveTimeout = 0; // no timer that outlives a test
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: (server.address() as { port: number }).port,
    arrivals,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
