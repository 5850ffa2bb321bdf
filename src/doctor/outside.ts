import { expandHome, type Host, isInside, pathsOf } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Configuration } from "./config.ts";
import { textOf } from "./parse.ts";
import { countOf, type Finding, finding } from "./report.ts";
import type { Survey } from "./survey.ts";

/** What leads out of a home, and so is not in a backup of it. */
export function findOutside(
  host: Host,
  home: Home,
  config: Configuration,
  survey: Survey,
): Finding[] {
  return [...linksOutside(host, home, survey), ...settingsOutside(host, home, config)];
}

function leadsOutside(host: Host, home: Home, link: { path: string; target: string }): boolean {
  const { resolve, dirname, join } = pathsOf(host.platform);
  const path = join(home.path, ...link.path.split("/"));
  try {
    return !isInside(host.fs.realPath(path), home.path, host.platform);
  } catch {
    // It leads nowhere; where it aims decides.
    return !isInside(resolve(dirname(path), link.target), home.path, host.platform);
  }
}

function linksOutside(host: Host, home: Home, { links, paths }: Survey): Finding[] {
  const outside = links.filter((link) => leadsOutside(host, home, link));
  const important = outside.filter(({ path }) => path in paths);
  const others = outside.length - important.length;
  const hint = "The link itself is in a backup, what it leads to is not: back that up separately.";
  return [
    ...important.map(({ path }) =>
      finding("warning", "important_link_outside", `${path} is a link out of the home`, hint)
    ),
    ...(others === 0
      ? []
      : [finding("info", "links_outside", `${countOf(others, "link")} out of the home`, hint)]),
  ];
}

/** Settings that move a part of the home elsewhere (agent-homes.md 1.3, 2.1). */
const MOVING = {
  codex: { file: "config.toml", keys: ["sqlite_home", "log_dir"] },
  "claude-code": { file: "settings.json", keys: ["autoMemoryDirectory", "plansDirectory"] },
};

function settingsOutside(host: Host, home: Home, { values }: Configuration): Finding[] {
  const { transcripts } = home.profile;
  if (!transcripts) return [];
  const { file, keys } = MOVING[transcripts];
  const settings = values.get(file) ?? {};
  return keys
    .filter((key) => isOutside(host, home, textOf(settings[key])))
    .map((key) =>
      finding(
        "warning",
        "config_points_outside",
        `${key} in ${file} points outside the home`,
        "What is kept there is not in a backup of the home alone: back it up separately.",
      )
    );
}

/** A relative path counts from wherever the agent is started. */
function isOutside(host: Host, home: Home, path: string | undefined): boolean {
  if (path === undefined) return false;
  const expanded = expandHome(path, host.userHome, host.platform);
  if (!pathsOf(host.platform).isAbsolute(expanded)) return true;
  return ![home, ...home.roots].some((root) => isInside(expanded, root.path, host.platform));
}
