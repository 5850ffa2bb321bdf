/** The server: which tools there are, and calling them. */
import { asLifeboatError, checkInterrupt, type Host, type Progress } from "../base/mod.ts";
import { failureOf } from "../seal/mod.ts";
import { checkArguments } from "./arguments.ts";
import { askUser, canAsk } from "./human.ts";
import { lineTransport, type Streams } from "./lines.ts";
import { presentable } from "./present.ts";
import { createPreviews } from "./previews.ts";
import { progressMessages } from "./progress.ts";
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type RequestHandlerExtra,
  Server,
  type ServerNotification,
  type ServerRequest,
  type ToolDefinition,
} from "./sdk.ts";
import type { Call, Tool } from "./tool.ts";
import { TOOLS } from "./tools/mod.ts";

/** How the server is started. */
export interface McpSettings {
  streams: Streams;
  /** The agent that is meant where a call names none. */
  profile: string;
}

const INSTRUCTIONS =
  "Lifeboat backs up the home folders of AI coding agents (Codex, Claude Code, " +
  "OpenClaw) and puts them back. Whatever would replace or remove files shows a preview first, and " +
  "is applied by repeating the call with the token of that preview: show the preview to the user, " +
  "and apply it only when they say so. Where a result holds a command, give it to the user to run; " +
  "do not run it yourself. Never ask the user for a password; ask for the path of a file with it.";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** What the schema of every result has; the rest is what `--json` of the command prints. */
const RESULT: ToolDefinition["outputSchema"] = {
  type: "object",
  properties: {
    ok: { type: "boolean", description: "Whether all is well." },
    error: {
      type: "object",
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        hint: { type: "string" },
      },
      required: ["code", "message", "hint"],
    },
    next: {
      type: "object",
      description: "How a preview is applied.",
      properties: {
        token: { type: "string" },
        expires_at: { type: "string" },
        command: { type: "string" },
        how: { type: "string" },
      },
      required: ["how"],
    },
    command: { type: "string", description: "For the user to run in a terminal." },
    left_out: { type: "object", description: "How many items of long lists are not shown." },
  },
  required: ["ok"],
};

function definitionOf(tool: Tool): ToolDefinition {
  const { name, title, description, parameters, required, effect, network } = tool;
  return {
    name,
    title,
    description,
    inputSchema: {
      type: "object",
      properties: { ...parameters },
      ...(required && { required }),
      additionalProperties: false,
    },
    outputSchema: RESULT,
    annotations: {
      title,
      readOnlyHint: effect === "reads",
      destructiveHint: effect === "changes",
      idempotentHint: effect === "reads",
      openWorldHint: network === true,
    },
  };
}

function answerOf(result: object, isError: boolean): CallToolResult {
  const structuredContent = presentable(result);
  const content = [{ type: "text" as const, text: JSON.stringify(structuredContent) }];
  return { content, structuredContent, isError };
}

/** Serves until the client is gone; calls that run then are brought to their end. */
export async function serveMcp(host: Host, { streams, profile }: McpSettings): Promise<void> {
  const gone = new AbortController();
  const previews = createPreviews(host);
  const running = new Set<Promise<unknown>>();
  const server = new Server(
    { name: "lifeboat", title: "Lifeboat", version: host.build.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );

  function callFor(tool: string, extra: Extra): Call {
    const signal = AbortSignal.any([host.signal, extra.signal]);
    const askSignal = AbortSignal.any([signal, gone.signal]);
    return {
      host: { ...host, signal, progress: progressFor(extra) },
      profile,
      tool,
      previews,
      canAsk: canAsk(server),
      ask: (question) => askUser(server, question, askSignal),
    };
  }

  async function run({ params }: CallToolRequest, extra: Extra): Promise<CallToolResult> {
    const tool = TOOLS.find(({ name }) => name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, "There is no such tool");
    try {
      const args = checkArguments(tool, params.arguments);
      const result = await tool.run(callFor(tool.name, extra), args);
      return answerOf(result, "error" in result);
    } catch (error) {
      return answerOf(failureOf(asLifeboatError(error)), true);
    }
  }

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map(definitionOf) }));
  server.setRequestHandler(CallToolRequestSchema, (request, extra) => {
    const call = run(request, extra).finally(() => running.delete(call));
    running.add(call);
    return call;
  });
  const transport = lineTransport(streams);
  await server.connect(transport);
  await Promise.race([transport.ended, aborted(host.signal)]);
  gone.abort();
  await settled(running);
  await server.close();
  checkInterrupt(host);
}

function progressFor(extra: Extra): (progress: Progress) => void {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  return progressMessages((message) => {
    const params = { progressToken, ...message };
    // Nobody waits for it; a client that is gone shows where the next message is read.
    extra.sendNotification({ method: "notifications/progress", params }).catch(() => {});
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The last messages that were read are handed on, and answered, in turns of their own. */
async function settled(running: Set<Promise<unknown>>): Promise<void> {
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  await turn();
  while (running.size > 0) await Promise.allSettled(running);
  await turn();
}
