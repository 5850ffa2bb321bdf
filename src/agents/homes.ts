/** Which agents are here. */
import { type Host, LifeboatError } from "../base/mod.ts";
import { findProfile, type Home, homeExists, resolveHome } from "../profiles/mod.ts";

/** An agent and its home. */
export interface AgentHome<Agent extends string> {
  agent: Agent;
  home: Home;
}

/** Those of the agents that have a home here. */
export function presentAgents<Agent extends string>(
  host: Host,
  agents: readonly Agent[],
): AgentHome<Agent>[] {
  return agents.map((agent) => ({ agent, home: resolveHome(host, findProfile(host, agent)) }))
    .filter(({ home }) => homeExists(host, home));
}

/** The same; throws `no_such_home` where there is none of them. */
export function requireAgents<Agent extends string>(
  host: Host,
  agents: readonly Agent[],
): AgentHome<Agent>[] {
  const present = presentAgents(host, agents);
  if (present.length > 0) return present;
  throw new LifeboatError("missing", "no_such_home", `There is no home of ${agents.join(" or ")}`, {
    hint: "Start the agent once, then try again.",
  });
}
