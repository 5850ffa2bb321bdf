/** Curated plugins that are installed in Codex, as its app-server tells them (facts C4). */
import {
  checkInterrupt,
  describeError,
  type Host,
  newScratch,
  removeIfThere,
} from "../base/mod.ts";
import type { Asset, ManualAsset, PluginAsset } from "./asset.ts";
import { type Ask, askCodex, codexProgram } from "./codex_server.ts";
import { type CuratedHome, isCurated, makeStandIn } from "./codex_stand_in.ts";

/** What was found, and the names of the plugins that need no other mention. */
interface Curated {
  assets: (PluginAsset | Omit<ManualAsset, "id">)[];
  names: Set<string>;
  warnings: string[];
}

const NOTHING: Curated = { assets: [], names: new Set(), warnings: [] };

const ADVISORY = "Cached bundles of plugins are listed to be looked at";

/** Asks Codex. Where it cannot be asked, a warning says so, and nothing is found. */
export async function curatedPlugins(host: Host, home: CuratedHome): Promise<Curated> {
  if (home.plugins.length === 0) return NOTHING;
  const program = codexProgram(host);
  if (program === undefined) {
    const why = "there is no program codex in PATH to ask which curated plugins are installed";
    return { ...NOTHING, warnings: [`${ADVISORY}: ${why}`] };
  }
  const folder = newScratch(host, "asking-codex");
  try {
    const codexHome = makeStandIn(host, folder, home);
    return await askCodex(host, { program, folder, codexHome }, (ask) => inventory(ask, home));
  } catch (error) {
    checkInterrupt(host);
    const why = describeError(error).replaceAll(folder, home.root);
    const warning = `${ADVISORY}: Codex's app-server did not tell which curated ones are installed`;
    return { ...NOTHING, warnings: [`${warning} (${why})`] };
  } finally {
    removeIfThere(host.fs, folder);
  }
}

type Table = Record<string, unknown>;

function tablesIn(value: unknown): Table[] {
  const isTable = (one: unknown) => typeof one === "object" && one !== null && !Array.isArray(one);
  return Array.isArray(value) ? value.filter(isTable) : [];
}

interface Installed {
  name: string;
  enabled: boolean;
  marketplacePath: unknown;
}

async function inventory(ask: Ask, home: CuratedHome): Promise<Curated> {
  const { marketplaces, marketplaceLoadErrors } = await ask("plugin/installed", { cwds: [] });
  const [fault] = tablesIn(marketplaceLoadErrors);
  if (fault) throw new Error(String(fault.message ?? "A catalogue cannot be read"));
  const installed = tablesIn(marketplaces).filter(({ name }) => isCurated(name))
    .flatMap(({ path, plugins }) => tablesIn(plugins).flatMap((one) => installedIn(one, path)));
  // Of one that both catalogues have the first counts.
  const byName = new Map(installed.toReversed().map((one) => [one.name, one]));
  const assets: Curated["assets"] = [];
  const warnings = new Set<string>();
  for (const name of [...byName.keys()].sort()) {
    const asset = await evaluated(ask, byName.get(name)!, home);
    if (asset.kind === "manual" && asset.recommendation === "codex_subscription_required") {
      warnings.add(NEEDS_SUBSCRIPTION);
    }
    assets.push(asset);
  }
  return { assets, names: new Set(byName.keys()), warnings: [...warnings] };
}

function installedIn(plugin: Table, marketplacePath: unknown): Installed[] {
  const { name, installed, enabled } = plugin;
  if (typeof name !== "string" || name.trim() === "" || installed !== true) return [];
  const key = name.trim().toLowerCase().replaceAll(/\s+/g, "-");
  // It becomes a key of a configuration and part of an id.
  if (!/^[a-z0-9_][a-z0-9._-]{0,127}$/.test(key)) return [];
  return [{ name: key, enabled: enabled === true, marketplacePath }];
}

const NEEDS_SUBSCRIPTION =
  "Plugins with apps need a Codex that is signed in with a ChatGPT subscription; another login does " +
  "not open their apps";

/** Whether a plugin can be moved: reasons are OpenClaw's (facts C4). */
async function evaluated(
  ask: Ask,
  { name, enabled, marketplacePath }: Installed,
  { account }: CuratedHome,
): Promise<Curated["assets"][number]> {
  const source = `openai-curated/${name}`;
  const blocked = (
    code: string,
    message: string,
    details: Table = {},
  ): Omit<ManualAsset, "id"> => ({
    kind: "manual",
    source,
    message: `Codex plugin "${name}" ${message}`,
    recommendation: code,
    details: { pluginName: name, marketplaceName: "openai-curated", ...details },
  });
  if (!enabled) return blocked("plugin_disabled", "is installed in Codex, but switched off there");
  let apps: { id: string; name: string }[];
  try {
    const { plugin } = await ask("plugin/read", { marketplacePath, pluginName: name });
    apps = appsIn(plugin);
  } catch (error) {
    return blocked("plugin_read_unavailable", `cannot be read: ${describeError(error)}`);
  }
  if (apps.length > 0 && account === "apiKey") {
    return blocked("codex_subscription_required", "has apps, which need a subscription", { apps });
  }
  if (apps.length > 0 && account === "missing") {
    const message = "has apps, and it cannot be told how Codex is signed in";
    return blocked("codex_account_unavailable", message, { apps });
  }
  return { kind: "plugin", name, source, apps };
}

function appsIn(plugin: unknown): { id: string; name: string }[] {
  const [detail] = tablesIn([plugin]);
  if (!detail) throw new Error("The answer names no plugin");
  return tablesIn(detail.apps).map(({ id, name }) => ({ id: String(id), name: String(name) }))
    .sort((a, b) => a.id < b.id ? -1 : 1);
}

/** All plugins that need a person, numbered as OpenClaw does: curated ones and cached bundles. */
export function numbered(
  plugins: (PluginAsset | Omit<ManualAsset, "id">)[],
  nameOf: (plugin: Omit<ManualAsset, "id">) => string,
): Asset[] {
  let index = 0;
  return plugins.toSorted((a, b) => a.source < b.source ? -1 : a.source > b.source ? 1 : 0)
    .map((one) => one.kind === "plugin" ? one : { ...one, id: `plugin:${nameOf(one)}:${++index}` });
}
