/** A `.tar.gz` or `.tar.zst` while it is written: what its parts share. */
import { crc32Combine, joinBytes, release } from "../base/mod.ts";
import type { Coverage, SegmentForm } from "./format.ts";
import type { PackerParts, SizedMeta } from "./packer.ts";
import type { Run, RunHeader } from "./runs.ts";
import type { SegmentWriter, Tally } from "./segment_writer.ts";
import { headerLength, type TarHeaders } from "./tar_header.ts";

/** How a segment is written beside its bytes. */
export interface SegmentOptions {
  /** From what the worker found out. */
  coverage?: (output: Hashed) => Coverage;
  tally?: Tally;
  /** Content bytes, whose SHA-256 the worker tells. */
  hashed?: number;
  /** What the first so many bytes are when compressed, where that is known. */
  done?: { length: number; packed: Uint8Array };
  /** So many bytes at the end are compressed on their own. */
  padding?: number;
  group?: object;
  /** Called just before it is written. */
  before?: () => void;
}

/** What is known of a slice once it is compressed. */
export interface Hashed {
  sha256?: string;
  /** Compressed bytes before the padding that is compressed on its own. */
  contentBytes?: number;
}

/** An archive of segments that is being written. */
export interface TarGz {
  parts: PackerParts;
  form: SegmentForm;
  encodeHeader: TarHeaders;
  writer: SegmentWriter;
  /** Small entries that are no segment yet. */
  run: Run;
  /** Tar entries so far. */
  entries: number;
  /** Segments that were copied from the earlier archive: their lengths by their places, bytes. */
  copied: Map<number, number>;
  manifest?: { tally: Tally; sha256: string };
  signature?: Tally;
}

/** Header blocks of an entry. */
export function headerOf(
  archive: TarGz,
  kind: "file" | "directory",
  meta: SizedMeta,
): Uint8Array<ArrayBuffer> {
  const { size, mode, mtimeMs } = meta;
  const name = `${archive.parts.top}/${meta.path}`;
  return archive.encodeHeader({ kind, name, size, mode, mtimeMs });
}

/** The same, made when it is needed. */
export function runHeaderOf(
  archive: TarGz,
  kind: "file" | "directory",
  { path, size, mode, mtimeMs }: SizedMeta,
): RunHeader {
  const { encodeHeader, parts: { top } } = archive;
  const member = { kind, name: `${top}/${path}`, size, mode, mtimeMs };
  return { length: headerLength(member, encodeHeader), blocks: () => encodeHeader(member) };
}

/** How a segment ends that others follow. */
const ENDINGS = { "tar.gz": "segment", "tar.zst": "frame" } as const;

/** Whether what is compressed can be followed by more in one segment; a frame of zstd cannot. */
export function canGoOn({ form }: TarGz): boolean {
  return form === "tar.gz";
}

/** Compresses a segment in a worker, and writes it in its turn. */
export function compress(
  archive: TarGz,
  bytes: Uint8Array<ArrayBuffer>,
  options: SegmentOptions,
): Promise<void> {
  const raw = bytes.length;
  const { coverage, tally, hashed, done, group, before } = options;
  const { padding = 0 } = options;
  const from = done?.length ?? 0;
  const parts = [raw - from - padding, padding].filter((length) => length > 0);
  return archive.parts.queue.submit({
    input: { bytes, done: from, parts, ending: ENDINGS[archive.form], hashed },
    group,
    write(output) {
      before?.();
      const packed = done ? joinBytes([done.packed, output.bytes]) : output.bytes;
      const crc = output.parts.reduce((crc, part, n) => crc32Combine(crc, part.crc, parts[n]), 0);
      if (done) archive.copied.set(archive.parts.output.at, done.packed.length);
      const contentBytes = canGoOn(archive)
        ? (done?.packed.length ?? 0) + output.parts[0].bytes
        : undefined;
      const covers = coverage?.({ sha256: output.sha256, contentBytes });
      archive.writer.append({ bytes: packed, raw, crc, coverage: covers, tally });
      release(output.bytes);
      release(packed);
    },
  });
}
