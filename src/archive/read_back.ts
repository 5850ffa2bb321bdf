import {
  crc32,
  crc32Combine,
  createPulse,
  type Host,
  type JobResult,
  realFs,
  release,
  sha256,
  sha256Of,
  type WorkerPool,
} from "../base/mod.ts";
import type { WrittenArchive } from "./archive_writer.ts";
import { findIndex } from "./archive_index.ts";
import { type IndexedArchive, readExtent } from "./archive_table.ts";
import { damaged } from "./faults.ts";
import { MANIFEST_PATH, type SegmentLine, type TableEntry } from "./format.ts";
import { inflateSegment, isFile } from "./group_reader.ts";
import { filesInRun } from "./inflate_job.ts";
import { expectTrailer } from "./indexed_reader.ts";
import { allowanceOf, READ_LIMITS } from "./limits.ts";
import { readGroups } from "./segment_groups.ts";
import { openRef } from "./payload_source.ts";
import { CHUNK_BYTES, type SourceFile, type SourceRef } from "./source_file.ts";

/** Name of the job in the worker program. */
export const READ_BACK_JOB = "archive.read_back";

/** Segments of one archive that a worker reads back. */
export interface ReadBackInput {
  source: SourceRef;
  top: string;
  lines: SegmentLine[];
}

/** Reads segments back in a worker, on the file system of this machine. Throws `damaged_archive`. */
export function readBackJob(input: ReadBackInput): JobResult {
  const source = openRef({ fs: realFs }, input.source);
  try {
    for (const line of input.lines) readContent(source, line, input.top);
  } finally {
    source.close();
  }
  return { output: null };
}

/**
 * The compressed bytes alone, for what was copied from an archive whose content was read back when it
 * was made. That takes less time than sending it to a worker.
 */
function readPacked(source: SourceFile, line: SegmentLine): void {
  let crc = 0;
  for (let done = 0; done < line.bytes; done += CHUNK_BYTES) {
    crc = crc32(source.view(line.at + done, Math.min(CHUNK_BYTES, line.bytes - done)), crc);
  }
  if (crc !== parseInt(line.packed ?? "", 16)) {
    throw damaged(source.path, `its segment at byte ${line.at} is not what was written`);
  }
}

function readContent(source: SourceFile, line: SegmentLine, top: string): void {
  const inflated = inflateSegment(source, line);
  if (line.kind === "slice") {
    expectHash(source, line.path, sha256Of(inflated.subarray(0, line.length)), line.sha256);
  } else if (line.kind === "run") readRun(source, line, inflated, top);
  release(inflated);
}

function readRun(
  source: SourceFile,
  line: { at: number; entries: TableEntry[] },
  inflated: Uint8Array,
  top: string,
): void {
  const files = filesInRun(source, line, { top, inflated });
  line.entries.filter(isFile).forEach(([stored, , , , expected], n) => {
    if (expected) expectHash(source, stored, files[n].sha256, expected);
  });
}

function expectHash({ path }: SourceFile, stored: string, actual: string, expected: string): void {
  if (actual !== expected) throw damaged(path, `${stored} is not what was captured`);
}

/** So much of the tar goes to a worker at once, bytes. */
const BATCH_RAW = 8 << 20;
/** So much is read back here rather than by a worker that would have to be started. */
const INLINE_RAW = 32 << 20;

/**
 * Reads back an archive that was just written, with all workers: every byte of the file, and the
 * content of every segment that was not copied. Throws `damaged_archive`.
 */
export async function readBack(
  host: Host,
  pool: WorkerPool,
  ref: SourceRef,
  copied: WrittenArchive["copied"],
): Promise<void> {
  const source = openRef(host, ref);
  const { path } = source;
  try {
    const index = findIndex(source);
    if (!index) throw damaged(path, "it has no index");
    const allowance = allowanceOf(path, source.size, READ_LIMITS);
    await readSegments(host, pool, { source, index, allowance }, copied);
    await readManifest({ source, index, allowance });
  } finally {
    source.close();
  }
}

async function readSegments(
  host: Host,
  pool: WorkerPool,
  archive: IndexedArchive,
  copied: WrittenArchive["copied"],
): Promise<void> {
  const { source, index } = archive;
  const { path } = source;
  const pulse = createPulse(host);
  const jobs: Promise<unknown>[] = [];
  let lines: SegmentLine[] = [];
  let batch = 0;
  let read = 0;
  let crc = 0;
  const send = () => {
    const input: ReadBackInput = { source: source.ref, top: index.top, lines };
    read += batch;
    lines = [];
    batch = 0;
    if (!pool.isWarm && read <= INLINE_RAW) return void readBackJob(input);
    const job = pool.run(READ_BACK_JOB, input);
    job.catch(() => {}); // awaited below, in turn
    jobs.push(job);
  };
  for await (const group of readGroups(archive)) {
    await pulse();
    for (const line of group.lines) {
      crc = crc32Combine(crc, parseInt(line.crc, 16), line.raw);
      if (copied.get(line.at) === line.bytes) {
        readPacked(source, line);
        continue;
      }
      lines.push(line);
      batch += line.raw;
      if (batch < BATCH_RAW) continue;
      send();
      if (jobs.length > pool.size + 2) await jobs.shift();
    }
  }
  if (lines.length > 0) send();
  await Promise.all(jobs);
  expectTrailer(path, index, crc);
}

async function readManifest(archive: IndexedArchive): Promise<void> {
  const { source, index } = archive;
  const hash = sha256();
  for await (const chunk of readExtent(archive, index.manifest, MANIFEST_PATH)) hash.update(chunk);
  expectHash(source, MANIFEST_PATH, hash.hex(), index.manifest_sha256);
}
