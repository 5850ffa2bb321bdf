/** Reading the files of a group of segments, in this thread. */
import { asLifeboatError, crc32, type Pulse } from "../base/mod.ts";
import type { IndexedArchive } from "./archive_table.ts";
import { type ReadableFile, unreadable, type Wanted } from "./container.ts";
import { damaged } from "./faults.ts";
import type { SegmentLine, TableEntry } from "./format.ts";
import { inflatePiece } from "./inflate_segments.ts";
import { createNameReader, type NameReader } from "./path_checks.ts";
import type { SegmentGroup } from "./segment_groups.ts";
import type { SourceFile } from "./source_file.ts";
import { readTar, type TarEntry } from "./tar_reader.ts";

/** A segment of the tar, checked against its line in the table. Throws `damaged_archive`. */
export function inflateSegment(source: SourceFile, line: SegmentLine): Uint8Array {
  const inflated = inflatePiece(source, line);
  if (crc32(inflated) !== parseInt(line.crc, 16)) {
    throw damaged(source.path, `the checksum of its segment at byte ${line.at} does not match`);
  }
  return inflated;
}

async function* contentOf(
  source: SourceFile,
  lines: readonly SegmentLine[],
  pulse: Pulse,
): AsyncGenerator<Uint8Array> {
  for (const line of lines) {
    await pulse();
    yield inflateSegment(source, line);
  }
}

/** Whether an entry of the table is a file; a folder's path ends in a slash. */
export const isFile = ([path]: TableEntry) => !path.endsWith("/");

/** The tar header that was really found must say what the table says. */
function isSame(entry: TarEntry, [path, size]: TableEntry, nameOf: NameReader): boolean {
  if (entry.bytes !== size) return false;
  const stored = nameOf(entry.name, entry.kind) ?? "";
  return (entry.kind === "directory" ? `${stored}/` : stored) === path;
}

/** Hands content on and tells when it fails: then the one who read it knows already. */
async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  onFailure: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    onFailure();
    throw error;
  }
}

/**
 * The wanted files of a group; those that cannot be had throw when they are read. `content`: its
 * segments, inflated, where somebody else inflates them.
 */
export async function* readGroupFiles(
  { source, index, allowance }: IndexedArchive,
  group: SegmentGroup,
  wanted: Wanted,
  pulse: Pulse,
  content = contentOf(source, group.lines, pulse),
): AsyncGenerator<ReadableFile> {
  const { path } = source;
  const found = readTar(content, { path, allowance, ending: "edge" });
  const nameOf = createNameReader(path, index.top);
  const left = [...group.entries];
  let isTold = false;
  try {
    while (left.length > 0) {
      const entry: TarEntry | undefined = (await found.next()).value;
      if (!entry || !isSame(entry, left[0], nameOf)) {
        throw damaged(path, `${left[0][0]} is not where its table says`);
      }
      const [stored] = left.shift()!;
      if (entry.kind === "directory" || !wanted(stored)) continue;
      const { bytes, mode, mtimeMs } = entry;
      const chunks = watched(entry.chunks, () => isTold = true);
      yield { path: stored, bytes, mode, mtimeMs, chunks };
    }
    if (!(await found.next()).done) throw damaged(path, "a segment in it has unlisted entries");
  } catch (error) {
    const fault = asLifeboatError(error);
    const lost = left.filter((entry) => isFile(entry) && wanted(entry[0]));
    if (fault.kind === "interrupted" || (lost.length === 0 && !isTold)) throw fault;
    for (const [stored, bytes] of lost) {
      yield { path: stored, bytes, chunks: unreadable(fault) };
    }
  }
}
