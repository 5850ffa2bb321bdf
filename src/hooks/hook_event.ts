/** One event as an agent hands it to a hook on stdin (agent-homes.md 2.7 and 3). Pure. */
import { expandHome, type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import { type HookAgent, type ToolCall, toolCallOf } from "./tool_call.ts";

/** What has happened, as far as snapshots are concerned. */
export interface HookEvent {
  moment: "session_start" | "before_tool" | "after_tool" | "turn_end" | "session_end";
  session: string;
  /** The folder that the session works in, absolute. */
  folder: string;
  /** Of the moments around a tool; its paths are absolute. */
  tool?: ToolCall;
  /** The agent's own id of the tool call. */
  call?: string;
}

const MOMENTS: Record<string, HookEvent["moment"]> = {
  SessionStart: "session_start",
  PreToolUse: "before_tool",
  PostToolUse: "after_tool",
  PostToolUseFailure: "after_tool",
  Stop: "turn_end",
  SessionEnd: "session_end",
};

/** Names longer than this are no names. */
const MAX_NAME = 200;
/** More files than a tool names in one call. */
const MAX_PATHS = 1000;

function fault(what: string): LifeboatError {
  return new LifeboatError("refused", "bad_hook_event", `The hook event ${what}`, {
    hint: "It comes from the agent; see which version is installed.",
  });
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

function nameAt(event: Record<string, unknown>, key: string): string | undefined {
  const value = event[key];
  if (value === undefined || value === null) return undefined;
  // deno-lint-ignore no-control-regex -- such a name is no name
  if (typeof value !== "string" || value.length > MAX_NAME || /[\x00-\x1f\x7f]/.test(value)) {
    throw fault(`has no valid "${key}"`);
  }
  return value;
}

function parse(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    throw fault("is no JSON"); // the parser's own message would quote it
  }
}

function toolOf(agent: HookAgent, event: Record<string, unknown>, resolve: (p: string) => string) {
  const name = nameAt(event, "tool_name");
  if (!name) throw fault('has no "tool_name"');
  const call = toolCallOf(agent, name, objectOf(event.tool_input));
  if (call.paths.length > MAX_PATHS) throw fault(`names ${call.paths.length} files`);
  return { ...call, paths: call.paths.map(resolve) };
}

/**
 * Reads an event; undefined when it is one that does not matter here. Throws `bad_hook_event`, whose
 * message never quotes what the event holds.
 */
export function parseHookEvent(
  agent: HookAgent,
  text: string,
  { platform, userHome }: Pick<Host, "platform" | "userHome">,
): HookEvent | undefined {
  const event = parse(text);
  const moment = MOMENTS[nameAt(event, "hook_event_name") ?? ""];
  if (!moment) return undefined;
  const { isAbsolute, resolve } = pathsOf(platform);
  const { cwd } = event;
  if (typeof cwd !== "string" || !isAbsolute(cwd) || cwd.includes("\0")) {
    throw fault('has no "cwd" that is an absolute path');
  }
  const session = nameAt(event, "session_id");
  if (!session) throw fault('has no "session_id"');
  const isTool = moment === "before_tool" || moment === "after_tool";
  // Of these only OpenClaw's tools take ~ for the user's folder (its docs/tools/apply-patch.md).
  const expanded = (path: string) =>
    agent === "openclaw" ? expandHome(path, userHome, platform) : path;
  return {
    moment,
    session,
    folder: resolve(cwd),
    tool: isTool ? toolOf(agent, event, (path) => resolve(cwd, expanded(path))) : undefined,
    call: nameAt(event, "tool_use_id"),
  };
}
