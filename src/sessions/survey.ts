import { asLifeboatError, describeError, type Host, LifeboatError } from "../base/mod.ts";
import { readFacts, type TranscriptFacts } from "./facts.ts";
import { readNames } from "./names.ts";
import type { SessionSource, StoredTranscript } from "./source.ts";
import { inflateZstd } from "./zstd.ts";

/** A conversation, and what reading it has told. */
export interface Surveyed {
  source: SessionSource;
  transcript: StoredTranscript;
  /** Nothing where it was not read, or could not be. */
  facts?: TranscriptFacts;
  /** Whether all of it was read. */
  whole: boolean;
  /** Why it could not be read. */
  error?: { code: string; message: string };
  /** The name it was given. */
  name?: string;
}

/** How far a transcript is read. */
export type Depth = "none" | "head" | "whole";

/** What is to be learned. */
export interface SurveyOptions {
  /** Asked before each transcript; what was read before may decide. */
  depthOf(transcript: StoredTranscript): Depth;
  /** What gets every parsed line of one that is read whole; nothing: lines are only counted. */
  eachLine?(transcript: StoredTranscript): ((line: unknown) => void) | undefined;
  /** Told of each one that was read whole. */
  done?(surveyed: Surveyed): void;
}

function failureOf(thrown: unknown): { code: string; message: string } {
  const { kind, code, message } = asLifeboatError(thrown);
  if (kind === "interrupted") throw thrown;
  // Any other error is one of the file system, whose message is already a short one.
  const own = thrown instanceof LifeboatError;
  return own ? { code, message } : { code: "unreadable", message: describeError(thrown) };
}

/** Counts what is read, and tells how far it is. */
function createCounter(host: Host, sources: SessionSource[]) {
  const transcripts = sources.flatMap((source) => source.transcripts);
  const totalBytes = transcripts.reduce((sum, { bytes }) => sum + bytes, 0);
  let [files, bytes, before] = [0, 0, 0];
  return {
    async *count(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        host.progress({ phase: "reading", files, bytes, totalBytes });
        yield chunk;
      }
    },
    /** What was left unread counts as done. */
    next(size: number): void {
      files++;
      bytes = before += size;
    },
  };
}

type Counter = ReturnType<typeof createCounter>;

async function surveyOne(
  surveyed: Surveyed,
  chunks: AsyncIterable<Uint8Array>,
  options: SurveyOptions,
  counter: Counter,
): Promise<void> {
  const { transcript } = surveyed;
  const depth = options.depthOf(transcript);
  try {
    if (depth === "none") return;
    const counted = counter.count(chunks);
    const plain = transcript.compressed ? inflateZstd(counted) : counted;
    const each = depth === "whole" ? options.eachLine?.(transcript) : undefined;
    surveyed.facts = await readFacts(plain, { agent: transcript.agent, depth, each });
    surveyed.whole = depth === "whole";
  } catch (error) {
    surveyed.error = failureOf(error);
  } finally {
    counter.next(transcript.bytes);
  }
  if (surveyed.whole) options.done?.(surveyed);
}

async function surveySource(
  source: SessionSource,
  options: SurveyOptions,
  counter: Counter,
): Promise<Surveyed[]> {
  const found = new Map<StoredTranscript, Surveyed>();
  for (const transcript of source.transcripts) {
    const error = { code: "not_found", message: "It is in the list of files, but was not found" };
    found.set(transcript, { source, transcript, whole: false, error });
  }
  let names = new Map<string, string>();
  await source.visit({
    async transcript(transcript, chunks) {
      const surveyed = found.get(transcript)!;
      surveyed.error = undefined;
      await surveyOne(surveyed, chunks, options, counter);
    },
    async names(chunks) {
      try {
        names = await readNames(chunks, new Set(source.transcripts.map(({ id }) => id)));
      } catch (error) {
        source.failures.push({ path: "session_index.jsonl", error: failureOf(error).message });
      }
    },
  });
  for (const one of found.values()) one.name = names.get(one.transcript.id);
  return [...found.values()];
}

/** Reads the conversations of some homes or backups, each as far as is asked for. */
export async function survey(
  host: Host,
  sources: SessionSource[],
  options: SurveyOptions,
): Promise<Surveyed[]> {
  const counter = createCounter(host, sources);
  const all: Surveyed[] = [];
  for (const source of sources) all.push(...await surveySource(source, options, counter));
  return all;
}
