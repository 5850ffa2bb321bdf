/** Compressed segments of an earlier archive, copied as they are. */
import { release, sha256 } from "../base/mod.ts";
import { isCount } from "./archive_index.ts";
import type { EarlierArchive, EarlierFile, SliceLine } from "./earlier.ts";
import { type Coverage, MANIFEST_PATH, type SegmentLine, SLICE_BYTES } from "./format.ts";
import type { SegmentMark } from "./segment_writer.ts";
import { canGoOn, compress, type Hashed, type SegmentOptions, type TarGz } from "./tar_gz.ts";

/** Copies the compressed segments of an earlier archive that hold a run or a large file. */
export async function takeOver(
  archive: TarGz,
  { group, archive: earlier }: EarlierFile,
  options: SegmentOptions,
): Promise<void> {
  for (const line of group.lines) await copySegment(archive, earlier, line, line, options);
}

/** Copies the whole slices of a large file that has grown. Gives back the length of their content. */
export async function takeSlices(
  archive: TarGz,
  { group: { lines }, archive: earlier }: EarlierFile,
  options: SegmentOptions,
): Promise<number> {
  let done = 0;
  for (const line of lines) {
    if (line.kind !== "slice" || line.length < SLICE_BYTES) continue;
    const { kind, path, offset, length, sha256 } = line;
    await copySegment(archive, earlier, line, { kind, path, offset, length, sha256 }, options);
    done += length;
  }
  return done;
}

/** Copies one compressed segment, which covers here what `coverage` says. */
async function copySegment(
  archive: TarGz,
  earlier: EarlierArchive,
  line: SegmentLine,
  coverage: Coverage,
  { group, before, tally }: SegmentOptions,
): Promise<void> {
  const { copied, parts: { queue, output }, writer } = archive;
  const packed = earlier.packed(line);
  const bytes = queue.isEmpty ? packed : packed.slice();
  await queue.pass(() => {
    before?.();
    const crc = parseInt(line.crc, 16);
    copied.set(output.at, bytes.length);
    writer.append({
      bytes,
      raw: line.raw,
      crc,
      packed: line.packed,
      coverage: bareCoverage(coverage),
      tally,
    });
    if (bytes !== packed) release(bytes);
  }, group);
}

/** Without the place that a line has in its own archive. */
function bareCoverage(coverage: Coverage): Coverage {
  if (coverage.kind !== "slice") return { kind: coverage.kind, entries: coverage.entries };
  const { kind, path, offset, length, sha256, file_sha256, content_bytes } = coverage;
  const last = file_sha256 && { file_sha256, ...(content_bytes && { content_bytes }) };
  return { kind, path, offset, length, sha256, ...last };
}

/** What the earlier archive has of a large file that is being written. */
export interface EarlierSlices {
  slices: SliceLine[];
  /** Whether slices that are not among these may be those of another file there. */
  isElsewhere: boolean;
}

/** The slices of an earlier file at the same path; `start` when it is known to have grown. */
export async function earlierSlices(
  { parts: { earlier } }: TarGz,
  path: string,
  start?: EarlierFile,
): Promise<EarlierSlices> {
  const file = start ?? await earlier?.find(path);
  const slices = file?.group.lines.filter((line) => line.kind === "slice") ?? [];
  const wasSmall = file !== undefined && slices.length === 0; // it grew; it was not moved here
  return { slices, isElsewhere: !start && !wasSmall && path !== MANIFEST_PATH };
}

/** A slice that is being written. `length`: its content; its padding follows in the buffer. */
export interface NewSlice {
  buffer: Uint8Array<ArrayBuffer>;
  offset: number;
  length: number;
  coverage: (output: Hashed) => Coverage;
}

/**
 * Adds a slice. What is compressed already in the earlier archive is copied from there: all of a slice
 * of whatever file, or the beginning of one that grew.
 */
export async function addSlice(
  archive: TarGz,
  slice: NewSlice,
  before: EarlierSlices,
  options: SegmentOptions,
): Promise<void> {
  const { earlier } = archive.parts;
  const { buffer, offset, length, coverage } = slice;
  const padding = canGoOn(archive) ? buffer.length - length : 0;
  if (!earlier) {
    return await compress(archive, buffer, { ...options, padding, hashed: length, coverage });
  }
  const own = before.slices.find((line) => line.offset === offset);
  const { sha256, startsAs } = hashSlice(slice, own);
  if (startsAs) before.isElsewhere = false; // it is the same file: what is new in it is new
  const same = startsAs?.length === length || !before.isElsewhere
    ? startsAs
    : await earlier.slice(sha256);
  if (same?.length === length && same.raw === buffer.length) {
    const contentBytes = same.content_bytes;
    return await copySegment(archive, earlier, same, coverage({ sha256, contentBytes }), options);
  }
  const done = startsAs && packedContent(archive, earlier, startsAs);
  const covers = ({ contentBytes }: Hashed) => coverage({ sha256, contentBytes });
  await compress(archive, buffer, { ...options, padding, done, coverage: covers });
}

/** The hash of a slice's content, and the earlier slice when the content starts with all of that. */
function hashSlice(
  { buffer, length }: NewSlice,
  own: SliceLine | undefined,
): { sha256: string; startsAs?: SliceLine } {
  const hash = sha256();
  const known = own && own.length <= length ? own.length : 0;
  hash.update(buffer.subarray(0, known));
  const startsAs = known > 0 && hash.copy().hex() === own?.sha256 ? own : undefined;
  hash.update(buffer.subarray(known, length));
  return { sha256: hash.hex(), startsAs };
}

/** The compressed content of a slice, without its padding, where that can be told apart. */
function packedContent(
  archive: TarGz,
  earlier: EarlierArchive,
  line: SliceLine,
): SegmentOptions["done"] {
  const { length, bytes, content_bytes } = line;
  const isKnown = canGoOn(archive) && isCount(content_bytes) && content_bytes <= bytes;
  return isKnown ? { length, packed: earlier.packed(line).slice(0, content_bytes) } : undefined;
}

/** Goes back to a mark; what was copied since then counts no more. */
export async function takeBack({ writer, copied }: TarGz, mark: SegmentMark): Promise<void> {
  for (const at of copied.keys()) if (at >= mark.output.at) copied.delete(at);
  await writer.restore(mark);
}
