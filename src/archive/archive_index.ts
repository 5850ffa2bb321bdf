import { crc32 } from "../base/mod.ts";
import { equalBytes } from "./byte_reader.ts";
import { damaged, decodeName, FormatFault } from "./faults.ts";
import {
  type ArchiveIndex,
  type Extent,
  type Framing,
  FRAMINGS,
  INDEX_BYTES,
  INDEX_PATH,
  type SegmentForm,
  TAIL_RAW_BYTES,
} from "./format.ts";
import type { SourceFile } from "./source_file.ts";
import { BLOCK } from "./tar_header.ts";
import { isZero, parseBlock } from "./tar_parse.ts";

/** An index that was found at the end of an archive and holds what it must. */
export interface FoundIndex extends ArchiveIndex {
  form: SegmentForm;
  /** Top folder, without a slash. */
  top: string;
  /** Bytes of the archive. */
  fileBytes: number;
  /** Of the tar's last 2048 bytes. */
  tailCrc: number;
  /** What the gzip trailer says of the whole tar; zstd has none. */
  trailer?: { crc: number; length: number };
}

/** A CRC-32 as index and table have it. */
export const HEX_CRC = /^[0-9a-f]{8}$/;

const HEX_SHA256 = /^[0-9A-F]{64}$/;

/** Whether a value out of JSON is a number of bytes or things. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The top folder, where the tail's tar header is that of an index. */
function topOf(header: Uint8Array): string | undefined {
  try {
    const { typeflag, name, size } = parseBlock(header);
    const match = /^([A-Za-z0-9._-]{1,64})\/(.+)$/.exec(decodeName(name));
    return typeflag === "0" && size === INDEX_BYTES && match?.[2] === INDEX_PATH
      ? match[1]
      : undefined;
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

function parseIndex(content: Uint8Array): ArchiveIndex | undefined {
  try {
    const index = JSON.parse(new TextDecoder().decode(content));
    return index?.format === "lifeboat" && index.version === 1 ? index : undefined;
  } catch {
    return undefined; // not an index of ours, so the archive is read as any other
  }
}

/**
 * Looks for an index at the end of a `.tar.gz` or `.tar.zst` (FORMAT.md sections 5 and 12). Undefined
 * when there is none that this version knows; throws `damaged_archive` when there is one that breaks
 * a rule.
 */
export function findIndex(source: SourceFile): FoundIndex | undefined {
  return findIndexOf(source, "tar.gz") ?? findIndexOf(source, "tar.zst");
}

function findIndexOf(source: SourceFile, form: SegmentForm): FoundIndex | undefined {
  const { start, tailStart, tailBytes, hasTrailer } = FRAMINGS[form];
  if (source.size < start.length + tailBytes) return undefined;
  const tail = source.read(source.size - tailBytes, tailBytes);
  if (!equalBytes(tail.subarray(0, tailStart.length), tailStart)) return undefined;
  const raw = tail.subarray(tailStart.length, tailStart.length + TAIL_RAW_BYTES);
  const top = topOf(raw.subarray(0, BLOCK));
  const index = parseIndex(raw.subarray(BLOCK, BLOCK + INDEX_BYTES));
  if (top === undefined || !index) return undefined;
  const view = new DataView(tail.buffer, tailBytes - 8);
  const trailer = { crc: view.getUint32(0, true), length: view.getUint32(4, true) };
  const found: FoundIndex = {
    ...index,
    form,
    top,
    fileBytes: source.size,
    tailCrc: crc32(raw),
    trailer: hasTrailer ? trailer : undefined,
  };
  const end = raw.subarray(BLOCK + INDEX_BYTES);
  const fault = indexFault(found) ?? headerFault(source, FRAMINGS[form]) ?? endFault(end);
  if (fault) throw damaged(source.path, fault);
  return found;
}

/** Time, compression level and system in the header mean nothing; the flags move what follows. */
function headerFault(source: SourceFile, { start }: Framing): string | undefined {
  const fixed = start.subarray(0, 4);
  const same = equalBytes(source.read(0, fixed.length), fixed);
  return same ? undefined : "its gzip header is not the one that belongs to its index";
}

/** A zstd frame has no checksum, which tells this in a gzip. */
function endFault(end: Uint8Array): string | undefined {
  return isZero(end) ? undefined : "its end marker is broken";
}

function isExtent(value: Extent | undefined): value is Extent {
  return typeof value === "object" && value !== null && isCount(value.at) &&
    isCount(value.bytes) && isCount(value.raw_at) && isCount(value.raw_bytes) &&
    HEX_CRC.test(value.crc);
}

/** Content of a signature is far shorter (FORMAT.md section 5). */
const MAX_SIGNATURE_RAW = 8192;

function isSignaturePlace({ signature, manifest, form }: FoundIndex): boolean {
  if (signature === undefined) return true;
  return typeof signature === "object" && signature !== null && isCount(signature.at) &&
    isCount(signature.raw_bytes) && HEX_CRC.test(signature.crc) &&
    signature.at >= FRAMINGS[form].start.length && signature.at < manifest.at &&
    signature.raw_bytes <= Math.min(MAX_SIGNATURE_RAW, manifest.raw_at);
}

/** Which rule of FORMAT.md section 5 an index breaks. */
function indexFault(index: FoundIndex): string | undefined {
  const { manifest, segments, trailer } = index;
  const { start, tailBytes } = FRAMINGS[index.form];
  if (
    !isExtent(manifest) || !isExtent(segments) || !isCount(index.entries) ||
    !isCount(index.raw_bytes) || !HEX_SHA256.test(index.manifest_sha256) ||
    !isSignaturePlace(index)
  ) return "its index lacks a value or has one of a wrong type";
  const meets = manifest.at >= start.length &&
    segments.at === manifest.at + manifest.bytes &&
    segments.at + segments.bytes === index.fileBytes - tailBytes &&
    segments.raw_at === manifest.raw_at + manifest.raw_bytes &&
    segments.raw_at + segments.raw_bytes + TAIL_RAW_BYTES === index.raw_bytes;
  if (!meets) return "the places in its index do not fit together";
  return !trailer || index.raw_bytes % 2 ** 32 === trailer.length
    ? undefined
    : "its length is not the one that its index states";
}
