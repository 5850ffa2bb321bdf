/** What is kept to be looked at. */
import { pathsOf } from "../base/mod.ts";
import { isDatabase } from "../capture/mod.ts";
import { redact } from "../seal/mod.ts";
import type { ArchiveAsset } from "./asset.ts";
import { copyFile, copyTree, type Effect, PRIVATE, readStrictText } from "./effects.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";
import { guarded, type Planning, stopped } from "./planning.ts";

/** Something that is copied into the report, configuration without its secrets. */
export function archiveStep(planning: Planning, asset: ArchiveAsset): Step {
  return guarded(archiveItem(planning, asset), (item) => archive(planning, asset, item));
}

function archiveItem({ host, reportDir, archived }: Planning, asset: ArchiveAsset): MigrationItem {
  const { join } = pathsOf(host.platform);
  const { id, source, message, sensitive } = asset;
  return {
    id,
    kind: "archive",
    action: "archive",
    status: "planned",
    source,
    target: join(reportDir, "archive", ...freeName(archived, asset.path).split("/")),
    message,
    ...(sensitive ? { sensitive } : {}),
  };
}

/** A name of the archive that is not taken: `name-2.ext` where it is. */
function freeName(taken: Set<string>, path: string): string {
  const [, stem, extension] = /^(.*?)(\.[^./]*)?$/.exec(path)!;
  let name = path;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}${extension ?? ""}`;
  taken.add(name.toLowerCase());
  return name;
}

function archive(planning: Planning, asset: ArchiveAsset, item: MigrationItem): Step {
  const { host, includeSecrets } = planning;
  const { source, isConfig, sensitive } = asset;
  const { kind, mtimeMs } = host.fs.lstat(source);
  if (kind === "symlink") return stopped(item, "skipped", REASONS.symlink);
  if (sensitive && !includeSecrets) return stopped(item, "skipped", REASONS.secretsLeftOut);
  const target = item.target!;
  if (kind === "directory") {
    const { tree, effects } = copyTree(host, source, target, "verbatim");
    const details = { files: tree.files.length, bytes: tree.bytes };
    return { item: { ...item, details }, effects };
  }
  if (isConfig && !includeSecrets) {
    const text = redact(readStrictText(host, source));
    return { item, effects: [{ do: "put", target, content: { text }, mode: PRIVATE, mtimeMs }] };
  }
  if (isDatabase(host.fs, source)) return { item, effects: [{ do: "database", target, source }] };
  return { item, effects: [{ ...copyFile(host, source, target), mode: PRIVATE } as Effect] };
}
