/** Settings that are merged into OpenClaw's configuration. */
import { isDeepStrictEqual } from "node:util";
import type { ModelAsset, SettingAsset } from "./asset.ts";
import { isSafePath, notEditable, putSetting, settingAt, settingIn } from "./config_text.ts";
import { type Effect, textIfThere } from "./effects.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";
import { faultOfTarget } from "./place.ts";
import { guarded, type Planning, stopped } from "./planning.ts";
import type { TargetSettings } from "./target.ts";

type Table = Record<string, unknown>;

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A setting, merged unless something else is there (facts C3). */
export function settingStep(planning: Planning, asset: SettingAsset): Step {
  const settings = planning.target.settings!;
  return guarded(settingItem(settings, asset), (item) => setting(planning, asset, item, settings));
}

function settingItem({ file }: TargetSettings, asset: SettingAsset): MigrationItem {
  const { id, source, path, value, message, sensitive, left = [] } = asset;
  const leaf = path[0] === "skills" ? path : [...path, ...Object.keys(value)];
  return {
    id,
    kind: "config",
    action: "merge",
    status: "planned",
    source,
    target: `${file}#${leaf.join(".")}`,
    message,
    ...(sensitive || left.length > 0 ? { sensitive: true } : {}),
    // What may be secret is in no plan and no report.
    details: {
      path,
      ...(sensitive ? {} : { value }),
      ...(left.length > 0 ? { secretsLeftOut: left } : {}),
    },
  };
}

function setting(
  { host, target: { home }, overwrite }: Planning,
  { path, value }: SettingAsset,
  item: MigrationItem,
  { file, values }: TargetSettings,
): Step {
  if (!isSafePath(path)) return stopped(item, "error", "its name cannot be used there");
  const fault = faultOfTarget(host, home, file);
  if (fault) return stopped(item, "conflict", fault);
  const there = Object.keys(value).map((key) => settingAt(values, [...path, key]));
  if (Object.values(value).every((one, index) => isDeepStrictEqual(one, there[index]))) {
    return stopped(item, "skipped", REASONS.alreadyThere);
  }
  if (!overwrite && there.some((one) => one !== undefined)) {
    return stopped(item, "conflict", REASONS.targetExists);
  }
  return { item, effects: [editOf(textIfThere(host, file), file, path, value)] };
}

function editOf(now: string | undefined, file: string, path: string[], value: unknown): Effect {
  const edit = (text: string | undefined) => putSetting(file, text, path, value);
  edit(now); // what cannot be written is known now
  return { do: "edit", target: file, edit };
}

/** The model of the agent, or that of all. */
export function modelStep(planning: Planning, asset: ModelAsset): Step {
  const settings = planning.target.settings!;
  return guarded(modelItem(settings, asset), (item) => model(planning, asset, item, settings));
}

function modelItem({ file, isNamed, agentId }: TargetSettings, asset: ModelAsset): MigrationItem {
  const { source, model } = asset;
  return {
    id: "config:default-model",
    kind: "config",
    action: "update",
    status: "planned",
    source,
    target: `${file}#${isNamed ? `agent:${agentId}:model` : "agents.defaults.model"}`,
    message: `Use the model "${model}".`,
    details: { model },
  };
}

function primaryOf(model: unknown): string | undefined {
  const named = isTable(model) ? model.primary : model;
  return typeof named === "string" && named !== "" ? named : undefined;
}

function model(
  { host, target: { home }, overwrite }: Planning,
  { model, provider }: ModelAsset,
  item: MigrationItem,
  settings: TargetSettings,
): Step {
  const { file, values, entry, isNamed } = settings;
  const ofAgent = primaryOf(entry?.model);
  const current = ofAgent ?? primaryOf(settingAt(values, ["agents", "defaults", "model"]));
  if (current === model) {
    return stopped({ ...item, action: "skip" }, "skipped", "already configured");
  }
  if (current && !overwrite) return stopped(item, "conflict", "default model already configured");
  const isThere = provider && settingAt(values, ["models", "providers", provider]) !== undefined;
  if (isThere && !overwrite) return stopped(item, "conflict", "model provider config conflict");
  const fault = faultOfTarget(host, home, file);
  if (fault) return stopped(item, "conflict", fault);
  const effect = isNamed || ofAgent
    ? agentEdit(settings, model)
    : defaultEdit(textIfThere(host, file), settings, model);
  return { item, effects: [effect] };
}

/** A model that has further settings, such as others to fall back on, keeps them. */
function withPrimary(before: unknown, model: string): unknown {
  return isTable(before) ? { ...before, primary: model } : model;
}

function defaultEdit(now: string | undefined, { file, values }: TargetSettings, model: string) {
  const path = ["agents", "defaults", "model"];
  return editOf(now, file, path, withPrimary(settingAt(values, path), model));
}

/** The agent's own entry, in whichever form the agents are written down. */
function agentEdit({ file, values, agentId, entry }: TargetSettings, model: string): Effect {
  const whole = withPrimary(entry?.model, model);
  const list = settingAt(values, ["agents", "list"]);
  const entries = settingAt(values, ["agents", "entries"]);
  if (!Array.isArray(list) || isTable(entries)) {
    const name = Object.keys(isTable(entries) ? entries : {})
      .find((key) => key.trim().toLowerCase() === agentId) ?? agentId;
    const path = ["agents", "entries", name, "model"];
    return { do: "edit", target: file, edit: (text) => putSetting(file, text, path, whole) };
  }
  const changed = list.map((one) =>
    isTable(one) && String(one.id).trim().toLowerCase() === agentId ? { ...one, model: whole } : one
  );
  const path = ["agents", "list"];
  return {
    do: "edit",
    target: file,
    edit(text) {
      if (Array.isArray(settingIn(file, text, path))) return putSetting(file, text, path, changed);
      throw notEditable(file, "its list of agents stands in a file that it includes");
    },
  };
}
