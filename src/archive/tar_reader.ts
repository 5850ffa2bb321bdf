import { type ByteReader, byteReader } from "./byte_reader.ts";
import { damaged, decodeName, FormatFault, unsafe } from "./faults.ts";
import type { Allowance } from "./limits.ts";
import { BLOCK, roundToBlock } from "./tar_header.ts";
import { applyPax, isZero, parseBlock, parsePax, type TarBlock, untilNul } from "./tar_parse.ts";

/** An entry of a tar. Its content must be read before the next entry is asked for, or is passed over. */
export interface TarEntry {
  kind: "file" | "directory";
  /** As it stands there, the top folder included. */
  name: string;
  bytes: number;
  mode: number;
  mtimeMs: number;
  chunks: AsyncIterable<Uint8Array>;
}

/** A link in a tar. */
export interface TarLink {
  kind: "symlink" | "hardlink";
  name: string;
  /** Where it leads: for a hard link the name of another entry. */
  target: string;
  mtimeMs: number;
}

/** Where and how a tar is read. */
export interface TarContext {
  /** The archive, for messages. */
  path: string;
  allowance: Allowance;
  /**
   * `marker`: a whole tar, which must end with two zero blocks and then only zeros. `edge`: whole
   * entries cut out of one, which must end with the last entry.
   */
  ending: "marker" | "edge";
}

/** No extended header is longer: names have at most 32 KiB, and nothing else in it is used. */
const MAX_EXTENDED = 1 << 20;

const REFUSED_KINDS: Record<string, string> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a FIFO",
  "S": "a sparse file",
};

/**
 * Reads a tar strictly, in constant memory: ustar, PAX and GNU's long names; files and folders only.
 *
 * Ours and not modern-tar's decoder: that one (0.8.6, strict) hands GNU sparse files and unknown
 * kinds out as ordinary files, turns names that are not UTF-8 into others, stops without a word at
 * a malformed PAX record, and ignores what follows the end marker.
 */
export function readTar(
  chunks: AsyncIterable<Uint8Array>,
  context: TarContext,
): AsyncGenerator<TarEntry> {
  return readMembers(chunks, context, entryOf);
}

/** The same for the archives of others, which may hold links. */
export function readTarWithLinks(
  chunks: AsyncIterable<Uint8Array>,
  context: TarContext,
): AsyncGenerator<TarEntry | TarLink> {
  return readMembers(chunks, context, (block, content, context) => {
    return linkOf(block, context) ?? entryOf(block, content, context);
  });
}

async function* readMembers<Member>(
  chunks: AsyncIterable<Uint8Array>,
  context: TarContext,
  memberOf: (block: TarBlock, content: AsyncIterable<Uint8Array>, context: TarContext) => Member,
): AsyncGenerator<Member> {
  const reader = byteReader(chunks);
  try {
    for (;;) {
      const block = await nextBlock(reader, context);
      if (!block) return;
      const content = contentOf(reader, block, context);
      yield memberOf(block, content.chunks(), context);
      await content.passOver();
    }
  } catch (error) {
    throw error instanceof FormatFault ? damaged(context.path, error.message, error) : error;
  }
}

/** The next entry's header with its extended headers applied; undefined at the end of the tar. */
async function nextBlock(
  reader: ByteReader,
  context: TarContext,
): Promise<TarBlock | undefined> {
  let records = new Map<string, Uint8Array>();
  let longName: Uint8Array | undefined;
  let longLink: Uint8Array | undefined;
  for (let extended = false;; extended = true) {
    const bytes = await reader.take(BLOCK);
    if (!bytes || isZero(bytes)) {
      await expectEnd(reader, bytes, extended, context);
      return undefined;
    }
    const block = parseBlock(bytes);
    if (block.typeflag === "x") records = parsePax(await takeExtended(reader, block, context));
    else if (block.typeflag === "L") {
      longName = untilNul(await takeExtended(reader, block, context));
    } else if (block.typeflag === "g") {
      refuseGlobal(parsePax(await takeExtended(reader, block, context)), context);
    } else if (block.typeflag === "K") {
      longLink = untilNul(await takeExtended(reader, block, context));
    } else {
      const { name, linkName } = block;
      return applyPax(
        { ...block, name: longName ?? name, linkName: longLink ?? linkName },
        records,
      );
    }
  }
}

/** A tar's end is the only place where it may end; otherwise a cut would go unseen. */
async function expectEnd(
  reader: ByteReader,
  zeros: Uint8Array | undefined,
  inEntry: boolean,
  { path, ending }: TarContext,
): Promise<void> {
  if (ending === "edge") {
    if (!zeros && !inEntry && reader.leftover() === 0) return;
    throw damaged(path, "a piece of it does not end with an entry");
  }
  const second = zeros && await reader.take(BLOCK);
  if (!second) throw damaged(path, "it is cut off");
  if (inEntry || !isZero(second)) throw damaged(path, "its end marker is broken");
  for (let rest = await reader.some(BLOCK); rest.length > 0; rest = await reader.some(1 << 20)) {
    if (!isZero(rest)) throw damaged(path, "something follows the end of the archive");
  }
}

async function takeExtended(
  reader: ByteReader,
  { size }: TarBlock,
  { path, allowance }: TarContext,
): Promise<Uint8Array> {
  if (size > MAX_EXTENDED) throw unsafe(path, `an extended header in it has ${size} bytes`);
  allowance.expect(size);
  const bytes = await reader.take(roundToBlock(size));
  if (!bytes) throw damaged(path, "it is cut off");
  // A copy, since a header's values are kept while the reader moves on.
  return bytes.slice(0, size);
}

/** A global header may carry a comment (git writes one), but not rename or resize what follows. */
function refuseGlobal(records: Map<string, Uint8Array>, { path }: TarContext): void {
  const harmful = [...records.keys()].find((key) => /^(path|size|linkpath|GNU\.)/.test(key));
  if (harmful) throw unsafe(path, `a global header in it sets "${harmful}"`);
}

/** The entry as a link; undefined when it is none. */
function linkOf(block: TarBlock, { path }: TarContext): TarLink | undefined {
  if (block.typeflag !== "1" && block.typeflag !== "2") return undefined;
  const name = decodeName(block.name);
  // A hard link may carry its content once more; which one would count, readers do not agree on.
  if (block.size > 0) throw unsafe(path, `the link ${name} in it has content`);
  const kind = block.typeflag === "1" ? "hardlink" : "symlink";
  return { kind, name, target: decodeName(block.linkName), mtimeMs: block.mtimeMs };
}

function entryOf(
  block: TarBlock,
  chunks: AsyncIterable<Uint8Array>,
  { path, allowance }: TarContext,
): TarEntry {
  const { typeflag, size, mode, mtimeMs } = block;
  const name = decodeName(block.name);
  if (!["0", "7", "5"].includes(typeflag)) {
    const kind = REFUSED_KINDS[typeflag] ?? `of the unknown kind "${typeflag}"`;
    throw unsafe(path, `${name} in it is ${kind}`);
  }
  // Before POSIX, a folder was a file whose name ends in a slash. The whole name, not the part of it
  // that fits into the header: that part may end in a slash as well.
  const kind = typeflag === "5" || name.endsWith("/") ? "directory" : "file";
  if (kind === "directory" && size > 0) throw damaged(path, `the folder ${name} has content`);
  allowance.expect(size);
  return { kind, name, bytes: size, mode, mtimeMs, chunks };
}

/** An entry's content, which may be read in part, or not at all. */
function contentOf(reader: ByteReader, block: TarBlock, { path }: TarContext) {
  let left = block.size;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    while (left > 0) {
      const chunk = await reader.some(left);
      if (chunk.length === 0) throw damaged(path, "it is cut off");
      left -= chunk.length;
      yield chunk;
    }
  }
  return {
    chunks,
    /** Moves on to the next entry. */
    async passOver(): Promise<void> {
      for await (const _ of chunks());
      const padding = roundToBlock(block.size) - block.size;
      if (!await reader.take(padding)) throw damaged(path, "it is cut off");
    },
  };
}
