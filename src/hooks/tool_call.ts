/** What a tool of an agent is about to touch, from its name and parameters. Pure. */

/** The agents whose hooks are understood. */
export const HOOK_AGENTS = ["claude-code", "codex", "openclaw"] as const;
export type HookAgent = typeof HOOK_AGENTS[number];

/** A tool call, as far as it concerns files. */
export interface ToolCall {
  name: string;
  /** The files it names, as it names them: relative to the session's folder, or absolute. */
  paths: string[];
  /** Whether it may touch anything: a shell command says nothing that could be relied on. */
  isShell: boolean;
}

type Input = Record<string, unknown>;

/** Which parameters name files, by tool. */
const FILE_TOOLS: Record<HookAgent, Record<string, string[]>> = {
  "claude-code": {
    Write: ["file_path"],
    Edit: ["file_path"],
    MultiEdit: ["file_path"],
    NotebookEdit: ["notebook_path"],
  },
  codex: {},
  openclaw: { write: ["path", "file_path"], edit: ["path", "file_path"] },
};

/** Tools that take a patch, and the parameter that holds it. */
const PATCH_TOOLS: Record<HookAgent, Record<string, string>> = {
  "claude-code": {},
  codex: { apply_patch: "command" },
  openclaw: { apply_patch: "input" },
};

const SHELL_TOOLS: Record<HookAgent, string[]> = {
  "claude-code": ["Bash", "PowerShell"],
  codex: ["Bash", "shell", "local_shell", "exec_command", "unified_exec"],
  openclaw: ["exec", "bash", "process"],
};

const PATCH_LINE = /^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+?)\r?$/gm;

/** The files that a patch names, those that it moves something to among them. */
function pathsOfPatch(patch: unknown): string[] {
  // Codex hands the command over as a text, or as the words of a command line.
  const text = Array.isArray(patch) ? patch.join("\n") : patch;
  return typeof text === "string" ? [...text.matchAll(PATCH_LINE)].map(([, path]) => path) : [];
}

function texts(input: Input, keys: string[]): string[] {
  return keys.map((key) => input[key]).filter((value): value is string =>
    typeof value === "string"
  );
}

/** What a call of a tool touches; a tool that writes no files touches nothing. */
export function toolCallOf(agent: HookAgent, name: string, input: Input): ToolCall {
  const isShell = SHELL_TOOLS[agent].includes(name);
  const patch = PATCH_TOOLS[agent][name];
  const paths = [
    ...texts(input, FILE_TOOLS[agent][name] ?? []),
    ...(patch ? pathsOfPatch(input[patch]) : []),
  ];
  return { name, paths: [...new Set(paths)], isShell };
}
