/**
 * Where isolated homes lie. Nothing else is written down: that the home folder of the user is another
 * one shows in `home/` being there, so that a restored home is the whole of it.
 */
import {
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  relativePathFault,
  statIfThere,
} from "../base/mod.ts";
import { resolveHome } from "./home.ts";
import { realPathOf } from "./real_path.ts";
import { findProfile } from "./load.ts";
import { openClawPlaces } from "./openclaw.ts";
import { localOpenClaw } from "./openclaw_config.ts";
import type { Home } from "./profile.ts";

/** A Codex home of its own. */
export interface IsolatedHome {
  /** Of the agent it belongs to. */
  id: string;
  owner: "lifeboat" | "openclaw";
  /** `CODEX_HOME`, absolute. */
  path: string;
  /** `HOME`, absolute; null where it is shared with the user. */
  user_home: string | null;
}

/** How an isolated home is named: by the id it was made with, or as that of an agent of OpenClaw. */
export interface IsolatedChoice {
  id?: string;
  openClawAgent?: string;
}

/** Lower case only, since some file systems make no difference. */
const ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** The folder of `HOME` in a home, as OpenClaw has laid it out first (facts D). */
export const USER_HOME = "home";

/** The folder of all homes that are Lifeboat's own. */
function isolatedFolder({ platform, folders }: Host): string {
  return pathsOf(platform).join(folders.state, "isolated");
}

function described(host: Host, home: Pick<IsolatedHome, "id" | "owner" | "path">): IsolatedHome {
  const user = pathsOf(host.platform).join(home.path, USER_HOME);
  const isOwn = lstatIfThere(host.fs, user)?.kind === "directory";
  return { ...home, user_home: isOwn ? user : null };
}

function checkId(id: string): void {
  if (ID.test(id) && !relativePathFault(id, "windows")) return;
  throw new LifeboatError("refused", "usage", `"${id}" cannot be the name of an isolated home`, {
    hint: "Use lower-case letters, digits, dots, dashes and underscores: isolate create helper",
  });
}

function openClawHome(host: Host): Home {
  return resolveHome(host, findProfile(host, "openclaw"));
}

/** The agents of OpenClaw, each with the place of its Codex home. */
function openClawAgents(host: Host): Pick<IsolatedHome, "id" | "owner" | "path">[] {
  const { path, isOwn } = openClawHome(host);
  if (statIfThere(host.fs, path)?.kind !== "directory") return [];
  return openClawPlaces(localOpenClaw(host, path, isOwn)).agents.map(({ id, agentDir }) => ({
    id,
    owner: "openclaw",
    path: realPathOf(host, pathsOf(host.platform).join(agentDir, "codex-home")),
  }));
}

function placeOf(host: Host, { id, openClawAgent }: IsolatedChoice) {
  if (openClawAgent === undefined) {
    if (id === undefined) {
      throw new LifeboatError("refused", "usage", "No isolated home was named", {
        hint: "Name one; see them with: lifeboat isolate list",
      });
    }
    checkId(id);
    const path = pathsOf(host.platform).join(realPathOf(host, isolatedFolder(host)), id);
    return { id, owner: "lifeboat" as const, path };
  }
  const agents = openClawAgents(host);
  const found = agents.find((agent) => agent.id === openClawAgent.trim().toLowerCase());
  if (found) return found;
  throw new LifeboatError("missing", "no_such_agent", `OpenClaw has no agent ${openClawAgent}`, {
    hint: agents.length > 0
      ? `It has: ${agents.map((agent) => agent.id).join(", ")}`
      : `There is no OpenClaw home: ${openClawHome(host).path}`,
  });
}

/** The home that is meant, whether or not it is there. Throws `usage`, `no_such_agent`. */
export function isolatedPlace(host: Host, choice: IsolatedChoice): IsolatedHome {
  return described(host, placeOf(host, choice));
}

/** Whether a home is there. */
export function isMade({ fs }: Host, { path }: IsolatedHome): boolean {
  return lstatIfThere(fs, path)?.kind === "directory";
}

/** The home that is meant. Throws `no_such_isolated_home` when it is not there. */
export function findIsolated(host: Host, choice: IsolatedChoice): IsolatedHome {
  const found = isolatedPlace(host, choice);
  if (isMade(host, found)) return found;
  const message = `There is no isolated home ${found.id}: ${found.path}`;
  const command = found.owner === "lifeboat" ? found.id : `--openclaw-agent ${found.id}`;
  throw new LifeboatError("missing", "no_such_isolated_home", message, {
    hint: `Make it with: lifeboat isolate create ${command}`,
  });
}

/** Lifeboat's own homes, by id. Those of OpenClaw's agents are backed up with OpenClaw. */
export function isolatedHomes(host: Host): IsolatedHome[] {
  const folder = isolatedFolder(host);
  if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
  return host.fs.list(folder).entries
    .filter(({ name, kind }) => kind === "directory" && ID.test(name))
    .map(({ name }) => isolatedPlace(host, { id: name }));
}

/** The Codex homes of OpenClaw's agents that are there. */
export function openClawIsolated(host: Host): IsolatedHome[] {
  return openClawAgents(host).map((agent) => described(host, agent))
    .filter((home) => isMade(host, home));
}

/**
 * An isolated home as the home of a profile, for everything that is done to homes. Its roots are those
 * that Codex sees in it: nothing of the personal home takes part.
 */
export function asHome(host: Host, { id, owner, path, user_home }: IsolatedHome): Home {
  const env = { ...host.env, CODEX_HOME: path, CODEX_SQLITE_HOME: undefined };
  const inside = { ...host, env, userHome: user_home ?? host.userHome };
  const home = resolveHome(inside, findProfile(host, "codex"));
  const isPersonal = (root: { id: string }) => user_home === null && root.id === "agents";
  return {
    ...home,
    isOwn: false,
    roots: home.roots.filter((root) => !isPersonal(root)),
    rootsLeftOut: home.roots.filter(isPersonal),
    ...(owner === "lifeboat" ? { isolated: id } : {}),
  };
}
