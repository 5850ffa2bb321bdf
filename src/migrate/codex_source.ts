/** What a Codex home has for others (facts C4). */
import { parse, TomlError } from "smol-toml";
import { type Host, lstatIfThere, pathsOf, readText, statIfThere } from "../base/mod.ts";
import { findProfile, resolveHome } from "../profiles/mod.ts";
import type { Asset, ManualAsset, Source, SourceOptions } from "./asset.ts";
import { curatedPlugins, numbered } from "./codex_plugins.ts";
import { curatedIn } from "./codex_stand_in.ts";
import { faultOf } from "./effects.ts";
import { findSkills } from "./find_skills.ts";
import { fromCodex } from "./mcp.ts";
import { plainName } from "./names.ts";
import { scanFor } from "./scan.ts";

const MAX_CONFIG = 4 << 20;

/** Looks into `--from`, or else the user's own Codex home; `~/.agents/skills` always. */
export async function codexSource(
  host: Host,
  { from, followLinks, to }: SourceOptions,
): Promise<Source> {
  const { join } = pathsOf(host.platform);
  const root = resolveHome(host, findProfile(host, "codex"), { home: from }).path;
  const personal = join(host.userHome, ".agents", "skills");
  const skills = findSkills(host, [
    { folder: join(root, "skills"), label: "Codex CLI skill", skipAtTop: [".system"], followLinks },
    { folder: personal, label: "personal AgentSkill", followLinks },
  ]);
  const config = readConfig(host, join(root, "config.toml"));
  // Only OpenClaw has a place for curated plugins.
  const plugins = await findPlugins(host, root, to === "openclaw" ? config.values : {});
  const archive = archived(host, root);
  const others = [
    ...memories(host, root),
    ...texts(host, root),
    ...config.assets,
    ...auth(host, root),
  ];
  const inHome = [...plugins.assets, ...archive, ...others, ...prompts(host, root)];
  const isOfHome = skills.assets.some(({ source }) => source.startsWith(root));
  return {
    root,
    confidence: inHome.length > 0 || isOfHome
      ? "high"
      : skills.assets.length > 0
      ? "medium"
      : "low",
    assets: [...skills.assets, ...inHome],
    warnings: [...skills.warnings, ...plugins.warnings, ...config.warnings],
    metadata: {
      codexHome: root,
      codexSkillsDir: join(root, "skills"),
      personalAgentsSkillsDir: personal,
    },
  };
}

/**
 * Curated plugins, and what else Codex has in its cache of plugins: of code that is in no curated
 * marketplace nobody knows what it does, so it is only listed.
 */
async function findPlugins(host: Host, root: string, config: Record<string, unknown>) {
  const { basename, join } = pathsOf(host.platform);
  const curated = await curatedPlugins(host, curatedIn(host, root, config));
  const cache = join(root, "plugins", "cache");
  const { found, warnings } = scanFor(host, cache, { mark: ".codex-plugin/plugin.json" });
  const nameOf = (source: string) =>
    nameIn(host, join(source, ".codex-plugin", "plugin.json")) ?? basename(source);
  const bundles = found.filter((source) => !curated.names.has(nameOf(source).toLowerCase()))
    .map((source): Omit<ManualAsset, "id"> => ({
      kind: "manual",
      source,
      message: `Codex plugin "${nameOf(source)}" was found and is not activated`,
      recommendation: "Look at the bundle, then install it in the other agent if you trust it.",
    }));
  const idName = ({ source, details }: Omit<ManualAsset, "id">) =>
    plainName(String(details?.pluginName ?? nameOf(source))) || plainName(basename(source));
  return {
    assets: numbered([...curated.assets, ...bundles], idName),
    warnings: [...curated.warnings, ...warnings],
  };
}

function nameIn(host: Host, path: string): string | undefined {
  try {
    const { name } = JSON.parse(readText(host.fs, path, MAX_CONFIG));
    return typeof name === "string" && name.trim() ? name.trim() : undefined;
  } catch {
    return undefined; // the bundle's folder has a name, too
  }
}

function isFile(host: Host, path: string): boolean {
  return statIfThere(host.fs, path)?.kind === "file";
}

function archived(host: Host, root: string): Asset[] {
  const { join } = pathsOf(host.platform);
  const files: [path: string, message: string][] = [
    ["config.toml", "Configuration, to be looked at; it is not activated"],
    ["hooks/hooks.json", "Hooks run commands: to be looked at, not activated"],
    ["hooks.json", "Hooks run commands: to be looked at, not activated"],
  ];
  return files.filter(([path]) => isFile(host, join(root, path))).map(([path, message]) => ({
    kind: "archive",
    id: `archive:${path}`,
    source: join(root, path),
    path,
    message,
    isConfig: true,
  }));
}

function memories(host: Host, root: string): Asset[] {
  const { join } = pathsOf(host.platform);
  return ["MEMORY.md", "memory_summary.md"]
    .map((path) => ({
      kind: "memory" as const,
      id: `memory:codex:${path}`,
      path,
      source: join(root, "memories", path),
    }))
    .filter(({ source }) => lstatIfThere(host.fs, source));
}

function texts(host: Host, root: string): Asset[] {
  const source = pathsOf(host.platform).join(root, "AGENTS.md");
  if (!lstatIfThere(host.fs, source)) return [];
  return [{
    kind: "instructions",
    id: "workspace:AGENTS.md",
    source,
    place: "user",
    label: "Codex AGENTS.md",
  }];
}

function prompts(host: Host, root: string): Asset[] {
  const { join } = pathsOf(host.platform);
  const folder = join(root, "prompts");
  if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
  return host.fs.list(folder).entries
    .filter(({ name, kind }) => kind === "file" && name.endsWith(".md"))
    .map(({ name }) => ({
      kind: "command",
      source: join(folder, name),
      words: [name.slice(0, -".md".length)],
      label: `Codex prompt ${name}`,
    }));
}

interface Config {
  values: Record<string, unknown>;
  assets: Asset[];
  warnings: string[];
}

function readConfig(host: Host, source: string): Config {
  if (!isFile(host, source)) return { values: {}, assets: [], warnings: [] };
  try {
    const values = parse(readText(host.fs, source, MAX_CONFIG));
    const { mcp_servers } = values;
    const assets = Object.entries(mcp_servers ?? {}).flatMap(([name, value]): Asset[] => {
      const server = fromCodex(value);
      return server ? [{ kind: "mcp", source, from: "codex", name, server }] : [];
    });
    return { values, assets, warnings: [] };
  } catch (error) {
    const fault = error instanceof TomlError ? "it is no TOML" : faultOf(error);
    return { values: {}, assets: [], warnings: [`${source} was not looked into: ${fault}`] };
  }
}

function auth(host: Host, root: string): Asset[] {
  const source = pathsOf(host.platform).join(root, "auth.json");
  return isFile(host, source) ? [{ kind: "auth", id: "auth:openai", source }] : [];
}
