/** What a Hermes home has for others (facts C5 and F). */
import {
  expandHome,
  type Host,
  isNotFound,
  lstatIfThere,
  pathsOf,
  readText,
  statIfThere,
} from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import type { Asset, InstructionPlace, Source, SourceOptions } from "./asset.ts";
import { faultOf, readStrictText } from "./effects.ts";
import { findSkills } from "./find_skills.ts";
import { KNOWN_KEYS, parseEnvFile, type Variables } from "./hermes_env.ts";
import { hermesServers } from "./hermes_servers.ts";
import { hermesSettings } from "./hermes_settings.ts";
import { parseYaml, YamlFault } from "./yaml.ts";

const MAX_TEXT = 1 << 20;

/** Looks into `--from`, `HERMES_HOME`, the active profile, or the default place. */
export async function hermesSource(host: Host, options: SourceOptions): Promise<Source> {
  const { from, followLinks } = options;
  const { join } = pathsOf(host.platform);
  const root = realPathOf(host, from ?? homeOf(host));
  const skills = findSkills(host, [{
    folder: join(root, "skills"),
    label: "Hermes skill",
    followLinks,
  }]);
  const env = join(root, ".env");
  const variables = variablesIn(host, env);
  const others = [
    ...texts(host, root),
    ...archived(host, root),
    ...await configuration(host, root, variables, options),
    ...environment(env, variables),
  ];
  const assets = [...skills.assets, ...others];
  return {
    root,
    confidence: others.length > 0 ? "high" : assets.length > 0 ? "medium" : "low",
    assets,
    warnings: skills.warnings,
    metadata: { hermesHome: root },
  };
}

function homeOf(host: Host): string {
  const { env, platform, userHome } = host;
  const { join, resolve } = pathsOf(platform);
  if (env.HERMES_HOME?.trim()) {
    return resolve(expandHome(env.HERMES_HOME.trim(), userHome, platform));
  }
  const home = platform === "windows" && env.LOCALAPPDATA
    ? join(env.LOCALAPPDATA, "hermes")
    : join(userHome, ".hermes");
  const active = activeProfile(host, join(home, "active_profile"));
  return active === undefined ? home : join(home, "profiles", active);
}

/** The name of a profile is that of a folder; anything else is not believed. */
function activeProfile(host: Host, path: string): string | undefined {
  try {
    const name = readText(host.fs, path, MAX_TEXT).trim();
    return /^[\w-]+$/.test(name) && name !== "default" ? name : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const TEXTS: [path: string, place: InstructionPlace][] = [
  ["SOUL.md", "soul"],
  ["AGENTS.md", "agents"],
  ["memories/MEMORY.md", "memory"],
  ["memories/USER.md", "user"],
];

function texts(host: Host, root: string) {
  return TEXTS
    .map(([path, place]) => ({
      kind: "instructions" as const,
      id: `${path.startsWith("memories/") ? "memory" : "workspace"}:${path.split("/").at(-1)}`,
      source: pathsOf(host.platform).join(root, ...path.split("/")),
      place,
      label: `Hermes ${path}`,
    }))
    .filter(({ source }) => lstatIfThere(host.fs, source));
}

const FOLDERS = [
  "plugins",
  "sessions",
  "logs",
  "cron",
  "plans",
  "workspace",
  "skins",
  "kanban",
];

/** What holds logins and paired devices. */
const SECRET_PLACES = ["mcp-tokens", "pairing", "platforms", "auth.json"];

/** What gateways and their processes have left. */
const RUNTIME = /^(?:gateway|process)[\w-]*\.json$/;

const DATABASES = [
  "state",
  "hermes_state",
  "projects",
  "response_store",
  "memory_store",
  "verification_evidence",
  "kanban",
  "retaindb_queue",
];

function archived(host: Host, root: string): Asset[] {
  const { join } = pathsOf(host.platform);
  const named = [...FOLDERS, ...SECRET_PLACES, ...DATABASES.map((name) => `${name}.db`)]
    .filter((name) => lstatIfThere(host.fs, join(root, name)));
  const runtime = statIfThere(host.fs, root)?.kind === "directory"
    ? host.fs.list(root).entries.map(({ name }) => name).filter((name) => RUNTIME.test(name))
    : [];
  return [...named, ...runtime].map((name) => ({
    kind: "archive",
    id: `archive:${name}`,
    source: join(root, name),
    path: name,
    message: "Kept to be looked at; it is not activated",
    sensitive: SECRET_PLACES.includes(name),
  }));
}

/** The configuration, read and taken apart; and as a whole to be looked at. */
async function configuration(
  host: Host,
  root: string,
  variables: Variables,
  { to, includeSecrets = false }: SourceOptions,
): Promise<Asset[]> {
  const source = pathsOf(host.platform).join(root, "config.yaml");
  if (statIfThere(host.fs, source)?.kind !== "file") return [];
  const whole: Asset = {
    kind: "archive",
    id: "archive:config.yaml",
    source,
    path: "config.yaml",
    message: "Configuration, to be looked at; it is not activated",
    isConfig: true,
  };
  if (to === undefined) return [whole];
  try {
    const config = await parseYaml(readStrictText(host, source));
    const inUse = new Map([...Object.entries(host.env), ...variables]);
    const known = [...inUse].filter((one): one is [string, string] => one[1] !== undefined);
    const servers = hermesServers({
      config,
      variables: new Map(known),
      includeSecrets,
      source,
    });
    if (to !== "openclaw") return [whole, ...servers.filter(isServer), notTaken(source, config)];
    const hasMemory = texts(host, root).some(({ id }) => id.startsWith("memory:"));
    const reading = { config, variables, includeSecrets, source, hasMemory };
    return [whole, ...hermesSettings(reading), ...servers];
  } catch (error) {
    const fault = error instanceof YamlFault ? error.message : faultOf(error);
    const message = `${source} was not looked into: ${fault}`;
    return [whole, { kind: "shown", id: "config:config.yaml", what: "fault", source, message }];
  }
}

function isServer({ kind }: Asset): boolean {
  return kind === "mcp";
}

/** What no other agent has a place for. */
function notTaken(source: string, config: Record<string, unknown>): Asset {
  const settings = Object.keys(config).filter((key) => !/^mcp(?:_servers)?$/.test(key));
  return {
    kind: "manual",
    id: "manual:config.yaml",
    source,
    message: "Of config.yaml only MCP servers are taken over there",
    recommendation: "Look at the archived copy, and set by hand what you need.",
    details: { settings },
  };
}

function environment(source: string, variables: Variables): Asset[] {
  return [...variables].filter(([name, value]) => KNOWN_KEYS.has(name) && value !== "")
    .map(([name, value]) => ({ kind: "env", source, name, value }));
}

function variablesIn(host: Host, source: string): Variables {
  if (statIfThere(host.fs, source)?.kind !== "file") return new Map();
  return parseEnvFile(readText(host.fs, source, MAX_TEXT));
}
