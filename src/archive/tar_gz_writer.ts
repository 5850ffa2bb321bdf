import { joinBytes } from "../base/mod.ts";
import type {
  EntryMeta,
  HashedMeta,
  LargeEntry,
  Packer,
  PackerParts,
  SizedMeta,
} from "./packer.ts";
import type { EarlierFile } from "./earlier.ts";
import {
  type ArchiveIndex,
  type Coverage,
  type DatabaseMethod,
  type Extent,
  FRAMINGS,
  INDEX_BYTES,
  INDEX_PATH,
  MANIFEST_PATH,
  type SegmentForm,
  SIGNATURE_PATH,
  SLICE_BYTES,
  TABLE_PATH,
  type TableEntry,
  TAIL_RAW_BYTES,
  type WalState,
} from "./format.ts";
import {
  addToRun,
  bytesOfRun,
  emptyRun,
  endsBefore,
  isFull,
  type RunContent,
  type RunHeader,
  sameSegments,
} from "./runs.ts";
import { createSegmentWriter, type SegmentMark, type Tally } from "./segment_writer.ts";
import { addSlice, earlierSlices, takeBack, takeOver, takeSlices } from "./take_over.ts";
import {
  compress,
  type Hashed,
  headerOf,
  runHeaderOf,
  type SegmentOptions,
  type TarGz,
} from "./tar_gz.ts";
import { BLOCK, roundToBlock, tarHeaders } from "./tar_header.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();

/** A `.tar.gz` or `.tar.zst` made of segments, as FORMAT.md says. */
export function tarGzPacker(parts: PackerParts, form: SegmentForm): Packer {
  const archive: TarGz = {
    parts,
    form,
    encodeHeader: tarHeaders(`${parts.top}/PaxHeader`),
    writer: createSegmentWriter(parts.output, parts.spool, FRAMINGS[form]),
    run: emptyRun(),
    entries: 1,
    copied: new Map(),
  };
  const top = { path: "", size: 0, mode: 0o700, mtimeMs: 0 };
  const entry: TableEntry = ["/", 0, 0, top.mode, null];
  addToRun(archive.run, entry, runHeaderOf(archive, "directory", top), NOTHING);
  return {
    directory: (meta) => addDirectory(archive, meta),
    small: (meta, content) => addFile(archive, meta, content),
    large: (meta, start) => beginLarge(archive, meta, start),
    known: (file) => addKnown(archive, file),
    finish: () => finish(archive),
    copied: archive.copied,
  };
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

async function addSmall(
  archive: TarGz,
  entry: TableEntry,
  header: RunHeader,
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
  return addSmall(archive, entry, runHeaderOf(archive, "directory", meta), NOTHING);
}

async function addFile(archive: TarGz, meta: HashedMeta, content: Uint8Array): Promise<void> {
  const { path, mode, mtimeMs, sha256 } = meta;
  const size = content.length;
  const header = runHeaderOf(archive, "file", { ...meta, size });
  const entry: TableEntry = [path, size, mtimeMs, mode, sha256, ...methodOf(meta)];
  if (path !== MANIFEST_PATH && path !== SIGNATURE_PATH) {
    return await addSmall(archive, entry, header, content);
  }
  const tally: Tally = {};
  await closeRun(archive);
  addToRun(archive.run, entry, header, content);
  archive.entries++;
  await closeRun(archive, { tally });
  if (path === MANIFEST_PATH) archive.manifest = { tally, sha256 };
  else archive.signature = tally;
}

async function beginLarge(
  archive: TarGz,
  meta: SizedMeta,
  start?: EarlierFile,
): Promise<LargeEntry> {
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
  const known = await earlierSlices(archive, path, start);
  const done = start ? await takeSlices(archive, start, { group, before }) : 0;
  let offset = done;
  return {
    done,
    async slice(buffer, length, sha256) {
      const coverage = sliceCoverage({ path, offset, length }, sha256);
      const slice = { buffer, offset, length, coverage };
      offset += length;
      await addSlice(archive, slice, known, { group, before, tally });
      if (tally && sha256) archive.manifest = { tally, sha256 };
    },
    async drop() {
      await archive.parts.queue.drop(group);
      if (mark) await takeBack(archive, mark);
      Object.assign(archive, { run, entries });
    },
  };
}

function methodOf({ method, wal }: EntryMeta): [DatabaseMethod, ...WalState | []] | [] {
  return method ? [method, ...wal ?? [] as []] : [];
}

/** A file that is in the earlier archive as it is now: nothing of it is read. */
async function addKnown(archive: TarGz, file: EarlierFile): Promise<void> {
  const { entry, group } = file;
  if (group.lines[0].kind === "run") {
    const [path, size, mtimeMs, mode] = entry;
    const header = runHeaderOf(archive, "file", { path, size, mode, mtimeMs });
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
  return ({ sha256, contentBytes }) => ({
    kind: "slice",
    ...place,
    sha256: sha256!,
    ...(fileSha256 && { file_sha256: fileSha256, content_bytes: contentBytes }),
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

/** The index has room for no more than what a reader cannot work out. */
function placeOf({ at, raw_bytes, crc }: Extent): ArchiveIndex["signature"] {
  return { at, raw_bytes, crc };
}

function tailOf(archive: TarGz, table: Tally): Uint8Array {
  const { manifest, signature, writer, entries } = archive;
  const index: ArchiveIndex = {
    format: "lifeboat",
    version: 1,
    manifest: manifest!.tally.extent!,
    segments: table.extent!,
    manifest_sha256: manifest!.sha256,
    ...(signature && { signature: placeOf(signature.extent!) }),
    entries,
    raw_bytes: writer.raw + TAIL_RAW_BYTES,
  };
  const meta = { path: INDEX_PATH, size: INDEX_BYTES, mode: 0o600, mtimeMs: 0 };
  const tail = new Uint8Array(TAIL_RAW_BYTES);
  tail.set(headerOf(archive, "file", meta));
  tail.set(encoder.encode(`${JSON.stringify(index).padEnd(INDEX_BYTES - 1)}\n`), BLOCK);
  return tail;
}
