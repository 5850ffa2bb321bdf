/** What is to be said about a home of OpenClaw alone: its agents, its gateway, who can read it. */
import { type Host, lstatIfThere, pathsOf, statIfThere } from "../base/mod.ts";
import {
  type Home,
  localOpenClaw,
  type OpenClawAgent,
  type OpenClawPlaces,
  openClawPlaces,
} from "../profiles/mod.ts";
import { codexAssetsNote } from "./codex_assets.ts";
import { type AgentReport, countOf, type Finding, finding, type GatewayReport } from "./report.ts";
import { findRunning } from "./running.ts";

/** What the examination of an OpenClaw home adds. */
export interface OpenClawExam {
  agents: AgentReport[];
  gateway?: GatewayReport;
  findings: Finding[];
}

/**
 * Examines what only OpenClaw has.
 *
 * @param looks whether running processes are looked for
 */
export async function examineOpenClaw(
  host: Host,
  home: Home,
  looks: boolean,
): Promise<OpenClawExam> {
  const places = openClawPlaces(localOpenClaw(host, home.path, home.isOwn));
  const agents = places.agents.map((agent) => agentReport(host, agent));
  const gateway = looks ? await lookForGateway(host, home) : undefined;
  return {
    agents,
    gateway,
    findings: [
      ...missingIncludes(host, places),
      ...missingWorkspaces(agents),
      ...unknownAgents(host, home, places),
      ...openToOthers(host, home, places),
      ...gatewayFinding(gateway),
      ...codexAssetsNote(host, places),
    ],
  };
}

function isFolder(host: Host, path: string): boolean {
  try {
    return statIfThere(host.fs, path)?.kind === "directory";
  } catch {
    return false; // in a folder that cannot be searched; the survey tells of it
  }
}

function agentReport(host: Host, { id, workspace, agentDir }: OpenClawAgent): AgentReport {
  const { join } = pathsOf(host.platform);
  return {
    id,
    workspace,
    workspace_present: isFolder(host, workspace),
    agent_dir: agentDir,
    agent_dir_present: isFolder(host, agentDir),
    codex_home: isFolder(host, join(agentDir, "codex-home")),
  };
}

async function lookForGateway(host: Host, home: Home): Promise<GatewayReport> {
  const { running, warnings } = await findRunning(host, home);
  return { running: warnings.length > 0 ? null : running.length > 0, processes: running };
}

function gatewayFinding(gateway: GatewayReport | undefined): Finding[] {
  const [first] = gateway?.processes ?? [];
  if (!first) return [];
  return [finding(
    "info",
    "gateway_running",
    `OpenClaw is at work in this home: ${first.message}`,
    "A backup can be made meanwhile. Stop it before a restore: openclaw gateway stop.",
  )];
}

function missingIncludes(host: Host, { config }: OpenClawPlaces): Finding[] {
  return config.includes.filter((path) => !isFile(host, path)).map((path) =>
    finding(
      "error",
      "include_missing",
      `The configuration includes ${path}, which is not there`,
      "Bring the file back, from a backup for instance, or take the $include out.",
    )
  );
}

function isFile(host: Host, path: string): boolean {
  try {
    return statIfThere(host.fs, path)?.kind === "file";
  } catch {
    return true; // it cannot be looked at
  }
}

/** An agent that was never started has no folders yet; one with a folder of its own had a workspace. */
function missingWorkspaces(agents: AgentReport[]): Finding[] {
  return agents.filter((agent) => agent.agent_dir_present && !agent.workspace_present).map((
    agent,
  ) =>
    finding(
      "warning",
      "workspace_missing",
      `The workspace of the agent ${agent.id} is not there: ${agent.workspace}`,
      "If it was lost: lifeboat restore latest --profile openclaw " +
        `--openclaw-agent ${agent.id} --missing-only`,
    )
  );
}

/** Folders below `agents` that the configuration does not speak of. */
function unknownAgents(host: Host, home: Home, { config, agents }: OpenClawPlaces): Finding[] {
  const folder = pathsOf(host.platform).join(home.path, "agents");
  if (!config.values || !isFolder(host, folder)) return [];
  const unknown = host.fs.list(folder).entries
    .filter(({ name, kind }) => kind === "directory" && !agents.some(({ id }) => id === name));
  if (unknown.length === 0) return [];
  return [finding(
    "info",
    "agents_not_configured",
    `${countOf(unknown.length, "folder")} in agents of which the configuration does not speak: ` +
      unknown.map(({ name }) => name).join(", "),
    "They are in a backup all the same.",
  )];
}

/** Logins and keys, wherever the configuration has them (facts A1, A2). */
function secretsOf(host: Host, home: Home, { config, agents, credentials }: OpenClawPlaces) {
  const { join } = pathsOf(host.platform);
  const inHome = [".env", "secrets.json", "state/openclaw.sqlite"];
  const ofAgent = [
    "openclaw-agent.sqlite",
    "auth-profiles.json",
    "auth.json",
    "codex-home/auth.json",
  ];
  return [
    config.path,
    ...config.includes,
    ...inHome.map((name) => join(home.path, ...name.split("/"))),
    ...agents.flatMap(({ agentDir }) => ofAgent.map((name) => join(agentDir, ...name.split("/")))),
    ...filesBelow(host, credentials ?? join(home.path, "credentials")),
  ];
}

/** More than these need not be looked at: the folder above tells the rest. */
const MOST_LOGINS = 1000;

function filesBelow(host: Host, folder: string, found: string[] = []): string[] {
  if (!isFolder(host, folder)) return found;
  const { join } = pathsOf(host.platform);
  try {
    for (const { name, kind } of host.fs.list(folder).entries) {
      if (found.length >= MOST_LOGINS) break;
      if (kind === "directory") filesBelow(host, join(folder, name), found);
      else if (kind === "file") found.push(join(folder, name));
    }
  } catch {
    // The survey tells what cannot be listed.
  }
  return found;
}

/** What others on this machine can read. Windows has no such bits. */
function openToOthers(host: Host, home: Home, places: OpenClawPlaces): Finding[] {
  if (host.platform === "windows") return [];
  const isOpen = (path: string) => {
    try {
      const info = lstatIfThere(host.fs, path);
      return info !== undefined && info.kind !== "symlink" && (info.mode & 0o077) !== 0;
    } catch {
      return false;
    }
  };
  const open = secretsOf(host, home, places).filter(isOpen);
  return [
    ...(isOpen(home.path) ? [openFinding("home_open", home.path, "700")] : []),
    ...open.slice(0, 5).map((path) => openFinding("secret_file_open", path, "600")),
    ...(open.length > 5
      ? [finding(
        "warning",
        "secret_file_open",
        `Other users of this machine can read ${countOf(open.length - 5, "more file")} with logins`,
        "Take that from them with chmod 600. Lifeboat changes no permissions.",
      )]
      : []),
  ];
}

function openFinding(code: string, path: string, mode: string): Finding {
  return finding(
    "warning",
    code,
    `Other users of this machine can read ${path}`,
    `Take that from them: chmod ${mode} "${path}". Lifeboat changes no permissions.`,
  );
}
