/**
 * A folder with what is in it as two system calls of Linux tell it, through the C library: Deno takes
 * three times as long, since it lists a folder and looks at each entry through layers of its own.
 */
import { escapeBytes } from "./bytes_name.ts";
import type { FileInfo, FileKind, FolderMark, Listing, MarkedEntry } from "./fs.ts";
import { optionalLibrary } from "./optional_library.ts";

const O_CLOEXEC = 0o2000000;
/** The one flag that differs between processors. */
const O_DIRECTORY = Deno.build.arch === "aarch64" ? 0o40000 : 0o200000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;

/** `struct linux_dirent64`: where length of the record, kind and name are. */
const DIRENT = { length: 16, kind: 18, name: 19 };
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
/** `struct statx`, which is the same on all processors. */
const STATX = {
  links: 16,
  mode: 28,
  inode: 32,
  size: 40,
  ctime: 96,
  mtime: 112,
  major: 136,
  minor: 140,
};
/** The kind in a mode, as `d_type` has it. */
const MODE_KIND_SHIFT = 12;

/** Not with another C library than glibc, nor one from before 2020. */
const library = optionalLibrary(() =>
  Deno.build.os !== "linux" ? null : Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    getdents64: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
);

const names = new Uint8Array(64 << 10);
const namesView = new DataView(names.buffer);
const stats = new Uint8Array(256);
const statsView = new DataView(stats.buffer);
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const byteDecoder = new TextDecoder("latin1");

/**
 * Lists a folder, each entry with what `lstat` tells of it. Nothing where this is not possible, or
 * went wrong: the ordinary way then tells what is the matter.
 */
export function listWithInfo(path: string): Listing | undefined {
  const lib = library();
  if (!lib) return undefined;
  const folder = lib.open(new TextEncoder().encode(path + "\0"), O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return undefined;
  const listing: Listing = { entries: [], lost: [] };
  try {
    for (;;) {
      const length = Number(lib.getdents64(folder, names, BigInt(names.length)));
      if (length < 0) return undefined;
      if (length === 0) return listing;
      addRecords(
        listing,
        length,
        (name) => lib.statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, stats) === 0,
      );
    }
  } finally {
    lib.close(folder);
  }
}

function addRecords(
  { entries, lost }: Listing,
  length: number,
  look: (name: Uint8Array<ArrayBuffer>) => boolean,
): void {
  // Decoded at once, since most names are ASCII: each by itself takes as long as to look at the file.
  const text = byteDecoder.decode(names.subarray(0, length));
  for (let at = 0; at < length; at += namesView.getUint16(at + DIRENT.length, true)) {
    const begin = at + DIRENT.name;
    const end = text.indexOf("\0", begin);
    if (isDots(begin, end)) continue;
    const plain = text.slice(begin, end);
    const name = NOT_ASCII.test(plain) ? decode(names.subarray(begin, end)) : plain;
    if (name === undefined) {
      lost.push(escapeBytes(names.subarray(begin, end)));
      continue;
    }
    const info = look(names.subarray(begin, end + 1)) ? infoInStats() : undefined;
    entries.push({ name, kind: info?.kind ?? KINDS[names[at + DIRENT.kind]] ?? "unknown", info });
  }
}

const POINT = 0x2e;
// deno-lint-ignore no-control-regex -- control characters are ASCII, too
const NOT_ASCII = /[^\x00-\x7f]/;

/** The folder itself, and the one above. */
function isDots(begin: number, end: number): boolean {
  return names[begin] === POINT &&
    (end - begin === 1 || (end - begin === 2 && names[begin + 1] === POINT));
}

function decode(name: Uint8Array): string | undefined {
  try {
    return decoder.decode(name);
  } catch {
    return undefined;
  }
}

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

/**
 * What a mark has of each entry, one after the other: the record's length (16 bits), the kind as in a
 * mode, what `statx` tells, the name. Of a folder it has no times and no size: these change with what
 * is in it.
 */
const MARK = { kind: 2, look: 3, times: 3 + 20, name: 3 + 20 + 28 };
const LOOK = stats.subarray(STATX.mode, STATX.size + 8); // mode, inode, size
const TIMES = stats.subarray(STATX.ctime, STATX.mtime + 12); // ctime and mtime
const DIRECTORY = 4;

let mark = new Uint8Array(256 << 10);

/**
 * A folder and how all that is in it looks, as bytes: while they are the same, nothing was touched.
 * Takes a third of the time of {@linkcode listWithInfo}, since nothing of it is understood.
 */
export function markFolder(path: string, nowMs: number): FolderMark | undefined {
  const lib = library();
  if (!lib) return undefined;
  const folder = lib.open(new TextEncoder().encode(path + "\0"), O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return undefined;
  const recent: string[] = [];
  let end = 0;
  try {
    for (;;) {
      const length = Number(lib.getdents64(folder, names, BigInt(names.length)));
      if (length < 0) return undefined;
      if (length === 0) return { bytes: mark.slice(0, end), recent };
      for (let at = 0; at < length; at += namesView.getUint16(at + DIRENT.length, true)) {
        const begin = at + DIRENT.name;
        const stop = names.indexOf(0, begin);
        if (isDots(begin, stop)) continue;
        const name = names.subarray(begin, stop + 1);
        if (lib.statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, stats) !== 0) {
          return undefined;
        }
        if (isYoung(nowMs)) recent.push(decode(name.subarray(0, -1)) ?? "");
        end = addMark(end, name);
      }
    }
  } finally {
    lib.close(folder);
  }
}

function kindInStats(): number {
  return stats[STATX.mode + 1] >> (MODE_KIND_SHIFT - 8);
}

/** Times that are told in whole seconds may be two of them late; others a tick of the kernel. */
const [COARSE_MS, FINE_MS] = [2000, 20];

/** Whether a file may change again and look the same. */
function isYoung(nowMs: number): boolean {
  return kindInStats() !== DIRECTORY && (isLate(STATX.ctime, nowMs) || isLate(STATX.mtime, nowMs));
}

function isLate(offset: number, nowMs: number): boolean {
  const nanoseconds = statsView.getUint32(offset + 8, true);
  const ms = statsView.getUint32(offset, true) * 1000 + nanoseconds / 1e6;
  return ms > nowMs - (nanoseconds === 0 ? COARSE_MS : FINE_MS);
}

function addMark(at: number, name: Uint8Array): number {
  const length = MARK.name + name.length - 1;
  if (at + length + 1 > mark.length) {
    const larger = new Uint8Array(mark.length * 2);
    larger.set(mark);
    mark = larger;
  }
  const kind = kindInStats();
  mark[at] = length & 0xff;
  mark[at + 1] = length >> 8;
  mark[at + MARK.kind] = kind;
  mark.set(LOOK, at + MARK.look);
  if (kind === DIRECTORY) mark.fill(0, at + MARK.look + STATX.size - STATX.mode, at + MARK.name);
  else mark.set(TIMES, at + MARK.times);
  mark.set(name, at + MARK.name); // its last byte is overwritten by the next record
  return at + length;
}

/** The entries of a mark by name: kind, and all that is known of the look. Nothing where a name is not UTF-8. */
export function readMark(bytes: Uint8Array): Map<string, MarkedEntry> | undefined {
  const entries = new Map<string, MarkedEntry>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const latin1 = new TextDecoder("latin1");
  for (let at = 0; at < bytes.length;) {
    const end = at + view.getUint16(at, true);
    const name = decode(bytes.subarray(at + MARK.name, end));
    if (name === undefined || end <= at) return undefined;
    const look = latin1.decode(bytes.subarray(at + MARK.kind, at + MARK.name));
    entries.set(name, { isFolder: bytes[at + MARK.kind] === DIRECTORY, look });
    at = end;
  }
  return entries;
}
