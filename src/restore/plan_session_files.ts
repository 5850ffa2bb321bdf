/** Planning of what belongs to one conversation alone: files of its sub-agents, checkpoints, tasks. */
import { type FileEntry, HOME_ROOT } from "../archive/mod.ts";
import { lstatIfThere } from "../base/mod.ts";
import { type Belongings, belongingsOf, compareTranscripts, reidentify } from "../sessions/mod.ts";
import { readInPieces } from "./bench.ts";
import { pathBelow } from "./layout.ts";
import { isSame, readStored } from "./plan_session_transcripts.ts";
import type { Decided, Part, SessionPlanner } from "./plan_session_types.ts";

/** Plans the files of every conversation that was decided on. */
export async function planOwnFiles(planner: SessionPlanner): Promise<void> {
  const owners = planner.decided.map((decided) => ({
    decided,
    belongings: belongingsOf([decided.session]),
  }));
  for (const entry of planner.manifest.entries) {
    const owner = ownerOf(owners, entry.relative_path);
    if (owner) await planOwnFile(planner, owner, entry);
  }
}

function ownerOf(
  owners: { decided: Decided; belongings: Belongings }[],
  path: string,
): Decided | undefined {
  return owners.find(({ belongings }) => belongings.owns(path))?.decided;
}

/** What is here stays, unless it is the beginning of what a sub-agent had written by then. */
async function planOwnFile(
  planner: SessionPlanner,
  decided: Decided,
  entry: FileEntry,
): Promise<void> {
  const part = partOf(decided, entry);
  const place = part.place ?? entry.relative_path;
  const path = pathBelow(planner.host, planner.target.roots[0], place);
  const info = lstatIfThere(planner.host.fs, path);
  if (!info) return void planner.parts.push(part);
  if (info.kind === "file" && await isLonger(planner, part, path)) {
    return void planner.parts.push(part);
  }
  planner.kept.push({ path: place, bytes: entry.bytes });
}

/** A conversation that gets another id takes along what is named by its id (Claude Code). */
function partOf({ session: { transcript }, step }: Decided, entry: FileEntry): Part {
  const part: Part = { root: HOME_ROOT, entry };
  const ids = { from: transcript.id, to: step.new_id };
  if (ids.to === null || transcript.agent === "codex") return part;
  const { relative_path: path } = entry;
  const at = path.toLowerCase().indexOf(ids.from);
  if (at < 0) return part;
  const to = ids.to;
  return {
    ...part,
    place: path.slice(0, at) + to + path.slice(at + ids.from.length),
    ...(path.endsWith(".jsonl") &&
      { derivation: { derive: (chunks) => reidentify(chunks, { from: ids.from, to }) } }),
  };
}

async function isLonger(planner: SessionPlanner, part: Part, path: string): Promise<boolean> {
  const { host } = planner;
  const { entry, derivation } = part;
  if (!derivation && isSame(planner, path, entry)) return false;
  if (!entry.relative_path.endsWith(".jsonl")) {
    noteOther(planner, entry);
    return false;
  }
  const comparison = await readStored(planner, part, (chunks) =>
    compareTranscripts(
      derivation ? derivation.derive(chunks, planner.bench) : chunks,
      readInPieces(host, path),
    ));
  if (comparison === "diverged") noteOther(planner, entry);
  return comparison === "longer";
}

function noteOther({ warnings }: SessionPlanner, { relative_path }: FileEntry): void {
  warnings.push(`${relative_path} stays as it is here; the backup has another version`);
}
