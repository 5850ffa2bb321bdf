/** MCP servers. */
import type { McpAsset } from "./asset.ts";
import { type Effect, textIfThere } from "./effects.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";
import { withoutSecrets } from "./mcp.ts";
import { plainName } from "./names.ts";
import { faultOfTarget } from "./place.ts";
import { guarded, type Planning, stopped } from "./planning.ts";

/** An MCP server, written down so that it does not run by itself. */
export function serverStep(planning: Planning, asset: McpAsset): Step {
  return guarded(mcpItem(planning, asset), (item) => mcp(planning, asset, item));
}

function mcpItem({ target: { servers, place } }: Planning, asset: McpAsset): MigrationItem {
  const { source, from, name, server: { command, url } } = asset;
  return {
    id: ["config:mcp-server", ...(from === undefined ? [plainName(name)] : [from, name])].join(":"),
    kind: "config",
    action: "merge",
    status: "planned",
    source,
    target: `${servers.file}#${servers.key}.${servers.nameOf(name)}`,
    message: servers.canSwitchOff
      ? `Add the MCP server to ${place}, switched off.`
      : `Add the MCP server to ${place}, where it runs at the next start.`,
    details: { name, transport: url === undefined ? "stdio" : "http", runs: command ?? "" },
  };
}

function mcp(planning: Planning, asset: McpAsset, item: MigrationItem): Step {
  const { host, target: { home, servers }, includeSecrets, overwrite } = planning;
  const { server } = asset;
  const name = servers.nameOf(asset.name);
  if (name === "") return stopped(item, "error", "its name cannot be used there");
  const { file, text, convert, canSwitchOff } = servers;
  const open = withoutSecrets(server);
  const left = [...asset.left ?? [], ...(includeSecrets ? [] : open.left)];
  const foreign = planning.target.id === "openclaw" ? [] : Object.keys(server.openClaw ?? {});
  const planned: MigrationItem = {
    ...item,
    ...(open.left.length > 0 || left.length > 0 ? { sensitive: true } : {}),
    details: {
      ...item.details,
      ...(left.length > 0 ? { secretsLeftOut: left } : {}),
      ...(foreign.length > 0 ? { settingsLeftOut: foreign } : {}),
    },
  };
  const fault = faultOfTarget(host, home, file);
  if (fault) return stopped(planned, "conflict", fault);
  if (text.has(textIfThere(host, file), name) && !(overwrite && text.canReplace)) {
    return stopped(planned, "conflict", REASONS.targetExists);
  }
  const value = convert(includeSecrets ? server : open.server);
  const edit = (before: string | undefined) => text.put(before, name, value);
  edit(textIfThere(host, file)); // what cannot be written is known now
  const effects: Effect[] = [{ do: "edit", target: file, edit }];
  if (canSwitchOff) return { item: planned, effects };
  // It is done only where the user names it: nothing that runs is activated by the way.
  return { item: { ...planned, status: "skipped", reason: NEEDS_NAME }, effects };
}

/** Why a server that would run at once is not added. */
const NEEDS_NAME = "it would run at once; name it with --item to add it";
