/** Putting hooks into an agent, and taking them out. */
import { type Host, LifeboatError, pathsOf, type Platform } from "../base/mod.ts";
import { findProfile, homeExists, resolveHome } from "../profiles/mod.ts";
import { addHooks, type Hook, removeHooks } from "./hooks_config.ts";
import { applyEdit, applyRevert, planEdit, planRevert, type UserFileEdit } from "./user_file.ts";

/** The agents that hooks can be put into. */
export const HOOKABLE = ["claude-code", "codex"] as const;
export type Hookable = typeof HOOKABLE[number];

/** What `install` and `uninstall` give back. */
export interface InstallResult {
  ok: true;
  dry_run: boolean;
  /** Files that are, or would be, changed. */
  edits: { agent: string; what: string; path: string; action: UserFileEdit["action"] }[];
  /** What the user has to do now. */
  next_steps: string[];
}

const FILE: Record<Hookable, string> = { "claude-code": "settings.json", codex: "hooks.json" };

const TOOLS: Record<Hookable, string> = {
  "claude-code": "Write|Edit|MultiEdit|NotebookEdit|Bash",
  codex: "^(apply_patch|Bash|shell|local_shell|exec_command|unified_exec)$",
};

/** Seconds; a hook takes a fraction of one, and an agent waits no longer for it than this. */
const TIMEOUT = 10;
/** Codex allows the end of a session 3 s (agent-homes.md 3). */
const END_TIMEOUT = 2;

/** How an agent calls a hook: as one line for a shell, or on Windows without one where it can. */
export function hookHandler(
  executable: string,
  agent: Hookable,
  platform: Platform,
  timeout: number,
): Hook["handler"] {
  if (platform === "windows" && agent === "claude-code") {
    return { type: "command", command: executable, args: ["hook", agent], timeout };
  }
  return { type: "command", command: `${quoted(executable, platform)} hook ${agent}`, timeout };
}

function quoted(path: string, platform: Platform): string {
  if (platform === "windows") return `"${path}"`;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** All hooks of an agent. */
export function hooksOf(executable: string, agent: Hookable, platform: Platform): Hook[] {
  const handler = (timeout: number) => hookHandler(executable, agent, platform, timeout);
  const matcher = TOOLS[agent];
  return [
    { event: "PreToolUse", matcher, handler: handler(TIMEOUT) },
    { event: "PostToolUse", matcher, handler: handler(TIMEOUT) },
    { event: "SessionStart", handler: handler(TIMEOUT) },
    { event: "Stop", handler: handler(TIMEOUT) },
    { event: "SessionEnd", handler: handler(END_TIMEOUT) },
  ];
}

/** The file that holds an agent's hooks; nothing where the agent has no home here. */
function hooksFile(host: Host, agent: Hookable): string | undefined {
  const home = resolveHome(host, findProfile(host, agent));
  return homeExists(host, home) ? pathsOf(host.platform).join(home.path, FILE[agent]) : undefined;
}

function filesOf(host: Host, agents: readonly Hookable[]): { agent: Hookable; file: string }[] {
  const found = agents.flatMap((agent) => {
    const file = hooksFile(host, agent);
    return file ? [{ agent, file }] : [];
  });
  if (found.length > 0) return found;
  throw new LifeboatError("missing", "no_such_home", `There is no home of ${agents.join(" or ")}`, {
    hint: "Start the agent once, then try again.",
  });
}

/** Puts hooks into agents. Throws `no_such_home`, `bad_config`, `not_compiled`. */
export function installHooks(
  host: Host,
  agents: readonly Hookable[],
  options: { dryRun?: boolean },
): InstallResult {
  const { executable } = host;
  if (!executable) {
    throw new LifeboatError("refused", "not_compiled", "Hooks call the compiled program", {
      hint: "Build it with: deno task build",
    });
  }
  const edits = filesOf(host, agents).map(({ agent, file }) => ({
    agent,
    edit: planEdit(
      host,
      file,
      "hooks",
      (text) => addHooks(text, hooksOf(executable, agent, host.platform), file),
    ),
  }));
  if (!options.dryRun) edits.forEach(({ edit }) => applyEdit(host, edit));
  const changed = edits.filter(({ edit }) => edit.action !== "unchanged");
  const next_steps = changed.map(({ agent }) => NEXT_STEPS[agent]);
  return { ok: true, dry_run: options.dryRun === true, edits: edits.map(shown), next_steps };
}

const NEXT_STEPS: Record<Hookable, string> = {
  "claude-code": "Claude Code calls the hooks from the next session on.",
  codex: "Codex calls no hook before you approve it: start codex, type /hooks, approve those of " +
    "lifeboat.",
};

/** Takes the hooks out of agents again. Throws `no_such_home`, `bad_config`. */
export function uninstallHooks(
  host: Host,
  agents: readonly Hookable[],
  options: { dryRun?: boolean },
): InstallResult {
  const edits = filesOf(host, agents).map(({ agent, file }) => ({
    agent,
    edit: planRevert(host, file, "hooks", (text) => text && removeHooks(text, file)),
  }));
  if (!options.dryRun) edits.forEach(({ edit }) => applyRevert(host, edit));
  return { ok: true, dry_run: options.dryRun === true, edits: edits.map(shown), next_steps: [] };
}

function shown({ agent, edit: { what, path, action } }: { agent: string; edit: UserFileEdit }) {
  return { agent, what, path, action };
}
