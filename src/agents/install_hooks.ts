/** Putting hooks into an agent, and taking them out. */
import { type Host, pathsOf, type Platform } from "../base/mod.ts";
import { type AgentHome, presentAgents, requireAgents } from "./homes.ts";
import { addHooks, type Hook, removeHooks } from "./hooks_config.ts";
import type { InstallPlan } from "./install.ts";
import { planPlugin, planPluginRemoval } from "./install_plugin.ts";
import { lastingProgram } from "./install_program.ts";
import { editStep, planEdit, planRemoval, revertStep } from "./user_file.ts";

/** The agents that hooks can be put into. */
export const HOOKABLE = ["claude-code", "codex", "openclaw"] as const;
export type Hookable = typeof HOOKABLE[number];

/** Those that read their hooks from a file; OpenClaw has plugins. */
type Configured = Exclude<Hookable, "openclaw">;

const FILE: Record<Configured, string> = { "claude-code": "settings.json", codex: "hooks.json" };

const TOOLS: Record<Configured, string> = {
  "claude-code": "Write|Edit|MultiEdit|NotebookEdit|Bash",
  codex: "^(apply_patch|Bash|shell|local_shell|exec_command|unified_exec)$",
};

/** Seconds; a hook takes a fraction of one, and an agent waits no longer for it than this. */
const TIMEOUT = 10;
/** Codex allows the end of a session 3 s (agent-homes.md 3). */
const END_TIMEOUT = 2;

/** How an agent calls a hook: as one line for a shell, or on Windows without one where it can. */
function hookHandler(
  executable: string,
  agent: Configured,
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
export function hooksOf(executable: string, agent: Configured, platform: Platform): Hook[] {
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

type ConfiguredHome = AgentHome<Configured>;

function isConfigured(one: AgentHome<Hookable>): one is ConfiguredHome {
  return one.agent !== "openclaw";
}

/** The file that holds an agent's hooks. */
function hooksFile(host: Host, { agent, home }: ConfiguredHome): string {
  return pathsOf(host.platform).join(home.path, FILE[agent]);
}

/** What putting hooks into agents would do. Throws `no_such_home`, `bad_config`, `not_compiled`. */
export function planHooks(host: Host, agents: readonly Hookable[]): InstallPlan {
  const executable = lastingProgram(host);
  const steps = requireAgents(host, agents).flatMap((one) => {
    if (!isConfigured(one)) return planPlugin(host, one.home, executable);
    const [agent, file] = [one.agent, hooksFile(host, one)];
    const hooks = hooksOf(executable, agent, host.platform);
    const edit = planEdit(host, file, "hooks", (text) => addHooks(text, hooks, file));
    return [{ ...editStep(host, edit), agent }];
  });
  const changed = steps.filter(({ action }) => action !== "unchanged");
  const named = new Set(changed.map(({ agent }) => agent));
  return { steps, next_steps: HOOKABLE.filter((one) => named.has(one)).map((one) => NEXT[one]) };
}

const NEXT: Record<Hookable, string> = {
  "claude-code": "Claude Code calls the hooks from the next session on.",
  codex: "Codex calls no hook before you approve it: start codex, type /hooks, approve those of " +
    "lifeboat.",
  openclaw: "OpenClaw loads the plugin when its Gateway starts anew: openclaw gateway restart",
};

/** What taking the hooks out of agents again would do. Throws `bad_config`. */
export function planHooksRemoval(host: Host, agents: readonly Hookable[]): InstallPlan {
  const steps = presentAgents(host, agents).flatMap((one) => {
    if (!isConfigured(one)) return planPluginRemoval(host, one.home);
    const [agent, file] = [one.agent, hooksFile(host, one)];
    const edit = planRemoval(host, file, "hooks", (text) => removeHooks(text, file));
    return [{ ...revertStep(host, edit), agent }];
  });
  return { steps, next_steps: [] };
}
