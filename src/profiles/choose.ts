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
function homesHere(host: Host): Home[] {
  const known = loadProfiles(host).map((one) => resolveHome(host, one));
  const isolatedToo = isolatedHomes(host).map((one) => asHome(host, one));
  return [...known, ...isolatedToo].filter((one) => homeExists(host, one));
}

/**
 * What is told of other agents' homes beside a backup of the chosen one. Without a profile that is
 * Codex's alone (contract.md), which is not what somebody with two agents may think. Throws
 * `no_such_home` where only others are here.
 */
export function othersLeftOut(
  host: Host,
  { profile, home, isolated }: HomeChoice,
  chosen: Home,
): string[] {
  if (profile !== undefined || home !== undefined || isolated !== undefined) return [];
  const others = homesHere(host).filter((one) => one.profile.id !== chosen.profile.id);
  if (others.length > 0 && !homeExists(host, chosen)) throw onlyOthers(chosen, others);
  return others.map(({ profile: { name }, path }) =>
    `${name} is not in this backup: ${path}; back up all agents with --profile all`
  );
}

function onlyOthers({ profile, path }: Home, others: Home[]): LifeboatError {
  const names = others.map(({ profile: { name, id } }) => `${name} (--profile ${id})`).join(", ");
  return new LifeboatError("missing", "no_such_home", `There is no ${profile.name} home: ${path}`, {
    hint: `Found here: ${names}; all of them: --profile all`,
  });
}
