/** A folder with what is in it, as Linux tells it. */
import { escapeBytes } from "./bytes_name.ts";
import type { FileInfo, FileKind, Listing } from "./fs.ts";
import {
  closeFolder,
  decodeName,
  DIRENT,
  isDots,
  listRecords,
  lookAt,
  MODE_KIND_SHIFT,
  names,
  openForList,
  stats,
  STATX,
} from "./linux_calls.ts";

/** `d_type`. */
const KINDS: Record<number, FileKind> = {
  1: "fifo",
  2: "device",
  4: "directory",
  6: "device",
  8: "file",
  10: "symlink",
  12: "socket",
};

const namesView = new DataView(names.buffer);
const statsView = new DataView(stats.buffer);
const byteDecoder = new TextDecoder("latin1");

/**
 * Lists a folder, each entry with what `lstat` tells of it. Nothing where this is not possible, or
 * went wrong: the ordinary way then tells what is the matter.
 */
export function listWithInfo(path: string): Listing | undefined {
  const folder = openForList(path);
  if (folder === undefined) return undefined;
  const listing: Listing = { entries: [], lost: [] };
  try {
    for (;;) {
      const length = listRecords(folder);
      if (length < 0) return undefined;
      if (length === 0) return listing;
      addRecords(listing, length, folder);
    }
  } finally {
    closeFolder(folder);
  }
}

function addRecords({ entries, lost }: Listing, length: number, folder: number): void {
  // Decoded at once, since most names are ASCII: each by itself takes as long as to look at the file.
  const text = byteDecoder.decode(names.subarray(0, length));
  for (let at = 0; at < length; at += namesView.getUint16(at + DIRENT.length, true)) {
    const begin = at + DIRENT.name;
    if (isDots(begin)) continue;
    const end = text.indexOf("\0", begin);
    const plain = text.slice(begin, end);
    const name = NOT_ASCII.test(plain) ? decodeName(names.subarray(begin, end)) : plain;
    if (name === undefined) {
      lost.push(escapeBytes(names.subarray(begin, end)));
      continue;
    }
    const info = lookAt(folder, begin) ? infoInStats() : undefined;
    entries.push({ name, kind: info?.kind ?? KINDS[names[at + DIRENT.kind]] ?? "unknown", info });
  }
}

// deno-lint-ignore no-control-regex -- control characters are ASCII, too
const NOT_ASCII = /[^\x00-\x7f]/;

function uint64(offset: number): number {
  return statsView.getUint32(offset + 4, true) * 2 ** 32 + statsView.getUint32(offset, true);
}

/** What `statx` has told; nothing for a time before 1970, which Deno tells in a way of its own. */
function infoInStats(): FileInfo | undefined {
  const mode = statsView.getUint16(STATX.mode, true);
  const kind = KINDS[mode >> MODE_KIND_SHIFT];
  if (!kind || statsView.getInt32(STATX.mtime + 4, true) < 0) return undefined;
  const nanoseconds = statsView.getUint32(STATX.mtime + 8, true);
  return {
    kind,
    size: uint64(STATX.size),
    mode: mode & 0o7777,
    mtimeMs: uint64(STATX.mtime) * 1000 + Math.floor(nanoseconds / 1e6),
    changedMs: uint64(STATX.ctime) * 1000,
    inode: uint64(STATX.inode),
    device: deviceNumber(),
    links: statsView.getUint32(STATX.links, true),
  };
}

/** Major and minor number as one, as `stat` tells them (glibc: makedev). */
function deviceNumber(): number {
  const major = statsView.getUint32(STATX.major, true);
  const minor = statsView.getUint32(STATX.minor, true);
  const low = (major & 0xfff) * 2 ** 8 + (minor & 0xff) + (minor >>> 8) * 2 ** 20;
  return (major >>> 12) * 2 ** 44 + low;
}
