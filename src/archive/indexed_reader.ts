import {
  crc32Combine,
  createPulse,
  type Host,
  type Pulse,
  sha256,
  type WorkerPool,
} from "../base/mod.ts";
import { type FoundIndex } from "./archive_index.ts";
import { type IndexedArchive, readExtent } from "./archive_table.ts";
import { collectSignature, type Container, type Need, type Wanted } from "./container.ts";
import { badManifest, damaged } from "./faults.ts";
import { MANIFEST_PATH, SIGNATURE_PATH, type TableEntry, TAIL_RAW_BYTES } from "./format.ts";
import { isFile } from "./group_reader.ts";
import { allowanceOf, type ReadLimits } from "./limits.ts";
import { readInWorkers } from "./parallel_reader.ts";
import { createPathGuard, type PathGuard } from "./path_checks.ts";
import { readGroups, type SegmentGroup } from "./segment_groups.ts";
import type { SourceFile } from "./source_file.ts";

function admitAll(guard: PathGuard, entries: readonly TableEntry[]): void {
  for (const [path] of entries) {
    if (path === "/") continue;
    const isFolder = path.endsWith("/");
    guard.admit(isFolder ? path.slice(0, -1) : path, isFolder ? "directory" : "file");
  }
}

/** The trailer's CRC from those of the segments (FORMAT.md section 6). */
function joinCrc(crc: number, { lines }: SegmentGroup): number {
  return lines.reduce((sum, line) => crc32Combine(sum, parseInt(line.crc, 16), line.raw), crc);
}

/**
 * Holds the CRC-32 of all segments in the table, joined, against that of the whole tar, where the file
 * has one.
 */
export function expectTrailer(path: string, index: FoundIndex, crc: number): void {
  const { segments, tailCrc, trailer } = index;
  const table = crc32Combine(crc, parseInt(segments.crc, 16), segments.raw_bytes);
  if (!trailer || crc32Combine(table, tailCrc, TAIL_RAW_BYTES) === trailer.crc) return;
  throw damaged(path, "its checksum is not that of its content");
}

/** An archive with its index: only the segments that hold wanted files are read and inflated. */
export function openIndexed(
  host: Host,
  source: SourceFile,
  index: FoundIndex,
  limits: ReadLimits,
  pool: WorkerPool,
): Container {
  const { path } = source;
  const allowance = allowanceOf(path, source.size, limits);
  allowance.expect(index.raw_bytes);
  const archive: IndexedArchive = { source, index, allowance };

  /** The groups that hold a wanted file; every path of the archive is checked on the way. */
  async function* groups(wanted: Wanted, pulse: Pulse): AsyncGenerator<SegmentGroup> {
    const guard = createPathGuard(path, "linux", limits.members);
    let crc = 0;
    try {
      for await (const group of readGroups(archive)) {
        await pulse();
        crc = joinCrc(crc, group);
        admitAll(guard, group.entries);
        if (group.entries.some((entry) => isFile(entry) && wanted(entry[0]))) yield group;
      }
    } finally {
      guard.end();
    }
    expectTrailer(path, index, crc);
  }

  function files(wanted: Wanted, need: Need = "content") {
    const pulse = createPulse(host);
    return readInWorkers({ archive, pool, wanted, need, pulse }, groups(wanted, pulse));
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

  async function signature(): Promise<Uint8Array | undefined> {
    if (!index.signature) return undefined;
    const { at, raw_bytes, crc } = index.signature;
    const bytes = index.manifest.at - at;
    const extent = { at, bytes, raw_at: index.manifest.raw_at - raw_bytes, raw_bytes, crc };
    return await collectSignature(readExtent(archive, extent, SIGNATURE_PATH));
  }

  const { close } = source;
  return { form: index.form, source: path, indexed: true, files, manifest, signature, close };
}
