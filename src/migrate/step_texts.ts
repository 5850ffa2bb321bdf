/** Instructions and memories. */
import { pathsOf } from "../base/mod.ts";
import { hasContent, withAddition } from "./append.ts";
import type { InstructionsAsset, MemoryAsset } from "./asset.ts";
import { copyFile, type Effect, PRIVATE, readStrictText, textIfThere } from "./effects.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";
import { faultOfTarget } from "./place.ts";
import { conflictAt, guarded, type Planning, stopped } from "./planning.ts";

/** Hermes' own files of a workspace are copied, as OpenClaw does; all else is added to what is there. */
function isCopied({ provider, target }: Planning, { place }: InstructionsAsset): boolean {
  return provider === "hermes" && target.id === "openclaw" && ["soul", "agents"].includes(place);
}

/** Instructions, added to those that are there, or copied. */
export function instructionsStep(planning: Planning, asset: InstructionsAsset): Step {
  return guarded(instructionsItem(planning, asset), (item) => instructions(planning, asset, item));
}

function instructionsItem(planning: Planning, asset: InstructionsAsset): MigrationItem {
  const { basename } = pathsOf(planning.host.platform);
  const target = planning.target.instructions(asset.place);
  const copied = isCopied(planning, asset);
  return {
    id: asset.id,
    kind: asset.id.startsWith("memory:") && planning.provider === "hermes" ? "memory" : "workspace",
    action: copied ? "copy" : "append",
    status: "planned",
    source: asset.source,
    target,
    message: copied
      ? `Copy ${asset.label} into ${planning.target.place}.`
      : `Add ${asset.label} to ${basename(target)} in ${planning.target.place}.`,
  };
}

function instructions(planning: Planning, asset: InstructionsAsset, item: MigrationItem): Step {
  const { host, target: { home } } = planning;
  const target = item.target!;
  if (host.fs.lstat(asset.source).kind === "symlink" && !planning.followLinks) {
    return stopped(item, "skipped", REASONS.symlink);
  }
  const addition = { label: asset.label, content: readStrictText(host, asset.source) };
  const fault = item.action === "copy"
    ? conflictAt(planning, target)
    : faultOfTarget(host, home, target);
  if (fault) return stopped(item, "conflict", fault);
  if (item.action === "copy") return { item, effects: [copyFile(host, asset.source, target)] };
  if (hasContent(textIfThere(host, target), addition)) {
    return stopped(item, "skipped", REASONS.alreadyThere);
  }
  const edit = (text: string | undefined) => withAddition(text, addition);
  return { item, effects: [{ do: "edit", target, edit }] };
}

/** A memory file, copied among what comes from elsewhere. */
export function memoryStep(planning: Planning, asset: MemoryAsset): Step {
  return guarded(memoryItem(planning, asset), (item) => memory(planning, asset, item));
}

function memoryItem(
  { host, provider, target }: Planning,
  { id, source, path }: MemoryAsset,
): MigrationItem {
  return {
    id,
    kind: "memory",
    action: "copy",
    status: "planned",
    source,
    target: pathsOf(host.platform).join(target.memories, provider, ...path.split("/")),
    message: `Copy a memory file into ${target.place}.`,
  };
}

function memory(planning: Planning, { source }: MemoryAsset, item: MigrationItem): Step {
  const { host } = planning;
  if (host.fs.lstat(source).kind !== "file") {
    return stopped(item, "error", "source is no plain file");
  }
  const conflict = conflictAt(planning, item.target!);
  if (conflict) return stopped(item, "conflict", conflict);
  const effect = copyFile(host, source, item.target!);
  return { item, effects: [{ ...effect, mode: PRIVATE } as Effect] };
}
