/** Asking the user through the client, past the model: MCP's elicitation. */
import { printable } from "../base/mod.ts";
import { TOKEN_MS } from "./previews.ts";
import type { Asked, Question } from "./question.ts";
import { McpError, type Server } from "./sdk.ts";

/** Whether the client says that it can ask the user. */
export function canAsk(server: Server): boolean {
  const elicitation = server.getClientCapabilities()?.elicitation;
  // A client of before 2025-11-25 says {}, and means forms.
  return elicitation !== undefined && (!("url" in elicitation) || "form" in elicitation);
}

/** Asks the user to type a word, as the command line does. */
export async function askUser(
  server: Server,
  { word, message }: Question,
  signal: AbortSignal,
): Promise<Asked> {
  if (!canAsk(server)) return "nobody";
  const answer = {
    type: "string" as const,
    title: `Type ${word}`,
    description: `Type ${word} to agree; anything else changes nothing. 输入 ${word} 表示同意。`,
  };
  const requestedSchema = { type: "object" as const, properties: { answer }, required: ["answer"] };
  try {
    const { action, content } = await server.elicitInput(
      { message: printable(message), requestedSchema },
      { signal, timeout: TOKEN_MS },
    );
    if (action === "cancel") return "nobody"; // what clients say where nobody looks
    return action === "accept" && content?.answer === word ? "yes" : "no";
  } catch (error) {
    if (error instanceof McpError) return "nobody"; // it could not, is gone, or took too long
    throw error;
  }
}
