/** Cutting an archive into pieces that are worth sending to a worker. */
import type { Delivery, FileOrder, Need, Wanted } from "./container.ts";
import type { SegmentLine } from "./format.ts";
import { isFile } from "./group_reader.ts";
import type { SegmentGroup } from "./segment_groups.ts";

/** A group of segments, and what a worker is to write of it. */
export interface PlannedGroup extends SegmentGroup {
  /** For each of its files; undefined for a group whose content is handed over. */
  orders?: (FileOrder | undefined)[];
}

/** What goes to a worker: whole groups, or one segment of a group that is too large. */
export interface Batch {
  /** All of them with orders, or none. */
  groups: PlannedGroup[];
  segment?: SegmentLine;
  /** Its length when inflated, bytes. */
  raw: number;
  /** Too little to be worth a worker. */
  isSmall?: boolean;
}

/** So much of the tar goes to a worker at once, bytes. Less than that is read in this thread. */
const BATCH_RAW = 4 << 20;

/** From the second on no more entries than that: what is said of small files takes more than they. */
const BATCH_ENTRIES = 1000;

/**
 * A file above this goes slice by slice, and who reads it hashes it: so that memory stays bounded, or,
 * where only the hash comes back, so that the other workers need not wait for the one that has it. One
 * that a worker writes always goes as a whole: the worker holds one slice at a time.
 */
export const WHOLE_RAW = { content: 9 << 20, hash: 32 << 20 };

/** The batches of some groups, in their order. */
export async function* batchesOf(
  groups: AsyncIterable<SegmentGroup>,
  wanted: Wanted,
  need: Need,
): AsyncGenerator<Batch> {
  const whole = need === "hash" ? WHOLE_RAW.hash : WHOLE_RAW.content;
  let [waiting, raw, isFirst]: [PlannedGroup[], number, boolean] = [[], 0, true];
  let entries = 0;
  const take = (): Batch => {
    const batch = { groups: waiting, raw };
    [waiting, raw, isFirst] = [[], 0, false];
    entries = 0;
    return batch;
  };
  for await (const found of groups) {
    const orders = typeof need === "object" ? ordersOf(found, wanted, need) : undefined;
    const group: PlannedGroup = { ...found, orders };
    const size = group.lines.reduce((sum, { raw }) => sum + raw, 0);
    const isTooLarge = !orders && size > whole;
    if (waiting.length > 0 && (isTooLarge || !waiting[0].orders !== !orders)) yield take();
    if (isTooLarge) {
      for (const segment of group.lines) yield { groups: [group], segment, raw: segment.raw };
      isFirst = false;
      continue;
    }
    waiting.push(group);
    raw += size;
    entries += group.entries.length;
    const isMany = !isFirst && entries >= BATCH_ENTRIES;
    if (raw >= BATCH_RAW || isMany) yield take();
  }
  if (waiting.length > 0) yield { isSmall: isFirst, ...take() };
}

/** Orders for all wanted files of a group, or none: what is inflated here can be used here. */
function ordersOf(
  { entries }: SegmentGroup,
  wanted: Wanted,
  delivery: Delivery,
): PlannedGroup["orders"] {
  const orders: (FileOrder | undefined)[] = [];
  for (const [path] of entries.filter(isFile)) {
    const order = wanted(path) ? delivery.orderOf(path) : undefined;
    if (!order && wanted(path)) return undefined;
    orders.push(order);
  }
  return orders;
}
