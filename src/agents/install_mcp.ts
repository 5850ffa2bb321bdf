/** Telling agents of the MCP server, and taking that out again. */
import { type Host, pathsOf } from "../base/mod.ts";
import { localOpenClaw, openClawPlaces } from "../profiles/mod.ts";
import { type AgentHome, presentAgents, requireAgents } from "./homes.ts";
import type { InstallPlan, InstallStep } from "./install.ts";
import { lastingProgram } from "./install_program.ts";
import {
  compareEntry,
  type McpConfig,
  type McpEntry,
  SERVER_NAME,
  writtenEntry,
} from "./mcp_entry.ts";
import { CLAUDE, jsonConfig, OPENCLAW } from "./mcp_json.ts";
import { codexConfig } from "./mcp_toml.ts";
import { type Change, editStep, planEdit, planRemoval, revertStep } from "./user_file.ts";

/** The agents that can be told of the server. */
export const SERVED = ["claude-code", "codex", "openclaw"] as const;
export type Served = typeof SERVED[number];

const WHAT = "mcp";

/** Variables beside the profile's own that say where things lie; agents do not hand all of them on. */
const FOLDERS = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"];

/** An agent's configuration file, and how it is changed. */
interface Place {
  file: string;
  config: McpConfig;
}

function placeOf(host: Host, { agent, home }: AgentHome<Served>): Place {
  const { join } = pathsOf(host.platform);
  if (agent === "codex") {
    const file = join(home.path, "config.toml");
    return { file, config: codexConfig(file) };
  }
  if (agent === "openclaw") {
    const file = openClawPlaces(localOpenClaw(host, home.path, home.isOwn)).config.path;
    return { file, config: jsonConfig(file, OPENCLAW) };
  }
  const outside = home.roots.find(({ id }) => id === "claude-json");
  const file = outside?.path ?? join(home.path, ".claude.json");
  return { file, config: jsonConfig(file, CLAUDE) };
}

function entryFor(host: Host, { agent, home }: AgentHome<Served>): McpEntry {
  const names = [...home.profile.home.env, ...FOLDERS];
  const env = Object.fromEntries(names.map((name) => [name, host.env[name] || undefined]));
  return { command: lastingProgram(host), args: ["mcp", "--profile", agent], env };
}

/** A server of another kind that has our name is the user's, and stays. */
class Foreign extends Error {}

function adding(config: McpConfig, entry: McpEntry): Change {
  return (text) => {
    const there = text === undefined ? undefined : config.find(text);
    switch (compareEntry(there, entry)) {
      case "none":
        return config.add(text, writtenEntry(entry));
      case "moved":
        return config.replace(text!, writtenEntry(entry, there as McpEntry));
      case "same":
        return text;
      case "foreign":
        throw new Foreign();
    }
  };
}

function removing(config: McpConfig): (text: string) => string {
  return (text) => {
    const there = compareEntry(config.find(text), { command: "", args: [] });
    return there === "moved" ? config.remove(text) : text;
  };
}

function stepFor(host: Host, one: AgentHome<Served>): InstallStep {
  const { file, config } = placeOf(host, one);
  const entry = entryFor(host, one);
  try {
    return {
      ...editStep(host, planEdit(host, file, WHAT, adding(config, entry))),
      agent: one.agent,
    };
  } catch (error) {
    if (!(error instanceof Foreign)) throw error;
    return { agent: one.agent, what: WHAT, path: file, action: "kept", carryOut: () => {} };
  }
}

const NEXT_STEPS: Record<Served, string> = {
  "claude-code":
    "Claude Code starts the server with its next session; see it with: claude mcp list",
  codex: "Codex starts the server with its next session; see it with: codex mcp list",
  openclaw: "OpenClaw starts the server with its next session; see it with: openclaw mcp list",
};

function nextStep({ agent, action, path }: InstallStep): string[] {
  if (action === "unchanged") return [];
  if (action !== "kept") return [NEXT_STEPS[agent as Served]];
  return [`${path} has another MCP server named ${SERVER_NAME}, which stays.`];
}

/**
 * What telling agents of the server would do. Throws `no_such_home`, `not_compiled`, `bad_config`,
 * `cannot_edit`.
 */
export function planMcp(host: Host, agents: readonly Served[]): InstallPlan {
  const steps = requireAgents(host, agents).map((one) => stepFor(host, one));
  return { steps, next_steps: steps.flatMap(nextStep) };
}

/** What taking that out again would do. Throws `bad_config`, `cannot_edit`. */
export function planMcpRemoval(host: Host, agents: readonly Served[]): InstallPlan {
  const steps = presentAgents(host, agents).map((one) => {
    const { file, config } = placeOf(host, one);
    return {
      ...revertStep(host, planRemoval(host, file, WHAT, removing(config))),
      agent: one.agent,
    };
  });
  return { steps, next_steps: [] };
}
