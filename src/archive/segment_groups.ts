import { type IndexedArchive, readTable } from "./archive_table.ts";
import { damaged } from "./faults.ts";
import { type SegmentLine, SLICE_BYTES, type TableEntry } from "./format.ts";
import { roundToBlock } from "./tar_header.ts";

/** Segments that together are whole tar entries: one run, or a head and all slices of its entry. */
export interface SegmentGroup {
  lines: SegmentLine[];
  entries: TableEntry[];
}

type Slice = SegmentLine & { kind: "slice" };

function isNextSlice(line: SegmentLine | undefined, path: string, offset: number, left: number) {
  if (line?.kind !== "slice" || line.path !== path || line.offset !== offset) return false;
  const length = Math.min(SLICE_BYTES, left);
  return line.length === length && line.raw === (left === length ? roundToBlock(length) : length);
}

async function slicesOf(
  archive: IndexedArchive,
  table: AsyncIterator<SegmentLine>,
  [path, size]: TableEntry,
): Promise<Slice[]> {
  const slices: Slice[] = [];
  for (let offset = 0; offset < size; offset += SLICE_BYTES) {
    const { value } = await table.next();
    if (!isNextSlice(value, path, offset, size - offset)) {
      throw damaged(archive.source.path, `its table has not all slices of ${path}`);
    }
    slices.push(value);
  }
  return slices;
}

/** The archive's segments, grouped. Throws `damaged_archive` where the table breaks a rule. */
export async function* readGroups(archive: IndexedArchive): AsyncGenerator<SegmentGroup> {
  const table = readTable(archive);
  for await (const line of { [Symbol.asyncIterator]: () => table }) {
    if (line.kind === "slice") {
      throw damaged(archive.source.path, `its table has a slice of ${line.path} without a head`);
    }
    const slices = line.kind === "head" ? await slicesOf(archive, table, line.entries[0]) : [];
    yield { lines: [line, ...slices], entries: line.entries };
  }
}
