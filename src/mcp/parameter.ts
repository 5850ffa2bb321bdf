/** What a tool is given: parameters, and those that several tools have. */

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
  description: "Absolute path of a file that holds the passphrase of an encrypted backup.",
};

/** Named here only so that whoever gives it learns what to do instead. */
export const PASSWORD: Parameter = {
  type: "string",
  deprecated: true,
  description: "Refused: a passphrase must not pass through a conversation. Use password_file.",
};

/** How many are listed; `count` where it is not said. */
export function limitOf(count: number): Parameter {
  const description = "Only so many, the newest.";
  return { type: "integer", minimum: 1, maximum: 1000, default: count, description };
}

/** What lets a preview be applied. */
export const TOKEN: Parameter = {
  type: "string",
  description: "From the preview that the same call without it gave; applies exactly that.",
};
