/** Where things go in the home of another agent. */
import { type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import {
  findProfile,
  type Home,
  localOpenClaw,
  openClawPlaces,
  realPathOf,
  resolveHome,
} from "../profiles/mod.ts";
import type { Asset, InstructionPlace } from "./asset.ts";
import { type ConfigText, isSafePath, jsonServers, tomlServers } from "./config_text.ts";
import type { ProviderId, TargetId } from "./item.ts";
import { type McpServer, toClaude, toCodex, toOpenClaw } from "./mcp.ts";
import { placeIn } from "./place.ts";

/** How MCP servers are written down. */
export interface TargetServers {
  /** Absolute. */
  file: string;
  /** How a person finds one: `mcp.servers`. */
  key: string;
  text: ConfigText;
  /** The name of a server there; empty where there can be none of that name. */
  nameOf(name: string): string;
  convert(server: McpServer): Record<string, unknown>;
  /** Whether it can be written so that nothing runs. */
  canSwitchOff: boolean;
}

/** The configuration that settings are merged into. */
export interface TargetSettings {
  /** Absolute. */
  file: string;
  /** What stands in it, with what it includes. */
  values: Record<string, unknown>;
  /** The agent that is meant, what is written of it, and whether it was named. */
  agentId: string;
  entry: Record<string, unknown>;
  isNamed: boolean;
}

/** A home that things are moved to. Paths are absolute. */
export interface Target {
  id: TargetId;
  home: Home;
  /** What a plan names: of OpenClaw the workspace. */
  root: string;
  /** For a person: `this OpenClaw agent workspace`. */
  place: string;
  skills: string;
  /** The folder of memories that come from elsewhere. */
  memories: string;
  /** The folder of commands; absent: they become skills. */
  commands?: string;
  instructions(place: InstructionPlace): string;
  servers: TargetServers;
  /** Absent where other settings have no place. */
  settings?: TargetSettings;
  /** Where a login of a provider goes; nothing where it is of no use. */
  login(provider: ProviderId): string | undefined;
  /** The file of environment variables, where there is one. */
  env?: string;
  /** Whether it has a use for a thing of another agent. */
  takes(provider: ProviderId, asset: Asset): boolean;
  metadata: Record<string, unknown>;
}

/** Which home is meant. */
export interface TargetOptions {
  to: TargetId;
  /** Another home than the agent's own. */
  home?: Home;
  /** An agent of OpenClaw. */
  agent?: string;
}

/** Decides where things go. Throws `no_such_agent`, `root_left_out`, `usage`. */
export function resolveTarget(host: Host, options: TargetOptions): Target {
  const { to, agent } = options;
  if (agent !== undefined && to !== "openclaw") {
    throw new LifeboatError("refused", "usage", "--agent is about OpenClaw", {
      hint: "Leave it out, or name --to openclaw.",
    });
  }
  const home = options.home ?? resolveHome(host, findProfile(host, to));
  if (to === "openclaw") return openClaw(host, home, agent);
  return to === "codex" ? codex(host, home) : claudeCode(host, home);
}

/** What OpenClaw's own migration of Codex takes (facts C4); the rest stays with Codex. */
const CODEX_TO_OPENCLAW = ["skill", "shown", "memory", "archive", "manual", "plugin", "auth"];

/** What is kept to be looked at where it is no part of the agent's own history. */
function isReview(asset: Asset): boolean {
  if (["plugin", "setting", "model"].includes(asset.kind)) return false;
  return asset.kind !== "archive" || asset.isConfig === true;
}

function openClaw(host: Host, home: Home, named: string | undefined): Target {
  const { join } = pathsOf(host.platform);
  const { agents, owner, config } = openClawPlaces(
    localOpenClaw(host, home.path, home.isOwn),
  );
  const id = named?.trim().toLowerCase() ?? owner;
  const agent = agents.find((one) => one.id === id);
  if (!agent) {
    throw new LifeboatError("missing", "no_such_agent", `OpenClaw has no agent ${named}`, {
      hint: `It has: ${agents.map((one) => one.id).join(", ")}`,
    });
  }
  const workspace = realPathOf(host, agent.workspace);
  const agentDir = realPathOf(host, agent.agentDir);
  for (const path of [workspace, agentDir]) requireInside(host, home, path);
  const files = {
    user: "USER.md",
    project: "AGENTS.md",
    soul: "SOUL.md",
    agents: "AGENTS.md",
    memory: "MEMORY.md",
  };
  const file = realPathOf(host, config.path);
  return {
    id: "openclaw",
    home,
    root: workspace,
    place: "this OpenClaw agent workspace",
    skills: join(workspace, "skills"),
    memories: join(workspace, "memory", "imports"),
    instructions: (place) => join(workspace, files[place]),
    servers: {
      file,
      key: "mcp.servers",
      text: jsonServers(file, ["mcp", "servers"]),
      nameOf: (name) => isSafePath([name]) ? name : "",
      convert: toOpenClaw,
      canSwitchOff: true,
    },
    settings: {
      file,
      values: config.values ?? {},
      agentId: agent.id,
      entry: agent.entry,
      isNamed: named !== undefined,
    },
    login: (provider) =>
      provider === "codex" ? join(agentDir, "codex-home", "auth.json") : undefined,
    env: join(home.path, ".env"),
    takes: (provider, { kind }) => provider !== "codex" || CODEX_TO_OPENCLAW.includes(kind),
    metadata: { agentId: agent.id, agentDir, workspace },
  };
}

function requireInside(host: Host, home: Home, path: string): void {
  if (placeIn(host, home, path)) return;
  const message = `${path} lies outside the home, and is left out with --home`;
  throw new LifeboatError("refused", "root_left_out", message, {
    hint: "Take it along with --with-roots.",
  });
}

function codex(host: Host, home: Home): Target {
  const { join } = pathsOf(host.platform);
  const file = join(home.path, "config.toml");
  return {
    id: "codex",
    home,
    root: home.path,
    place: "this Codex home",
    skills: join(home.path, "skills"),
    memories: join(home.path, "memories", "imports"),
    commands: join(home.path, "prompts"),
    instructions: () => join(home.path, "AGENTS.md"),
    servers: {
      file,
      key: "mcp_servers",
      text: tomlServers(file),
      // With a name of another kind, Codex refuses its whole configuration.
      nameOf: (name) => name.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^-+|-+$/g, ""),
      convert: toCodex,
      canSwitchOff: true,
    },
    login: (provider) => provider === "codex" ? join(home.path, "auth.json") : undefined,
    takes: (_, asset) => isReview(asset),
    metadata: { codexHome: home.path },
  };
}

function claudeCode(host: Host, home: Home): Target {
  const { join } = pathsOf(host.platform);
  const outside = home.roots.find(({ id }) => id === "claude-json");
  const file = outside?.path ?? join(home.path, ".claude.json");
  return {
    id: "claude-code",
    home,
    root: home.path,
    place: "this Claude Code home",
    skills: join(home.path, "skills"),
    memories: join(home.path, "memory", "imports"),
    commands: join(home.path, "commands"),
    instructions: () => join(home.path, "CLAUDE.md"),
    servers: {
      file,
      key: "mcpServers",
      text: jsonServers(file, ["mcpServers"]),
      nameOf: (name) => isSafePath([name]) ? name : "",
      convert: toClaude,
      canSwitchOff: false,
    },
    login: (provider) =>
      provider === "claude-code" ? join(home.path, ".credentials.json") : undefined,
    takes: (_, asset) => isReview(asset),
    metadata: { claudeHome: home.path },
  };
}
