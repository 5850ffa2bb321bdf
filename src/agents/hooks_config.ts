/**
 * The hooks in Claude Code's settings.json and Codex's hooks.json, which have one shape (agent-homes.md
 * 2.7 and 3). Pure; everything else in the text stays as it is, comments and formatting too.
 */
import { LifeboatError } from "../base/mod.ts";
import { addValue, parseJsonText, removeValue } from "../base/mod.ts";

/** One hook: when it runs, and what. */
export interface Hook {
  /** The agent's name of the event. */
  event: string;
  /** Which tools, where the event is about tools. */
  matcher?: string;
  handler: { type: "command"; command: string; args?: string[]; timeout: number };
}

interface Group {
  matcher?: string;
  hooks?: { command?: unknown; args?: unknown }[];
}

type Groups = Record<string, Group[]>;

/** Whether a command is one that lifeboat has put there, wherever the program lay then. */
function isOurs({ command, args }: { command?: unknown; args?: unknown }): boolean {
  if (typeof command !== "string") return false;
  const line = Array.isArray(args) ? [command, ...args].join(" ") : command;
  return /(^|[\\/"'\s])lifeboat(\.exe)?["']? hook (claude-code|codex)$/.test(line);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The hooks in a text. Throws `bad_config` when it is no JSON object. */
function groupsOf(text: string, path: string): Groups {
  const value = parseJsonText(text);
  const hooks = isObject(value) ? value.hooks ?? {} : undefined;
  if (isObject(hooks) && Object.values(hooks).every(Array.isArray)) return hooks as Groups;
  throw new LifeboatError("refused", "bad_config", `${path} is not what its agent writes`, {
    hint: "Nothing was changed. See what is wrong with: lifeboat doctor",
  });
}

/** Puts hooks in; those that are there already stay, and those of another place of the program go. */
export function addHooks(text: string | undefined, hooks: Hook[], path: string): string {
  const before = text ?? "{}\n";
  if (hooks.every((hook) => isThere(groupsOf(before, path), hook))) return before;
  let after = text === undefined ? before : removeHooks(text, path);
  for (const { event, matcher, handler } of hooks) {
    const group = matcher === undefined ? { hooks: [handler] } : { matcher, hooks: [handler] };
    const groups = groupsOf(after, path)[event];
    after = groups
      ? addValue(after, ["hooks", event, groups.length], group, true)
      : addValue(after, ["hooks", event], [group]);
  }
  return after;
}

function isThere(groups: Groups, { event, matcher, handler }: Hook): boolean {
  return (groups[event] ?? []).some((group) =>
    group.matcher === matcher &&
    group.hooks?.some((one) => JSON.stringify(one) === JSON.stringify(handler))
  );
}

/** Takes our hooks out, and what is empty then. */
export function removeHooks(text: string, path: string): string {
  let after = text;
  for (;;) {
    const place = firstOfOurs(groupsOf(after, path));
    if (!place) return after;
    after = removeValue(after, place);
  }
}

/** The way to what has to go for the first of our hooks: as much as would be empty without it. */
function firstOfOurs(groups: Groups): (string | number)[] | undefined {
  for (const [event, ofEvent] of Object.entries(groups)) {
    for (const [index, { hooks = [] }] of ofEvent.entries()) {
      const at = Array.isArray(hooks) ? hooks.findIndex(isOurs) : -1;
      if (at < 0) continue;
      if (hooks.length > 1) return ["hooks", event, index, "hooks", at];
      if (ofEvent.length > 1) return ["hooks", event, index];
      return Object.keys(groups).length > 1 ? ["hooks", event] : ["hooks"];
    }
  }
  return undefined;
}
