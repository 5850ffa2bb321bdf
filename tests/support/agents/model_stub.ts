/** One loopback server that answers for the models of Codex and Claude Code. */

/** A request an agent sent to the model. */
export interface ModelRequest {
  /** `/v1/responses` (Codex) or `/v1/messages` (Claude Code). */
  path: string;
  /** The body as text: assertions ask whether it contains an earlier question. */
  body: string;
}

/** A running stub. */
export interface ModelStub {
  /** Base address without a trailing slash: `http://127.0.0.1:PORT`. */
  url: string;
  /** Every question put to the model so far, in order. */
  requests: ModelRequest[];
  /** From now on answers wait, as a thinking model does, until the returned function is called. */
  hold(): () => void;
  /** Waits until `n` questions have been put to the model; throws after half a minute. */
  asked(n: number): Promise<void>;
  close(): Promise<void>;
}

/** What the stub answers to its `n`-th question (counted from 1). */
export function answerText(n: number): string {
  return `stub answer ${n}`;
}

/** Starts the stub on a free port of the loopback interface. */
export function startModelStub(): ModelStub {
  const requests: ModelRequest[] = [];
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname;
      const events = request.method === "POST" ? EVENTS[path] : undefined;
      const body = await request.text();
      if (!events) return Response.json({ error: "no such address" }, { status: 404 });
      const n = requests.push({ path, body });
      await gate.promise;
      return eventStream(events(answerText(n), n));
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    hold: () => {
      gate = Promise.withResolvers<void>();
      return gate.resolve;
    },
    asked: async (n) => {
      const limit = Date.now() + 30_000;
      while (requests.length < n) {
        if (Date.now() > limit) throw new Error(`question ${n} was never asked`);
        await new Promise((wake) => setTimeout(wake, 10));
      }
    },
    close: () => {
      gate.resolve();
      return server.shutdown();
    },
  };
}

type StreamEvent = { type: string; [key: string]: unknown };

const EVENTS: Record<string, (text: string, n: number) => StreamEvent[]> = {
  "/v1/responses": codexEvents,
  "/v1/messages": claudeEvents,
};

function eventStream(events: StreamEvent[]): Response {
  const text = events.map((e) => `event: ${e.type}\ndata: ${JSON.stringify(e)}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

function codexEvents(text: string, n: number): StreamEvent[] {
  const id = `resp_stub_${n}`;
  const item = {
    type: "message",
    role: "assistant",
    id: `msg_stub_${n}`,
    content: [{ type: "output_text", text, annotations: [] }],
  };
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 13,
  };
  return [
    { type: "response.created", response: { id } },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { id, usage } },
  ];
}

function claudeEvents(text: string, n: number): StreamEvent[] {
  const message = {
    id: `msg_stub_${n}`,
    type: "message",
    role: "assistant",
    model: "claude-stub",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  };
  return [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 3 },
    },
    { type: "message_stop" },
  ];
}
