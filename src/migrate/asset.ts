/** What an agent has that another one could use: found in its home, before it is known where it goes. */
import type { TargetId } from "./item.ts";
import type { McpServer } from "./mcp.ts";

/** A skill: a folder with `SKILL.md`. */
export interface SkillAsset {
  kind: "skill";
  source: string;
  /** What it is to a person: `Codex CLI skill`. */
  label: string;
  /** Below the folder of all skills, forward slashes. */
  path: string;
}

/** A command, or prompt: one Markdown file. */
export interface CommandAsset {
  kind: "command";
  source: string;
  /** Folders on the way to it, and its name without `.md`. */
  words: string[];
  label: string;
}

/** Which of its files of instructions a text belongs to. */
export type InstructionPlace = "user" | "project" | "soul" | "agents" | "memory";

/** Instructions that are added to those of the other agent. */
export interface InstructionsAsset {
  kind: "instructions";
  /** `workspace:SOUL.md`. */
  id: string;
  source: string;
  place: InstructionPlace;
  label: string;
}

/** A memory file. */
export interface MemoryAsset {
  kind: "memory";
  /** `memory:codex:MEMORY.md`. */
  id: string;
  source: string;
  /** Below the folder of what is imported, forward slashes. */
  path: string;
}

/** An MCP server. */
export interface McpAsset {
  kind: "mcp";
  /** The file it is written down in. */
  source: string;
  /** Where in it, if it holds them in several places: `user`, `project`, … */
  from?: string;
  name: string;
  server: McpServer;
  /** Names of values that could not be read, or may be secret, and were left out. */
  left?: string[];
}

/** A part of a configuration. */
export interface SettingAsset {
  kind: "setting";
  id: string;
  /** The file it is written down in. */
  source: string;
  /** Where it goes: its own keys are added below. */
  path: string[];
  value: Record<string, unknown>;
  message: string;
  /** It holds what may be secret. */
  sensitive?: boolean;
  /** Names of values that may be secret, and were left out. */
  left?: string[];
}

/** The model that is used. */
export interface ModelAsset {
  kind: "model";
  source: string;
  /** `provider/model`. */
  model: string;
  /** Its provider, where that comes along. */
  provider?: string;
}

/** Something that is kept to be looked at, and not activated. */
export interface ArchiveAsset {
  kind: "archive";
  id: string;
  source: string;
  /** Below the archive folder of the report. */
  path: string;
  message: string;
  /** A configuration file, whose secrets are taken out. */
  isConfig?: boolean;
  /** Credentials as a whole. */
  sensitive?: boolean;
}

/** Something that a person has to do. */
export interface ManualAsset {
  kind: "manual";
  id: string;
  source: string;
  message: string;
  recommendation: string;
  details?: Record<string, unknown>;
}

/** A plugin of Codex's curated marketplace that is installed and can be moved. */
export interface PluginAsset {
  kind: "plugin";
  /** As Codex and OpenClaw call it: `google-calendar`. */
  name: string;
  /** `openai-curated/google-calendar`; it is no file. */
  source: string;
  /** Apps of ChatGPT that it uses. */
  apps: { id: string; name: string }[];
}

/** A login. */
export interface AuthAsset {
  kind: "auth";
  id: string;
  source: string;
}

/** A key in a file of environment variables. */
export interface EnvAsset {
  kind: "env";
  source: string;
  name: string;
  value: string;
}

/** Something that is only shown: a link, or a skill that is none. */
export interface ShownAsset {
  kind: "shown";
  id: string;
  /** `fault`: it makes the migration one with errors. */
  what: "symlink" | "broken" | "fault";
  source: string;
  message: string;
  details?: Record<string, unknown>;
}

/** Anything that an agent has. */
export type Asset =
  | SkillAsset
  | CommandAsset
  | InstructionsAsset
  | MemoryAsset
  | McpAsset
  | SettingAsset
  | ModelAsset
  | ArchiveAsset
  | ManualAsset
  | PluginAsset
  | AuthAsset
  | EnvAsset
  | ShownAsset;

/** What an agent's home holds. */
export interface Source {
  /** Absolute. */
  root: string;
  /** `low`: nothing was found. */
  confidence: "low" | "medium" | "high";
  assets: Asset[];
  warnings: string[];
  /** What a plan says of where it looked. */
  metadata: Record<string, unknown>;
}

/** How to look. */
export interface SourceOptions {
  /** `--from`: absolute. */
  from?: string;
  followLinks?: boolean;
  /** Where it goes, since not all have a place for everything; absent: only whether it is there. */
  to?: TargetId;
  includeSecrets?: boolean;
}
