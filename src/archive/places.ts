/** Where things lie in an archive with an index, for one who has to fetch them before they are read. */
import type { Host } from "../base/mod.ts";
import { findIndex } from "./archive_index.ts";
import { GZIP_HEADER, TAIL_BYTES } from "./format.ts";
import { isFile } from "./group_reader.ts";
import { allowanceOf, READ_LIMITS } from "./limits.ts";
import type { Wanted } from "./container.ts";
import { readGroups } from "./segment_groups.ts";
import { openSource } from "./source_file.ts";

/** A range of an archive, in bytes. */
export interface Place {
  at: number;
  bytes: number;
}

/** What must be at hand to know whether an archive has an index: its first and its last bytes. */
export function edgesOf(size: number): Place[] {
  const head = Math.min(size, GZIP_HEADER.length);
  const tail = Math.min(size, TAIL_BYTES);
  return [{ at: 0, bytes: head }, { at: size - tail, bytes: tail }];
}

/**
 * Where signature, manifest and table of an archive lie, whose edges are at hand. Undefined where it
 * has no index; throws `damaged_archive`.
 */
export function indexPlace(host: Host, path: string): Place | undefined {
  const source = openSource(host, path);
  try {
    const index = findIndex(source);
    if (!index) return undefined;
    const at = index.signature?.at ?? index.manifest.at;
    return { at, bytes: source.size - at };
  } finally {
    source.close();
  }
}

/** Where the segments of the wanted files lie, in order, in an archive whose index is at hand. */
export async function placesOf(host: Host, path: string, wanted: Wanted): Promise<Place[]> {
  const source = openSource(host, path);
  try {
    const index = findIndex(source)!;
    const allowance = allowanceOf(path, source.size, READ_LIMITS);
    allowance.expect(index.raw_bytes);
    const places: Place[] = [];
    for await (const { entries, lines } of readGroups({ source, index, allowance })) {
      if (!entries.some((entry) => isFile(entry) && wanted(entry[0]))) continue;
      for (const { at, bytes } of lines) places.push({ at, bytes });
    }
    return places;
  } finally {
    source.close();
  }
}
