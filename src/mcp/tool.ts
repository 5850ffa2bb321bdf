/** What a tool is: its parameters, what it promises, and one engine call. */
import type { Host } from "../base/mod.ts";
import type { Asked } from "./human.ts";
import type { Previews } from "./previews.ts";

/** One parameter, as JSON Schema has it. */
export type Parameter =
  & { description: string; deprecated?: true }
  & (
    | { type: "string"; enum?: string[] }
    | { type: "integer"; minimum: number; maximum: number; default?: number }
    | { type: "boolean"; default?: boolean }
    | { type: "array"; items: { type: "string" } }
  );

/** The arguments of a call, checked against the parameters. */
export type Arguments = Record<string, string | number | boolean | string[] | undefined>;

/** What a call has to work with. */
export interface Call {
  /** Its signal fires when the client cancels the call; its progress is told to the client. */
  host: Host;
  /** The agent that is meant where none is named. */
  profile: string;
  /** The tool's name. */
  tool: string;
  /** What was shown, and may be applied. */
  previews: Previews;
  /** Whether the client can ask the user at all. */
  canAsk: boolean;
  /** Asks the user, past the model. */
  ask(question: Question): Promise<Asked>;
}

/** What a person is asked before something is done that an agent may not decide. */
export interface Question {
  /** What is to be typed. */
  word: string;
  /** What will be done, for a person. */
  message: string;
}

/** A tool. */
export interface Tool {
  name: string;
  title: string;
  /** For the model: what it does, and when to use it. */
  description: string;
  parameters: Record<string, Parameter>;
  required?: string[];
  /** `reads`: changes nothing. `adds`: makes something new. `changes`: may replace or remove. */
  effect: "reads" | "adds" | "changes";
  /** Whether it may use the network. */
  network?: boolean;
  /** The engine's result: what `--json` of the command prints. */
  run(call: Call, args: Arguments): Promise<{ ok: boolean }>;
}

/** Which agent is meant, the same everywhere. */
export const PROFILE: Parameter = {
  type: "string",
  description: "Which agent's home: codex, claude-code, openclaw, … Default: the agent in use.",
};

/** The ID of a backup, the same everywhere. */
export const BACKUP_ID: Parameter = {
  type: "string",
  description: "A backup's id from backup_list, the unique beginning of one, or latest.",
};

/** What replaces the password that ClawBackup's tools took. */
export const PASSWORD_FILE: Parameter = {
  type: "string",
  description: "Absolute path of a file that holds the password of an encrypted backup.",
};

/** Named here only so that whoever gives it learns what to do instead. */
export const PASSWORD: Parameter = {
  type: "string",
  deprecated: true,
  description: "Refused: a password must not pass through a conversation. Use password_file.",
};

/** What lets a preview be applied. */
export const TOKEN: Parameter = {
  type: "string",
  description: "From the preview that the same call without it gave; applies exactly that.",
};
