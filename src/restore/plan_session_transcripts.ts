/** Planning of transcripts: each is held against the one of the same id that is here. */
import { type FileEntry, HOME_ROOT, rootFolder } from "../archive/mod.ts";
import { LifeboatError, lstatIfThere, sha256OfFile } from "../base/mod.ts";
import {
  type ChosenSession,
  compareTranscripts,
  type Comparison,
  inflateZstd,
  isId,
  otherId,
  reidentify,
  type StoredTranscript,
} from "../sessions/mod.ts";
import { readInPieces } from "./bench.ts";
import type { Derivation } from "./derive.ts";
import { pathBelow } from "./layout.ts";
import type { SessionStep } from "./options.ts";
import { type Part, type SessionPlanner, staysAsIs } from "./plan_session_types.ts";

type Chunks = AsyncIterable<Uint8Array>;

/** A transcript of the backup that is about to be decided on. */
export interface Candidate {
  session: ChosenSession;
  /** Its file, which takes part unless what is here stays as it is. */
  part: Part;
  /** The transcript of the same id that is here. */
  live?: StoredTranscript;
  /** The one under the id that it gets when both went on. */
  other?: StoredTranscript;
  otherId: string;
}

const ZST = ".zst";

function isCompressed(path: string): boolean {
  return path.endsWith(ZST);
}

function plainPath(path: string): string {
  return isCompressed(path) ? path.slice(0, -ZST.length) : path;
}

function inflated(path: string, chunks: Chunks): Chunks {
  return isCompressed(path) ? inflateZstd(chunks) : chunks;
}

const INFLATED: Derivation = { derive: (chunks) => inflateZstd(chunks) };

/** The transcripts of the chosen conversations beside those of the same ids here. */
export function candidatesOf(
  planner: SessionPlanner,
  sessions: ChosenSession[],
  here: StoredTranscript[],
): Candidate[] {
  const entries = new Map(
    planner.manifest.entries.values().map((entry) => [entry.relative_path, entry]),
  );
  return sessions.map((session) => {
    const { id, agent, path } = session.transcript;
    const entry = entries.get(path)!;
    const newId = otherId(id, agent, entry.sha256);
    const withId = (wanted: string) => {
      const all = here.filter((one) => one.id === wanted);
      return all.find((one) => plainPath(one.path) === plainPath(path)) ?? all[0];
    };
    const part = { root: HOME_ROOT, entry };
    return { session, part, live: withId(id), other: withId(newId), otherId: newId };
  });
}

/** Decides on one conversation. */
export async function decide(planner: SessionPlanner, candidate: Candidate): Promise<void> {
  const { part, live, other } = candidate;
  const { relative_path } = part.entry;
  if (!live) return create(planner, candidate);
  const comparison = await readStored(
    planner,
    part,
    (chunks) => compareTranscripts(inflated(relative_path, chunks), contentOf(planner, live)),
  );
  if (comparison === "longer") return replace(planner, candidate, live);
  if (staysAsIs(comparison)) return stay(planner, candidate, live, comparison);
  if (!isId(live.id)) {
    planner.warnings.push(
      `${relative_path} is not restored: ${live.path} went on otherwise, and it has no id to change`,
    );
    return stay(planner, candidate, live, "shorter");
  }
  if (!other) return putBeside(planner, candidate);
  // It came back under that id before, and may have been continued since.
  const again = await readStored(
    planner,
    part,
    (chunks) => compareTranscripts(besides(candidate)(chunks), contentOf(planner, other)),
  );
  if (again === "longer") return putBeside(planner, candidate, other);
  stay(planner, candidate, other, again);
  if (again === "diverged") {
    planner.warnings.push(
      `${relative_path} is not restored: ${other.path} came from it and went on otherwise`,
    );
  }
}

/** Reads one file of the backup. */
export async function readStored<Result>(
  { backup }: SessionPlanner,
  { root, entry }: Part,
  use: (chunks: Chunks) => Promise<Result>,
): Promise<Result> {
  const wanted = rootFolder(root) + entry.relative_path;
  let result: { value: Result } | undefined;
  await backup.visit((path) => path === wanted, async (_, chunks) => {
    result = { value: await use(chunks) };
  });
  if (result) return result.value;
  const message = `${wanted} cannot be restored: it is not in the backup`;
  throw new LifeboatError("failed", "damaged_archive", message, {
    hint: "Nothing was restored. Find out what is damaged with: lifeboat verify",
  });
}

/** A transcript under its other id, not compressed. */
function besides({ session: { transcript: { id, path } }, otherId: to }: Candidate) {
  return (chunks: Chunks) => reidentify(inflated(path, chunks), { from: id, to });
}

/** Whether a file that is here has the bytes of the one in the backup, which is not read for that. */
export function isSame(
  { host }: SessionPlanner,
  path: string,
  { bytes, sha256 }: FileEntry,
): boolean {
  if (lstatIfThere(host.fs, path)?.size !== bytes) return false;
  return sha256OfFile(host.fs, path) === sha256.toUpperCase();
}

function placeOf({ host, target }: SessionPlanner, { path }: StoredTranscript): string {
  return pathBelow(host, target.roots[0], path);
}

function contentOf(planner: SessionPlanner, live: StoredTranscript): Chunks {
  return inflated(live.path, readInPieces(planner.host, placeOf(planner, live)));
}

function note(
  planner: SessionPlanner,
  { session, live }: Candidate,
  { action, path, id }: { action: SessionStep["action"]; path: string; id: string },
): void {
  const { transcript, cwd, parentId } = session;
  const step: SessionStep = {
    id: transcript.id,
    new_id: id === transcript.id ? null : id,
    agent: transcript.agent,
    project: cwd ?? null,
    parent_id: parentId ?? null,
    path,
    action,
  };
  planner.decided.push({ session, step, isGone: live === undefined });
}

function create(planner: SessionPlanner, candidate: Candidate): void {
  const { part, session: { transcript: { id } } } = candidate;
  planner.parts.push(part);
  note(planner, candidate, { action: "create", path: part.entry.relative_path, id });
}

function stay(
  planner: SessionPlanner,
  candidate: Candidate,
  { path, id }: StoredTranscript,
  comparison: Comparison,
): void {
  planner.kept.push({ path, bytes: candidate.part.entry.bytes });
  note(planner, candidate, { action: comparison === "equal" ? "unchanged" : "kept", path, id });
}

/** What is here is the beginning of what comes back, which takes its place. */
function replace(planner: SessionPlanner, candidate: Candidate, live: StoredTranscript): void {
  const { part, session: { transcript: { path, id } } } = candidate;
  if (isCompressed(path) && isCompressed(live.path)) {
    planner.parts.push({ ...part, place: live.path });
    return note(planner, candidate, { action: "replace", path: live.path, id });
  }
  const derivation = isCompressed(path) ? INFLATED : undefined;
  const place = putPlain(planner, { ...part, derivation }, live.path);
  note(planner, candidate, { action: "replace", path: place, id });
}

/** Both went on: it gets an id of its own, or goes on under the one that it got before. */
function putBeside(planner: SessionPlanner, candidate: Candidate, other?: StoredTranscript): void {
  const { session: { transcript: { id, path } }, part, otherId: to } = candidate;
  const at = path.toLowerCase().lastIndexOf(id);
  const name = path.slice(0, at) + to + path.slice(at + id.length);
  const derivation = { derive: besides(candidate) };
  const place = putPlain(planner, { ...part, derivation }, other?.path ?? name);
  note(planner, candidate, { action: "beside", path: place, id: to });
}

/** Where a rollout lies plain and compressed, Codex takes the plain one (agent-homes.md 1.5). */
function putPlain(planner: SessionPlanner, part: Part, at: string): string {
  const place = plainPath(at);
  planner.parts.push({ ...part, place });
  if (place !== at && isHere(planner, at)) planner.dropped.push(replacedByPlain(at));
  return place;
}

function isHere({ host, target }: SessionPlanner, path: string): boolean {
  return lstatIfThere(host.fs, pathBelow(host, target.roots[0], path)) !== undefined;
}

function replacedByPlain(path: string) {
  const message = "leaves its place: the longer transcript that comes back is not compressed";
  return { root: HOME_ROOT, path, reason: "replaced", message, isInBackup: false };
}
