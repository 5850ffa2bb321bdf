/** The homes of other agents, for who has not said which agent is meant. */
import { type Host, LifeboatError } from "../base/mod.ts";
import type { Home, HomeChoice } from "../profiles/mod.ts";

/**
 * What is told of other agents' homes beside a backup of one: without `--profile` it is that of Codex
 * alone (contract.md), which is not what somebody with two agents may think. Throws `no_such_home`
 * where only others are here.
 */
export async function othersLeftOut(
  host: Host,
  { profile, home, isolated }: HomeChoice,
  chosen: Home,
): Promise<string[]> {
  if (profile !== undefined || home !== undefined || isolated !== undefined) return [];
  const { homeExists, homesHere } = await import("../profiles/mod.ts");
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
