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
import { MANIFEST_PATH, type SegmentLine } from "./format.ts";
import { inflateSegment } from "./group_reader.ts";
import { expectTrailer } from "./indexed_reader.ts";
import { allowanceOf, READ_LIMITS } from "./limits.ts";
import { readGroups } from "./segment_groups.ts";
import { openRef } from "./payload_source.ts";
import { CHUNK_BYTES, type SourceFile, type SourceRef } from "./source_file.ts";
import { readTar } from "./tar_reader.ts";

/** Name of the job in the worker program. */
export const READ_BACK_JOB = "archive.read_back";

/** Segments of one archive that a worker reads back. */
export interface ReadBackInput {
  source: SourceRef;
  top: string;
  lines: SegmentLine[];
}

/** Reads segments back in a worker, on the file system of this machine. Throws `damaged_archive`. */
export async function readBackJob(input: ReadBackInput): Promise<JobResult> {
  const source = openRef({ fs: realFs }, input.source);
  try {
    for (const line of input.lines) await readContent(source, line, input.top);
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

async function readContent(source: SourceFile, line: SegmentLine, top: string): Promise<void> {
  const inflated = inflateSegment(source, line);
  if (line.kind === "slice") {
    expectHash(source, line.path, sha256Of(inflated.subarray(0, line.length)), line.sha256);
  } else if (line.kind === "run") await readRun(source, line, inflated, top);
  release(inflated);
}

async function readRun(
  source: SourceFile,
  line: SegmentLine & { kind: "run" | "head" },
  inflated: Uint8Array,
  top: string,
): Promise<void> {
  const { path } = source;
  const allowance = allowanceOf(path, source.size, READ_LIMITS);
  const found = readTar(once(inflated), { path, allowance, ending: "edge" });
  for (const [stored, , , , expected] of line.entries) {
    const { value: entry } = await found.next();
    const name = stored === "/" ? `${top}/` : `${top}/${stored}`;
    if (entry?.name !== name) throw damaged(path, `${stored} is not where its table says`);
    const hash = sha256();
    for await (const chunk of entry.chunks) hash.update(chunk);
    if (expected) expectHash(source, stored, hash.hex(), expected);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function expectHash({ path }: SourceFile, stored: string, actual: string, expected: string): void {
  if (actual !== expected) throw damaged(path, `${stored} is not what was captured`);
}

/** So much of the tar goes to a worker at once, bytes. */
const BATCH_RAW = 8 << 20;
/** So much is read back here rather than by a worker that would have to be started. */
const INLINE_RAW = 8 << 20;

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
  let crc = 0;
  const send = () => {
    const input: ReadBackInput = { source: source.ref, top: index.top, lines };
    const isLittle = !pool.isWarm && batch <= INLINE_RAW;
    const job = isLittle ? readBackJob(input) : pool.run(READ_BACK_JOB, input);
    job.catch(() => {}); // awaited below, in turn
    jobs.push(job);
    lines = [];
    batch = 0;
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
