/** Skills of a folder as assets, and what was seen beside them. */
import { type Host, pathsOf, toSlashes } from "../base/mod.ts";
import type { Asset } from "./asset.ts";
import { scanFor, type ScanNote, type ScanOptions } from "./scan.ts";

/** Where skills are, and what they are to a person. */
export interface SkillPlace extends Omit<ScanOptions, "mark"> {
  folder: string;
  label: string;
}

/** Skills of several folders, sorted by path. */
export function findSkills(
  host: Host,
  places: SkillPlace[],
): { assets: Asset[]; warnings: string[] } {
  const assets: Asset[] = [];
  const warnings: string[] = [];
  for (const { folder, label, ...options } of places) {
    const scan = scanFor(host, folder, { ...options, mark: "SKILL.md" });
    assets.push(...scan.found.map((source): Asset => {
      const { relative } = pathsOf(host.platform);
      return {
        kind: "skill",
        source,
        label,
        path: toSlashes(relative(folder, source), host.platform),
      };
    }));
    assets.push(...scan.notes.map((note) => shown(host, { folder, label }, note)));
    warnings.push(...scan.warnings);
  }
  const sourceOf = (asset: Asset) => asset.source;
  return { assets: assets.sort((a, b) => sourceOf(a) < sourceOf(b) ? -1 : 1), warnings };
}

function shown(
  host: Host,
  { folder, label }: Pick<SkillPlace, "folder" | "label">,
  { what, path, message }: ScanNote,
): Asset {
  const { relative, dirname } = pathsOf(host.platform);
  const below = toSlashes(relative(dirname(folder), path), host.platform);
  return {
    kind: "shown",
    id: `${what === "symlink" ? "link" : "broken"}:${below}`,
    what,
    source: path,
    message: what === "symlink"
      ? `A link to ${message}; it is followed only with --follow-links`
      : `unusable: ${message}`,
    details: { sourceLabel: label },
  };
}
