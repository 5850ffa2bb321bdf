import { asLifeboatError, crc32, crc32Combine, type Host, sha256 } from "../base/mod.ts";
import { type FoundIndex } from "./archive_index.ts";
import { type IndexedArchive, readExtent } from "./archive_table.ts";
import { type Container, type ReadableFile, unreadable, type Wanted } from "./container.ts";
import { badManifest, damaged } from "./faults.ts";
import { MANIFEST_PATH, type SegmentLine, type TableEntry, TAIL_RAW_BYTES } from "./format.ts";
import { DEFLATE_END, inflateWhole } from "./inflate.ts";
import { allowanceOf, type ReadLimits } from "./limits.ts";
import {
  createNameReader,
  createPathGuard,
  type NameReader,
  type PathGuard,
} from "./path_checks.ts";
import { createPulse, type Pulse } from "./pulse.ts";
import { readGroups, type SegmentGroup } from "./segment_groups.ts";
import type { SourceFile } from "./source_file.ts";
import { readTar, type TarEntry } from "./tar_reader.ts";

/** A segment of the tar, checked against its line in the table. Throws `damaged_archive`. */
export function inflateSegment(source: SourceFile, line: SegmentLine): Uint8Array {
  const deflated = source.read(line.at, line.bytes, DEFLATE_END.length);
  deflated.set(DEFLATE_END, line.bytes);
  const inflated = inflateWhole(source.path, deflated, line.raw);
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

const isFile = ([path]: TableEntry) => !path.endsWith("/");

function admitAll(guard: PathGuard, entries: readonly TableEntry[]): void {
  for (const [path] of entries) {
    if (path === "/") continue;
    const isFolder = path.endsWith("/");
    guard.admit(isFolder ? path.slice(0, -1) : path, isFolder ? "directory" : "file");
  }
}

/** The tar header that was really found must say what the table says. */
function isSame(entry: TarEntry, [path, size]: TableEntry, nameOf: NameReader): boolean {
  if (entry.bytes !== size) return false;
  const stored = nameOf(entry.name, entry.kind) ?? "";
  return (entry.kind === "directory" ? `${stored}/` : stored) === path;
}

/** The trailer's CRC from those of the segments (FORMAT.md section 6). */
function joinCrc(crc: number, { lines }: SegmentGroup): number {
  return lines.reduce((sum, line) => crc32Combine(sum, parseInt(line.crc, 16), line.raw), crc);
}

/** The CRC-32 of the whole tar, from that of the segments in its table. */
export function trailerCrc({ segments, tailCrc }: FoundIndex, crc: number): number {
  const table = crc32Combine(crc, parseInt(segments.crc, 16), segments.raw_bytes);
  return crc32Combine(table, tailCrc, TAIL_RAW_BYTES);
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

/** The wanted files of a group; those that cannot be had throw when they are read. */
export async function* readGroupFiles(
  { source, index, allowance }: IndexedArchive,
  group: SegmentGroup,
  wanted: Wanted,
  pulse: Pulse,
): AsyncGenerator<ReadableFile> {
  const { path } = source;
  const content = contentOf(source, group.lines, pulse);
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

/** An archive with its index: only the segments that hold wanted files are read and inflated. */
export function openIndexed(
  host: Host,
  source: SourceFile,
  index: FoundIndex,
  limits: ReadLimits,
): Container {
  const { path } = source;
  const allowance = allowanceOf(path, source.size, limits);
  allowance.expect(index.raw_bytes);
  const archive: IndexedArchive = { source, index, allowance };

  async function* files(wanted: Wanted): AsyncGenerator<ReadableFile> {
    const guard = createPathGuard(path, "linux", limits.members);
    const pulse = createPulse(host);
    let crc = 0;
    for await (const group of readGroups(archive)) {
      await pulse();
      crc = joinCrc(crc, group);
      admitAll(guard, group.entries);
      if (group.entries.some((entry) => isFile(entry) && wanted(entry[0]))) {
        yield* readGroupFiles(archive, group, wanted, pulse);
      }
    }
    if (trailerCrc(index, crc) !== index.trailer.crc) {
      throw damaged(path, "its checksum is not that of its content");
    }
  }

  async function* manifest(): AsyncGenerator<Uint8Array> {
    if (index.manifest.raw_bytes > limits.manifestBytes) {
      throw badManifest(path, `it has ${index.manifest.raw_bytes} bytes`);
    }
    const hash = sha256();
    for await (const chunk of readExtent(archive, index.manifest, MANIFEST_PATH)) {
      hash.update(chunk);
      yield chunk;
    }
    if (hash.hex() !== index.manifest_sha256) throw damaged(path, "its manifest is not its own");
  }

  return { form: "tar.gz", source: path, indexed: true, files, manifest, close: source.close };
}
