/**
 * Files that come back otherwise than they lie in the backup: with other content, at another path, or
 * not at all. What plans and stages sees a backup like any other, whose manifest tells sizes and
 * hashes of what comes back; so a dry run is exact, and apply stages what it said.
 */
import {
  type Backup,
  type FileEntry,
  type FileList,
  HOME_ROOT,
  type Manifest,
  packFiles,
  rootFolder,
  type StoredFile,
} from "../archive/mod.ts";
import { type Host, LifeboatError, sha256 } from "../base/mod.ts";
import { type Bench, createBench, readInPieces } from "./bench.ts";
import { key } from "./paths.ts";

/**
 * Makes the new content of a file from the backed-up one, which has been checked against the manifest
 * once all of it was read; so all of it must be read. A chunk is valid until the next is asked for.
 * Called while planning, and again when the file is staged: the same bytes must come both times.
 */
export type Derive = (
  chunks: AsyncIterable<Uint8Array>,
  bench: Bench,
) => AsyncIterable<Uint8Array>;

/** How one file of the backup gets another content. */
export interface Derivation {
  derive: Derive;
  /**
   * Call `derive` once and keep what it made in a private scratch file until it is staged: for what
   * costs much, or depends on more than the backup (the file that is in the target now).
   */
  once?: boolean;
}

/** A file of the backup that does not come back; what is in its place here leaves that, too. */
export interface DroppedFile {
  root: string;
  /** As the backup has it, and as it is here. */
  path: string;
  /** snake_case. */
  reason: string;
  /** For a person. */
  message: string;
  /** Whether the backup has it; else it is only here. */
  isInBackup: boolean;
}

/** One reason to change what comes back: another machine, another id, a merge. */
export interface Rewriting {
  /** Where a file, link or folder of the backup comes back, below the same root; called for each. */
  place?(root: string, path: string): string;
  /** What a symbolic link of the backup leads to. */
  link?(target: string): string;
  /** By path in the archive (`rootFolder(root) + path`, as the backup has it). */
  content?: Map<string, Derivation>;
  /** Asked once all content was derived. */
  dropped?(): DroppedFile[];
}

/** A backup as it comes back. */
export interface DerivedBackup {
  /** Reads what comes back; its manifest is `manifest`. */
  backup: Backup;
  manifest: Manifest;
  /** The path that the backup itself has for what comes back at a path. */
  originalOf(root: string, path: string): string;
  dropped: DroppedFile[];
  /** Removes what was kept. The backup itself stays open. */
  close(): void;
}

/** What is to be derived. */
export interface DeriveOptions {
  backup: Backup;
  manifest: Manifest;
  /** Applied one after the other; content of one file as a chain. */
  rewritings: Rewriting[];
  /** Whether a file takes part at all, by its path in the backup; the rest is not read. */
  isWanted(root: string, path: string): boolean;
}

/** What became of one file. */
interface Derived {
  bytes: number;
  sha256: string;
  /** How its content comes once more. */
  again(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** A file of the manifest. */
interface Listed {
  root: string;
  entry: FileEntry;
}

/**
 * Works out what comes back, reading each file once whose content is derived. Throws `damaged_archive`
 * when one is not what the manifest says, and what the derivations throw.
 */
export async function deriveBackup(host: Host, options: DeriveOptions): Promise<DerivedBackup> {
  const { backup, rewritings } = options;
  const bench = createBench(host);
  try {
    const results = await deriveContent(host, options, bench);
    const places = placesOf(options);
    const dropped = rewritings.flatMap((one) => one.dropped?.() ?? []);
    const manifest = derivedManifest(options, { results, places, dropped });
    return {
      backup: derivedView(backup, { manifest, results, places }),
      manifest,
      originalOf: (root, path) => places.original.get(key(root, path)) ?? path,
      dropped,
      close: bench.close,
    };
  } catch (error) {
    bench.close();
    throw error;
  }
}

/** All files of a manifest. */
export function* filesOf({ entries, roots }: Manifest): Generator<Listed> {
  for (const entry of entries) yield { root: HOME_ROOT, entry };
  for (const { id, entries } of roots) for (const entry of entries) yield { root: id, entry };
}

function storedPath(root: string, path: string): string {
  return rootFolder(root) + path;
}

/** All derivations of a file, as one. */
function chainOf(rewritings: Rewriting[], stored: string): Derivation | undefined {
  const chain = rewritings.flatMap(({ content }) => content?.get(stored) ?? []);
  if (chain.length === 0) return undefined;
  return {
    derive: (chunks, bench) => chain.reduce((input, { derive }) => derive(input, bench), chunks),
    once: chain.some(({ once }) => once),
  };
}

async function deriveContent(
  host: Host,
  { backup, manifest, rewritings, isWanted }: DeriveOptions,
  bench: Bench,
): Promise<Map<string, Derived>> {
  const results = new Map<string, Derived>();
  const files = new Map<string, { entry: FileEntry; derivation: Derivation }>();
  for (const { root, entry } of filesOf(manifest)) {
    const stored = storedPath(root, entry.relative_path);
    const derivation = chainOf(rewritings, stored);
    if (derivation && isWanted(root, entry.relative_path)) files.set(stored, { entry, derivation });
  }
  if (files.size === 0) return results;
  const totalBytes = [...files.values()].reduce((sum, { entry }) => sum + entry.bytes, 0);
  let [done, bytes] = [0, 0];
  await backup.visit((path) => files.has(path), async ({ path }, chunks) => {
    const { entry, derivation } = files.get(path)!;
    const counted = counting(chunks, (read) => {
      bytes += read;
      host.progress({ phase: "rewriting", files: done, totalFiles: files.size, bytes, totalBytes });
    });
    let whole = false;
    const original = checked(counted, path, entry, () => whole = true);
    const derived = await deriveOne(original, derivation, bench);
    if (!whole) throw new LifeboatError("failed", "unexpected", `${path} was not read to its end`);
    if (derived.sha256 !== entry.sha256.toUpperCase()) results.set(path, derived);
    done++;
  });
  return results;
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    count(chunk.length);
  }
}

/** What the backup has of a file; throws at its end when that is not what was backed up. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  stored: string,
  entry: FileEntry,
  atEnd: () => void,
): AsyncGenerator<Uint8Array> {
  const hash = sha256();
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.hex() === entry.sha256.toUpperCase()) return atEnd();
  const message = `${stored} cannot be restored: its content is not what was backed up`;
  throw new LifeboatError("failed", "damaged_archive", message, {
    hint: "Nothing was restored. Find out what is damaged with: lifeboat verify",
  });
}

async function deriveOne(
  original: AsyncIterable<Uint8Array>,
  { derive, once }: Derivation,
  bench: Bench,
): Promise<Derived> {
  const kept = once ? bench.newFile() : undefined;
  const output = kept === undefined
    ? undefined
    : bench.host.fs.open(kept, { createNew: true, mode: 0o600 });
  const hash = sha256();
  let bytes = 0;
  try {
    for await (const chunk of derive(original, bench)) {
      hash.update(chunk);
      output?.write(chunk);
      bytes += chunk.length;
    }
  } finally {
    output?.close();
  }
  const again = (chunks: AsyncIterable<Uint8Array>) =>
    kept === undefined ? derive(chunks, bench) : readInPieces(bench.host, kept);
  return { bytes, sha256: hash.hex(), again };
}

/** Where everything comes back that does not where it was. */
interface Places {
  place(root: string, path: string): string;
  /** The path in the backup by `key(root, path)` of the one at which it comes back. */
  original: Map<string, string>;
  /** The same of paths in the archive, there and back. */
  stored: Map<string, string>;
}

function placesOf({ manifest, rewritings }: DeriveOptions): Places {
  const movers = rewritings.flatMap(({ place }) => place ? [place] : []);
  const place = (root: string, path: string) => movers.reduce((at, mover) => mover(root, at), path);
  const places: Places = { place, original: new Map(), stored: new Map() };
  const note = (root: string, path: string) => {
    const to = place(root, path);
    if (to !== path) places.original.set(key(root, to), path);
    return to;
  };
  if (movers.length === 0) return places;
  for (const { root, entry: { relative_path: path } } of filesOf(manifest)) {
    const to = note(root, path);
    if (to !== path) places.stored.set(storedPath(root, path), storedPath(root, to));
  }
  for (const { root, relative_path } of [...manifest.symlinks, ...manifest.directories]) {
    note(root, relative_path);
  }
  return places;
}

function derivedManifest(
  { manifest, rewritings }: DeriveOptions,
  { results, places, dropped }: {
    results: Map<string, Derived>;
    places: Places;
    dropped: DroppedFile[];
  },
): Manifest {
  const { place } = places;
  const leaving = new Set(dropped.map(({ root, path }) => key(root, path)));
  const link = (target: string) =>
    rewritings.reduce((to, rewriting) => rewriting.link?.(to) ?? to, target);
  const isSame = results.size === 0 && leaving.size === 0 && places.original.size === 0;
  const changed = (root: string, entry: FileEntry) => {
    const made = results.get(storedPath(root, entry.relative_path));
    const relative_path = place(root, entry.relative_path);
    return { ...entry, relative_path, ...(made && { bytes: made.bytes, sha256: made.sha256 }) };
  };
  const entriesOf = (root: string, entries: FileList) =>
    isSame ? entries : packFiles(
      entries.values().filter(({ relative_path }) => !leaving.has(key(root, relative_path)))
        .map((entry) => changed(root, entry)),
    );
  const moved = <Entry extends { root: string; relative_path: string }>(entry: Entry): Entry => {
    return { ...entry, relative_path: place(entry.root, entry.relative_path) };
  };
  // Two folders may become one; the first tells its permissions.
  const folders = new Map(
    manifest.directories.map(moved).reverse()
      .map((folder) => [key(folder.root, folder.relative_path), folder]),
  );
  return {
    ...manifest,
    entries: entriesOf(HOME_ROOT, manifest.entries),
    roots: manifest.roots.map((root) => ({ ...root, entries: entriesOf(root.id, root.entries) })),
    symlinks: manifest.symlinks.map(moved).map((one) => ({ ...one, target: link(one.target) })),
    directories: [...folders.values()].reverse(),
  };
}

/** The backup, read as it comes back. */
function derivedView(
  backup: Backup,
  { manifest, results, places: { stored } }: {
    manifest: Manifest;
    results: Map<string, Derived>;
    places: Places;
  },
): Backup {
  const placeOf = (path: string) => stored.get(path) ?? path;
  return {
    ...backup,
    head: backup.head,
    loadManifest: () => Promise.resolve(manifest),
    visit: (wanted, use, delivery) => {
      const deliverUnchanged = delivery && {
        ...delivery,
        orderOf: (path: string) => results.has(path) ? undefined : delivery.orderOf(placeOf(path)),
        done: (path: string) => delivery.done(placeOf(path)),
      };
      return backup.visit((path) => wanted(placeOf(path)), async (file, chunks) => {
        const made = results.get(file.path);
        const there: StoredFile = { ...file, path: placeOf(file.path) };
        if (!made) return await use(there, chunks);
        await use({ ...there, bytes: made.bytes, sha256: undefined }, made.again(chunks));
      }, deliverUnchanged);
    },
  };
}
