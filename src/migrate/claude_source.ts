/** What a Claude Code home, or a project of it, has for others (facts C5). */
import {
  expandHome,
  type Host,
  isInside,
  lstatIfThere,
  pathsOf,
  readText,
  statIfThere,
  toSlashes,
} from "../base/mod.ts";
import { findProfile, realPathOf, resolveHome } from "../profiles/mod.ts";
import type { Asset, Source, SourceOptions } from "./asset.ts";
import { faultOf } from "./effects.ts";
import { findSkills } from "./find_skills.ts";
import { fromClaude } from "./mcp.ts";
import { plainName } from "./names.ts";
import { listTree } from "./tree.ts";

const MAX_JSON = 64 << 20;

/** As many memory files are moved; more are an error, not a part of them. */
const MAX_MEMORIES = 2000;

type Table = Record<string, unknown>;

/** A look in progress. */
interface Looking {
  host: Host;
  /** The home, or `.claude` of a project. */
  folder: string;
  followLinks?: boolean;
  assets: Asset[];
  warnings: string[];
}

/** Looks into `--from`, or else the user's own home. A project's folder is looked at alone. */
export function claudeSource(host: Host, { from, followLinks }: SourceOptions): Source {
  const home = resolveHome(host, findProfile(host, "claude-code"), { home: from });
  const { join, dirname } = pathsOf(host.platform);
  const isProject = from !== undefined && !isHome(host, home.path);
  const folder = isProject ? join(home.path, ".claude") : home.path;
  const looking: Looking = { host, folder, followLinks, assets: [], warnings: [] };
  if (isProject) lookAtProject(looking, home.path);
  else {
    const beside = join(dirname(home.path), ".claude.json");
    const within = join(home.path, ".claude.json");
    lookAtHome(looking, statIfThere(host.fs, within) ? within : beside);
  }
  const { assets, warnings } = looking;
  const hasConfig = assets.some(({ kind }) => ["instructions", "mcp", "manual"].includes(kind));
  return {
    root: home.path,
    confidence: hasConfig ? "high" : assets.length > 0 ? "medium" : "low",
    assets,
    warnings,
    metadata: {
      claudeHome: isProject ? undefined : folder,
      project: isProject ? home.path : undefined,
    },
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

function lookAtHome(looking: Looking, claudeJson: string): void {
  const { host, folder } = looking;
  const { join } = pathsOf(host.platform);
  skillsAndCommands(looking, "user");
  instructions(looking, join(folder, "CLAUDE.md"), "user", "Claude CLAUDE.md");
  const settings = readTable(looking, join(folder, "settings.json"));
  memories(looking, settings);
  servers(looking, claudeJson);
  for (const path of desktopConfigs(host)) {
    serversIn(looking, path, "desktop", readTable(looking, path));
  }
  settingsItems(looking, "settings.json", settings);
  settingsItems(
    looking,
    "settings.local.json",
    readTable(looking, join(folder, "settings.local.json")),
  );
  for (const name of ["projects", "cache", "plans", "agents", "rules"]) {
    archive(looking, `archive:home:${name}`, join(folder, name), name);
  }
  login(looking);
}

function lookAtProject(looking: Looking, project: string): void {
  const { host, folder } = looking;
  const { join } = pathsOf(host.platform);
  skillsAndCommands(looking, "project");
  instructions(looking, join(project, "CLAUDE.md"), "project", "Claude project CLAUDE.md");
  instructions(looking, join(folder, "CLAUDE.md"), "project", "Claude project .claude/CLAUDE.md");
  serversIn(
    looking,
    join(project, ".mcp.json"),
    "project",
    readTable(looking, join(project, ".mcp.json")),
  );
  for (const name of ["settings.json", "settings.local.json"]) {
    settingsItems(looking, name, readTable(looking, join(folder, name)));
  }
  archive(
    looking,
    "archive:project:CLAUDE.local.md",
    join(project, "CLAUDE.local.md"),
    "CLAUDE.local.md",
  );
  for (const name of ["rules", "agents", "scheduled_tasks.json"]) {
    archive(looking, `archive:project:.claude/${name}`, join(folder, name), `.claude/${name}`);
  }
}

/** A JSON file; nothing where it is not there, and a warning where it is none. */
function readTable({ host, warnings }: Looking, path: string): Table | undefined {
  if (statIfThere(host.fs, path)?.kind !== "file") return undefined;
  try {
    return table(JSON.parse(readText(host.fs, path, MAX_JSON)));
  } catch (error) {
    const fault = error instanceof SyntaxError ? "it is no JSON" : faultOf(error);
    warnings.push(`${path} was not looked into: ${fault}`);
    return undefined;
  }
}

function table(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Table
    : undefined;
}

function skillsAndCommands(looking: Looking, scope: string): void {
  const { host, folder, followLinks, assets, warnings } = looking;
  const { join } = pathsOf(host.platform);
  const place = {
    folder: join(folder, "skills"),
    label: `${scope} Claude skill`,
    depth: 1,
    followLinks,
  };
  const found = findSkills(host, [place]);
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
  source: string,
  place: "user" | "project",
  label: string,
): void {
  if (lstatIfThere(host.fs, source)) assets.push({ kind: "instructions", source, place, label });
}

/** Folders of memories: one for each project, and where the settings say. */
function memoryFolders(
  { host, folder }: Looking,
  settings: Table | undefined,
): [slug: string, folder: string][] {
  const { join, resolve } = pathsOf(host.platform);
  const projects = join(folder, "projects");
  const own = statIfThere(host.fs, projects)?.kind === "directory"
    ? host.fs.list(projects).entries.filter(({ kind }) => kind === "directory")
      .map((
        { name },
      ): [string, string] => [plainName(name) || "project", join(projects, name, "memory")])
    : [];
  const named = settings?.autoMemoryDirectory;
  if (typeof named !== "string" || named === "") return own;
  return [...own, ["memory", resolve(folder, expandHome(named, host.userHome, host.platform))]];
}

function memories(looking: Looking, settings: Table | undefined): void {
  const { host, assets, warnings } = looking;
  const found: Asset[] = [];
  for (const [slug, folder] of memoryFolders(looking, settings)) {
    if (statIfThere(host.fs, folder)?.kind !== "directory") continue;
    const { files, links } = listTree(host, folder, "verbatim");
    const texts = files.filter(({ path }) => path.endsWith(".md"));
    found.push(...texts.map(({ path, source }): Asset => {
      return { kind: "memory", source, path: `${slug}/${path}` };
    }));
    if (links.length > 0) warnings.push(`${folder}: ${links.length} links are left out`);
  }
  if (found.length <= MAX_MEMORIES) return void assets.push(...found);
  assets.push({
    kind: "shown",
    id: "memory:claude-code",
    what: "fault",
    source: looking.folder,
    message: `${found.length} memory files are more than ${MAX_MEMORIES}: none is moved`,
  });
}

function desktopConfigs({ userHome, platform }: Host): string[] {
  if (platform !== "darwin") return [];
  const folder = ["Library", "Application Support", "Claude", "claude_desktop_config.json"];
  return [pathsOf(platform).join(userHome, ...folder)];
}

/** MCP servers of the user, and of each project that Claude knows. */
function servers(looking: Looking, path: string): void {
  const state = readTable(looking, path);
  serversIn(looking, path, "user", state);
  for (const [project, value] of Object.entries(table(state?.projects) ?? {})) {
    const slug = plainName(project) || "project";
    serversIn(looking, path, `project:${slug}`, table(value));
  }
}

function serversIn(
  { assets }: Looking,
  source: string,
  from: string,
  holder: Table | undefined,
): void {
  for (const [name, value] of Object.entries(table(holder?.mcpServers) ?? {})) {
    const server = fromClaude(value);
    if (server) assets.push({ kind: "mcp", source, from, name, server });
  }
}

/** Settings are archived; what would act is named. */
function settingsItems(looking: Looking, name: string, settings: Table | undefined): void {
  if (!settings) return;
  const { host, folder, assets } = looking;
  const source = pathsOf(host.platform).join(folder, name);
  const message = "Settings, to be looked at; they are not activated";
  assets.push({
    kind: "archive",
    id: `archive:${name}`,
    source,
    path: name,
    message,
    isConfig: true,
  });
  for (const key of ["hooks", "permissions", "env"]) {
    const count = Object.keys(table(settings[key]) ?? {}).length;
    if (count === 0) continue;
    assets.push({
      kind: "manual",
      id: `manual:${name}:${key}`,
      source,
      message: `${count} entries of ${key} in ${name} are not activated`,
      recommendation: "Look at them in the archive of the report, and set by hand what you need.",
      details: { key, entries: count },
    });
  }
}

function archive({ host, assets }: Looking, id: string, source: string, path: string): void {
  if (!lstatIfThere(host.fs, source)) return;
  const message = "Kept to be looked at; it is not activated";
  assets.push({ kind: "archive", id, source, path: toSlashes(path, host.platform), message });
}

function login({ host, folder, assets }: Looking): void {
  const source = pathsOf(host.platform).join(folder, ".credentials.json");
  if (statIfThere(host.fs, source)?.kind !== "file") return;
  assets.push({ kind: "auth", id: "auth:anthropic", source });
}

/** Whether a folder lies in a home that is looked at; for the migration of a home to itself. */
export function isSamePlace(host: Host, a: string, b: string): boolean {
  const [one, other] = [realPathOf(host, a), realPathOf(host, b)];
  return isInside(one, other, host.platform) && isInside(other, one, host.platform);
}
