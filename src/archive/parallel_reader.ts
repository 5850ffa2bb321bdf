/** Reading many files of an archive: workers inflate and hash, in the order of the archive. */
import { createGarbageCounter, type Pulse, release, within, type WorkerPool } from "../base/mod.ts";
import type { IndexedArchive } from "./archive_table.ts";
import { type Batch, batchesOf, type PlannedGroup, WHOLE_RAW } from "./batches.ts";
import {
  type Delivery,
  inMemory,
  type Need,
  NOT_NEEDED,
  type ReadableFile,
  type Wanted,
} from "./container.ts";
import {
  createTally,
  DELIVER_JOB,
  type DeliverInput,
  type DeliverOutput,
  type Tally,
} from "./deliver_job.ts";
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

/** A batch that a worker has begun with: it inflates it, or writes its files. */
interface Begun extends Batch {
  inflated: Promise<InflateOutput>;
  written: Promise<DeliverOutput>;
}

/**
 * The wanted files of groups, one after the other, while workers are ahead. What a worker could not
 * make sense of, or not write, is read again here, so that faults are told as they are without workers.
 */
export async function* readInWorkers(
  reading: Reading,
  groups: AsyncIterable<SegmentGroup>,
): AsyncGenerator<ReadableFile> {
  const { archive, wanted, pulse, need } = reading;
  const tally = createTally();
  const writing = new Set<Promise<unknown>>();
  const ahead = beginAhead(reading, batchesOf(groups, wanted, need), (batch) => {
    const begun = begin(reading, batch, tally);
    writing.add(begun.written);
    begun.written.then(() => writing.delete(begun.written));
    return begun;
  });
  try {
    for await (const batch of { [Symbol.asyncIterator]: () => ahead }) {
      await pulse();
      const [group] = batch.groups;
      if (isDelivered(batch)) yield* undeliveredOf(reading, need as Delivery, batch, tally);
      else if (!batch.segment) yield* filesOf(reading, batch);
      else if (batch.segment === group.lines[0]) {
        yield* readGroupFiles(archive, group, wanted, pulse, slicesOf(reading, batch, ahead));
      } // else it belongs to a file that was given up before its end
    }
  } finally {
    // Who stops early may remove what was written; then nothing more must come.
    tally.stop();
    await Promise.all(writing);
  }
}

function isDelivered({ groups }: Batch): boolean {
  return groups[0].orders !== undefined;
}

const NOTHING: [] = [];

function begin({ archive, pool, need }: Reading, batch: Batch, tally: Tally): Begun {
  const nothing = { inflated: Promise.resolve(NOTHING), written: Promise.resolve(NOTHING) };
  if (batch.isSmall || batch.segment?.kind === "head") return { ...batch, ...nothing };
  const where = { source: archive.source.ref, top: archive.index.top };
  // A worker that fails has done nothing: then this thread does it.
  if (isDelivered(batch)) {
    const groups = batch.groups.map(({ lines, orders = [] }) => ({ lines, orders }));
    const input: DeliverInput = { ...where, groups, tally: tally.shared };
    const written = pool.run<DeliverOutput>(DELIVER_JOB, input).catch(() => NOTHING);
    return { ...batch, ...nothing, written };
  }
  const input: InflateInput = {
    ...where,
    need: batch.segment || need !== "hash" ? "content" : "hash",
    groups: batch.segment ? [[batch.segment]] : batch.groups.map(({ lines }) => lines),
  };
  const inflated = pool.run<InflateOutput>(INFLATE_JOB, input).catch(() => NOTHING);
  return { ...batch, ...nothing, inflated };
}

/** Whether the content of a batch comes to this thread. */
function isHeld({ need }: Reading, batch: Batch): boolean {
  return batch.segment !== undefined || (need !== "hash" && !isDelivered(batch));
}

/** Files that are waited for take memory too, if little: so many for each worker, and once more. */
const FILES_AHEAD = 4000;

/** Whether workers have begun with so much that none of them has to wait for this thread. */
function isEnough(reading: Reading, ahead: Begun[]): boolean {
  const most = reading.pool.size + 1;
  if (ahead.filter((batch) => isHeld(reading, batch)).length > most) return true;
  // While one worker is at a large file, the others go on with what comes after it.
  const files = ahead.flatMap(({ groups }) => groups.map(({ entries }) => entries.length));
  return files.reduce((sum, count) => sum + count, 0) > most * FILES_AHEAD;
}

/** Batches that workers have begun with. */
async function* beginAhead(
  reading: Reading,
  batches: AsyncIterable<Batch>,
  beginOne: (batch: Batch) => Begun,
): AsyncGenerator<Begun> {
  const ahead: Begun[] = [];
  const letGo = createGarbageCounter(COLLECTED_EVERY);
  let fault: unknown;
  try {
    for await (const batch of batches) {
      ahead.push(beginOne(batch));
      while (isEnough(reading, ahead)) {
        const next = ahead.shift()!;
        yield next;
        if (isHeld(reading, next)) letGo(next.raw);
      }
    }
  } catch (error) {
    fault = error; // what stands before it comes first
  }
  yield* ahead;
  if (fault !== undefined) throw fault;
}

/** How often a large file that a worker writes is looked after, ms. */
const LOOK_EVERY = 100;

/** What a worker has written of a batch; a large one can take long. */
async function writtenOf(batch: Begun, pulse: Pulse, tell: () => void): Promise<DeliverOutput> {
  const isLarge = batch.raw > WHOLE_RAW.content;
  for (;;) {
    const written = await (isLarge ? within(LOOK_EVERY, batch.written) : batch.written);
    tell();
    if (written) return written;
    await pulse();
  }
}

/** Files that a worker should have written and has not. */
async function* undeliveredOf(
  { archive, pulse }: Reading,
  delivery: Delivery,
  batch: Begun,
  tally: Tally,
): AsyncGenerator<ReadableFile> {
  const written = await writtenOf(batch, pulse, () => delivery.progress(tally.bytes()));
  for (const [n, group] of batch.groups.entries()) {
    const left = new Set<string>();
    for (const [at, path] of orderedOf(group)) {
      if (written[n]?.[at]) delivery.done(path);
      else left.add(path);
    }
    if (left.size > 0) yield* readGroupFiles(archive, group, (path) => left.has(path), pulse);
  }
}

/** Number and path of the files of a group that are ordered. */
function orderedOf({ entries, orders = [] }: PlannedGroup): [number, string][] {
  return entries.filter(isFile).map(([path], n): [number, string] => [n, path])
    .filter(([n]) => orders[n] !== undefined);
}

async function* filesOf(
  { archive, wanted, pulse }: Reading,
  { groups, inflated }: Begun,
): AsyncGenerator<ReadableFile> {
  const found = await inflated;
  for (const [n, group] of groups.entries()) {
    const one = found[n];
    if (one) yield* filesIn(group, one, wanted);
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
  { archive: { source }, need, pulse }: Reading,
  head: Begun,
  rest: AsyncGenerator<Begun>,
): AsyncGenerator<Uint8Array> {
  const { lines } = head.groups[0];
  for (const line of lines) {
    await pulse();
    const batch: Begun = line === lines[0] ? head : (await rest.next()).value;
    const piece = (await batch.inflated)[0]?.pieces[0] ?? inflateSegment(source, line);
    yield piece;
    if (need === "hash") release(piece); // nobody keeps of it what was hashed
  }
}
