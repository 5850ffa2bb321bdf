/** A restore whose paths lie elsewhere now: what is mapped in which file, as a rewriting. */
import { HOME_ROOT, rootFolder } from "../archive/mod.ts";
import { type Host, lstatIfThere } from "../base/mod.ts";
import { isProjection, mapPath, matchPath, type PathMapping } from "../sessions/mod.ts";
import { type DroppedFile, filesOf, type Rewriting } from "./derive.ts";
import { pathBelow } from "./layout.ts";
import { key } from "./paths.ts";
import { openClawInBackup } from "./openclaw_backup.ts";
import { remapDerivations } from "./remap_content.ts";
import { planFolderMoves } from "./remap_folders.ts";
import type { RemapOptions } from "./remap_options.ts";
import { pathInNestedCodex } from "./remap_rules.ts";
import { createStepCounter, type RemapStep, type StepCounter } from "./remap_steps.ts";

/** A remap as a rewriting, and what came of it once the content was derived. */
export interface Remap {
  rewriting: Rewriting;
  steps(): RemapStep[];
  warnings: string[];
}

/**
 * Works out what comes back where, and how; nothing where there is nothing to map, or no agent whose
 * files are known. Reads the beginnings of Claude Code's transcripts.
 */
export async function planRemap(host: Host, options: RemapOptions): Promise<Remap | undefined> {
  const { mappings, target } = options;
  const { transcripts: agent, nested } = target.home.profile;
  if (mappings.length === 0 || !(agent || nested)) return undefined;
  const counter = createStepCounter();
  const moves = agent === "claude-code" ? await planFolderMoves(options, counter) : undefined;
  const warnings = moves?.warnings ?? [];
  const all = [...mappings, ...moves?.mappings ?? []];
  const rewriting: Rewriting = {
    content: remapDerivations({
      ...{ ...options, all, counter, warnings },
      included: await includedFiles(options),
    }),
    place: (root, path) => moves?.places.get(key(root, path)) ?? path,
    link: (linked) => mapLink(linked, mappings, counter),
    dropped: () => hasChangedRollouts(counter) ? projections(host, options) : [],
  };
  return { rewriting, steps: counter.list, warnings };
}

/** The files that OpenClaw's configuration in the backup includes, wherever they lie. */
async function includedFiles({ backup, manifest, target }: RemapOptions): Promise<Set<string>> {
  if (target.home.profile.configured_roots !== "openclaw") return new Set();
  const { places, locate } = await openClawInBackup(backup, manifest);
  return new Set(
    places.config.includes.flatMap((path) => {
      const place = locate(path);
      return place ? [rootFolder(place.root) + place.path] : [];
    }),
  );
}

function mapLink(linked: string, mappings: PathMapping[], counter: StepCounter): string {
  const match = matchPath(linked, mappings);
  if (!match) return linked;
  counter.add({ what: "links", root: HOME_ROOT, path: "", ...match.mapping });
  return mapPath(linked, mappings)!;
}

function hasChangedRollouts(counter: StepCounter): boolean {
  return counter.list().some(({ what }) => what === "conversations");
}

/**
 * Codex reads long conversations by an index into the bytes of their rollouts, and does not mend it
 * (agent-homes.md 1.6); without it, it makes a new one. Those of the backup and those that are here.
 */
function projections(host: Host, { manifest, target }: RemapOptions): DroppedFile[] {
  const { home } = target;
  const { transcripts, nested } = home.profile;
  if (transcripts !== "codex" && !nested) return [];
  const found = new Map<string, DroppedFile>();
  const note = (root: string, path: string, isInBackup: boolean) => {
    const inside = nested ? pathInNestedCodex(home, { root, path }) : path;
    if (inside === undefined || !isProjection(inside)) return;
    const message = "is an index of the conversations as they were; Codex makes it anew";
    found.set(key(root, path), { root, path, reason: "derived_index", message, isInBackup });
  };
  for (const root of target.roots) {
    for (const folder of root.kind === "folder" ? ["", "sqlite"] : []) {
      const at = pathBelow(host, root, folder);
      if (lstatIfThere(host.fs, at)?.kind !== "directory") continue;
      for (const { name } of host.fs.list(at).entries) {
        note(root.id, folder === "" ? name : `${folder}/${name}`, false);
      }
    }
  }
  for (const { root, entry } of filesOf(manifest)) note(root, entry.relative_path, true);
  return [...found.values()];
}
