/** Reading many files of an archive: workers inflate and hash, in the order of the archive. */
import { createGarbageCounter, type Pulse, type WorkerPool } from "../base/mod.ts";
import type { IndexedArchive } from "./archive_table.ts";
import { inMemory, type Need, NOT_NEEDED, type ReadableFile, type Wanted } from "./container.ts";
import type { SegmentLine } from "./format.ts";
import { inflateSegment, isFile, readGroupFiles } from "./group_reader.ts";
import {
  INFLATE_JOB,
  type InflatedGroup,
  type InflateInput,
  type InflateOutput,
} from "./inflate_job.ts";
import { COLLECTED_EVERY } from "./source_file.ts";
import type { SegmentGroup } from "./segment_groups.ts";

/** What is read, by whom, and of what. */
export interface Reading {
  archive: IndexedArchive;
  pool: WorkerPool;
  wanted: Wanted;
  need: Need;
  pulse: Pulse;
}

/** So much of the tar goes to a worker at once, bytes. Less than that is read in this thread. */
const BATCH_RAW = 4 << 20;

/**
 * A file above this goes slice by slice, and who reads it hashes it: so that memory stays bounded, or,
 * where only the hash comes back, so that the other workers need not wait for the one that has it.
 */
const WHOLE_RAW: Record<Need, number> = { content: 9 << 20, hash: 32 << 20 };

/** What goes to a worker: whole groups, or one segment of a group that is too large. */
interface Batch {
  groups: SegmentGroup[];
  segment?: SegmentLine;
  /** Its length when inflated, bytes. */
  raw: number;
  /** Too little to be worth a worker. */
  isSmall?: boolean;
}

interface Begun extends Batch {
  reply: Promise<InflateOutput>;
}

/**
 * The wanted files of groups, one after the other, while workers are ahead. What a worker could not
 * make sense of is read again here, so that damage is told as it is without workers.
 */
export async function* readInWorkers(
  reading: Reading,
  groups: AsyncIterable<SegmentGroup>,
): AsyncGenerator<ReadableFile> {
  const { archive, wanted, pulse } = reading;
  const ahead = beginAhead(reading, batchesOf(groups, WHOLE_RAW[reading.need]));
  for await (const batch of { [Symbol.asyncIterator]: () => ahead }) {
    await pulse();
    const [group] = batch.groups;
    if (!batch.segment) yield* filesOf(reading, batch);
    else if (batch.segment === group.lines[0]) {
      yield* readGroupFiles(archive, group, wanted, pulse, slicesOf(reading, batch, ahead));
    } // else it belongs to a file that was given up before its end
  }
}

async function* batchesOf(
  groups: AsyncIterable<SegmentGroup>,
  whole: number,
): AsyncGenerator<Batch> {
  let [waiting, raw, isFirst]: [SegmentGroup[], number, boolean] = [[], 0, true];
  for await (const group of groups) {
    const size = group.lines.reduce((sum, { raw }) => sum + raw, 0);
    if (size > whole) {
      if (waiting.length > 0) yield { groups: waiting, raw };
      for (const segment of group.lines) yield { groups: [group], segment, raw: segment.raw };
      [waiting, raw, isFirst] = [[], 0, false];
      continue;
    }
    waiting.push(group);
    raw += size;
    if (raw < BATCH_RAW) continue;
    yield { groups: waiting, raw };
    [waiting, raw, isFirst] = [[], 0, false];
  }
  if (waiting.length > 0) yield { groups: waiting, raw, isSmall: isFirst };
}

const NOTHING: InflateOutput = [];

function begin({ archive, pool, need }: Reading, batch: Batch): Begun {
  const groups = batch.segment ? [[batch.segment]] : batch.groups.map(({ lines }) => lines);
  if (batch.isSmall || batch.segment?.kind === "head") {
    return { ...batch, reply: Promise.resolve(NOTHING) };
  }
  const { source: { ref: source }, index: { top } } = archive;
  const input: InflateInput = { source, top, need: batch.segment ? "content" : need, groups };
  // A worker that fails has read nothing: then this thread does.
  const reply = pool.run<InflateOutput>(INFLATE_JOB, input).catch(() => NOTHING);
  return { ...batch, reply };
}

/** Whether workers have begun with so much that none of them has to wait for this thread. */
function isEnough({ pool, need }: Reading, ahead: Begun[]): boolean {
  const holding = need === "hash" ? ahead.filter(({ segment }) => segment) : ahead;
  if (holding.length > pool.size + 1) return true;
  return ahead.reduce((sum, { raw }) => sum + raw, 0) > pool.size * WHOLE_RAW.hash;
}

/** Batches that workers have begun with. */
async function* beginAhead(
  reading: Reading,
  batches: AsyncIterable<Batch>,
): AsyncGenerator<Begun> {
  const ahead: Begun[] = [];
  const letGo = createGarbageCounter(COLLECTED_EVERY);
  let fault: unknown;
  try {
    for await (const batch of batches) {
      ahead.push(begin(reading, batch));
      if (!isEnough(reading, ahead)) continue;
      const next = ahead.shift()!;
      yield next;
      if (next.segment || reading.need === "content") letGo(next.raw);
    }
  } catch (error) {
    fault = error; // what stands before it comes first
  }
  yield* ahead;
  if (fault !== undefined) throw fault;
}

async function* filesOf(
  { archive, wanted, pulse }: Reading,
  { groups, reply }: Begun,
): AsyncGenerator<ReadableFile> {
  const found = await reply;
  for (const [n, group] of groups.entries()) {
    const inflated = found[n];
    if (inflated) yield* filesIn(group, inflated, wanted);
    else yield* readGroupFiles(archive, group, wanted, pulse);
  }
}

function* filesIn(
  { entries, lines }: SegmentGroup,
  { files, pieces }: InflatedGroup,
  wanted: Wanted,
): Generator<ReadableFile> {
  for (const [n, [path, bytes]] of entries.filter(isFile).entries()) {
    if (!wanted(path)) continue;
    const { at, ...file } = files[n];
    const chunks = pieces.length === 0
      ? NOT_NEEDED
      : lines.length === 1
      ? inMemory([pieces[0].subarray(at, at + bytes)])
      : inMemory(pieces.slice(1).map((piece, n) => piece.subarray(0, contentLength(lines[n + 1]))));
    yield { path, bytes, ...file, chunks };
  }
}

/** Without the padding of a last slice. */
function contentLength(line: SegmentLine): number {
  return line.kind === "slice" ? line.length : 0;
}

/** The segments of a large file, the first of which is `head`; the others come next. */
async function* slicesOf(
  { archive: { source }, pulse }: Reading,
  head: Begun,
  rest: AsyncGenerator<Begun>,
): AsyncGenerator<Uint8Array> {
  const { lines } = head.groups[0];
  for (const line of lines) {
    await pulse();
    const batch: Begun = line === lines[0] ? head : (await rest.next()).value;
    yield (await batch.reply)[0]?.pieces[0] ?? inflateSegment(source, line);
  }
}
