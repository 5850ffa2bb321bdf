/** The server: which tools there are, and calling them. */
import { asLifeboatError, checkInterrupt, type Host, type Progress } from "../base/mod.ts";
import { failureOf } from "../seal/mod.ts";
import { checkArguments } from "./arguments.ts";
import { answerOf, definitionOf } from "./definition.ts";
import { askUser, canAsk } from "./human.ts";
import { lineTransport, type Streams } from "./lines.ts";
import { createPreviews, type Previews } from "./previews.ts";
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
} from "./sdk.ts";
import type { Call } from "./tool.ts";
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
  "do not run it yourself. Never ask the user for a passphrase; ask for the path of a file with it.";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One client, for as long as it is there. */
interface Session {
  host: Host;
  server: Server;
  profile: string;
  previews: Previews;
  /** Fires when the client says no more: then nobody can be asked. */
  gone: AbortSignal;
}

function callFor(session: Session, tool: string, extra: Extra): Call {
  const { host, server, profile, previews, gone } = session;
  const signal = AbortSignal.any([host.signal, extra.signal]);
  return {
    host: { ...host, signal, progress: progressFor(extra) },
    profile,
    tool,
    previews,
    canAsk: canAsk(server),
    ask: (question) => askUser(server, question, AbortSignal.any([signal, gone])),
  };
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

async function runTool(
  session: Session,
  { params }: CallToolRequest,
  extra: Extra,
): Promise<CallToolResult> {
  const tool = TOOLS.find(({ name }) => name === params.name);
  if (!tool) throw new McpError(ErrorCode.InvalidParams, "There is no such tool");
  try {
    const args = checkArguments(tool, params.arguments);
    return answerOf(await tool.run(callFor(session, tool.name, extra), args));
  } catch (error) {
    return answerOf(failureOf(asLifeboatError(error)));
  }
}

/**
 * Serves until the client is gone; calls that run then are brought to their end. Throws `interrupted`
 * when the user stops it.
 */
export async function serveMcp(host: Host, { streams, profile }: McpSettings): Promise<void> {
  const server = new Server(
    { name: "lifeboat", title: "Lifeboat", version: host.build.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const gone = new AbortController();
  const previews = createPreviews(host);
  const session: Session = { host, server, profile, previews, gone: gone.signal };
  const running = new Set<Promise<unknown>>();
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map(definitionOf) }));
  server.setRequestHandler(CallToolRequestSchema, (request, extra) => {
    const call = runTool(session, request, extra).finally(() => running.delete(call));
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
