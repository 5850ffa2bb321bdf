/** Which files of a home hold paths, and where in them; what was said in a conversation is none. */
import { type TranscriptAgent, transcriptAt } from "../layout.ts";
import type { IsPath } from "./json_edit.ts";
import { isPathKey } from "./path_keys.ts";
import type { IsKeyPath } from "./toml_edit.ts";

/** How the paths of a file are found. */
export type RemapRule =
  & {
    /** What is changed, for a person. */
    what: string;
    /** What a step of a plan names instead of each single file. */
    group?: string;
  }
  & (
    | {
      kind: "lines";
      /** Says where a parsed line has paths; nothing for one that has none. */
      isPath: (line: unknown) => IsPath | undefined;
      /** What the source of a line that has paths holds; other lines are not parsed. */
      mark?: RegExp;
      compressed?: boolean;
    }
    | { kind: "json"; isPath: (value: unknown) => IsPath | undefined }
    | { kind: "json5"; isPath: (value: unknown) => IsPath | undefined }
    | { kind: "toml"; isPath: IsKeyPath }
    /** `job`: the one that knows its tables, where it is not the usual one. */
    | { kind: "database"; job?: string }
  );

type Line = { type?: unknown; payload?: { type?: unknown } | null } | null | undefined;

/** In the source of the lines in which Codex says where it works. */
const CODEX_LINE = /"(?:session_meta|turn_context|thread_settings_applied)"/;

/** Texts for the model in the lines of Codex that otherwise hold settings. */
const CODEX_TEXTS = new Set([
  "base_instructions",
  "user_instructions",
  "developer_instructions",
  "dynamic_tools",
  "final_output_json_schema",
]);

const isCodexPath: IsPath = (keys, kind) =>
  kind === "value" && isPathKey(keys.at(-1) ?? "") && !keys.some((key) => CODEX_TEXTS.has(key));

/**
 * The lines in which Codex says where it works (agent-homes.md 1.5). `world_state`, which keeps what the
 * model was told, stays with the messages: by it Codex sees that the model has to be told anew.
 */
function codexLine(line: unknown): IsPath | undefined {
  const { type, payload } = (line ?? {}) as NonNullable<Line>;
  if (type === "session_meta" || type === "turn_context") return isCodexPath;
  const settings = type === "event_msg" && payload?.type === "thread_settings_applied";
  return settings ? isCodexPath : undefined;
}

/**
 * What was said, to the model and by it, and what its tools took and gave. By an attachment Claude Code
 * knows what the model was told of its surroundings, and tells it anew where that has changed.
 */
const CLAUDE_TEXTS = new Set([
  "attachment",
  "message",
  "content",
  "toolUseResult",
  "systemPrompt",
  "lastPrompt",
  "params",
  "shape",
  "summary",
]);

/** Large results of tools lie beside the transcript, which leads to them. */
const RESULT_FILE = "persistedOutputPath";

const isClaudePath: IsPath = (keys, kind) => {
  const last = keys.at(-1) ?? "";
  if (kind === "key") return keys.at(-2) === "trackedFileBackups" && isOutsideText(keys);
  if (last === RESULT_FILE) return !keys.includes("message");
  return isPathKey(last) && isOutsideText(keys);
};

function isOutsideText(keys: readonly string[]): boolean {
  return !keys.some((key) => CLAUDE_TEXTS.has(key));
}

const isAnyPath: IsPath = () => true;
const isAnyValue: IsPath = (_, kind) => kind === "value";
const isPrompt: IsPath = (keys, kind) => kind === "value" && keys.join("/") === "project";

/** `projects` by path; the folders of a repository. */
const isClaudeState: IsPath = (keys, kind) =>
  kind === "key"
    ? keys.length === 2 && keys[0] === "projects"
    : keys.length === 2 && keys[0] === "githubRepoPaths";

/** `[projects."PATH"]` and `[hooks.state."PATH:event:group:handler"]` (agent-homes.md 1.3). */
const isCodexKey: IsKeyPath = ([first, second, ...more]) =>
  first === "projects"
    ? more.length === 0
    : first === "hooks" && second === "state" && more.length === 1;

const DATABASES_LEFT = /(?:^|\/)(?:logs|thread_history)_[^/]*$/;

function codexRule(path: string, isDatabase: boolean): RemapRule | undefined {
  const transcript = transcriptAt("codex", path);
  if (transcript) {
    const { compressed } = transcript;
    const group = transcript.archived ? "archived_sessions" : "sessions";
    const lines = { kind: "lines", isPath: codexLine, mark: CODEX_LINE, compressed } as const;
    return { what: "conversations", group, ...lines };
  }
  if (isDatabase && !DATABASES_LEFT.test(path)) return { what: "database rows", kind: "database" };
  if (/^(?:[^/]+\.)?config\.toml$/.test(path)) {
    return { what: "configuration keys", kind: "toml", isPath: isCodexKey };
  }
  const isState = path === ".codex-global-state.json" ||
    path === "external_agent_session_imports.json";
  return isState ? { what: "saved state", kind: "json", isPath: () => isAnyPath } : undefined;
}

function claudeRule(path: string): RemapRule | undefined {
  const isPath = () => isClaudePath;
  if (/^projects\/.*\.jsonl$/s.test(path)) {
    return { what: "conversations", group: "projects", kind: "lines", isPath };
  }
  if (/^projects\/.*(?:\.json|\/\.session-aliases)$/s.test(path)) {
    const anywhere = path.endsWith(".session-aliases") ? () => isAnyPath : isPath;
    return { what: "indexes of conversations", group: "projects", kind: "json", isPath: anywhere };
  }
  if (path === "history.jsonl") {
    return { what: "typed prompts", kind: "lines", isPath: () => isPrompt };
  }
  if (path === ".claude.json") {
    return { what: "project settings", kind: "json", isPath: () => isClaudeState };
  }
  const isRegistry = /^plugins\/(?:installed_plugins|known_marketplaces)\.json$/.test(path);
  return isRegistry
    ? { what: "plugin registry", kind: "json", isPath: () => isAnyValue }
    : undefined;
}

/**
 * How the paths in a file are found; nothing for a file that has none that matter.
 *
 * @param path below the home, or the one file of a root outside it
 * @param isDatabase whether it is one, captured as such
 */
export function remapRule(
  agent: TranscriptAgent,
  path: string,
  isDatabase: boolean,
): RemapRule | undefined {
  return agent === "codex" ? codexRule(path, isDatabase) : claudeRule(path);
}

/** Codex: an index into the bytes of rollouts, wrong once these have changed (agent-homes.md 1.6). */
export function isProjection(path: string): boolean {
  return /^(?:sqlite\/)?thread_history_\d+\.sqlite$/.test(path);
}
