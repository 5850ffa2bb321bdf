import type { Place } from "../archive/mod.ts";

/** Requests cost more than the bytes of a small gap between two ranges. */
const SMALL_GAP = 256 << 10;
/** No more is asked for at once. */
const MOST_BYTES = 5 << 20;

/** Ranges in order, with small gaps between them closed. */
function joined(places: Place[]): Place[] {
  const result: Place[] = [];
  for (const { at, bytes } of places.toSorted((a, b) => a.at - b.at)) {
    const last = result.at(-1);
    if (last && at <= last.at + last.bytes + SMALL_GAP) {
      last.bytes = Math.max(last.bytes, at + bytes - last.at);
    } else result.push({ at, bytes });
  }
  return result;
}

/** What is in a range and in none of the others, which are in order and apart. */
function without({ at, bytes }: Place, others: Place[]): Place[] {
  const left: Place[] = [];
  const end = at + bytes;
  let from = at;
  for (const other of others) {
    if (other.at >= end) break;
    if (other.at > from) left.push({ at: from, bytes: other.at - from });
    from = Math.max(from, other.at + other.bytes);
  }
  if (from < end) left.push({ at: from, bytes: end - from });
  return left;
}

/** Ranges of at most 5 MiB. */
function pieces({ at, bytes }: Place): Place[] {
  return Array.from({ length: Math.ceil(bytes / MOST_BYTES) }, (_, index) => {
    const start = index * MOST_BYTES;
    return { at: at + start, bytes: Math.min(MOST_BYTES, bytes - start) };
  });
}

/** What is to be fetched for `wanted` when `known` is there, in pieces that fit into memory. */
export function toFetch(wanted: Place[], known: Place[]): Place[] {
  const there = known.toSorted((a, b) => a.at - b.at);
  return joined(wanted).flatMap((place) => without(place, there)).flatMap(pieces);
}
