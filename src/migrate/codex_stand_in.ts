/**
 * A stand-in for a Codex home that its app-server can be asked about. Codex writes into the home it is
 * started with (tried with 0.169: databases, system skills, locks, an id; it also fetches its catalogue
 * of plugins anew), so it gets a copy of the few files that say which curated plugins there are:
 * catalogues, manifests, and of the configuration only the tables about those plugins. No key, no
 * login, no server and no hook comes along.
 */
import { stringify } from "smol-toml";
import {
  ensureDir,
  type Host,
  lstatIfThere,
  pathsOf,
  readFile,
  readText,
  statIfThere,
  writeNewFile,
} from "../base/mod.ts";

/** The marketplaces that count as curated (facts C4), and the catalogue of each. */
const CATALOGUES = new Map([
  ["openai-curated", "marketplace.json"],
  ["openai-api-curated", "api_marketplace.json"],
]);

/** Whether a marketplace is one of OpenAI's curated ones. */
export function isCurated(marketplace: unknown): boolean {
  return typeof marketplace === "string" && CATALOGUES.has(marketplace);
}

/** How somebody is signed in. */
type Account = "chatgpt" | "apiKey" | "missing";

/** What a home says of its curated plugins. */
export interface CuratedHome {
  /** Absolute. */
  root: string;
  /** `[plugins."NAME@MARKETPLACE"]` of its configuration. */
  plugins: { name: string; marketplace: string; enabled: boolean }[];
  account: Account;
}

type Table = Record<string, unknown>;

/** More is no manifest, no catalogue and no login. */
const MAX_FILE = 8 << 20;

/** Versions of one plugin that are looked at. */
const MAX_VERSIONS = 50;

/** Names that cannot lead out of a folder. */
const PLAIN = /^[A-Za-z0-9_-]+$/;

function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Table : {};
}

function jsonIn(host: Host, path: string): Table {
  try {
    return tableOf(JSON.parse(readText(host.fs, path, MAX_FILE)));
  } catch {
    return {}; // what cannot be read says nothing; Codex passes it over, too
  }
}

/** The curated plugins that a configuration names; none where it names no others. */
export function curatedIn(host: Host, root: string, config: Table): CuratedHome {
  const plugins = Object.entries(tableOf(config.plugins)).flatMap(([key, value]) => {
    const [name, marketplace] = key.split("@");
    if (!PLAIN.test(name) || !isCurated(marketplace)) return [];
    return [{ name, marketplace, enabled: tableOf(value).enabled !== false }];
  });
  return { root, plugins, account: plugins.length > 0 ? accountOf(host, root) : "missing" };
}

/** How the user is signed in; of a login in the system's keyring nothing is known. */
function accountOf(host: Host, root: string): Account {
  const { auth_mode, tokens, OPENAI_API_KEY } = jsonIn(
    host,
    pathsOf(host.platform).join(root, "auth.json"),
  );
  const mode = typeof auth_mode === "string" ? auth_mode.toLowerCase() : undefined;
  if (mode === "apikey" || mode === "api_key") return "apiKey";
  if (mode?.startsWith("chatgpt") || Object.keys(tableOf(tokens)).length > 0) return "chatgpt";
  return typeof OPENAI_API_KEY === "string" && OPENAI_API_KEY !== "" ? "apiKey" : "missing";
}

/** Makes a stand-in in a new folder, and returns its path. */
export function makeStandIn(host: Host, folder: string, home: CuratedHome): string {
  const { join } = pathsOf(host.platform);
  const standIn = join(folder, ".codex");
  ensureDir(host.fs, standIn, host.platform);
  writeNewFile(host.fs, join(standIn, "config.toml"), configOf(home));
  writeNewFile(host.fs, join(standIn, "auth.json"), JSON.stringify(loginOf(host, home)));
  const copy = (...path: string[]) => copyIfFile(host, join(home.root, ...path), standIn, path);
  for (const file of CATALOGUES.values()) copy(...CATALOGUE_FOLDER, file);
  for (const { name, marketplace } of home.plugins) {
    copyManifest(host, home.root, standIn, sourceOf(host, home.root, name, marketplace));
    const cache = ["plugins", "cache", marketplace, name];
    for (const version of versionsIn(host, join(home.root, ...cache))) {
      copyManifest(host, home.root, standIn, [...cache, version]);
    }
  }
  return standIn;
}

const CATALOGUE_FOLDER = [".tmp", "plugins", ".agents", "plugins"];

function configOf({ plugins }: CuratedHome): string {
  return stringify({
    check_for_update_on_startup: false,
    analytics: { enabled: false },
    features: { plugins: true },
    plugins: Object.fromEntries(
      plugins.map(({ name, marketplace, enabled }) => [`${name}@${marketplace}`, { enabled }]),
    ),
  });
}

/**
 * A made-up login of the same kind: without any, Codex 0.169 lists no curated plugin, and with the
 * real one it would speak to its servers.
 */
function loginOf(host: Host, { account }: CuratedHome): Table {
  if (account === "apiKey") return { auth_mode: "apikey", OPENAI_API_KEY: "none" };
  const encode = (part: Table) => btoa(JSON.stringify(part)).replaceAll("=", "");
  const auth = { chatgpt_account_id: "none", chatgpt_user_id: "none", chatgpt_plan_type: "plus" };
  const claims = { exp: 4_000_000_000, "https://api.openai.com/auth": auth };
  const token = `${encode({ alg: "none" })}.${encode(claims)}.none`;
  return {
    auth_mode: "chatgpt",
    tokens: { id_token: token, access_token: token, refresh_token: "none", account_id: "none" },
    last_refresh: host.now().toISOString(),
  };
}

/** Where the catalogue says that a plugin lies; nothing where that is not in its own folder. */
function sourceOf(host: Host, root: string, name: string, marketplace: string): string[] {
  const { join } = pathsOf(host.platform);
  const { plugins } = jsonIn(host, join(root, ...CATALOGUE_FOLDER, CATALOGUES.get(marketplace)!));
  const entry = Array.isArray(plugins) ? plugins.map(tableOf).find((one) => one.name === name) : {};
  const source = typeof entry?.source === "string" ? entry.source : tableOf(entry?.source).path;
  const parts = typeof source === "string" ? source.split("/").filter((one) => one !== ".") : [];
  return parts.length > 0 && parts.every((part) => PLAIN.test(part))
    ? [".tmp", "plugins", ...parts]
    : [];
}

function versionsIn(host: Host, folder: string): string[] {
  if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
  return host.fs.list(folder).entries
    .filter(({ name, kind }) => kind === "directory" && /^[\w+-][\w.+-]*$/.test(name))
    .map(({ name }) => name).slice(0, MAX_VERSIONS);
}

/** The manifest of a plugin, and the file that says which apps it needs. */
function copyManifest(host: Host, root: string, standIn: string, folder: string[]): void {
  if (folder.length === 0) return;
  const { join } = pathsOf(host.platform);
  const copy = (...below: string[]) =>
    copyIfFile(host, join(root, ...folder, ...below), standIn, [...folder, ...below]);
  copy(".codex-plugin", "plugin.json");
  const { apps } = jsonIn(host, join(root, ...folder, ".codex-plugin", "plugin.json"));
  const named = typeof apps === "string" ? apps.split("/").filter((one) => one !== ".") : [];
  const isPlain = named.length > 0 && named.every((one) => /^[\w-]*\.?[\w-]+(\.json)?$/.test(one));
  copy(...(isPlain ? named : [".app.json"]));
}

function copyIfFile({ fs, platform }: Host, source: string, standIn: string, path: string[]): void {
  if (lstatIfThere(fs, source)?.kind !== "file") return;
  const { join, dirname } = pathsOf(platform);
  const target = join(standIn, ...path);
  if (lstatIfThere(fs, target)) return;
  ensureDir(fs, dirname(target), platform);
  writeNewFile(fs, target, readFile(fs, source, MAX_FILE));
}
