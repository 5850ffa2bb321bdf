/** Tools and their results as the protocol has them. */
import { presentable } from "./present.ts";
import type { CallToolResult, ToolDefinition } from "./sdk.ts";
import type { Tool } from "./tool.ts";

const TEXT = { type: "string" };

/** What the schema of every result has; the rest is what `--json` of the command prints. */
const RESULT: ToolDefinition["outputSchema"] = {
  type: "object",
  properties: {
    ok: { type: "boolean", description: "Whether all is well." },
    error: {
      type: "object",
      properties: { code: TEXT, message: TEXT, hint: TEXT },
      required: ["code", "message", "hint"],
    },
    next: {
      type: "object",
      description: "How a preview is applied.",
      properties: { token: TEXT, expires_at: TEXT, command: TEXT, how: TEXT },
      required: ["how"],
    },
    command: { ...TEXT, description: "For the user to run in a terminal." },
    left_out: { type: "object", description: "How many items of long lists are not shown." },
  },
  required: ["ok"],
};

/** A tool as a client lists it. */
export function definitionOf(tool: Tool): ToolDefinition {
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

/** A result as a client gets it: as data, and as text for clients of before 2025-06-18. */
export function answerOf(result: object): CallToolResult {
  const structuredContent = presentable(result);
  const content = [{ type: "text" as const, text: JSON.stringify(structuredContent) }];
  return { content, structuredContent, isError: "error" in result };
}
