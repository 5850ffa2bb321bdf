import { type Host, isInside, pathsOf } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { type Table, textOf } from "./parse.ts";
import { countOf, type Finding, finding } from "./report.ts";

/** What a plugin's own folder looks like in a path that a registry holds. */
const PLUGIN_PLACE = /^(.*)[\\/]plugins[\\/](?:cache|marketplaces)(?:[\\/]|$)/s;
const REGISTRIES = ["plugins/installed_plugins.json", "plugins/known_marketplaces.json"];
const MAX_DEPTH = 6;

/** Homes that the paths in a registry speak of. */
function homesNamed(value: unknown, depth = 0): string[] {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = key === "installPath" || key === "installLocation" ? textOf(inner) : undefined;
    const home = path && PLUGIN_PLACE.exec(path)?.[1];
    return home ? [home] : homesNamed(inner, depth + 1);
  });
}

function isThisHome(host: Host, home: Home, path: string): boolean {
  if (!pathsOf(host.platform).isAbsolute(path)) return false;
  if (isInside(path, home.path, host.platform)) return true;
  try {
    return isInside(host.fs.realPath(path), home.path, host.platform);
  } catch {
    // What is not there on this machine is not this home.
    return false;
  }
}

/** Plugins break under another home: their registries hold absolute paths (agent-homes.md 2.2). */
export function foreignPlugins(host: Host, home: Home, values: Map<string, Table>): Finding[] {
  return REGISTRIES.flatMap((registry) => {
    const foreign = homesNamed(values.get(registry)).filter((path) =>
      !isThisHome(host, home, path)
    );
    if (foreign.length === 0) return [];
    return [finding(
      "warning",
      "plugins_of_another_home",
      `${registry} points at another home: ${countOf(foreign.length, "plugin path")}`,
      "Install these plugins again from within Claude Code.",
    )];
  });
}
