/**
 * Personal assets of Codex that the agents of OpenClaw do not see, since each has a Codex home of its
 * own (facts D; as OpenClaw's own doctor counts them).
 */
import { expandHome, type Host, pathsOf, statIfThere } from "../base/mod.ts";
import type { OpenClawPlaces } from "../profiles/mod.ts";
import { type Table, tableOf, textOf } from "./parse.ts";
import { countOf, type Finding, finding } from "./report.ts";

const MAX_DEPTH = 6;
const MAX_FOUND = 2000;

/** Says what there is, and how to take inventory of it; nothing where no agent runs on Codex. */
export function codexAssetsNote(host: Host, { config, agents }: OpenClawPlaces): Finding[] {
  const values = config.values ?? {};
  const runsOnCodex = host.env.OPENCLAW_AGENT_RUNTIME === "codex" || hasCodexPlugin(values) ||
    [values.agents, values.models, ...agents.map(({ entry }) => entry)].some(namesCodexRuntime);
  if (!runsOnCodex) return [];
  const { join, resolve } = pathsOf(host.platform);
  const codexHome = resolve(
    expandHome(host.env.CODEX_HOME?.trim() || "~/.codex", host.userHome, host.platform),
  );
  const shared = join(host.userHome, ".agents", "skills");
  const skills = [join(codexHome, "skills"), shared].map((folder) =>
    countFolders(host, folder, "SKILL.md")
  );
  const counts = [
    countOf(skills[0] + skills[1], "skill"),
    countOf(countFolders(host, join(codexHome, "plugins", "cache"), PLUGIN), "cached plugin"),
    countOf(countFiles(host, codexHome, ["config.toml"]), "config file"),
    countOf(countFiles(host, codexHome, ["hooks/hooks.json", "hooks.json"]), "hook file"),
  ].filter((count) => !count.startsWith("0 "));
  if (counts.length === 0) return [];
  return [finding(
    "info",
    "personal_codex_assets",
    `Agents with a Codex home of their own do not see ${counts.join(", ")} in ${codexHome}` +
      (skills[1] > 0 ? ` and ${shared}` : ""),
    "See what they are and what could be taken over: lifeboat migrate codex --dry-run",
  )];
}

const PLUGIN = ".codex-plugin/plugin.json";

/** As OpenClaw decides whether its Codex plugin is on. */
function hasCodexPlugin(values: Table): boolean {
  const plugins = tableOf(values.plugins);
  if (plugins?.enabled === false) return false;
  const allow = Array.isArray(plugins?.allow) ? plugins.allow : undefined;
  if (allow) return allow.some((name) => String(name).toLowerCase() === "codex");
  const codex = tableOf(tableOf(plugins?.entries)?.codex);
  return codex !== undefined && codex.enabled !== false;
}

/** Whether `agentRuntime`, or an older `runtime`, of a model or an agent is Codex. */
function namesCodexRuntime(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesCodexRuntime);
  const table = tableOf(value);
  if (!table) return false;
  return Object.entries(table).some(([key, one]) => {
    if (!/^(?:agentRuntime|runtime|embeddedHarness)$/.test(key)) return namesCodexRuntime(one);
    const inner = tableOf(one);
    return [one, inner?.id, inner?.type, inner?.runtime].some((id) => textOf(id) === "codex");
  });
}

/** Folders that hold a file and are then not looked into, `.system` at the top left out. */
function countFolders(host: Host, folder: string, file: string, depth = 0): number {
  const { join, basename } = pathsOf(host.platform);
  if (depth > MAX_DEPTH || (depth === 1 && basename(folder) === ".system")) return 0;
  if (isThere(host, join(folder, ...file.split("/")))) return 1;
  let count = 0;
  for (const { name, kind } of foldersIn(host, folder)) {
    if (kind === "directory") count += countFolders(host, join(folder, name), file, depth + 1);
    if (count >= MAX_FOUND) return MAX_FOUND;
  }
  return count;
}

function foldersIn(host: Host, folder: string) {
  try {
    return statIfThere(host.fs, folder)?.kind === "directory" ? host.fs.list(folder).entries : [];
  } catch {
    return []; // another home's faults are not this one's
  }
}

function countFiles(host: Host, folder: string, names: string[]): number {
  const { join } = pathsOf(host.platform);
  return names.filter((name) => isThere(host, join(folder, ...name.split("/")))).length;
}

function isThere(host: Host, path: string): boolean {
  try {
    return statIfThere(host.fs, path) !== undefined;
  } catch {
    return false;
  }
}
