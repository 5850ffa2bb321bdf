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
import { findSkills } from "./find_skills.ts";

const MAX_TEXT = 1 << 20;

/** Looks into `--from`, `HERMES_HOME`, the active profile, or the default place. */
export function hermesSource(host: Host, { from, followLinks }: SourceOptions): Source {
  const { join } = pathsOf(host.platform);
  const root = realPathOf(host, from ?? homeOf(host));
  const skills = findSkills(host, [{
    folder: join(root, "skills"),
    label: "Hermes skill",
    followLinks,
  }]);
  const others = [
    ...texts(host, root),
    ...archived(host, root),
    ...configuration(host, root),
    ...environment(host, join(root, ".env")),
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

function texts(host: Host, root: string): Asset[] {
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

/** YAML is not read here: it is kept to be looked at. */
function configuration(host: Host, root: string): Asset[] {
  const source = pathsOf(host.platform).join(root, "config.yaml");
  if (statIfThere(host.fs, source)?.kind !== "file") return [];
  const message = "Configuration, to be looked at; it is not activated";
  return [
    {
      kind: "archive",
      id: "archive:config.yaml",
      source,
      path: "config.yaml",
      message,
      isConfig: true,
    },
    {
      kind: "manual",
      id: "manual:config.yaml",
      source,
      message: "Model, providers and MCP servers of config.yaml are not taken over",
      recommendation: "Look at the archived copy, and set by hand what you need.",
    },
  ];
}

/** Variables that hold the keys of providers (facts C5: about 45 of them). */
const KEYS = (
  "OPENAI ANTHROPIC OPENROUTER GOOGLE GEMINI GROQ XAI MISTRAL DEEPSEEK ZAI Z_AI GLM KIMI KIMICODE " +
  "KIMI_CODING MOONSHOT KIMI_CN MINIMAX MINIMAX_CN MINIMAX_CODING DASHSCOPE QWEN MODELSTUDIO " +
  "KILOCODE AI_GATEWAY TOGETHER FIREWORKS DEEPINFRA CEREBRAS NVIDIA VENICE XIAOMI ALIBABA " +
  "ALIBABA_CODING_PLAN ARCEEAI CHUTES CLOUDFLARE_AI_GATEWAY QIANFAN OPENCODE OPENCODE_ZEN OPENCODE_GO"
).split(" ").map((name) => `${name}_API_KEY`);

const TOKENS = [
  "HF_TOKEN",
  "HUGGINGFACE_HUB_TOKEN",
  "COPILOT_GITHUB_TOKEN",
  "GH_TOKEN",
  "GITHUB_TOKEN",
];

/** The variables of a file of environment variables; the last of several alike counts. */
export function parseEnvFile(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const quoted = /^(["'])(.*)\1$/.exec(value);
    found.set(name, quoted ? quoted[2] : value.replace(/\s+#.*$/, ""));
  }
  return found;
}

function environment(host: Host, source: string): Asset[] {
  if (statIfThere(host.fs, source)?.kind !== "file") return [];
  const known = new Set([...KEYS, ...TOKENS]);
  return [...parseEnvFile(readText(host.fs, source, MAX_TEXT))]
    .filter(([name, value]) => known.has(name) && value !== "")
    .map(([name, value]) => ({ kind: "env", source, name, value }));
}
