import { objectOf } from "./head.ts";
import type { TranscriptAgent } from "./layout.ts";

/** What somebody said in a conversation. */
export interface Message {
  role: "user" | "assistant";
  text: string;
}

/** What one line of a transcript adds to a conversation. */
export interface Spoken {
  message?: Message;
  /** Tools that the agent called. */
  toolCalls: number;
}

const NOTHING: Spoken = { toolCalls: 0 };

/** What Codex itself puts before the user's words, in the user's name. */
const NOT_SAID =
  /^\s*(?:<(?:environment_context|user_instructions|permissions|INSTRUCTIONS|skills?|turn_aborted)\b|# AGENTS\.md instructions)/;

/** Codex's types of calls: `function_call`, `custom_tool_call`, `local_shell_call`, … */
const CALL = /_call$/;

/** The text parts of a message, which are a text or a list of parts. */
function textIn(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => objectOf(part).text)
    .filter((text) => typeof text === "string").join("\n");
}

function spoken(role: unknown, content: unknown, toolCalls: number): Spoken {
  if (role !== "user" && role !== "assistant") return { toolCalls };
  const text = textIn(content);
  return text === "" ? { toolCalls } : { message: { role, text }, toolCalls };
}

/** Newer rollouts have an envelope around each item; events repeat what the items say. */
function rolloutLine(line: Record<string, unknown>): Spoken {
  const item = line.type === "response_item" ? objectOf(line.payload) : line;
  if (typeof item.type !== "string") return NOTHING;
  if (CALL.test(item.type)) return { toolCalls: 1 };
  if (item.type !== "message") return NOTHING;
  const said = spoken(item.role, item.content, 0);
  const { role, text } = said.message ?? {};
  return role === "user" && NOT_SAID.test(text!) ? NOTHING : said;
}

function sessionLine(line: Record<string, unknown>): Spoken {
  if ((line.type !== "user" && line.type !== "assistant") || line.isMeta === true) return NOTHING;
  const { content } = objectOf(line.message);
  const parts = Array.isArray(content) ? content : [];
  return spoken(
    line.type,
    content,
    parts.filter((one) => objectOf(one).type === "tool_use").length,
  );
}

/** What a parsed line says. Results of tools are not said by anybody. */
export function spokenIn(agent: TranscriptAgent, line: unknown): Spoken {
  return agent === "codex" ? rolloutLine(objectOf(line)) : sessionLine(objectOf(line));
}
