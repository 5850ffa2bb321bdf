import { type Host, LifeboatError } from "../base/mod.ts";
import type { BackupScope } from "../catalog/mod.ts";
import type { Home } from "../profiles/mod.ts";

/** How the command line names homes. */
interface HomeFlags {
  profile?: string;
  home?: string;
  withRoots?: boolean;
}

/** The homes that are meant: the one of a profile, or with `all` every one that exists. */
export async function chooseHomes(host: Host, flags: HomeFlags): Promise<Home[]> {
  const { findProfile, homeExists, loadProfiles, resolveHome } = await import("../profiles/mod.ts");
  const { profile = "codex", home, withRoots } = flags;
  if (profile !== "all") {
    return [resolveHome(host, findProfile(host, profile), { home, withRoots })];
  }
  if (home) {
    throw new LifeboatError("refused", "usage", "--home cannot be used with --profile all", {
      hint: "Name one profile.",
    });
  }
  const homes = loadProfiles(host).map((known) => resolveHome(host, known))
    .filter((known) => homeExists(host, known));
  if (homes.length > 0) return homes;
  throw new LifeboatError("missing", "no_such_home", "No home of any known agent was found", {
    hint: "See where they are looked for with: lifeboat profiles list",
  });
}

/** How the command line says which backups are meant. */
interface ScopeFlags {
  profile?: string;
  backupRoot?: string;
}

/** Which backups are meant: those of one profile, or without one, or with `all`, of every one. */
export async function backupScope(host: Host, flags: ScopeFlags): Promise<BackupScope> {
  const { profile, backupRoot } = flags;
  if (!profile || profile === "all") return { backupRoot };
  const { findProfile } = await import("../profiles/mod.ts");
  return { profile: findProfile(host, profile), backupRoot };
}
