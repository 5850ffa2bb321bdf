/** Tar headers, deterministic to the byte: ustar, and PAX where ustar cannot say it (FORMAT.md 3). */

/** A tar entry, as its header tells it. */
export interface TarMember {
  kind: "file" | "directory";
  /** With the top folder, forward slashes; a folder's ends in a slash. */
  name: string;
  /** Content bytes. */
  size: number;
  /** Permission bits; 0 where the system has none. */
  mode: number;
  /** Whole milliseconds since 1970. */
  mtimeMs: number;
}

/** Length of a tar block, bytes. */
export const BLOCK = 512;

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const SLASH = 0x2f;
const SPACE = 0x20;
const ZERO = 0x30;
/** First value that eleven octal digits cannot hold: 8 GiB, or the year 2242. */
const OCTAL_LIMIT = 8 ** 11;

/** Stands in the name field as it is. */
const SHORT_NAME = /^[ -~]{1,100}$/;

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();
const MAGIC = encoder.encode("ustar\x0000");

/** A length rounded up to whole tar blocks. */
export function roundToBlock(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK;
}

/** Makes the header blocks of an entry; see {@linkcode tarHeaders}. */
export type TarHeaders = (member: TarMember) => Uint8Array<ArrayBuffer>;

/**
 * How long the header blocks are, without making them where that is not needed: making them takes
 * longer than anything else that is done for a file which has not changed.
 */
export function headerLength(member: TarMember, encode: TarHeaders): number {
  const { name, size } = member;
  if (!SHORT_NAME.test(name) || size >= OCTAL_LIMIT) return encode(member).length;
  return isInUstar(member) ? BLOCK : 3 * BLOCK;
}

/**
 * Header blocks for the entries of an archive: one ustar block, with a PAX header before it where
 * the name, the size or the time needs one. `paxName` is the name that PAX headers themselves carry.
 */
export function tarHeaders(paxName: string): TarHeaders {
  const paxPlaced = placeName(encoder.encode(paxName));
  return (member) => {
    const name = placeName(encoder.encode(member.name));
    const records = encoder.encode(paxRecords(member, name.complete));
    const paxLength = records.length === 0 ? 0 : BLOCK + roundToBlock(records.length);
    const blocks = new Uint8Array(paxLength + BLOCK);
    if (paxLength > 0) {
      const fields = { typeflag: "x", mode: 0o644, size: records.length, seconds: 0 } as const;
      fillUstar(blocks.subarray(0, BLOCK), paxPlaced, fields);
      blocks.set(records, BLOCK);
    }
    fillUstar(blocks.subarray(paxLength), name, fieldsOf(member));
    return blocks;
  };
}

/** One ustar block, for a member whose name and whole seconds fit into it. */
export function tarHeader(member: TarMember): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  fillUstar(block, placeName(encoder.encode(member.name)), fieldsOf(member));
  return block;
}

function fieldsOf({ kind, mode, size, mtimeMs }: TarMember): UstarFields {
  return {
    typeflag: kind === "file" ? "0" : "5",
    mode: (mode & 0o7777) || (kind === "file" ? 0o600 : 0o700),
    size,
    seconds: Math.floor(mtimeMs / 1000),
  };
}

interface PlacedName {
  prefix: Uint8Array;
  name: Uint8Array;
  /** Whether both together are the whole name, in ASCII. */
  complete: boolean;
}

function placeName(bytes: Uint8Array): PlacedName {
  const ascii = isAscii(bytes);
  if (bytes.length <= NAME_BYTES) return { prefix: NOTHING, name: bytes, complete: ascii };
  const slash = bytes.indexOf(SLASH, bytes.length - NAME_BYTES - 1);
  if (slash > 0 && slash <= PREFIX_BYTES && slash < bytes.length - 1) {
    const prefix = bytes.subarray(0, slash);
    return { prefix, name: bytes.subarray(slash + 1), complete: ascii };
  }
  return { prefix: NOTHING, name: cutUtf8(bytes, NAME_BYTES), complete: false };
}

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] >= 0x80) return false;
  }
  return true;
}

function cutUtf8(bytes: Uint8Array, length: number): Uint8Array {
  let end = length;
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

interface UstarFields {
  typeflag: "0" | "5" | "x";
  mode: number;
  size: number;
  seconds: number;
}

function fillUstar(block: Uint8Array, name: PlacedName, fields: UstarFields): void {
  block.set(name.name, 0);
  putOctal(block, 100, 8, fields.mode);
  putOctal(block, 108, 8, 0);
  putOctal(block, 116, 8, 0);
  putSize(block, fields.size);
  putOctal(block, 136, 12, Math.min(Math.max(fields.seconds, 0), OCTAL_LIMIT - 1));
  block.fill(SPACE, 148, 156); // the checksum counts its own field as spaces
  block[156] = fields.typeflag.charCodeAt(0);
  block.set(MAGIC, 257);
  putOctal(block, 329, 8, 0);
  putOctal(block, 337, 8, 0);
  block.set(name.prefix, 345);
  putOctal(block, 148, 7, sumOf(block)); // leaves the last space, as every tar writes it
}

function sumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += block[at];
  return sum;
}

/** Digits by hand: this runs a dozen times per file, and the text functions take a microsecond. */
function putOctal(block: Uint8Array, at: number, length: number, value: number): void {
  let rest = value;
  for (let place = at + length - 2; place >= at; place--) {
    block[place] = ZERO + rest % 8;
    rest = Math.floor(rest / 8);
  }
  block[at + length - 1] = 0;
}

/** Base-256 from 8 GiB on: understood also by readers that know no PAX (busybox). */
function putSize(block: Uint8Array, size: number): void {
  if (size < OCTAL_LIMIT) return putOctal(block, 124, 12, size);
  block[124] = 0x80;
  new DataView(block.buffer, block.byteOffset).setBigUint64(128, BigInt(size));
}

/** Whether ustar can say the time. */
function isInUstar({ mtimeMs }: TarMember): boolean {
  return mtimeMs >= 0 && mtimeMs < OCTAL_LIMIT * 1000 && mtimeMs % 1000 === 0;
}

function paxRecords(member: TarMember, nameIsComplete: boolean): string {
  const { name, size, mtimeMs } = member;
  let records = "";
  if (!isInUstar(member)) records += paxRecord("mtime", secondsText(mtimeMs));
  if (!nameIsComplete) records += paxRecord("path", name);
  if (size >= OCTAL_LIMIT) records += paxRecord("size", String(size));
  return records;
}

/** A record's length counts its own digits, and bytes, not characters. */
function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(value).length + key.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function secondsText(ms: number): string {
  const fraction = String(Math.abs(ms) % 1000).padStart(3, "0").replace(/0+$/, "");
  const seconds = Math.trunc(Math.abs(ms) / 1000);
  return `${ms < 0 ? "-" : ""}${seconds}${fraction && "."}${fraction}`;
}
