/** From what an agent has to what is done with it: one item each, with all that it writes. */
import type { Asset, ManualAsset, ShownAsset } from "./asset.ts";
import { idle, type ItemKind, REASONS, type Step } from "./item.ts";
import type { Planning } from "./planning.ts";
import { archiveStep } from "./step_archive.ts";
import { authStep, envStep } from "./step_logins.ts";
import { pluginStep } from "./step_plugins.ts";
import { serverStep } from "./step_servers.ts";
import { modelStep, settingStep } from "./step_settings.ts";
import { instructionsStep, memoryStep } from "./step_texts.ts";

/** The step of a thing that is neither a skill nor a command. */
export function stepFor(planning: Planning, asset: Asset): Step {
  switch (asset.kind) {
    case "instructions":
      return instructionsStep(planning, asset);
    case "memory":
      return memoryStep(planning, asset);
    case "mcp":
      return serverStep(planning, asset);
    case "archive":
      return archiveStep(planning, asset);
    case "auth":
      return authStep(planning, asset);
    case "env":
      return envStep(planning, asset);
    case "manual":
      return manual(asset);
    case "plugin":
      return pluginStep(planning, asset);
    case "setting":
      return settingStep(planning, asset);
    case "model":
      return modelStep(planning, asset);
    case "shown":
      return shown(asset);
    default:
      throw new Error(`${asset.kind} is planned with its name`);
  }
}

function manual({ id, source, message, recommendation, details }: ManualAsset): Step {
  return idle({
    id,
    kind: "manual",
    action: "manual",
    status: "skipped",
    source,
    message,
    reason: recommendation,
    details,
  });
}

function shown({ id, what, source, message, details }: ShownAsset): Step {
  const status = what === "fault" ? "error" : "skipped";
  const reason = what === "symlink" ? REASONS.symlink : message;
  const kind = ["memory", "config"].find((one) => id.startsWith(`${one}:`)) ?? "skill";
  return idle({
    id,
    kind: kind as ItemKind,
    action: "skip",
    status,
    source,
    message,
    reason,
    details,
  });
}
