import type {
  EntryMeta,
  HashedMeta,
  LargeEntry,
  Packer,
  PackerParts,
  SizedMeta,
} from "./packer.ts";
import { sha256Of } from "../base/mod.ts";
import { type DeflateOutput, joinBytes } from "./deflate_job.ts";
import type { EarlierArchive, EarlierFile } from "./earlier.ts";
import {
  type ArchiveIndex,
  type Coverage,
  type DatabaseMethod,
  INDEX_BYTES,
  INDEX_PATH,
  MANIFEST_PATH,
  type SegmentLine,
  SLICE_BYTES,
  TABLE_PATH,
  type TableEntry,
  TAIL_RAW_BYTES,
} from "./format.ts";
import {
  addToRun,
  bytesOfRun,
  emptyRun,
  endsBefore,
  isFull,
  type Run,
  type RunContent,
  sameSegments,
} from "./runs.ts";
import {
  createSegmentWriter,
  type SegmentMark,
  type SegmentWriter,
  type Tally,
} from "./segment_writer.ts";
import { BLOCK, roundToBlock, type TarHeaders, tarHeaders } from "./tar_header.ts";

/** How a segment is written beside its bytes. */
interface SegmentOptions {
  /** From what the worker found out. */
  coverage?: (output: DeflateOutput) => Coverage;
  tally?: Tally;
  /** Content bytes, whose SHA-256 the worker tells. */
  hashed?: number;
  group?: object;
  /** Called just before it is written. */
  before?: () => void;
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();

interface TarGz {
  parts: PackerParts;
  encodeHeader: TarHeaders;
  writer: SegmentWriter;
  /** Small entries that are no segment yet. */
  run: Run;
  /** Tar entries so far. */
  entries: number;
  copied: Map<number, number>;
  manifest?: { tally: Tally; sha256: string };
}

/** A `.tar.gz` made of segments, as FORMAT.md says. */
export function tarGzPacker(parts: PackerParts): Packer {
  const archive: TarGz = {
    parts,
    encodeHeader: tarHeaders(`${parts.top}/PaxHeader`),
    writer: createSegmentWriter(parts.output, parts.spool),
    run: emptyRun(),
    entries: 1,
    copied: new Map(),
  };
  const top = { path: "", size: 0, mode: 0o700, mtimeMs: 0 };
  const entry: TableEntry = ["/", 0, 0, top.mode, null];
  addToRun(archive.run, entry, headerOf(archive, "directory", top), NOTHING);
  return {
    directory: (meta) => addDirectory(archive, meta),
    small: (meta, content) => addFile(archive, meta, content),
    large: (meta) => beginLarge(archive, meta),
    known: (file) => addKnown(archive, file),
    finish: () => finish(archive),
    copied: archive.copied,
  };
}

function headerOf(
  archive: TarGz,
  kind: "file" | "directory",
  meta: SizedMeta,
): Uint8Array<ArrayBuffer> {
  const { size, mode, mtimeMs } = meta;
  const name = `${archive.parts.top}/${meta.path}`;
  return archive.encodeHeader({ kind, name, size, mode, mtimeMs });
}

function compress(
  archive: TarGz,
  bytes: Uint8Array<ArrayBuffer>,
  options: SegmentOptions,
): Promise<void> {
  const raw = bytes.length;
  const { coverage, tally, hashed, group, before } = options;
  return archive.parts.queue.submit({
    input: { bytes, parts: [raw], ending: "segment", hashed },
    group,
    write(output) {
      before?.();
      const { crc } = output.parts[0];
      archive.writer.append({ bytes: output.bytes, raw, crc, coverage: coverage?.(output), tally });
    },
  });
}

async function closeRun(archive: TarGz, options: SegmentOptions = {}): Promise<void> {
  const { run } = archive;
  if (run.raw === 0) return;
  archive.run = emptyRun();
  const same = sameSegments(run);
  if (same) return await takeOver(archive, same, options);
  const coverage = (): Coverage => ({ kind: "run", entries: run.entries });
  await compress(archive, await bytesOfRun(run), { ...options, coverage });
}

/** Copies the compressed segments of an earlier archive that hold a run or a large file. */
async function takeOver(
  archive: TarGz,
  { group, archive: earlier }: EarlierFile,
  options: SegmentOptions,
): Promise<void> {
  for (const line of group.lines) await copySegment(archive, earlier, line, line, options);
}

/** Copies one compressed segment, which covers here what `coverage` says. */
async function copySegment(
  archive: TarGz,
  earlier: EarlierArchive,
  line: SegmentLine,
  coverage: Coverage,
  { group, before, tally }: SegmentOptions,
): Promise<void> {
  const { copied, parts, writer } = archive;
  const bytes = earlier.packed(line);
  await parts.queue.pass(() => {
    before?.();
    const crc = parseInt(line.crc, 16);
    copied.set(parts.output.at, bytes.length);
    writer.append({ bytes, raw: line.raw, crc, coverage: bareCoverage(coverage), tally });
  }, group);
}

/** Without the place that a line has in its own archive. */
function bareCoverage(coverage: Coverage): Coverage {
  if (coverage.kind !== "slice") return { kind: coverage.kind, entries: coverage.entries };
  const { kind, path, offset, length, sha256, file_sha256 } = coverage;
  return { kind, path, offset, length, sha256, ...(file_sha256 && { file_sha256 }) };
}

async function addSmall(
  archive: TarGz,
  entry: TableEntry,
  header: Uint8Array,
  content: RunContent,
): Promise<void> {
  const length = header.length + roundToBlock(entry[1]);
  if (endsBefore(archive.run, entry[0], length)) await closeRun(archive);
  archive.run.met ??= await archive.parts.earlier?.find(entry[0]);
  addToRun(archive.run, entry, header, content);
  archive.entries++;
  if (isFull(archive.run)) await closeRun(archive);
}

function addDirectory(archive: TarGz, { path, mode, mtimeMs }: EntryMeta): Promise<void> {
  const meta = { path: `${path}/`, size: 0, mode, mtimeMs };
  const entry: TableEntry = [meta.path, 0, mtimeMs, mode, null];
  return addSmall(archive, entry, headerOf(archive, "directory", meta), NOTHING);
}

async function addFile(archive: TarGz, meta: HashedMeta, content: Uint8Array): Promise<void> {
  const { path, mode, mtimeMs, sha256 } = meta;
  const size = content.length;
  const header = headerOf(archive, "file", { ...meta, size });
  const entry: TableEntry = [path, size, mtimeMs, mode, sha256, ...methodOf(meta)];
  if (path !== MANIFEST_PATH) return await addSmall(archive, entry, header, content);
  const tally: Tally = {};
  await closeRun(archive);
  addToRun(archive.run, entry, header, content);
  archive.entries++;
  await closeRun(archive, { tally });
  archive.manifest = { tally, sha256 };
}

async function beginLarge(archive: TarGz, meta: SizedMeta): Promise<LargeEntry> {
  const { run, entries } = archive;
  const { path, size, mode, mtimeMs } = meta;
  let mark: SegmentMark | undefined;
  const group = {};
  const before = () => void (mark ??= archive.writer.mark());
  const tally: Tally | undefined = path === MANIFEST_PATH ? {} : undefined;
  await closeRun(archive, { group, before });
  const entry: TableEntry = [path, size, mtimeMs, mode, null, ...methodOf(meta)];
  const coverage = (): Coverage => ({ kind: "head", entries: [entry] });
  await compress(archive, headerOf(archive, "file", meta), { group, before, tally, coverage });
  archive.entries++;
  let offset = 0;
  return {
    async slice(buffer, length, sha256) {
      const coverage = sliceCoverage({ path, offset, length }, sha256);
      offset += length;
      await addSlice(archive, buffer, { group, before, tally, hashed: length, coverage });
      if (tally && sha256) archive.manifest = { tally, sha256 };
    },
    async drop() {
      await archive.parts.queue.drop(group);
      if (mark) takeBack(archive, mark);
      Object.assign(archive, { run, entries });
    },
  };
}

function takeBack({ writer, copied }: TarGz, mark: SegmentMark): void {
  for (const at of copied.keys()) if (at >= mark.output.at) copied.delete(at);
  writer.restore(mark);
}

/** A slice whose content lies in the earlier archive, in whatever file, is copied from there. */
async function addSlice(
  archive: TarGz,
  buffer: Uint8Array<ArrayBuffer>,
  options: SegmentOptions & { hashed: number; coverage: (output: Hashed) => Coverage },
): Promise<void> {
  const { earlier } = archive.parts;
  const sha256 = earlier && sha256Of(buffer.subarray(0, options.hashed));
  const line = sha256 && await earlier.slice(sha256);
  if (!line || line.length !== options.hashed || line.raw !== buffer.length) {
    return await compress(archive, buffer, options);
  }
  await copySegment(archive, earlier!, line, options.coverage({ sha256 }), options);
}

/** What is known of a slice's content. */
type Hashed = Pick<DeflateOutput, "sha256">;

function methodOf({ method }: EntryMeta): [DatabaseMethod] | [] {
  return method ? [method] : [];
}

/** A file that is in the earlier archive as it is now: nothing of it is read. */
async function addKnown(archive: TarGz, file: EarlierFile): Promise<void> {
  const { entry, group } = file;
  if (group.lines[0].kind === "run") {
    const [path, size, mtimeMs, mode] = entry;
    const header = headerOf(archive, "file", { path, size, mode, mtimeMs });
    return await addSmall(archive, entry, header, file);
  }
  await closeRun(archive);
  await takeOver(archive, file, {});
  archive.entries++;
}

function sliceCoverage(
  place: { path: string; offset: number; length: number },
  fileSha256: string | undefined,
): (output: Hashed) => Coverage {
  return ({ sha256 }) => ({
    kind: "slice",
    ...place,
    sha256: sha256!,
    ...(fileSha256 && { file_sha256: fileSha256 }),
  });
}

async function finish(archive: TarGz): Promise<void> {
  const { queue } = archive.parts;
  await queue.drain();
  const table: Tally = {};
  await writeTable(archive, table);
  await queue.drain();
  archive.writer.end(tailOf(archive, table));
}

async function writeTable(archive: TarGz, tally: Tally): Promise<void> {
  const { spool } = archive.parts;
  const meta = { path: TABLE_PATH, size: spool.length, mode: 0o600, mtimeMs: 0 };
  await compress(archive, headerOf(archive, "file", meta), { tally });
  for (const piece of spool.read(SLICE_BYTES)) {
    const padding = new Uint8Array(roundToBlock(piece.length) - piece.length);
    await compress(archive, joinBytes([piece, padding]), { tally });
  }
}

function tailOf(archive: TarGz, table: Tally): Uint8Array {
  const { manifest, writer, entries } = archive;
  const index: ArchiveIndex = {
    format: "lifeboat",
    version: 1,
    manifest: manifest!.tally.extent!,
    segments: table.extent!,
    manifest_sha256: manifest!.sha256,
    entries,
    raw_bytes: writer.raw + TAIL_RAW_BYTES,
  };
  const meta = { path: INDEX_PATH, size: INDEX_BYTES, mode: 0o600, mtimeMs: 0 };
  const tail = new Uint8Array(TAIL_RAW_BYTES);
  tail.set(headerOf(archive, "file", meta));
  tail.set(encoder.encode(`${JSON.stringify(index).padEnd(INDEX_BYTES - 1)}\n`), BLOCK);
  return tail;
}
