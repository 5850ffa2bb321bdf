import { crc32, createWorkerPool, type Host } from "../base/mod.ts";
import type { Unlock } from "../seal/mod.ts";
import { findIndex } from "./archive_index.ts";
import { type IndexedArchive, readTable } from "./archive_table.ts";
import { damaged } from "./faults.ts";
import type { SegmentForm, SegmentLine, TableEntry } from "./format.ts";
import { inflateSegment, isFile } from "./group_reader.ts";
import { filesInRun } from "./inflate_job.ts";
import { allowanceOf, READ_LIMITS } from "./limits.ts";
import { openContainer } from "./open_container.ts";
import { openInside } from "./open_sealed.ts";
import { readHead } from "./read_head.ts";
import { readGroups, type SegmentGroup } from "./segment_groups.ts";
import { openSource } from "./source_file.ts";
import { mayFollow } from "./stored_order.ts";

/** A slice as the table has it. */
export type SliceLine = SegmentLine & { kind: "slice" };

/** A file in an earlier archive. */
export interface EarlierFile {
  /** As in the table, but always with its SHA-256. */
  entry: TableEntry;
  group: SegmentGroup;
  archive: EarlierArchive;
}

/** An earlier archive of the same home, from which unchanged segments are taken over. */
export interface EarlierArchive {
  path: string;
  /**
   * A file by its stored path. Asked in the order in which archives are written; what is asked out
   * of order may not be found, which costs time and nothing else.
   */
  find(stored: string): Promise<EarlierFile | undefined>;
  /** A slice of any file by the SHA-256 of its content. */
  slice(sha256: string): Promise<SliceLine | undefined>;
  /**
   * Compressed bytes of a segment, in a buffer that the next call uses again. Throws
   * `damaged_archive` when they are not what was written.
   */
  packed(line: SegmentLine): Uint8Array;
  /** The content of a small file. */
  content(file: EarlierFile): Uint8Array;
  close(): void;
}

/**
 * Opens an archive to take segments from; undefined when it has no index, is of another form, or has
 * another top folder, which stands in every tar header.
 */
export function openEarlier(
  host: Host,
  path: string,
  { top, form }: { top: string; form: SegmentForm },
): EarlierArchive | undefined {
  const source = openSource(host, path);
  try {
    const index = findIndex(source);
    const allowance = allowanceOf(path, source.size, READ_LIMITS);
    if (index?.top === top && index.form === form) {
      return createEarlier({ source, index, allowance });
    }
  } catch (error) {
    source.close();
    throw error;
  }
  source.close();
  return undefined;
}

/**
 * The same for an encrypted backup of a home; undefined when it is of another home. Throws what
 * `unlock` throws.
 */
export async function openSealedEarlier(
  host: Host,
  path: string,
  { top, home, unlock }: { top: string; home: string; unlock: Unlock },
): Promise<EarlierArchive | undefined> {
  const pool = createWorkerPool(1);
  const outside = openContainer(host, path, { limits: READ_LIMITS, pool });
  try {
    const source = { path, platform: host.platform, limits: READ_LIMITS };
    if (outside.sealed) {
      const { container, fileKey } = await openInside(outside, source, unlock);
      const inside = outside.sealed.source(fileKey);
      const index = (await readHead(container, source)).home === home && findIndex(inside);
      const allowance = allowanceOf(path, inside.size, READ_LIMITS);
      if (index && index.top === top && index.form === "tar.gz") {
        return createEarlier({ source: inside, index, allowance });
      }
    }
  } catch (error) {
    outside.close();
    throw error;
  } finally {
    pool.close();
  }
  outside.close();
  return undefined;
}

function createEarlier(opened: IndexedArchive): EarlierArchive {
  const { source } = opened;
  const groups = readGroups(opened);
  let current: { group: SegmentGroup; entries: Map<string, TableEntry>; last: string } | undefined;
  let ended = false;
  let slices: Map<string, SliceLine> | undefined;
  /** A run that changed in part: its other files are asked for one after the other. */
  let unpacked: { group: SegmentGroup; files: Map<string, Uint8Array> } | undefined;

  async function advance(): Promise<void> {
    const next = await groups.next();
    ended = next.done === true;
    current = next.done ? undefined : {
      group: next.value,
      entries: new Map(next.value.entries.map((entry) => [entry[0], entry])),
      last: next.value.entries.at(-1)![0],
    };
  }

  const archive: EarlierArchive = {
    path: source.path,
    async find(stored) {
      if (!current && !ended) await advance();
      while (current && !current.entries.has(stored) && mayFollow(stored, current.last)) {
        await advance();
      }
      const entry = current?.entries.get(stored);
      return entry && { entry: withHash(entry, current!.group), group: current!.group, archive };
    },
    async slice(sha256) {
      slices ??= await readSlices(opened);
      return slices.get(sha256);
    },
    packed(line) {
      const bytes = source.view(line.at, line.bytes);
      if (line.packed !== undefined && crc32(bytes) === parseInt(line.packed, 16)) return bytes;
      throw damaged(source.path, `the checksum of its segment at byte ${line.at} does not match`);
    },
    content({ entry: [stored], group }) {
      if (unpacked?.group !== group) unpacked = { group, files: unpack(opened, group) };
      return unpacked.files.get(stored)!;
    },
    close: () => source.close(),
  };
  return archive;
}

/** The head of a large file does not know its hash; its last slice does. */
function withHash(entry: TableEntry, { lines }: SegmentGroup): TableEntry {
  const last = lines.at(-1)!;
  if (last.kind !== "slice" || !last.file_sha256) return entry;
  const known: TableEntry = [...entry];
  known[4] = last.file_sha256;
  return known;
}

async function readSlices(opened: IndexedArchive): Promise<Map<string, SliceLine>> {
  const slices = new Map<string, SliceLine>();
  for await (const line of readTable(opened)) {
    if (line.kind === "slice") slices.set(line.sha256, line);
  }
  return slices;
}

function unpack({ source, index }: IndexedArchive, group: SegmentGroup): Map<string, Uint8Array> {
  const { entries, lines: [line] } = group;
  const run = inflateSegment(source, line);
  const names = entries.filter(isFile);
  const files = filesInRun(source, { at: line.at, entries }, { top: index.top, inflated: run });
  return new Map(
    files.map(({ at }, n) => [names[n][0], run.subarray(at, at + names[n][1])]),
  );
}
