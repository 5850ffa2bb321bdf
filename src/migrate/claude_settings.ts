/** Claude Code's settings and MCP servers: files that say what runs (facts C5). */
import { type Host, pathsOf } from "../base/mod.ts";
import { type Looking, readTable, type Table, tableOf } from "./claude_look.ts";
import { fromClaude } from "./mcp.ts";

/** Adds the MCP servers of a table. */
function serversIn(
  { assets }: Looking,
  source: string,
  from: string,
  holder: Table | undefined,
): void {
  for (const [name, value] of Object.entries(tableOf(holder?.mcpServers) ?? {})) {
    const server = fromClaude(value);
    if (server) assets.push({ kind: "mcp", source, from, name, server });
  }
}

function desktopConfigs({ userHome, platform }: Host): string[] {
  if (platform !== "darwin") return [];
  const folder = ["Library", "Application Support", "Claude", "claude_desktop_config.json"];
  return [pathsOf(platform).join(userHome, ...folder)];
}

/** Adds the MCP servers of the user. */
export function lookForUserServers(looking: Looking, claudeJson: string): void {
  serversIn(looking, claudeJson, "user-claude-json", readTable(looking, claudeJson));
  for (const path of desktopConfigs(looking.host)) {
    serversIn(looking, path, "claude-desktop", readTable(looking, path));
  }
}

/** Adds the MCP servers of a project: its own, and those that the user has only in it. */
export function lookForProjectServers(
  looking: Looking,
  project: string,
  claudeJson: string,
): void {
  const own = pathsOf(looking.host.platform).join(project, ".mcp.json");
  serversIn(looking, own, "project-mcp", readTable(looking, own));
  const projects = tableOf(readTable(looking, claudeJson)?.projects);
  serversIn(looking, claudeJson, "project-claude-json", tableOf(projects?.[project]));
}

const BY_HAND: Record<string, string> = {
  hooks: "Look at what hooks run, and set up by hand what you need.",
  permissions: "Look at what was allowed and denied, and set it by hand.",
  env: "Set by hand the variables that you need.",
};

/** Settings are archived; what would act is named. */
export function lookForSettings(looking: Looking, name: string): Table | undefined {
  const { host, folder, assets } = looking;
  const source = pathsOf(host.platform).join(folder, name);
  const settings = readTable(looking, source);
  if (!settings) return undefined;
  const message = "Settings, to be looked at; they are not activated";
  const id = `archive:${name}`;
  assets.push({ kind: "archive", id, source, path: name, message, isConfig: true });
  for (const [key, recommendation] of Object.entries(BY_HAND)) {
    const entries = Object.keys(tableOf(settings[key]) ?? {}).length;
    if (entries === 0) continue;
    assets.push({
      kind: "manual",
      id: `manual:${key}:${name}`,
      source,
      message: `${entries} entries of ${key} in ${name} are not activated`,
      recommendation,
      details: { key, entries },
    });
  }
  return settings;
}
