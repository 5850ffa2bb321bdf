import { type Host, LifeboatError, printable } from "../base/mod.ts";
import { objectOf } from "./head.ts";
import type { SessionSource, StoredTranscript } from "./source.ts";
import { survey, type Surveyed } from "./survey.ts";

/**
 * The transcripts with an id, or with the one that begins so. Throws `no_such_session`,
 * `ambiguous_id`.
 */
export function transcriptsWithId(sources: SessionSource[], wanted: string): StoredTranscript[] {
  const all = sources.flatMap(({ transcripts }) => transcripts);
  const id = wanted.toLowerCase();
  const exact = all.filter((one) => one.id.toLowerCase() === id);
  const found = exact.length > 0 ? exact : all.filter((one) => one.id.toLowerCase().startsWith(id));
  const ids = [...new Set(found.map((one) => one.id))];
  if (ids.length === 1) return found;
  if (ids.length > 1) {
    const message = `${ids.length} conversations begin with ${wanted}`;
    const some = ids.slice(0, 5).map(printable).join(", ");
    throw new LifeboatError("refused", "ambiguous_id", message, {
      hint: `Write more of the id: ${some}`,
    });
  }
  const places = sources.map(({ home, backup }) => backup ?? home).join(", ");
  const inBackup = sources.some(({ backup }) => backup !== undefined);
  throw new LifeboatError("missing", "no_such_session", `There is no conversation ${wanted}`, {
    hint: `Looked in ${places}. See them with: lifeboat sessions list${
      inBackup ? " --backup ID" : ""
    }`,
  });
}

/** A conversation that is to come back, and what its transcript says of what belongs to it. */
export interface ChosenSession {
  transcript: StoredTranscript;
  /** The folder it was held in. */
  cwd?: string;
  /** Codex: the chosen conversation whose sub-agent it is. */
  parentId?: string;
  /** Claude Code: names of the plans that were made in it. */
  plans: string[];
}

/** What was chosen in a backup. */
export interface Choice {
  sessions: ChosenSession[];
  /** Other transcripts of the same conversations. An id must be there once (agent-homes.md 6). */
  duplicates: StoredTranscript[];
}

/**
 * Chooses conversations by their ids or unique beginnings, each with its sub-agents that are
 * conversations of their own (Codex). Throws `no_such_session`, `ambiguous_id`, `damaged_archive` when
 * one cannot be read, and `interrupted`.
 */
export async function chooseSessions(
  host: Host,
  source: SessionSource,
  ids: string[],
): Promise<Choice> {
  const named = new Set(ids.flatMap((id) => transcriptsWithId([source], id)));
  const plans = new Map<StoredTranscript, Set<string>>();
  const all = await survey(host, [source], {
    depthOf: (transcript) =>
      transcript.agent === "codex" ? "head" : named.has(transcript) ? "whole" : "none",
    eachLine(transcript) {
      const names = new Set<string>();
      plans.set(transcript, names);
      return (line) => addPlan(names, line);
    },
  });
  const found = withDescendants(all, named);
  const { kept, duplicates } = onceEach(found);
  for (const { error, transcript } of kept) {
    if (error && !STAYS_AS_IT_IS.includes(error.code)) throw unreadable(transcript, error.message);
  }
  const sessions = kept.map(({ transcript, facts }): ChosenSession => ({
    transcript,
    cwd: facts?.cwd,
    parentId: named.has(transcript) ? undefined : facts?.parentId,
    plans: [...plans.get(transcript) ?? []],
  }));
  return { sessions, duplicates };
}

/** What was captured so comes back so: a transcript that no zstd reader here, or none at all, reads. */
const STAYS_AS_IT_IS = ["damaged_transcript", "zstd_unavailable"];

function unreadable({ path }: StoredTranscript, reason: string): LifeboatError {
  return new LifeboatError("failed", "damaged_archive", `${path} cannot be read: ${reason}`, {
    hint: "Nothing was restored. Find out what is damaged with: lifeboat verify",
  });
}

/** A plan is named by the lines of the conversation that made it (agent-homes.md 2.2). */
function addPlan(names: Set<string>, line: unknown): void {
  const { slug } = objectOf(line);
  if (typeof slug === "string" && /^[\p{L}\p{N}_-]{1,200}$/u.test(slug)) names.add(slug);
}

/** Reads again where conversations were held, whose transcripts may have been rewritten since. */
export async function foldersOf(host: Host, source: SessionSource): Promise<Map<string, string>> {
  const all = await survey(host, [source], { depthOf: () => "head" });
  return new Map(
    all.flatMap(({ transcript: { path }, facts }) => facts?.cwd ? [[path, facts.cwd]] : []),
  );
}

/** The named ones, then those that they started, then those that these started. */
function withDescendants(all: Surveyed[], named: Set<StoredTranscript>): Surveyed[] {
  const found = all.filter(({ transcript }) => named.has(transcript));
  const ids = new Set(found.map(({ transcript }) => transcript.id));
  for (let before = -1; before !== ids.size;) {
    before = ids.size;
    for (const one of all) {
      const { transcript: { id }, facts } = one;
      if (ids.has(id) || facts?.parentId === undefined || !ids.has(facts.parentId)) continue;
      ids.add(id);
      found.push(...all.filter(({ transcript }) => transcript.id === id));
    }
  }
  return found;
}

/** The longest transcript of each conversation. */
function onceEach(found: Surveyed[]): { kept: Surveyed[]; duplicates: StoredTranscript[] } {
  const kept = new Map<string, Surveyed>();
  for (const one of found) {
    const known = kept.get(one.transcript.id);
    if (!known || known.transcript.bytes < one.transcript.bytes) kept.set(one.transcript.id, one);
  }
  const duplicates = found.filter((one) => kept.get(one.transcript.id) !== one);
  return {
    kept: [...kept.values()],
    duplicates: duplicates.map(({ transcript }) => transcript),
  };
}
