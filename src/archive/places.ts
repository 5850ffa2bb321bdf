/** Reading an archive of which only some is at hand: what is to be read is fetched before. */
import type { Host } from "../base/mod.ts";
import { CHUNK_PLAIN, CHUNK_SEALED, MAX_HEADER_BYTES, type Unlock } from "../seal/mod.ts";
import { findIndex, type FoundIndex } from "./archive_index.ts";
import type { Wanted } from "./container.ts";
import { MANIFEST_PATH, PAYLOAD_PATH, SIGNATURE_PATH, TAIL_BYTES } from "./format.ts";
import { isFile } from "./group_reader.ts";
import { isKitName } from "./known_names.ts";
import { allowanceOf, READ_LIMITS } from "./limits.ts";
import { type PlainEntry, sealedIn, walkSealed } from "./sealed_container.ts";
import { readGroups } from "./segment_groups.ts";
import { openSource, type PayloadPlace, type SourceFile } from "./source_file.ts";

/** A range of an archive, in bytes. */
export interface Place {
  at: number;
  bytes: number;
}

/** Makes sure that ranges of a file are at hand. */
export type Fetch = (places: Place[]) => Promise<void>;

/** An archive that can be opened, though not all of it is at hand. */
export interface PartialArchive {
  /** Opens what is encrypted, and fetches what must then be at hand. */
  unlock(unlock: Unlock): Unlock;
  /** Fetches the files that are wanted. */
  fetchFiles(wanted: Wanted): Promise<void>;
}

/** What can be asked for at once where headers are looked for, which lie close together. */
const STRIDE = 64 << 10;

/**
 * Fetches what must be at hand to open an archive. Undefined where it has no index, and all of it
 * must be there. Throws `damaged_archive`.
 *
 * @param path a file of the archive's size, with holes where nothing was fetched
 */
export async function openPartial(
  host: Host,
  path: string,
  fetch: Fetch,
): Promise<PartialArchive | undefined> {
  const source = openSource(host, path);
  try {
    const { size } = source;
    await fetch([within(size, { at: 0, bytes: STRIDE }), lastOf(size, TAIL_BYTES)]);
    const index = findIndex(source);
    if (index) {
      await fetch([indexPlace(index)]);
      return {
        unlock: (unlock) => unlock,
        fetchFiles: async (wanted) =>
          fetch(await reading(host, path, (now) => filePlaces(now, index, wanted))),
      };
    }
    const entries = await fetchHeaders(source, fetch);
    return entries && await openSealed(host, source, entries, fetch);
  } finally {
    source.close();
  }
}

async function reading<T>(
  host: Host,
  path: string,
  use: (source: SourceFile) => Promise<T>,
): Promise<T> {
  const source = openSource(host, path);
  try {
    return await use(source);
  } finally {
    source.close();
  }
}

function within(size: number, { at, bytes }: Place): Place {
  return { at, bytes: Math.max(0, Math.min(bytes, size - at)) };
}

function lastOf(size: number, bytes: number): Place {
  return { at: Math.max(0, size - bytes), bytes: Math.min(size, bytes) };
}

/** Where signature, manifest and table lie. */
function indexPlace({ signature, manifest, fileBytes }: FoundIndex): Place {
  const at = signature?.at ?? manifest.at;
  return { at, bytes: fileBytes - at };
}

/** Where the segments of the wanted files lie, in order; the index is at hand. */
async function filePlaces(
  source: SourceFile,
  index: FoundIndex,
  wanted: Wanted,
): Promise<Place[]> {
  const allowance = allowanceOf(source.path, source.size, READ_LIMITS);
  allowance.expect(index.raw_bytes);
  const places: Place[] = [];
  for await (const { entries, lines } of readGroups({ source, index, allowance })) {
    if (!entries.some((entry) => isFile(entry) && wanted(entry[0]))) continue;
    for (const { at, bytes } of lines) places.push({ at, bytes });
  }
  return places;
}

/** The files of the plain tar of an encrypted backup; undefined when it is another tar. */
async function fetchHeaders(source: SourceFile, fetch: Fetch): Promise<PlainEntry[] | undefined> {
  const walk = walkSealed(source);
  for (;;) {
    const { done, value } = walk.next();
    if (done) return value;
    await fetch([within(source.size, { at: value, bytes: STRIDE })]);
  }
}

/** Where chunks lie that hold a range of what is encrypted in them. */
function chunksOf(payload: PayloadPlace, { at, bytes }: Place): Place {
  const first = Math.floor(at / CHUNK_PLAIN);
  const end = Math.ceil((at + bytes) / CHUNK_PLAIN);
  const start = first * CHUNK_SEALED;
  return {
    at: payload.at + start,
    bytes: Math.min(payload.bytes, end * CHUNK_SEALED) - start,
  };
}

async function openSealed(
  host: Host,
  source: SourceFile,
  entries: PlainEntry[],
  fetch: Fetch,
): Promise<PartialArchive> {
  const payload = entries.find(({ path }) => path === PAYLOAD_PATH)!;
  const open = entries.filter(({ path }) => path === MANIFEST_PATH || path === SIGNATURE_PATH);
  const end = lastOf(payload.bytes, 2 * CHUNK_SEALED); // the tail may lie in two chunks
  await fetch([
    ...open,
    within(source.size, { at: payload.at, bytes: MAX_HEADER_BYTES + CHUNK_SEALED }),
    { at: payload.at + end.at, bytes: end.bytes },
  ]);
  let fileKey: Uint8Array | undefined;

  /** Calls with the archive inside and its index, where it has one. */
  function inside<T>(use: (inside: SourceFile, index?: FoundIndex) => Promise<T>): Promise<T> {
    return reading(host, source.path, (now) => {
      const found = sealedIn(now, payload).source(fileKey!);
      return use(found, findIndex(found));
    });
  }
  const fetchInside = (inside: SourceFile, places: Place[]) =>
    fetch(places.map((place) => chunksOf(inside.ref.payload!, place)));

  return {
    unlock: (unlock) => async (header, path) => {
      const unlocked = await unlock(header, path);
      fileKey = unlocked.fileKey;
      await inside(async (found, index) => {
        await fetchInside(found, [index ? indexPlace(index) : { at: 0, bytes: found.size }]);
      });
      return unlocked;
    },
    async fetchFiles(wanted) {
      const kit = entries.filter(({ path }) => isKitName(path) && wanted(path));
      await fetch(kit);
      if (!fileKey) return;
      await inside(async (found, index) => {
        if (index) await fetchInside(found, await filePlaces(found, index, wanted));
      });
    },
  };
}
