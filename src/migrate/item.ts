/** What a migration says of each thing it moves. Names are those of OpenClaw's own migrations (facts C2). */
import type { Effect } from "./effects.ts";

/** Agents whose things can be moved. */
export type ProviderId = "codex" | "claude-code" | "hermes";

/** Agents that things can be moved to. */
export type TargetId = "openclaw" | "codex" | "claude-code";

/** What a thing is. */
export type ItemKind =
  | "auth"
  | "config"
  | "secret"
  | "memory"
  | "skill"
  | "command"
  | "workspace"
  | "archive"
  | "manual"
  | "plugin";

/** What is done to it. */
export type ItemAction =
  | "copy"
  | "create"
  | "update"
  | "merge"
  | "append"
  | "archive"
  | "skip"
  | "manual"
  | "install";

/** How far it is. */
export type ItemStatus = "planned" | "migrated" | "skipped" | "warning" | "conflict" | "error";

/** One thing that is moved, or is not. */
export interface MigrationItem {
  /** `skill:review`; not unique where names collide. */
  id: string;
  kind: ItemKind;
  action: ItemAction;
  status: ItemStatus;
  /** Absolute; of a plugin what it is called in its marketplace. */
  source?: string;
  /** Absolute; `FILE#KEY` for a part of a file. */
  target?: string;
  /** For a person. */
  message?: string;
  /** Why it is not moved. */
  reason?: string;
  /** It holds keys, tokens or a login. */
  sensitive?: boolean;
  details?: Record<string, unknown>;
}

/** An item, and what it does. */
export interface Step {
  item: MigrationItem;
  effects: Effect[];
}

/** Reasons that programs ask for, in OpenClaw's words. */
export const REASONS = {
  targetExists: "target exists",
  notSelected: "not selected for migration",
  secretsLeftOut: "secrets are carried only with --include-secrets",
  symlink: "symlink not followed",
  alreadyThere: "already there",
  pluginExists: "plugin exists",
  needsName: "it runs code; name it with --plugin to install it",
} as const;

/** How many items there are of what. */
export interface MigrationSummary {
  total: number;
  planned: number;
  migrated: number;
  skipped: number;
  conflicts: number;
  errors: number;
  sensitive: number;
}

/** Counts items. */
export function summaryOf(items: MigrationItem[]): MigrationSummary {
  const count = (status: ItemStatus) => items.filter((item) => item.status === status).length;
  return {
    total: items.length,
    planned: count("planned"),
    migrated: count("migrated"),
    skipped: count("skipped"),
    conflicts: count("conflict"),
    errors: count("error"),
    sensitive: items.filter(({ sensitive }) => sensitive).length,
  };
}

/** An item that does nothing. */
export function idle(item: MigrationItem): Step {
  return { item, effects: [] };
}
