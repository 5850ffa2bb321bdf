import { type Host, LifeboatError } from "../base/mod.ts";
import { homeExists, resolveHome } from "./home.ts";
import { asHome, findIsolated, isolatedHomes } from "./isolated.ts";
import { findProfile, loadProfiles } from "./load.ts";
import type { Home } from "./profile.ts";

/** How a user names homes. */
export interface HomeChoice {
  /** A profile's id, or `all`; by default `codex`. */
  profile?: string;
  home?: string;
  withRoots?: boolean;
  /** Id of an isolated Codex home. */
  isolated?: string;
}

function isolatedHome(host: Host, id: string, { profile = "codex", home }: HomeChoice): Home {
  if (profile === "codex" && !home) return asHome(host, findIsolated(host, { id }));
  throw new LifeboatError("refused", "usage", "--isolated is about a Codex home of its own", {
    hint: "Leave out --home, and --profile but for codex.",
  });
}

/**
 * The homes that are meant: the one of a profile, or with `all` every one that exists,
 * isolated ones too. Throws `no_such_home` when there is none, `no_such_isolated_home`,
 * `no_such_profile`, `usage`.
 */
export function chooseHomes(host: Host, choice: HomeChoice): Home[] {
  const { profile = "codex", home, withRoots, isolated } = choice;
  if (isolated !== undefined) return [isolatedHome(host, isolated, choice)];
  if (profile !== "all") {
    return [resolveHome(host, findProfile(host, profile), { home, withRoots })];
  }
  if (home) {
    throw new LifeboatError("refused", "usage", "--home cannot be used with --profile all", {
      hint: "Name one profile.",
    });
  }
  const homes = homesHere(host);
  if (homes.length > 0) return homes;
  throw new LifeboatError("missing", "no_such_home", "No home of any known agent was found", {
    hint: "See where they are looked for with: lifeboat profiles list",
  });
}

/** Every home that exists: those of known agents, then isolated ones. */
export function homesHere(host: Host): Home[] {
  const known = loadProfiles(host).map((one) => resolveHome(host, one));
  const isolatedToo = isolatedHomes(host).map((one) => asHome(host, one));
  return [...known, ...isolatedToo].filter((one) => homeExists(host, one));
}
