import { objectOf } from "./head.ts";
import { createLineSplitter } from "./lines.ts";

/** Lines of prompts are short; a longer one is left alone. */
const MAX_LINE_BYTES = 4 << 20;
const NEWLINE = Uint8Array.of(0x0a);

const decoder = new TextDecoder();

/** What a line of a list says: of which conversation it is, and when it was written. */
interface ListLine {
  id?: string;
  /** ms since 1970. */
  time?: number;
}

function readLine(line: Uint8Array): ListLine {
  try {
    const { id, sessionId, session_id, timestamp, ts, updated_at } = objectOf(
      JSON.parse(decoder.decode(line)),
    );
    const named = [sessionId, session_id, id].find((one) => typeof one === "string");
    return { id: named?.toLowerCase(), time: timeOf(timestamp ?? ts ?? updated_at) };
  } catch {
    return {};
  }
}

/** Claude Code counts milliseconds, Codex seconds, and names of conversations have ISO 8601. */
function timeOf(value: unknown): number | undefined {
  const isSeconds = typeof value === "number" && value < 1e11;
  const time = typeof value === "string" ? Date.parse(value) : isSeconds ? value * 1000 : value;
  return typeof time === "number" && Number.isFinite(time) ? time : undefined;
}

/** A line about one of some conversations. */
export interface TakenLine extends ListLine {
  /** Without its line end. */
  bytes: Uint8Array;
}

/** The lines of a list that are about some conversations. Throws what its chunks throw. */
export async function linesAbout(
  chunks: AsyncIterable<Uint8Array>,
  ids: ReadonlySet<string>,
): Promise<TakenLine[]> {
  const taken: TakenLine[] = [];
  const splitter = createLineSplitter((bytes) => {
    const line = bytes && readLine(bytes);
    if (line?.id !== undefined && ids.has(line.id)) taken.push({ ...line, bytes: bytes!.slice() });
  }, MAX_LINE_BYTES);
  for await (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return taken;
}

/** The last line of each conversation: it alone counts among names (agent-homes.md 1.2). */
export function lastOfEach(lines: TakenLine[]): TakenLine[] {
  return [...new Map(lines.map((line) => [line.id, line])).values()];
}

/** Those of some lines that a list does not have, byte for byte. */
export function linesMissing(lines: TakenLine[], there: TakenLine[]): TakenLine[] {
  const known = new Set(there.map(({ bytes }) => decoder.decode(bytes)));
  return lines.filter(({ bytes }) => !known.has(decoder.decode(bytes)));
}

/**
 * A list with more lines in it: each before the first line that was written later, so that what was
 * typed last stays last. The lines that are there keep their order and their bytes; only a last line
 * without a line end gets one.
 */
export async function* mergeLines(
  live: AsyncIterable<Uint8Array>,
  added: TakenLine[],
): AsyncGenerator<Uint8Array> {
  const waiting = [...added];
  let ready: Uint8Array[] = [];
  const splitter = createLineSplitter((bytes) => {
    const time = bytes && readLine(bytes).time;
    while (time !== undefined && waiting.length > 0 && (waiting[0].time ?? Infinity) < time) {
      ready.push(waiting.shift()!.bytes, NEWLINE);
    }
    if (bytes) ready.push(bytes.slice(), NEWLINE);
  }, Infinity);
  for await (const chunk of live) {
    splitter.push(chunk);
    yield* ready;
    ready = [];
  }
  splitter.end();
  yield* ready;
  for (const { bytes } of waiting) yield* [bytes, NEWLINE];
}
