import type { Host } from "../base/mod.ts";
import { findProfile } from "../profiles/mod.ts";
import type { BackupScope } from "./find.ts";

/** How a user says which backups are meant. */
export interface ScopeChoice {
  /** A profile's id, or `all`. */
  profile?: string;
  backupRoot?: string;
  /** Id of an isolated Codex home. */
  isolated?: string;
}

/** Which backups are meant: those of one profile, or without one, or with `all`, of every one. */
export function backupScope(host: Host, choice: ScopeChoice): BackupScope {
  const { profile, backupRoot, isolated } = choice;
  if (!profile || profile === "all") return { backupRoot, isolated };
  return { profile: findProfile(host, profile), backupRoot, isolated };
}
