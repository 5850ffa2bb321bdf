/** The records of a zip file, zip64 included (PKWARE's APPNOTE 6.3; FORMAT.md section 7). */

/** An entry, as its records tell it. */
export interface ZipMember {
  kind: "file" | "directory";
  /** UTF-8, with the top folder; a folder's ends in a slash. */
  name: Uint8Array;
  /** Permission bits; 0 where the system has none. */
  mode: number;
  /** Milliseconds since 1970. */
  mtimeMs: number;
  /** Content bytes. */
  size: number;
  /** Bytes in the archive; of a streamed entry not known to its local header. */
  compressed: number;
  crc: number;
  /** Where its local header begins. */
  offset: number;
  /** Its sizes stand in a data descriptor behind its content. */
  streamed: boolean;
}

/** Values from this on stand in zip64 fields. */
const LIMIT_32 = 0xffffffff;
const LIMIT_16 = 0xffff;
/** A streamed entry of this size may, incompressible, pass 4 GiB. */
const STREAMED_ZIP64 = 0xf0000000;

const FLAG_DESCRIPTOR = 1 << 3;
const FLAG_UTF8 = 1 << 11;
const MADE_BY_UNIX = 3 << 8;
const DEFLATED = 8;

/** Appends little-endian numbers. */
function record(length: number) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = {
    u16: (value: number) => (view.setUint16(at, value, true), at += 2, put),
    u32: (value: number) => (view.setUint32(at, value, true), at += 4, put),
    u64: (value: number) => (view.setBigUint64(at, BigInt(value), true), at += 8, put),
    raw: (value: Uint8Array) => (bytes.set(value, at), at += value.length, put),
    bytes,
  };
  return put;
}

/** Whether the sizes of an entry stand in zip64 fields, also where they would fit. */
function isBig(member: ZipMember): boolean {
  return member.streamed && member.size >= STREAMED_ZIP64;
}

/** What stands before the content. */
export function localHeader(member: ZipMember): Uint8Array {
  const { streamed, name } = member;
  const big = isBig(member);
  const zip64 = big ? zip64Field([0, 0]) : NOTHING;
  const time = timeField(member.mtimeMs);
  const head = record(30 + name.length + zip64.length + time.length).u32(0x04034b50);
  putCommon(head, member, big);
  return head
    .u32(streamed ? 0 : member.crc)
    .u32(streamed ? (big ? LIMIT_32 : 0) : member.compressed)
    .u32(streamed ? (big ? LIMIT_32 : 0) : member.size)
    .u16(name.length).u16(zip64.length + time.length).raw(name).raw(zip64).raw(time).bytes;
}

/** What stands behind the content of a streamed entry. */
export function dataDescriptor(member: ZipMember): Uint8Array {
  const { crc, compressed, size } = member;
  return isBig(member)
    ? record(24).u32(0x08074b50).u32(crc).u64(compressed).u64(size).bytes
    : record(16).u32(0x08074b50).u32(crc).u32(compressed).u32(size).bytes;
}

/** The entry's line in the central directory. */
export function centralRecord(member: ZipMember): Uint8Array {
  const { name, size, compressed, offset, crc } = member;
  const big = isBig(member);
  const farAway = offset >= LIMIT_32;
  const values = [...(big ? [size, compressed] : []), ...(farAway ? [offset] : [])];
  const zip64 = values.length > 0 ? zip64Field(values) : NOTHING;
  const time = timeField(member.mtimeMs);
  const needed = zip64.length > 0;
  const head = record(46 + name.length + zip64.length + time.length)
    .u32(0x02014b50).u16(MADE_BY_UNIX | versionOf(needed));
  putCommon(head, member, needed);
  return head
    .u32(crc).u32(big ? LIMIT_32 : compressed).u32(big ? LIMIT_32 : size)
    .u16(name.length).u16(zip64.length + time.length).u16(0).u16(0).u16(0)
    .u32(attributesOf(member)).u32(farAway ? LIMIT_32 : offset)
    .raw(name).raw(zip64).raw(time).bytes;
}

/** What stands at the very end: where the central directory lies, and how much is in it. */
export function endRecords(
  directory: { entries: number; offset: number; size: number },
): Uint8Array {
  const { entries, offset, size } = directory;
  const big = entries >= LIMIT_16 || offset >= LIMIT_32 || size >= LIMIT_32;
  const end = record(22).u32(0x06054b50).u16(0).u16(0)
    .u16(Math.min(entries, LIMIT_16)).u16(Math.min(entries, LIMIT_16))
    .u32(Math.min(size, LIMIT_32)).u32(Math.min(offset, LIMIT_32)).u16(0).bytes;
  if (!big) return end;
  return record(56 + 20 + 22)
    .u32(0x06064b50).u64(44).u16(MADE_BY_UNIX | versionOf(true)).u16(versionOf(true))
    .u32(0).u32(0).u64(entries).u64(entries).u64(size).u64(offset)
    .u32(0x07064b50).u32(0).u64(offset + size).u32(1)
    .raw(end).bytes;
}

const NOTHING = new Uint8Array();

function versionOf(zip64: boolean): number {
  return zip64 ? 45 : 20;
}

function putCommon(head: ReturnType<typeof record>, member: ZipMember, zip64: boolean): void {
  const { time, date } = dosTime(new Date(member.mtimeMs));
  head.u16(versionOf(zip64))
    .u16(FLAG_UTF8 | (member.streamed ? FLAG_DESCRIPTOR : 0))
    .u16(member.size > 0 ? DEFLATED : 0)
    .u16(time).u16(date);
}

function zip64Field(values: number[]): Uint8Array {
  const field = record(4 + values.length * 8).u16(0x0001).u16(values.length * 8);
  for (const value of values) field.u64(value);
  return field.bytes;
}

/** "Extended timestamp" with the modification time, the same in both places. */
function timeField(mtimeMs: number): Uint8Array {
  const seconds = Math.floor(mtimeMs / 1000);
  if (seconds !== (seconds | 0)) return NOTHING;
  return record(9).u16(0x5455).u16(5).raw(Uint8Array.of(1)).u32(seconds).bytes;
}

function attributesOf({ kind, mode }: ZipMember): number {
  const folder = kind === "directory";
  const permissions = (mode & 0o7777) || (folder ? 0o700 : 0o600);
  const unix = (folder ? 0o040000 : 0o100000) | permissions;
  return unix * 0x10000 + (folder ? 0x10 : 0);
}

/** Local time in steps of two seconds, within the years that it can say. */
function dosTime(date: Date): { time: number; date: number } {
  const year = date.getFullYear();
  if (year < 1980) return { time: 0, date: (1 << 5) | 1 };
  if (year > 2107) return { time: (23 << 11) | (59 << 5) | 29, date: (127 << 9) | (12 << 5) | 31 };
  return {
    time: (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
    date: ((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  };
}
