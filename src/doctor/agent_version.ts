import type { Host } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { lastAgentVersion } from "../sessions/mod.ts";

/** The agent that a home belongs to and its version, as far as it is known without running it. */
export function agentVersion(
  host: Host,
  home: Home,
): { name: string; version: string } | undefined {
  const version = lastAgentVersion(host, home);
  return version === undefined ? undefined : { name: home.profile.name, version };
}
