/** What of an OpenClaw home belongs to one of its agents. */
import { isInside, pathsOf } from "../base/mod.ts";
import { agentAccounts, type OpenClawPlaces } from "./openclaw.ts";
import type { OpenClawHome } from "./openclaw_config.ts";

/** A folder or file of an agent, absolute. */
export interface AgentPart {
  /** `credentials` are logins of the channels that are bound to the agent alone. */
  kind: "agent" | "agent_dir" | "workspace" | "credentials";
  path: string;
}

/**
 * The folders of an agent: its own below `agents`, the ones that its entry names, and the logins of
 * the accounts that are bound to it (facts A2: `credentials/<channel>/<account>`, pairing lists
 * `<channel>[-<account>]-allowFrom.json`). Undefined where there is no such agent.
 */
export function agentParts(
  home: OpenClawHome,
  places: OpenClawPlaces,
  id: string,
): AgentPart[] | undefined {
  const { join } = pathsOf(home.platform);
  const agent = places.agents.find((one) => one.id === id);
  if (!agent) return undefined;
  const own = join(home.path, "agents", id);
  const credentials = places.credentials ?? join(home.path, "credentials");
  const logins = agentAccounts(places, id).flatMap(({ channel, account }) => [
    account ? join(credentials, channel, account) : join(credentials, channel),
    join(credentials, `${[channel, account].filter(Boolean).join("-")}-allowFrom.json`),
  ]);
  const { agentDir, workspace } = agent;
  return [
    { kind: "agent", path: own },
    ...(isInside(agentDir, own, home.platform) ? [] : [
      { kind: "agent_dir" as const, path: agentDir },
    ]),
    { kind: "workspace", path: workspace },
    // What a configuration names is a name, or it would lead elsewhere.
    ...logins.filter((path) => isInside(path, credentials, home.platform))
      .map((path) => ({ kind: "credentials" as const, path })),
  ];
}
