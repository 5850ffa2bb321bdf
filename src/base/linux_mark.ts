/** How a folder and all that is in it looks, as bytes: while they are the same, nothing was touched. */
import type { FolderMark, MarkedEntry } from "./fs.ts";
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

/**
 * A mark has the length of the folder's records (32 bits), the records as the kernel tells them, and
 * for each but the two of points what `statx` tells of it in so many words of 32 bits.
 */
const HEADER_BYTES = 4;
/** Mode, inode (2), size (2), seconds (2) and nanoseconds of ctime, and of mtime. */
const LOOK_WORDS = 11;

const namesView = new DataView(names.buffer);
const told = new Uint32Array(stats.buffer);
const [MODE, INODE, SIZE, CTIME, MTIME] = [
  STATX.mode,
  STATX.inode,
  STATX.size,
  STATX.ctime,
  STATX.mtime,
].map((offset) => offset / 4);

let records = new Uint8Array(names.length);
let looks = new Uint32Array(LOOK_WORDS * 1024);

/**
 * Marks a folder; nothing where that is not possible. Takes a third of the time of `listWithInfo`, since
 * nothing of it is understood.
 */
export function markFolder(path: string, nowMs: number): FolderMark | undefined {
  const folder = openForList(path);
  if (folder === undefined) return undefined;
  const recent: string[] = [];
  let [end, words] = [0, 0];
  try {
    for (;;) {
      const length = listRecords(folder);
      if (length < 0) return undefined;
      if (length === 0) return { bytes: joined(end, words), recent };
      end = addRecords(end, length);
      for (let at = 0; at < length; at += namesView.getUint16(at + DIRENT.length, true)) {
        const name = at + DIRENT.name;
        if (isDots(name)) continue;
        if (!lookAt(folder, name)) return undefined;
        if (isYoung(nowMs)) recent.push(nameAt(names, name) ?? "");
        words = addLook(words);
      }
    }
  } finally {
    closeFolder(folder);
  }
}

function addRecords(at: number, length: number): number {
  if (at + length > records.length) {
    const larger = new Uint8Array(records.length * 2);
    larger.set(records);
    records = larger;
  }
  records.set(names.subarray(0, length), at);
  return at + length;
}

/** Of a folder it has no times and no size: these change with what is in it. */
function addLook(at: number): number {
  if (at + LOOK_WORDS > looks.length) {
    const larger = new Uint32Array(looks.length * 2);
    larger.set(looks);
    looks = larger;
  }
  const hasTimes = !isFolder(told[MODE]);
  looks[at] = told[MODE];
  looks[at + 1] = told[INODE];
  looks[at + 2] = told[INODE + 1];
  looks[at + 3] = hasTimes ? told[SIZE] : 0;
  looks[at + 4] = hasTimes ? told[SIZE + 1] : 0;
  looks[at + 5] = hasTimes ? told[CTIME] : 0;
  looks[at + 6] = hasTimes ? told[CTIME + 1] : 0;
  looks[at + 7] = hasTimes ? told[CTIME + 2] : 0;
  looks[at + 8] = hasTimes ? told[MTIME] : 0;
  looks[at + 9] = hasTimes ? told[MTIME + 1] : 0;
  looks[at + 10] = hasTimes ? told[MTIME + 2] : 0;
  return at + LOOK_WORDS;
}

const DIRECTORY = 4;

/** The word of `statx` that has the mode has nothing else. */
function isFolder(mode: number): boolean {
  return mode >> MODE_KIND_SHIFT === DIRECTORY;
}

/** Times that are told in whole seconds may be two of them late; others a tick of the kernel. */
const [COARSE_MS, FINE_MS] = [2000, 20];

/** Whether a file may change again and look the same. */
function isYoung(nowMs: number): boolean {
  return !isFolder(told[MODE]) && (isLate(CTIME, nowMs) || isLate(MTIME, nowMs));
}

function isLate(time: number, nowMs: number): boolean {
  const nanoseconds = told[time + 2];
  const ms = told[time] * 1000 + nanoseconds / 1e6;
  return ms > nowMs - (nanoseconds === 0 ? COARSE_MS : FINE_MS);
}

function joined(end: number, words: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + end + words * 4);
  new DataView(bytes.buffer).setUint32(0, end, true);
  bytes.set(records.subarray(0, end), HEADER_BYTES);
  bytes.set(new Uint8Array(looks.buffer, 0, words * 4), HEADER_BYTES + end);
  return bytes;
}

function nameAt(bytes: Uint8Array, at: number): string | undefined {
  return decodeName(bytes.subarray(at, bytes.indexOf(0, at)));
}

/**
 * The entries of a mark by name: kind, and all that is known of the look. Nothing where a name is not
 * UTF-8, or where this is no mark.
 */
export function readMark(bytes: Uint8Array): Map<string, MarkedEntry> | undefined {
  const entries = new Map<string, MarkedEntry>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length < HEADER_BYTES ? 0 : HEADER_BYTES + view.getUint32(0, true);
  if (end < HEADER_BYTES || end > bytes.length) return undefined;
  const latin1 = new TextDecoder("latin1");
  let look = end;
  for (let at = HEADER_BYTES; at < end;) {
    const length = view.getUint16(at + DIRENT.length, true);
    const name = nameAt(bytes, at + DIRENT.name);
    if (name === undefined || length === 0) return undefined;
    at += length;
    if (name === "." || name === "..") continue;
    const words = bytes.subarray(look, look += LOOK_WORDS * 4);
    if (look > bytes.length) return undefined;
    const mode = view.getUint32(look - LOOK_WORDS * 4, true);
    entries.set(name, { isFolder: isFolder(mode), look: latin1.decode(words) });
  }
  return entries;
}
