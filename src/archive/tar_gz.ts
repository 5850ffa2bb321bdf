/** A `.tar.gz` or `.tar.zst` while it is written: what its parts share. */
import { release } from "../base/mod.ts";
import { type DeflateOutput } from "./deflate_job.ts";
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
  group?: object;
  /** Called just before it is written. */
  before?: () => void;
}

/** What is known of a slice's content. */
export type Hashed = Pick<DeflateOutput, "sha256">;

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

/** Compresses a segment in a worker, and writes it in its turn. */
export function compress(
  archive: TarGz,
  bytes: Uint8Array<ArrayBuffer>,
  options: SegmentOptions,
): Promise<void> {
  const raw = bytes.length;
  const { coverage, tally, hashed, group, before } = options;
  return archive.parts.queue.submit({
    input: { bytes, parts: [raw], ending: ENDINGS[archive.form], hashed },
    group,
    write(output) {
      before?.();
      const { crc } = output.parts[0];
      archive.writer.append({ bytes: output.bytes, raw, crc, coverage: coverage?.(output), tally });
      release(output.bytes);
    },
  });
}
