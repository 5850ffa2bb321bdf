/** Settings of Hermes that OpenClaw has, too (facts C5): ids are those of OpenClaw's own migration. Pure. */
import type { Asset, SettingAsset } from "./asset.ts";
import { isSafePath } from "./config_text.ts";
import type { Reading } from "./hermes_entries.ts";
import {
  isTable,
  modelInUse,
  type Table,
  tableOf,
  textOf,
  usesRetiredQwen,
} from "./hermes_names.ts";
import { providerNotes } from "./hermes_notes.ts";
import { providersOf } from "./hermes_providers.ts";
import { withoutSecretValues } from "./mcp.ts";
import { plainName } from "./names.ts";

/** Where settings are read from. */
interface SettingsReading extends Reading {
  /** The configuration file. */
  source: string;
  /** Whether memory files come along. */
  hasMemory: boolean;
}

/** The model, the providers, the memory and the settings of skills, and what a person has to do. */
export function hermesSettings(reading: SettingsReading): Asset[] {
  const { config, variables, source } = reading;
  const model = modelInUse(config, variables);
  const providers = providersOf(reading, model).filter(({ id }) => isSafePath([id]));
  const provider = providers.find(({ id }) => model?.startsWith(`${id}/`))?.id;
  return [
    ...(model ? [{ kind: "model" as const, source, model, provider }] : []),
    ...memory(reading),
    ...providers.map(({ id, value, sensitive }): SettingAsset => ({
      kind: "setting",
      id: `config:model-provider:${plainName(id)}`,
      source,
      path: ["models", "providers"],
      value: { [id]: value },
      message: `Import the model provider "${id}", without its key.`,
      sensitive,
    })),
    ...providerNotes(reading),
    ...skills(reading),
    ...(usesRetiredQwen(config) ? [RETIRED_QWEN(source)] : []),
  ];
}

const RETIRED_QWEN = (source: string): Asset => ({
  kind: "manual",
  id: "manual:auth-reauthenticate:qwen",
  source,
  message: "Hermes works with a login of Qwen that OpenClaw cannot use",
  recommendation: "Sign in with a key: openclaw onboard --auth-choice qwen-api-key",
});

/** Settings of the user's own, of which nobody knows what they hold. */
function foreign({ includeSecrets }: SettingsReading, settings: Table) {
  const { value, left } = withoutSecretValues(settings);
  return includeSecrets
    ? { value: settings, left: [], sensitive: left.length > 0 }
    : { value, left, sensitive: false };
}

/** What Hermes calls memory in files. */
const IN_FILES = ["builtin", "file", "files"];

function memory(reading: SettingsReading): Asset[] {
  const { config, source, hasMemory } = reading;
  const settings = tableOf(config.memory);
  const provider = textOf(settings.provider);
  const assets: Asset[] = [];
  if (hasMemory || provider) {
    assets.push({
      kind: "setting",
      id: "config:memory-plugin-slot",
      source,
      path: ["plugins", "slots"],
      value: { memory: "memory-core" },
      message: "Select OpenClaw's own memory in files.",
    });
  }
  if (provider === undefined || IN_FILES.includes(provider)) return assets;
  const id = `manual:memory-provider:${provider}`;
  const where = "config.yaml:memory.provider";
  if (provider !== "honcho") {
    const message = `Hermes' memory "${provider}" has no counterpart that is known`;
    return [...assets, {
      kind: "manual",
      id,
      source: where,
      message,
      recommendation: "Look for a memory plugin of OpenClaw that does the same.",
    }];
  }
  const { value, left, sensitive } = foreign(reading, tableOf(settings.honcho));
  return [...assets, {
    kind: "setting",
    id: "config:memory-plugin:honcho",
    source,
    path: ["plugins", "entries"],
    // OpenClaw's own migration switches the plugin on, as far as it is installed; here nothing that
    // runs is activated.
    value: { honcho: { enabled: false, config: value } },
    message: "Keep the settings of Honcho's memory for its plugin, which stays switched off.",
    left,
    sensitive,
  }, {
    kind: "manual",
    id,
    source: where,
    message: "Hermes keeps its memory at Honcho; OpenClaw keeps its own until you choose otherwise",
    recommendation: "Install OpenClaw's plugin for Honcho, then select it.",
  }];
}

/** Names of skills that are switched off. */
function disabledIn(disabled: unknown): string[] {
  const list = Array.isArray(disabled) ? disabled : inBrackets(disabled) ?? [disabled];
  return list.filter((one) => typeof one === "string").map((one) => one.trim())
    .filter((one) => one !== "" && one !== "hermes-agent");
}

/** Hermes' command line writes a list as a text: `"[a, b]"`. */
function inBrackets(text: unknown): string[] | undefined {
  const [, inner] = typeof text === "string" ? /^\s*\[(.*)\]\s*$/s.exec(text) ?? [] : [];
  return inner?.split(",").map((one) => one.trim().replace(/^(["'])(.*)\1$/, "$2"));
}

function skills(reading: SettingsReading): Asset[] {
  const { config: own, disabled } = tableOf(reading.config.skills);
  const entries = new Map<string, ReturnType<typeof foreign>>();
  for (const [name, settings] of Object.entries(tableOf(own))) {
    if (!isTable(settings)) continue;
    const { value, ...rest } = foreign(reading, settings);
    entries.set(name, { value: { config: value }, ...rest });
  }
  for (const name of disabledIn(disabled)) {
    const { value, ...rest } = entries.get(name) ?? { value: {}, left: [], sensitive: false };
    entries.set(name, { value: { ...value, enabled: false }, ...rest });
  }
  return [...entries].filter(([name]) => isSafePath([name])).map(([name, found]) => ({
    kind: "setting",
    id: `config:skill-entry:${plainName(name)}`,
    source: reading.source,
    path: ["skills", "entries", name],
    message: "Import the settings of a skill, and whether it is switched off.",
    ...found,
  }));
}
