/**
 * Curated plugins of Codex, for the Codex that OpenClaw runs (facts C4).
 *
 * OpenClaw's own migration lets its Codex install them at once, from the network. Here nothing that
 * runs is activated by the way, and no migration speaks to a network: a plugin is only shown, unless
 * it is named. Then what the user wants is written into OpenClaw's configuration, as OpenClaw's own
 * migration writes it; its Codex installs what stands there when a session is started next (tried to
 * be so in its plugin `@openclaw/codex` 2026.9.5).
 */
import type { PluginAsset } from "./asset.ts";
import { putSetting, settingAt } from "./config_text.ts";
import { type Effect, textIfThere } from "./effects.ts";
import { idle, type MigrationItem, REASONS, type Step } from "./item.ts";
import { faultOfTarget } from "./place.ts";
import { guarded, type Planning, stopped } from "./planning.ts";
import type { TargetSettings } from "./target.ts";

const CODEX = ["plugins", "entries", "codex"];
const NATIVE = [...CODEX, "config", "codexPlugins"];
const MARKETPLACE = "openai-curated";

type Table = Record<string, unknown>;

function tableAt({ values }: TargetSettings, path: string[]): Table {
  const value = settingAt(values, path);
  return typeof value === "object" && value !== null ? value as Table : {};
}

/** A plugin, which is installed only where it is named. */
export function pluginStep(planning: Planning, asset: PluginAsset): Step {
  const settings = planning.target.settings!;
  return guarded(pluginItem(settings, asset), (item) => plugin(planning, asset, item, settings));
}

function pluginItem({ file }: TargetSettings, { name, source, apps }: PluginAsset): MigrationItem {
  return {
    id: `plugin:${name}`,
    kind: "plugin",
    action: "install",
    status: "planned",
    source,
    target: `${file}#${[...NATIVE, "plugins", name].join(".")}`,
    message: `Have OpenClaw's Codex install the curated plugin "${name}".`,
    details: {
      configKey: name,
      marketplaceName: MARKETPLACE,
      pluginName: name,
      sourceInstalled: true,
      sourceEnabled: true,
      ...(apps.length > 0 ? { apps, sourceAppVerification: "not_run" } : {}),
    },
  };
}

function plugin(
  { host, target: { home }, overwrite }: Planning,
  { name }: PluginAsset,
  item: MigrationItem,
  settings: TargetSettings,
): Step {
  const { file } = settings;
  const there = tableAt(settings, [...NATIVE, "plugins"]);
  const isThere = Object.hasOwn(there, name) ||
    Object.values(there).some((one) => settingAt(one, ["pluginName"]) === name);
  if (isThere && !overwrite) return stopped(item, "skipped", REASONS.pluginExists);
  const fault = faultOfTarget(host, home, file);
  if (fault) return stopped(item, "conflict", fault);
  const value = { enabled: true, marketplaceName: MARKETPLACE, pluginName: name };
  const path = [...NATIVE, "plugins", name];
  const edit = (text: string | undefined) => putSetting(file, text, path, value);
  edit(textIfThere(host, file)); // what cannot be written is known now
  const effects: Effect[] = [{ do: "edit", target: file, edit }];
  return { item: { ...item, status: "skipped", reason: REASONS.needsName }, effects };
}

/** What the plugins of a plan need in OpenClaw's configuration; nothing where none of them is done. */
export function pluginSettingSteps(planning: Planning, steps: Step[]): Step[] {
  const isDone = ({ item }: Step) => item.kind === "plugin" && item.status === "planned";
  const { settings } = planning.target;
  if (!settings || !steps.some(isDone)) return [];
  const { file } = settings;
  const item: MigrationItem = {
    id: "config:codex-plugins",
    kind: "config",
    action: "merge",
    status: "planned",
    target: `${file}#${CODEX.join(".")}`,
    message: "Switch on OpenClaw's Codex plugin, and its use of curated plugins.",
  };
  if (!planning.overwrite && isSwitchedOff(settings)) {
    return [idle({ ...item, status: "conflict", reason: REASONS.targetExists })];
  }
  const allowed = settingAt(settings.values, [...NATIVE, "allow_destructive_actions"]);
  const value = {
    enabled: true,
    config: {
      codexPlugins: {
        enabled: true,
        // OpenClaw's own migration allows them; here each is asked for, until the user decides.
        allow_destructive_actions: allowed ?? "ask",
      },
    },
  };
  const edit = (text: string | undefined) => putSetting(file, text, CODEX, value);
  return [{ item, effects: [{ do: "edit", target: file, edit }] }];
}

/** Whether the user has decided otherwise. */
function isSwitchedOff({ values }: TargetSettings): boolean {
  return [CODEX, NATIVE].some((path) => settingAt(values, [...path, "enabled"]) === false);
}
