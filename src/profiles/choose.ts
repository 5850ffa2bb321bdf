import { type Host, LifeboatError } from "../base/mod.ts";
import { homeExists, resolveHome } from "./home.ts";
import { findProfile, loadProfiles } from "./load.ts";
import type { Home } from "./profile.ts";

/** How a user names homes. */
export interface HomeChoice {
  /** A profile's id, or `all`; by default `codex`. */
  profile?: string;
  home?: string;
  withRoots?: boolean;
}

/**
 * The homes that are meant: the one of a profile, or with `all` every one that exists. Throws
 * `no_such_home` when there is none, `no_such_profile`, `usage`.
 */
export function chooseHomes(host: Host, choice: HomeChoice): Home[] {
  const { profile = "codex", home, withRoots } = choice;
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
