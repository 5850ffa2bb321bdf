import { describeParsed, objectOf } from "./head.ts";
import { isId, type TranscriptAgent } from "./layout.ts";
import { createLineSplitter } from "./lines.ts";

/** What reading a transcript tells about it; nothing of the conversation. */
export interface TranscriptFacts {
  /** The folder the conversation was begun in, as the agent's own platform writes it. */
  cwd?: string;
  /** The agent's version at the beginning. */
  version?: string;
  /** Codex: the thread that started this one as its sub-agent. */
  parentId?: string;
  /** First and last time in it, ms since 1970. */
  startedMs?: number;
  endedMs?: number;
  /** Lines with anything in them. */
  lines: number;
  /**
   * Lines that are no JSON object. Where lines are only counted, those that do not begin and end like
   * one.
   */
  malformed: number;
  /** Lines that are too long to be looked into. */
  overlong: number;
}

/** How a transcript is read. */
export interface Reading {
  agent: TranscriptAgent;
  /** `head`: only until it is known whose it is. */
  depth: "head" | "whole";
  /** Gets every line, parsed; without it, most lines are only counted. */
  each?: (line: unknown) => void;
}

/** A conversation says where it is held within this many lines. */
const HEAD_LINES = 200;
/** The last line with a time is among the last ones, and not a long one. */
const TAIL_LINES = 16;
const TAIL_LINE_BYTES = 256 << 10;
const MAX_PATH = 4096;
/** The last moment that ISO 8601 writes with four digits. */
const MAX_TIME = Date.UTC(10_000, 0) - 1;

const OPEN = 0x7b;
const CLOSE = 0x7d;

const decoder = new TextDecoder();

function parse(line: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(decoder.decode(line));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Without spaces, tabs and carriage returns around it. */
function trimmed(line: Uint8Array): Uint8Array {
  let [from, to] = [0, line.length];
  const isSpace = (byte: number) => byte === 0x20 || byte === 0x0d || byte === 0x09;
  while (from < to && isSpace(line[from])) from++;
  while (to > from && isSpace(line[to - 1])) to--;
  return line.subarray(from, to);
}

function timeOf(line: Record<string, unknown>): number | undefined {
  if (typeof line.timestamp !== "string" || line.timestamp.length > 40) return undefined;
  const time = Date.parse(line.timestamp);
  return time > 0 && time <= MAX_TIME ? time : undefined;
}

/** The thread that spawned a sub-agent; older and newer versions say it in different places. */
function parentOf(line: Record<string, unknown>): string | undefined {
  const meta = objectOf(line.payload);
  const spawn = objectOf(objectOf(objectOf(meta.source).subagent).thread_spawn);
  const id = meta.parent_thread_id ?? spawn.parent_thread_id;
  return isId(id) ? id.toLowerCase() : undefined;
}

/** Gathers the facts line by line. */
function createCollector({ agent, each }: Reading) {
  const facts: TranscriptFacts = { lines: 0, malformed: 0, overlong: 0 };
  let tail: Uint8Array[] = [];

  function takeTime(line: Record<string, unknown>): void {
    const time = timeOf(line);
    facts.startedMs ??= time;
    facts.endedMs = time ?? facts.endedMs;
  }

  function takeHead(line: Record<string, unknown>): void {
    const { cwd, version } = describeParsed(line);
    if (cwd !== undefined && cwd !== "" && cwd.length <= MAX_PATH) facts.cwd ??= cwd;
    facts.version ??= version;
    if (agent === "codex" && line.type === "session_meta") facts.parentId = parentOf(line);
  }

  function headIsKnown(): boolean {
    // Only the first line of a rollout speaks of the rollout: a fork repeats its parent's lines.
    if (agent === "codex") return facts.lines > 1;
    return facts.lines > HEAD_LINES || (facts.cwd !== undefined && facts.startedMs !== undefined);
  }

  function take(line: Uint8Array): void {
    const head = !headIsKnown();
    if (!head && !each) {
      if (line[0] !== OPEN || line.at(-1) !== CLOSE) facts.malformed++;
      else if (line.length <= TAIL_LINE_BYTES) tail = [...tail.slice(1 - TAIL_LINES), line.slice()];
      return;
    }
    const value = parse(line);
    if (!value) return void facts.malformed++;
    takeTime(value);
    if (head) takeHead(value);
    each?.(value);
  }

  return {
    line(line: Uint8Array | undefined): void {
      const content = line && trimmed(line);
      if (content?.length === 0) return;
      facts.lines++;
      if (content) take(content);
      else facts.overlong++;
    },
    headIsRead: () => agent === "codex" ? facts.lines >= 1 : headIsKnown(),
    finish(): TranscriptFacts {
      const last = tail.map((line) => timeOf(parse(line) ?? {})).findLast((time) => time);
      facts.endedMs = last ?? facts.endedMs;
      return facts;
    },
  };
}

/** Reads a transcript; never holds more of it than one line. Throws what its chunks throw. */
export async function readFacts(
  chunks: AsyncIterable<Uint8Array>,
  reading: Reading,
): Promise<TranscriptFacts> {
  const collector = createCollector(reading);
  const splitter = createLineSplitter(collector.line);
  for await (const chunk of chunks) {
    splitter.push(chunk);
    if (reading.depth === "head" && collector.headIsRead()) break;
  }
  splitter.end();
  return collector.finish();
}
