import { decodeName, FormatFault } from "./faults.ts";
import { concat } from "./byte_reader.ts";
import { BLOCK } from "./tar_header.ts";

/** What one header block says, before any extended header is applied. */
export interface TarBlock {
  /** One character: `0` file, `5` folder, `x` and `g` PAX, `L` and `K` GNU's long names. */
  typeflag: string;
  /** Where an extended header has the name, this is its beginning, maybe cut within a character. */
  name: Uint8Array;
  /** Where a link leads. */
  linkName: Uint8Array;
  size: number;
  mode: number;
  mtimeMs: number;
}

/** Bytes up to the first NUL, as GNU's long names and the fields of a header have them. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

const [SPACE, ZERO] = [0x20, 0x30];

/** By hand, since a header has half a dozen of these, and a home 300,000 files. */
function octal(field: Uint8Array, what: string): number {
  const nul = field.indexOf(0);
  let [at, end] = [0, nul < 0 ? field.length : nul];
  while (at < end && field[at] === SPACE) at++;
  while (at < end && field[end - 1] === SPACE) end--;
  let value = 0;
  for (; at < end; at++) {
    const digit = field[at] - ZERO;
    if (digit < 0 || digit > 7) throw new FormatFault(`a header has no valid ${what}`);
    value = value * 8 + digit;
  }
  return value;
}

/** GNU's form of large and negative numbers: two's complement, the first bit a mark. */
function base256(field: Uint8Array, what: string): number {
  let value = field[0] & 0x40 ? BigInt(field[0]) - 0x100n : BigInt(field[0] & 0x3f);
  for (const byte of field.subarray(1)) value = value * 0x100n + BigInt(byte);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new FormatFault(`a header has an impossible ${what}`);
  return number;
}

function numeric(field: Uint8Array, what: string): number {
  return field[0] & 0x80 ? base256(field, what) : octal(field, what);
}

function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20; // the checksum's own field counts as spaces
  for (let i = 0; i < 148; i++) sum += block[i];
  for (let i = 156; i < BLOCK; i++) sum += block[i];
  return sum;
}

const SLASH = Uint8Array.of(0x2f);

function fullName(block: Uint8Array): Uint8Array {
  const name = untilNul(block.subarray(0, 100));
  // GNU's own format ("ustar  ") has other things where POSIX has the prefix.
  const posix = block[262] === 0 && String.fromCharCode(...block.subarray(257, 262)) === "ustar";
  const prefix = posix ? untilNul(block.subarray(345, 500)) : new Uint8Array();
  if (prefix.length === 0) return name;
  return concat([prefix, SLASH, name]);
}

/** Whether a block is all zeros: two such blocks end a tar. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Reads a header block. Throws {@linkcode FormatFault} when it is none, or a field is not valid. */
export function parseBlock(block: Uint8Array): TarBlock {
  if (octal(block.subarray(148, 156), "checksum") !== checksum(block)) {
    throw new FormatFault("a header has a wrong checksum");
  }
  const size = numeric(block.subarray(124, 136), "size");
  if (size < 0) throw new FormatFault("a header has a negative size");
  return {
    typeflag: String.fromCharCode(block[156] || 0x30),
    name: fullName(block),
    linkName: untilNul(block.subarray(157, 257)),
    size,
    mode: numeric(block.subarray(100, 108), "mode") & 0o7777,
    mtimeMs: numeric(block.subarray(136, 148), "time") * 1000,
  };
}

/** Reads the records of a PAX header, `LENGTH KEY=VALUE\n` each. */
export function parsePax(bytes: Uint8Array): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = String.fromCharCode(...bytes.subarray(at, Math.min(space, at + 10)));
    const end = /^[1-9][0-9]*$/.test(digits) ? at + Number(digits) : 0;
    const equals = bytes.indexOf(0x3d, space);
    if (space < 0 || end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a) {
      throw new FormatFault("an extended header is not valid");
    }
    records.set(decodeName(bytes.subarray(space + 1, equals)), bytes.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

function paxNumber(value: Uint8Array, pattern: RegExp, key: string): number {
  const text = String.fromCharCode(...value.subarray(0, 40));
  if (!pattern.test(text) || !Number.isSafeInteger(Math.floor(Number(text)))) {
    throw new FormatFault(`an extended header has an impossible ${key}`);
  }
  return Number(text);
}

/** Rounded down, where 0.123 s times 1000 may be a little less than 123. */
function wholeMs(seconds: number): number {
  return Math.floor(seconds * 1000 + 0.001);
}

/** What PAX records say about the entry that follows them. */
export function applyPax(block: TarBlock, records: Map<string, Uint8Array>): TarBlock {
  for (const key of records.keys()) {
    if (key.startsWith("GNU.sparse")) throw new FormatFault("it holds a sparse file");
  }
  const path = records.get("path");
  const linkName = records.get("linkpath");
  const size = records.get("size");
  const mtime = records.get("mtime");
  return {
    ...block,
    ...(path && { name: path }),
    ...(linkName && { linkName }),
    ...(size && { size: paxNumber(size, /^\d+$/, "size") }),
    ...(mtime && { mtimeMs: wholeMs(paxNumber(mtime, /^-?\d+(\.\d*)?$/, "mtime")) }),
  };
}
