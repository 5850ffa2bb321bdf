/** What a Claude Code home, or a project of it, has for others (facts C5). */
import { type Host, lstatIfThere, pathsOf, statIfThere } from "../base/mod.ts";
import { findProfile, resolveHome } from "../profiles/mod.ts";
import type { Source, SourceOptions } from "./asset.ts";
import { archive, type Looking } from "./claude_look.ts";
import { lookForMemories } from "./claude_memories.ts";
import { lookForProjectServers, lookForSettings, lookForUserServers } from "./claude_settings.ts";
import { findSkills } from "./find_skills.ts";
import { listTree } from "./tree.ts";

/** Looks into `--from`, or else the user's own home. A project's folder is looked at alone. */
export function claudeSource(host: Host, { from, followLinks }: SourceOptions): Source {
  const home = resolveHome(host, findProfile(host, "claude-code"), { home: from });
  const { join } = pathsOf(host.platform);
  const isProject = from !== undefined && !isHome(host, home.path);
  const folder = isProject ? join(home.path, ".claude") : home.path;
  const looking: Looking = { host, folder, followLinks, assets: [], warnings: [] };
  if (isProject) lookAtProject(looking, home.path);
  else lookAtHome(looking);
  const { assets, warnings } = looking;
  const hasConfig = assets.some(({ kind }) => ["instructions", "mcp", "manual"].includes(kind));
  return {
    root: home.path,
    confidence: hasConfig ? "high" : assets.length > 0 ? "medium" : "low",
    assets,
    warnings,
    metadata: isProject ? { project: home.path } : { claudeHome: folder },
  };
}

const MARKS_OF_HOME = [
  "settings.json",
  "projects",
  ".credentials.json",
  "history.jsonl",
  ".claude.json",
];

function isHome({ fs, platform }: Host, path: string): boolean {
  const { basename, join } = pathsOf(platform);
  return basename(path) === ".claude" ||
    MARKS_OF_HOME.some((name) => statIfThere(fs, join(path, name)));
}

/** Where a home's state is: in it while `CLAUDE_CONFIG_DIR` names it, else beside it. */
function stateFile({ fs, platform }: Host, home: string): string {
  const { join, dirname } = pathsOf(platform);
  const within = join(home, ".claude.json");
  return statIfThere(fs, within) ? within : join(dirname(home), ".claude.json");
}

function lookAtHome(looking: Looking): void {
  const { host, folder } = looking;
  const { join } = pathsOf(host.platform);
  skillsAndCommands(looking, "user");
  instructions(looking, "memory:user-CLAUDE.md", join(folder, "CLAUDE.md"), "user");
  const settings = lookForSettings(looking, "settings.json");
  lookForSettings(looking, "settings.local.json");
  lookForMemories(looking, settings);
  lookForUserServers(looking, stateFile(host, folder));
  for (const name of ["projects", "cache", "plans"]) {
    archive(looking, `archive:home:${name}`, join(folder, name), name);
  }
  archive(looking, "archive:user-agents", join(folder, "agents"), "agents");
  login(looking);
}

function lookAtProject(looking: Looking, project: string): void {
  const { host, folder } = looking;
  const { join } = pathsOf(host.platform);
  skillsAndCommands(looking, "project");
  instructions(looking, "workspace:CLAUDE.md", join(project, "CLAUDE.md"), "project");
  instructions(looking, "workspace:.claude/CLAUDE.md", join(folder, "CLAUDE.md"), "project");
  const { path } = resolveHome(host, findProfile(host, "claude-code"));
  lookForProjectServers(looking, project, stateFile(host, path));
  for (const name of ["settings.json", "settings.local.json"]) lookForSettings(looking, name);
  const tasks = "scheduled_tasks.json";
  archive(looking, `archive:project:.claude/${tasks}`, join(folder, tasks), `.claude/${tasks}`);
  archive(looking, "archive:CLAUDE.local.md", join(project, "CLAUDE.local.md"), "CLAUDE.local.md");
  archive(looking, "archive:.claude/rules", join(folder, "rules"), ".claude/rules");
  archive(looking, "archive:project-agents", join(folder, "agents"), ".claude/agents");
}

function skillsAndCommands(looking: Looking, scope: string): void {
  const { host, folder, followLinks, assets, warnings } = looking;
  const { join } = pathsOf(host.platform);
  const label = `${scope} Claude skill`;
  const found = findSkills(host, [{
    folder: join(folder, "skills"),
    label,
    depth: 1,
    followLinks,
  }]);
  warnings.push(...found.warnings);
  assets.push(...found.assets);
  const commands = join(folder, "commands");
  if (statIfThere(host.fs, commands)?.kind !== "directory") return;
  const tree = listTree(host, commands, followLinks ? "follow" : "verbatim");
  for (const { path, source } of tree.files.filter(({ path }) => path.endsWith(".md"))) {
    const words = path.slice(0, -".md".length).split("/");
    assets.push({ kind: "command", source, words, label: `${scope} Claude command ${path}` });
  }
  for (const { path, target } of tree.links) {
    const message = `A link to ${target}; it is followed only with --follow-links`;
    const source = join(commands, ...path.split("/"));
    assets.push({ kind: "shown", id: `link:commands/${path}`, what: "symlink", source, message });
  }
}

function instructions(
  { host, assets }: Looking,
  id: string,
  source: string,
  place: "user" | "project",
): void {
  const label = `Claude ${id.replace(/^(?:memory:user-|workspace:)/, "")}`;
  if (lstatIfThere(host.fs, source)) {
    assets.push({ kind: "instructions", id, source, place, label });
  }
}

function login({ host, folder, assets }: Looking): void {
  const source = pathsOf(host.platform).join(folder, ".credentials.json");
  if (statIfThere(host.fs, source)?.kind !== "file") return;
  assets.push({ kind: "auth", id: "auth:anthropic", source });
}
