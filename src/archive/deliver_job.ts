/** Writing files of an archive in workers: what a worker has inflated need not go to another thread. */
import {
  type FileHandle,
  type JobResult,
  realFs,
  release,
  setAttributes,
  sha256,
} from "../base/mod.ts";
import type { FileOrder } from "./container.ts";
import type { SegmentLine } from "./format.ts";
import { inflateSegment, isFile } from "./group_reader.ts";
import { filesOfRun, headOf } from "./inflate_job.ts";
import { openRef } from "./payload_source.ts";
import type { SourceFile, SourceRef } from "./source_file.ts";

/** Name of the job in the worker program. */
export const DELIVER_JOB = "archive.deliver";

/** A group of segments, and what becomes of its files, in the order of the table. */
interface OrderedGroup {
  lines: SegmentLine[];
  orders: (FileOrder | undefined)[];
}

/** Groups of one archive that a worker writes. */
export interface DeliverInput {
  source: SourceRef;
  top: string;
  groups: OrderedGroup[];
  /** What {@linkcode createTally} has made. */
  tally: SharedArrayBuffer;
}

/** Of each group and each of its files, whether it was written. */
export type DeliverOutput = boolean[][];

/** What workers and the thread that they work for tell each other meanwhile. */
export interface Tally {
  shared: SharedArrayBuffer;
  /** Bytes written so far. */
  bytes(): number;
  add(bytes: number): void;
  /** Has workers end soon, with nothing half done. */
  stop(): void;
  isStopped(): boolean;
}

/** A new tally, or the one that another thread has made. */
export function createTally(shared = new SharedArrayBuffer(16)): Tally {
  const [BYTES, STOPPED] = [0, 1];
  const cells = new BigInt64Array(shared);
  return {
    shared,
    bytes: () => Number(Atomics.load(cells, BYTES)),
    add: (bytes) => void Atomics.add(cells, BYTES, BigInt(bytes)),
    stop: () => void Atomics.store(cells, STOPPED, 1n),
    isStopped: () => Atomics.load(cells, STOPPED) !== 0n,
  };
}

/**
 * Inflates segments in a worker and writes their files, on the file system of this machine. A file that
 * is not what was ordered, or cannot be written, is left out as a whole: the caller tries again, and says
 * what is wrong.
 */
export function deliverJob({ source: ref, top, groups, tally }: DeliverInput): JobResult {
  const source = openRef({ fs: realFs }, ref);
  const courier: Courier = { source, top, tally: createTally(tally) };
  try {
    const output: DeliverOutput = groups.map((group) => deliverGroup(courier, group));
    return { output };
  } finally {
    source.close();
  }
}

interface Courier {
  source: SourceFile;
  top: string;
  tally: Tally;
}

function deliverGroup(courier: Courier, { lines, orders }: OrderedGroup): boolean[] {
  const { source, top } = courier;
  const [line, ...slices] = lines;
  try {
    if (courier.tally.isStopped()) throw new Error("nothing of it is wanted any more");
    if (line.kind === "slice") throw new Error("a group begins with no slice");
    const inflated = inflateSegment(source, line);
    if (line.kind === "head") {
      headOf(top, line.entries[0], inflated);
      return orders.map((order) => order !== undefined && writeSlices(courier, order, slices));
    }
    const files = filesOfRun(top, line.entries, inflated);
    const sizes = line.entries.filter(isFile).map(([, bytes]) => bytes);
    const done = orders.map((order, n) => {
      const { at, sha256 } = files[n];
      if (!order || sha256 !== order.sha256 || sizes[n] !== order.bytes) return false;
      return writeFile(courier, order, (put) => put(inflated.subarray(at, at + sizes[n])));
    });
    release(inflated);
    return done;
  } catch {
    return orders.map(() => false);
  }
}

/** A file that is larger than a segment; its hash is only known when it is written. */
function writeSlices(courier: Courier, order: FileOrder, slices: SegmentLine[]): boolean {
  return writeFile(courier, order, (put) => {
    const hash = sha256();
    for (const slice of slices) {
      if (slice.kind !== "slice") throw new Error("something else is between the slices");
      const inflated = inflateSegment(courier.source, slice);
      const content = inflated.subarray(0, slice.length);
      hash.update(content);
      put(content);
      release(inflated);
    }
    if (hash.hex() !== order.sha256) throw new Error("its content is not what was ordered");
  });
}

type Fill = (put: (bytes: Uint8Array) => void) => void;

/** Writes a file and all that belongs to it; where that fails nothing is left. */
function writeFile({ tally }: Courier, order: FileOrder, fill: Fill): boolean {
  let file: FileHandle | undefined;
  let written = 0;
  try {
    file = realFs.open(order.to, { createNew: true, mode: 0o600 });
    fill((bytes) => {
      if (tally.isStopped()) throw new Error("it is not wanted any more");
      file!.write(bytes);
      tally.add(bytes.length);
      written += bytes.length;
    });
    if (written !== order.bytes) throw new Error("its length is not what was ordered");
    if (order.sync) file.sync();
    file.close();
    setAttributes(realFs, order.to, order);
    return true;
  } catch {
    tally.add(-written);
    if (file) takeBack(file, order.to);
    return false;
  }
}

function takeBack(file: FileHandle, path: string): void {
  try {
    file.close();
  } catch {
    // It was closed already.
  }
  try {
    realFs.remove(path);
  } catch {
    // It is in the way of the one who tries again, who will say so.
  }
}
