/**
 * Two system calls of Linux through the C library: one lists a folder, one looks at a path. Deno takes
 * three times as long, since it goes through layers of its own for each. What they tell comes into two
 * buffers, one folder and one entry at a time.
 */
import { optionalLibrary } from "./optional_library.ts";

const O_CLOEXEC = 0o2000000;
/** The one flag that differs between processors. */
const O_DIRECTORY = Deno.build.arch === "aarch64" ? 0o40000 : 0o200000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;

/** `struct linux_dirent64`: where length of the record, kind and name are. */
export const DIRENT = { length: 16, kind: 18, name: 19 };
/** `struct statx`, which is the same on all processors. */
export const STATX = {
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
export const MODE_KIND_SHIFT = 12;

/** Not with another C library than glibc, nor one from before 2020. */
const library = optionalLibrary(() =>
  Deno.build.os !== "linux" ? null : Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    getdents64: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    statx: { parameters: ["i32", "usize", "i32", "u32", "usize"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
);

/** Records of a folder, as many as were listed at once. */
export const names: Uint8Array<ArrayBuffer> = new Uint8Array(64 << 10);
/** What was told of the entry that was looked at last. */
export const stats: Uint8Array<ArrayBuffer> = new Uint8Array(256);

// As numbers: a part of a buffer for each name costs a quarter of a look.
const namesAddress = addressOf(names);
const statsAddress = addressOf(stats);

function addressOf(buffer: Uint8Array<ArrayBuffer>): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer)));
}

/** Deno takes numbers for addresses, too, though its types do not say so; bigints take longer. */
type Statx = (folder: number, name: number, flags: number, mask: number, to: number) => number;

let statx: Statx;

/** Opens a folder; nothing where this is not possible. */
export function openForList(path: string): number | undefined {
  const lib = library();
  if (!lib) return undefined;
  statx = lib.statx as unknown as Statx;
  const folder = lib.open(new TextEncoder().encode(path + "\0"), O_DIRECTORY | O_CLOEXEC);
  return folder < 0 ? undefined : folder;
}

/** Fills {@linkcode names}; how many bytes of it, 0 at the end, -1 when it went wrong. */
export function listRecords(folder: number): number {
  return Number(library()!.getdents64(folder, names, BigInt(names.length)));
}

/** Fills {@linkcode stats} with what is told of the name at a place in {@linkcode names}. */
export function lookAt(folder: number, at: number): boolean {
  const name = namesAddress + at;
  return statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, statsAddress) === 0;
}

/** Ends what {@linkcode openForList} began. */
export function closeFolder(folder: number): void {
  library()!.close(folder);
}

const POINT = 0x2e;

/** Whether the name at a place in {@linkcode names} is that of the folder itself, or of the one above. */
export function isDots(at: number): boolean {
  if (names[at] !== POINT) return false;
  return names[at + 1] === 0 || (names[at + 1] === POINT && names[at + 2] === 0);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A name; nothing where it is not UTF-8. */
export function decodeName(name: Uint8Array): string | undefined {
  try {
    return decoder.decode(name);
  } catch {
    return undefined;
  }
}
