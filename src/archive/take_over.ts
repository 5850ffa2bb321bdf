/** Compressed segments of an earlier archive, copied as they are. */
import { release, sha256Of } from "../base/mod.ts";
import type { EarlierArchive, EarlierFile } from "./earlier.ts";
import type { Coverage, SegmentLine } from "./format.ts";
import type { SegmentMark } from "./segment_writer.ts";
import { compress, type Hashed, type SegmentOptions, type TarGz } from "./tar_gz.ts";

/** Copies the compressed segments of an earlier archive that hold a run or a large file. */
export async function takeOver(
  archive: TarGz,
  { group, archive: earlier }: EarlierFile,
  options: SegmentOptions,
): Promise<void> {
  for (const line of group.lines) await copySegment(archive, earlier, line, line, options);
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
  const { kind, path, offset, length, sha256, file_sha256 } = coverage;
  return { kind, path, offset, length, sha256, ...(file_sha256 && { file_sha256 }) };
}

/** A slice whose content lies in the earlier archive, in whatever file, is copied from there. */
export async function addSlice(
  archive: TarGz,
  buffer: Uint8Array<ArrayBuffer>,
  options: SegmentOptions & { hashed: number; coverage: (output: Hashed) => Coverage },
): Promise<void> {
  const { earlier } = archive.parts;
  const sha256 = earlier && sha256Of(buffer.subarray(0, options.hashed));
  const line = sha256 && await earlier.slice(sha256);
  if (!line || line.length !== options.hashed || line.raw !== buffer.length) {
    return await compress(archive, buffer, options);
  }
  await copySegment(archive, earlier!, line, options.coverage({ sha256 }), options);
}

/** Goes back to a mark; what was copied since then counts no more. */
export async function takeBack({ writer, copied }: TarGz, mark: SegmentMark): Promise<void> {
  for (const at of copied.keys()) if (at >= mark.output.at) copied.delete(at);
  await writer.restore(mark);
}
