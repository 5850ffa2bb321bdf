/** One loopback server that answers for the models of all agents. */

/** A request an agent sent to the model. */
export interface ModelRequest {
  /** `/v1/responses` (Codex), `/v1/messages` (Claude Code), `/v1/chat/completions`, or Gemini's. */
  path: string;
  /** The body as text: assertions ask whether it contains an earlier question. */
  body: string;
}

/** A call of one of the agent's tools, as its API has it. */
export interface ToolUse {
  name: string;
  /** An object, or for Codex's tools that take free text a text. */
  input: Record<string, unknown> | string;
  /** Codex: the MCP server whose tool it is, as `mcp__NAME`. */
  namespace?: string;
}

/** A running stub. */
export interface ModelStub {
  /** Base address without a trailing slash: `http://127.0.0.1:PORT`. */
  url: string;
  /** Every question put to the model so far, in order. */
  requests: ModelRequest[];
  /**
   * The next answer is a call of a tool; what the tool has said is the question after it. It may
   * depend on the body of the question that it answers.
   */
  use(tool: ToolUse | ((body: string) => ToolUse)): void;
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
  const tools: ((body: string) => ToolUse)[] = [];
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname;
      const events = request.method === "POST" ? ANSWERS[path] : undefined;
      const plain = request.method === "POST"
        ? PLAIN.find(([end]) => path.endsWith(end))
        : undefined;
      const body = await request.text();
      if (!events && !plain) return Response.json({ error: "no such address" }, { status: 404 });
      const n = requests.push({ path, body });
      await gate.promise;
      if (!events) return plain![1](answerText(n));
      const tool = tools.shift()?.(body);
      return eventStream(tool ? events.use(tool, n) : events.say(answerText(n), n));
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    use: (tool) => void tools.push(typeof tool === "function" ? tool : () => tool),
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

/** How a model speaks, and how it calls a tool. */
interface Answers {
  say(text: string, n: number): StreamEvent[];
  use(tool: ToolUse, n: number): StreamEvent[];
}

const ANSWERS: Record<string, Answers> = {
  "/v1/responses": { say: codexText, use: codexToolUse },
  "/v1/messages": { say: claudeText, use: claudeToolUse },
};

/** Agents that are only asked: how an answer is said, by the end of the address. */
const PLAIN: [end: string, say: (text: string) => Response][] = [
  ["/chat/completions", chatText],
  [":streamGenerateContent", geminiText],
];

function dataStream(lines: string[]): Response {
  const text = lines.map((line) => `data: ${line}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

function chatText(content: string): Response {
  const chunk = { id: "chat_stub", object: "chat.completion.chunk", created: 1, model: "stub" };
  const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
  const say = { index: 0, delta: { role: "assistant", content }, finish_reason: null };
  const end = { index: 0, delta: {}, finish_reason: "stop" };
  return dataStream([
    JSON.stringify({ ...chunk, choices: [say] }),
    JSON.stringify({ ...chunk, choices: [end], usage }),
    "[DONE]",
  ]);
}

function geminiText(text: string): Response {
  const content = { role: "model", parts: [{ text }] };
  const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 3, totalTokenCount: 13 };
  const candidates = [{ content, finishReason: "STOP", index: 0 }];
  return dataStream([JSON.stringify({ candidates, usageMetadata, modelVersion: "stub" })]);
}

function eventStream(events: StreamEvent[]): Response {
  const text = events.map((e) => `event: ${e.type}\ndata: ${JSON.stringify(e)}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

function codexText(text: string, n: number): StreamEvent[] {
  const item = { type: "message", role: "assistant", id: `msg_stub_${n}` };
  const content = [{ type: "output_text", text, annotations: [] }];
  const [created, ...done] = codexEvents({ ...item, content }, n);
  // OpenCode goes by the pieces, Codex by the whole.
  const place = { output_index: 0, content_index: 0, item_id: item.id };
  return [
    created,
    { type: "response.output_item.added", output_index: 0, item: { ...item, content: [] } },
    { type: "response.output_text.delta", ...place, delta: text },
    ...done,
  ];
}

function codexToolUse({ name, input, namespace }: ToolUse, n: number): StreamEvent[] {
  const id = `call_stub_${n}`;
  const call = { id, call_id: id, name, ...(namespace && { namespace }) };
  return codexEvents(
    typeof input === "string"
      ? { type: "custom_tool_call", ...call, input }
      : { type: "function_call", ...call, arguments: JSON.stringify(input) },
    n,
  );
}

function codexEvents(item: Record<string, unknown>, n: number): StreamEvent[] {
  const id = `resp_stub_${n}`;
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

function claudeText(text: string, n: number): StreamEvent[] {
  return claudeEvents({
    block: { type: "text", text: "" },
    delta: { type: "text_delta", text },
    stop: "end_turn",
  }, n);
}

function claudeToolUse({ name, input }: ToolUse, n: number): StreamEvent[] {
  return claudeEvents({
    block: { type: "tool_use", id: `toolu_stub_${n}`, name, input: {} },
    delta: { type: "input_json_delta", partial_json: JSON.stringify(input) },
    stop: "tool_use",
  }, n);
}

interface ClaudeAnswer {
  block: Record<string, unknown>;
  delta: Record<string, unknown>;
  stop: string;
}

function claudeEvents({ block, delta, stop }: ClaudeAnswer, n: number): StreamEvent[] {
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
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: 3 },
    },
    { type: "message_stop" },
  ];
}
