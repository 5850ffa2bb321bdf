/** Planning of files about many conversations: only what is about the chosen ones is put into them. */
import { type FileEntry, HOME_ROOT } from "../archive/mod.ts";
import { lstatIfThere, readText } from "../base/mod.ts";
import {
  addProjectEntry,
  belongingsOf,
  lastOfEach,
  linesAbout,
  linesMissing,
  mergeLines,
  NAMES_PATH,
  projectEntry,
  reidentify,
  type TakenLine,
} from "../sessions/mod.ts";
import { readInPieces } from "./bench.ts";
import type { Derivation, Derive } from "./derive.ts";
import type { TargetRoot } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import type { MergedFile } from "./options.ts";
import { readStored } from "./plan_session_transcripts.ts";
import type { Part, SessionPlanner } from "./plan_session_types.ts";

const STATE_NAME = ".claude.json";
const MAX_STATE_BYTES = 64 << 20;

/** Content that does not depend on what the backup has of the file. */
export function contentOf(make: () => AsyncIterable<Uint8Array>): Derivation {
  const derive: Derive = async function* (chunks) {
    for await (const _ of chunks); // read to its end, it is checked
    yield* make();
  };
  return { derive, once: true };
}

/** Notes that something is put into a file that is here. */
export function putInto(planner: SessionPlanner, part: Part, merged: MergedFile): void {
  planner.parts.push({ ...part, isMerged: true });
  planner.merged.push(merged);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Plans the lines of `history.jsonl` and `session_index.jsonl` that are gone. */
export async function planLists(planner: SessionPlanner): Promise<void> {
  const { lists } = belongingsOf(planner.decided.map(({ session }) => session));
  for (const path of lists) {
    const entry = planner.manifest.entries.values().find((one) => one.relative_path === path);
    if (entry) await planList(planner, entry);
  }
}

async function planList(planner: SessionPlanner, entry: FileEntry): Promise<void> {
  const { host, target, decided } = planner;
  const part = { root: HOME_ROOT, entry };
  const path = pathBelow(host, target.roots[0], entry.relative_path);
  const info = lstatIfThere(host.fs, path);
  if (info && info.kind !== "file") return; // whatever that is, no list of an agent
  const ids = new Set(decided.flatMap(({ step }) => [step.id, step.new_id ?? step.id]));
  const live = () => info ? readInPieces(host, path) : nothing();
  const there = await linesAbout(live(), ids);
  const stored = await readStored(planner, part, (chunks) => linesAbout(chunks, ids));
  const added = entry.relative_path === NAMES_PATH
    ? await namesMissing(planner, stored, there)
    : linesMissing(await renamed(planner, linesMissing(stored, there)), there);
  if (added.length === 0) return;
  const derivation = contentOf(() => mergeLines(live(), added));
  putInto(planner, { ...part, derivation }, {
    root: HOME_ROOT,
    path: entry.relative_path,
    what: "lines",
    count: added.length,
  });
}

/** A conversation that has a name here keeps it. */
async function namesMissing(planner: SessionPlanner, stored: TakenLine[], there: TakenLine[]) {
  const named = new Set(there.map(({ id }) => id));
  return (await renamed(planner, lastOfEach(stored))).filter(({ id }) => !named.has(id));
}

/** What was said in a conversation that gets another id is said in that one. */
async function renamed({ decided }: SessionPlanner, lines: TakenLine[]): Promise<TakenLine[]> {
  const ids = new Map(decided.map(({ step }) => [step.id, step.new_id]));
  return await Promise.all(lines.map(async (line) => {
    const to = line.id && ids.get(line.id);
    if (!to) return line;
    const pieces = await Array.fromAsync(reidentify(asChunks(line.bytes), { from: line.id!, to }));
    return { ...line, id: to, bytes: new Uint8Array(await new Blob(pieces as BlobPart[]).bytes()) };
  }));
}

async function* asChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

/**
 * Plans what `.claude.json` says of the folders of the conversations, where it says nothing of them
 * here. A file that is not here is not made: the agent makes it, and nothing of a conversation needs
 * it.
 */
export async function planProjects(planner: SessionPlanner): Promise<void> {
  const folders = new Set(
    planner.decided.filter(({ step }) => step.action !== "kept" && step.agent === "claude-code")
      .flatMap(({ step }) => step.project ?? []),
  );
  for (const { root, entry } of folders.size > 0 ? statesIn(planner) : []) {
    const here = planner.target.roots.find(({ id }) => id === root);
    const text = here && textAt(planner, here, entry.relative_path);
    if (text === undefined) continue;
    await planState(planner, { root, entry }, text, folders);
  }
}

function statesIn({ manifest: { entries, roots } }: SessionPlanner): Part[] {
  const inHome = entries.values().filter(({ relative_path }) => relative_path === STATE_NAME)
    .map((entry) => ({ root: HOME_ROOT, entry }));
  const files = roots.filter(({ id, kind }) => id === "claude-json" && kind === "file");
  return [...inHome, ...files.flatMap(({ id, entries: [entry] }) => ({ root: id, entry }))];
}

function textAt({ host }: SessionPlanner, root: TargetRoot, path: string): string | undefined {
  const place = pathBelow(host, root, path);
  if (lstatIfThere(host.fs, place)?.kind !== "file") return undefined;
  return readText(host.fs, place, MAX_STATE_BYTES);
}

async function planState(
  planner: SessionPlanner,
  part: Part,
  text: string,
  folders: Set<string>,
): Promise<void> {
  if (part.entry.bytes > MAX_STATE_BYTES) return;
  const stored = await readStored(planner, part, async (chunks) => {
    const pieces = await Array.fromAsync(chunks, (chunk) => chunk.slice());
    return await new Blob(pieces as BlobPart[]).text();
  });
  let [merged, count] = [text, 0];
  for (const folder of folders) {
    const entry = projectEntry(stored, folder);
    const more = entry ? addProjectEntry(merged, folder, entry) : merged;
    if (more !== merged) count++;
    merged = more;
  }
  if (count === 0) return;
  const bytes = new TextEncoder().encode(merged);
  putInto(planner, { ...part, derivation: contentOf(() => asChunks(bytes)) }, {
    root: part.root,
    path: part.entry.relative_path,
    what: "project",
    count,
  });
}
