import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import type { FileSystem } from "./fs.ts";

/** A running SHA-256. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** A hash of what came so far, that goes its own way from here. */
  copy(): Sha256;
  /** Upper-case hex, as manifests of schema 1 have it. Ends the hash. */
  hex(): string;
}

/** Starts a SHA-256. */
export function sha256(): Sha256 {
  return wrapHash(createHash("sha256"));
}

function wrapHash(hash: Hash): Sha256 {
  return {
    update: (bytes) => void hash.update(bytes),
    copy: () => wrapHash(hash.copy()),
    hex: () => hash.digest("hex").toUpperCase(),
  };
}

/** SHA-256 of bytes, upper-case hex. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex").toUpperCase();
}

/** MD5 of bytes, lower-case hex: what S3 names a part by. Nothing is trusted for having one. */
export function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** SHA-256 of a file, upper-case hex, read in pieces. */
export function sha256OfFile(fs: FileSystem, path: string): string {
  const file = fs.open(path);
  try {
    const hash = sha256();
    // A home has many small files: a large buffer for each costs more than reading it.
    const buffer = new Uint8Array(Math.min(1 << 20, file.info().size + 1));
    for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
      hash.update(buffer.subarray(0, n));
    }
    return hash.hex();
  } finally {
    file.close();
  }
}

/** CRC-32 of bytes, going on from an earlier value. */
export function crc32(bytes: Uint8Array, from = 0): number {
  return zlibCrc32(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), from);
}

const POLYNOMIAL = 0xedb88320;

function multiplyModulo(a: number, b: number): number {
  let product = 0;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= b;
    b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1;
  }
  return product >>> 0;
}

/**
 * The CRC-32 of two pieces of data joined, from the CRC-32 of each and the length of the second in
 * bytes: multiplying by x^(8·length) modulo the polynomial, as zlib's `crc32_combine` does.
 */
export function crc32Combine(first: number, second: number, secondLength: number): number {
  let shift = 0x80000000; // x^0
  let power = 0x00800000; // x^8, squared at each step
  for (let length = secondLength; length > 0; length = Math.floor(length / 2)) {
    if (length % 2 === 1) shift = multiplyModulo(power, shift);
    power = multiplyModulo(power, power);
  }
  return (multiplyModulo(shift, first) ^ second) >>> 0;
}
