import { type Host, pathsOf } from "../base/mod.ts";
import { findProfile, realPathOf } from "../profiles/mod.ts";
import type { BackupScope } from "./find.ts";

/** How a user says which backups are meant. */
export interface ScopeChoice {
  /** A profile's id, or `all`. */
  profile?: string;
  backupRoot?: string;
  /** Id of an isolated Codex home. */
  isolated?: string;
  /** The path of a home. */
  home?: string;
}

/** Which backups are meant: those of one profile, or without one, or with `all`, of every one. */
export function backupScope(host: Host, choice: ScopeChoice): BackupScope {
  const { profile, backupRoot, isolated } = choice;
  const home = choice.home === undefined
    ? undefined
    : realPathOf(host, pathsOf(host.platform).resolve(choice.home));
  const scope = { backupRoot, isolated, home };
  if (!profile || profile === "all") return scope;
  return { profile: findProfile(host, profile), ...scope };
}
