/** Which homes and backups a command is about; what decides that is loaded when it is needed. */
import type { Host } from "../base/mod.ts";
import type { BackupScope, ScopeChoice } from "../catalog/mod.ts";
import type { Home, HomeChoice } from "../profiles/mod.ts";

/** The homes that are meant: the one of a profile, or with `all` every one that exists. */
export async function chooseHomes(host: Host, flags: HomeChoice): Promise<Home[]> {
  return (await import("../profiles/mod.ts")).chooseHomes(host, flags);
}

/** What a backup of one home has to tell of the homes of other agents. */
export async function othersLeftOut(host: Host, flags: HomeChoice, home: Home): Promise<string[]> {
  return (await import("../profiles/mod.ts")).othersLeftOut(host, flags, home);
}

/** Which backups are meant: those of one profile, or without one, or with `all`, of every one. */
export async function backupScope(host: Host, flags: ScopeChoice): Promise<BackupScope> {
  return (await import("../catalog/mod.ts")).backupScope(host, flags);
}
