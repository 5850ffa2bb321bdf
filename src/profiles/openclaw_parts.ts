/** What of an OpenClaw home belongs to one of its agents. */
import { isInside, pathsOf } from "../base/mod.ts";
import { AGENT_ID, agentAccounts, type OpenClawPlaces } from "./openclaw.ts";
import type { OpenClawHome } from "./openclaw_config.ts";

/** The database that all agents share, below the state folder (facts A2). */
export const STATE_DATABASE = "state/openclaw.sqlite";

/**
 * Where a backup keeps what that database has of one agent. It is no name of OpenClaw's own, so that
 * whoever copies the files back by hand does not replace what others have in the database.
 */
export function agentRowsPath(id: string): string {
  return `state/openclaw.agent-${id}.sqlite`;
}

/** The agent whose rows a file of a backup holds; undefined for any other file. */
export function agentOfRows(path: string): string | undefined {
  const [, id] = /^state\/openclaw\.agent-(.+)\.sqlite$/.exec(path) ?? [];
  return id !== undefined && AGENT_ID.test(id) ? id : undefined;
}

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
