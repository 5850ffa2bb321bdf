/** The compiled program as an MCP server, with the official SDK's client at the other end. */
import { dirname } from "node:path";
import { assert } from "../assert.ts";
import { PROGRAM } from "./lifeboat.ts";
import { processTransport } from "./mcp_process.ts";
import {
  Client,
  type ElicitRequest,
  ElicitRequestSchema,
  type ElicitResult,
  type Progress,
  type Tool,
} from "./mcp_sdk.ts";
import { namesIn, type Scene } from "./scene.ts";

/** What a tool has said: at least this. */
export interface Said {
  ok: boolean;
  error?: { code: string; message: string; hint: string };
  next?: { token?: string; command?: string; how: string };
  command?: string;
}

/** How a call is made. */
export interface CallSettings {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** A running server. */
export interface Mcp {
  client: Client;
  tools: Tool[];
  /** What the user was asked. */
  questions: string[];
  /** Calls a tool; fails when what it says holds a secret of the scene. */
  call<Result = unknown>(
    name: string,
    args?: Record<string, unknown>,
    settings?: CallSettings,
  ): Promise<Said & Result>;
}

/** Answers a question as a user would. */
export type Answering = (question: ElicitRequest["params"]) => ElicitResult;

/** Types the word that is asked for. */
export const AGREES: Answering = (question) => {
  assert.ok("requestedSchema" in question);
  const { title } = question.requestedSchema.properties.answer;
  return { action: "accept", content: { answer: title!.replace("Type ", "") } };
};

/** How a server is started. */
export interface McpSettings {
  /** Without it, the client cannot ask its user. */
  user?: Answering;
  /** Where the agent works. */
  cwd?: string;
  args?: string[];
}

/** Runs with a server for the user of a scene; no temporary file may be left when it is gone. */
export async function withMcp(
  scene: Scene,
  use: (mcp: Mcp) => Promise<void>,
  { user, cwd = scene.folder, args = [] }: McpSettings = {},
): Promise<void> {
  const transport = processTransport({
    args,
    cwd,
    env: {
      HOME: scene.user,
      USERPROFILE: scene.user,
      TMPDIR: scene.temp,
      PATH: dirname(PROGRAM), // so that commands for the user have its name alone
    },
  });
  const questions: string[] = [];
  const capabilities = user ? { elicitation: {} } : {};
  const client = new Client({ name: "test", version: "1" }, { capabilities });
  if (user) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      questions.push(params.message);
      return user(params);
    });
  }
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const call: Mcp["call"] = (name, given, settings) =>
      callTool(client, scene, { name, arguments: given ?? {} }, settings);
    await use({ client, tools, questions, call });
  } finally {
    await client.close();
  }
  assert.deepEqual(namesIn(scene.temp), [], "temporary files");
}

async function callTool<Result>(
  client: Client,
  scene: Scene,
  params: { name: string; arguments: Record<string, unknown> },
  { onProgress: onprogress, signal }: CallSettings = {},
): Promise<Said & Result> {
  const options = { onprogress, signal, timeout: 120_000 };
  const answer = await client.callTool(params, undefined, options);
  const said = answer.structuredContent as Said & Result;
  const [{ text }] = answer.content as { text: string }[];
  assert.deepEqual(JSON.parse(text), said);
  assert.equal(answer.isError, said.error !== undefined);
  for (const secret of scene.secrets) {
    assert.ok(!text.includes(secret), `${params.name} told a secret`);
  }
  return said;
}
