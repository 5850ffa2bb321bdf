import { damaged, decodeName, FormatFault, unsafe } from "./faults.ts";
import type { SourceFile } from "./source_file.ts";

/** An entry as the central directory has it. */
export interface ZipEntry {
  /** As it stands there, the top folder included. */
  name: string;
  kind: "file" | "directory";
  /** 0: stored, 8: deflated. */
  method: 0 | 8;
  crc: number;
  /** Compressed bytes. */
  packed: number;
  /** Content bytes. */
  bytes: number;
  /** Where its local header begins. */
  at: number;
  /** Where the next entry, or the directory, begins: nothing of this one may lie beyond. */
  end: number;
  mode?: number;
  mtimeMs?: number;
}

const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const CENTRAL_BYTES = 46;
/** Length of a local header before name and extra field. */
export const LOCAL_BYTES = 30;
/** A directory is read as a whole; four million entries need about this. */
const MAX_DIRECTORY = 512 << 20;

const SIGNATURE = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50 };

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function big(data: DataView, at: number): number {
  const value = Number(data.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new FormatFault("it has an impossible size");
  return value;
}

interface DirectoryPlace {
  at: number;
  bytes: number;
  entries: number;
}

/** Where the end record lies; with a comment it need not be at the very end. */
function findEnd(source: SourceFile): { at: number; data: DataView } {
  const length = Math.min(source.size, END_BYTES + MAX_COMMENT);
  const data = view(source.read(source.size - length, length));
  for (let at = length - END_BYTES; at >= 0; at--) {
    const reachesEnd = () => at + END_BYTES + data.getUint16(at + 20, true) === length;
    if (data.getUint32(at, true) === SIGNATURE.end && reachesEnd()) {
      return { at: source.size - length + at, data: new DataView(data.buffer, at, END_BYTES) };
    }
  }
  throw new FormatFault("its end is missing");
}

function findDirectory(source: SourceFile): DirectoryPlace {
  const end = findEnd(source);
  const place = {
    entries: end.data.getUint16(10, true),
    bytes: end.data.getUint32(12, true),
    at: end.data.getUint32(16, true),
  };
  if (place.entries < 0xffff && place.bytes < 0xffffffff && place.at < 0xffffffff) {
    return within(place, end.at);
  }
  if (end.at < 20) throw new FormatFault("its end is missing");
  const locator = view(source.read(end.at - 20, 20));
  const at = big(locator, 8);
  if (locator.getUint32(0, true) !== SIGNATURE.locator64 || at + 56 > end.at - 20) {
    throw new FormatFault("its zip64 end is missing");
  }
  const end64 = view(source.read(at, 56));
  if (end64.getUint32(0, true) !== SIGNATURE.end64) {
    throw new FormatFault("its zip64 end is broken");
  }
  return within({ entries: big(end64, 32), bytes: big(end64, 40), at: big(end64, 48) }, at);
}

function within(place: DirectoryPlace, end: number): DirectoryPlace {
  if (place.at + place.bytes !== end || place.bytes > MAX_DIRECTORY) {
    throw new FormatFault("its directory is not where its end says");
  }
  return place;
}

/** Fields of an entry that zip64 and time stamps change. */
interface Fields {
  bytes: number;
  packed: number;
  at: number;
  mtimeMs: number;
}

/** Applies zip64 sizes (0x0001) and the time in UTC (0x5455). */
function applyExtra(fields: Fields, extra: Uint8Array): Fields {
  const applied = { ...fields };
  const data = view(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const id = data.getUint16(at, true);
    const end = at + 4 + data.getUint16(at + 2, true);
    if (end > extra.length) throw new FormatFault("an extra field in it is broken");
    let next = at + 4;
    for (const key of ["bytes", "packed", "at"] as const) {
      if (id !== 0x0001 || fields[key] !== 0xffffffff) continue;
      if (next + 8 > end) throw new FormatFault("a zip64 field in it is broken");
      applied[key] = big(data, next);
      next += 8;
    }
    if (id === 0x5455 && end >= at + 9 && (extra[at + 4] & 1)) {
      applied.mtimeMs = data.getInt32(at + 5, true) * 1000;
    }
    at = end;
  }
  return applied;
}

/** DOS time, which is local, to 2 s. */
function dosTime(date: number, time: number): number {
  const month = ((date >> 5) & 15) - 1;
  return new Date(
    1980 + (date >> 9),
    month,
    date & 31,
    time >> 11,
    (time >> 5) & 63,
    (time & 31) * 2,
  )
    .getTime();
}

const TYPE_BITS = 0o170000;

/** File or folder, and permission bits where Unix or macOS made the entry. */
function kindAndMode(name: string, madeBy: number, attributes: number) {
  const kind: ZipEntry["kind"] = name.endsWith("/") ? "directory" : "file";
  const unix = attributes >>> 16;
  if ((madeBy !== 3 && madeBy !== 19) || unix === 0) return { kind };
  const type = unix & TYPE_BITS;
  const expected = kind === "file" ? 0o100000 : 0o040000;
  return type === 0 || type === expected ? { kind, mode: unix & 0o7777 } : undefined;
}

/** Encryption, patches, and a directory that is encrypted. */
const REFUSED_FLAGS = 0x2061;

function parseEntry(path: string, data: DataView, at: number): { entry: ZipEntry; next: number } {
  const short = (offset: number) => data.getUint16(at + offset, true);
  const long = (offset: number) => data.getUint32(at + offset, true);
  if (at + CENTRAL_BYTES > data.byteLength || long(0) !== SIGNATURE.entry) {
    throw new FormatFault("its directory is broken");
  }
  const [nameEnd, extraEnd] = [46 + short(28), 46 + short(28) + short(30)];
  const next = at + extraEnd + short(32);
  if (next > data.byteLength) throw new FormatFault("its directory is broken");
  const slice = (from: number, to: number) =>
    new Uint8Array(data.buffer, data.byteOffset + at + from, to - from);
  const name = decodeName(slice(46, nameEnd));
  const method = short(10);
  if (short(8) & REFUSED_FLAGS) throw unsafe(path, `${name} in it is encrypted`);
  if (method !== 0 && method !== 8) throw unsafe(path, `${name} in it is packed in an unknown way`);
  const type = kindAndMode(name, short(4) >> 8, long(38));
  if (!type) throw unsafe(path, `${name} in it is neither a file nor a folder`);
  const fields = applyExtra(
    { bytes: long(24), packed: long(20), at: long(42), mtimeMs: dosTime(short(14), short(12)) },
    slice(nameEnd, extraEnd),
  );
  return { entry: { name, ...type, method, crc: long(16), end: 0, ...fields }, next };
}

/** No two entries may share bytes: that is how a small zip claims to hold a million times its size. */
function setEnds(entries: readonly ZipEntry[], directoryAt: number): void {
  const inOrder = [...entries].sort((a, b) => a.at - b.at);
  inOrder.forEach((entry, index) => {
    entry.end = inOrder[index + 1]?.at ?? directoryAt;
    if (entry.at + LOCAL_BYTES + entry.packed > entry.end) {
      throw new FormatFault("entries in it overlap");
    }
  });
}

/** All entries of a zip, in the order of its directory. Throws `damaged_archive`, `unsafe_archive`. */
export function readZipDirectory(source: SourceFile, maxEntries: number): ZipEntry[] {
  try {
    const place = findDirectory(source);
    if (place.entries > maxEntries) throw unsafe(source.path, "it has too many entries");
    const data = view(source.read(place.at, place.bytes));
    const entries: ZipEntry[] = [];
    for (let at = 0; at < place.bytes;) {
      const { entry, next } = parseEntry(source.path, data, at);
      entries.push(entry);
      at = next;
    }
    if (entries.length !== place.entries) throw new FormatFault("its directory is broken");
    setEnds(entries, place.at);
    return entries;
  } catch (error) {
    throw error instanceof FormatFault ? damaged(source.path, error.message, error) : error;
  }
}
