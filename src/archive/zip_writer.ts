import { crc32Combine, joinBytes } from "../base/mod.ts";
import { misused } from "./write_faults.ts";
import type { OutputMark } from "./output_file.ts";
import type { LargeEntry, Packer, PackerParts, SizedMeta } from "./packer.ts";
import type { DeflateOutput } from "./deflate_job.ts";
import {
  centralRecord,
  dataDescriptor,
  endRecords,
  localHeader,
  type ZipMember,
} from "./zip_records.ts";
import { SLICE_BYTES } from "./format.ts";

/** A small entry that waits to be compressed together with others. */
interface Waiting {
  member: ZipMember;
  content: Uint8Array;
}

interface Zip {
  parts: PackerParts;
  waiting: Waiting[];
  /** Content bytes that wait. */
  waitingBytes: number;
  /** Entries in the central directory. */
  entries: number;
}

/** Small entries go to a worker together, up to so many bytes and entries, to save messages. */
const BATCH_BYTES = 1 << 20;
const BATCH_ENTRIES = 1000;

/** Ends a deflate stream that is made of segments: an empty final block. */
const END_OF_STREAM = Uint8Array.of(0x03, 0x00);
const NOTHING = new Uint8Array();

const encoder = new TextEncoder();

/** A `.zip`, as FORMAT.md says. */
export function zipPacker(parts: PackerParts): Packer {
  const top = memberOf(parts, "directory", { path: "", size: 0, mode: 0o700, mtimeMs: 0 });
  const zip: Zip = {
    parts,
    waiting: [{ member: top, content: NOTHING }],
    waitingBytes: 0,
    entries: 0,
  };
  return {
    directory(meta) {
      const path = `${meta.path}/`;
      return addSmall(zip, memberOf(parts, "directory", { ...meta, path, size: 0 }), NOTHING);
    },
    small(meta, content) {
      return addSmall(zip, memberOf(parts, "file", { ...meta, size: content.length }), content);
    },
    large: (meta) => beginLarge(zip, memberOf(parts, "file", meta)),
    // No segment of a zip can be copied: its readers want whole deflate streams.
    known: () => Promise.reject(misused("an earlier archive for a zip")),
    copied: new Map(),
    finish: () => finish(zip),
  };
}

function memberOf({ top }: PackerParts, kind: ZipMember["kind"], meta: SizedMeta): ZipMember {
  const { path, mode, mtimeMs, size } = meta;
  const name = encoder.encode(`${top}/${path}`);
  const unknown = { compressed: 0, crc: 0, offset: 0, streamed: false };
  return { kind, name, mode, mtimeMs, size, ...unknown };
}

async function addSmall(zip: Zip, member: ZipMember, content: Uint8Array): Promise<void> {
  zip.waiting.push({ member, content });
  zip.waitingBytes += content.length;
  if (zip.waitingBytes >= BATCH_BYTES || zip.waiting.length >= BATCH_ENTRIES) await flush(zip);
}

async function flush(zip: Zip): Promise<void> {
  const { waiting } = zip;
  Object.assign(zip, { waiting: [], waitingBytes: 0 });
  const contents = waiting.map(({ content }) => content);
  await zip.parts.queue.submit({
    input: {
      bytes: joinBytes(contents),
      parts: contents.map(({ length }) => length).filter((length) => length > 0),
      ending: "stream",
    },
    write: (output) => writeBatch(zip, waiting.map(({ member }) => member), output),
  });
}

function writeBatch(zip: Zip, members: ZipMember[], output: DeflateOutput): void {
  let part = 0;
  let at = 0;
  for (const member of members) {
    const offset = zip.parts.output.at;
    const { bytes, crc } = member.size > 0 ? output.parts[part++] : { bytes: 0, crc: 0 };
    const known = { ...member, compressed: bytes, crc, offset };
    zip.parts.output.write(localHeader(known));
    zip.parts.output.write(output.bytes.subarray(at, at += bytes));
    addToDirectory(zip, known);
  }
}

function addToDirectory(zip: Zip, member: ZipMember): void {
  zip.parts.spool.append(centralRecord(member));
  zip.entries++;
}

async function beginLarge(zip: Zip, unplaced: ZipMember): Promise<LargeEntry> {
  const { output, queue } = zip.parts;
  await flush(zip);
  const group = {};
  const member = { ...unplaced, streamed: true };
  let mark: OutputMark | undefined;

  function begin(): void {
    mark = output.mark();
    member.offset = output.at;
    output.write(localHeader(member));
  }

  function append(bytes: Uint8Array, crc: number, length: number): void {
    output.write(bytes);
    member.compressed += bytes.length;
    member.crc = crc32Combine(member.crc, crc, length);
  }

  function end(): void {
    append(END_OF_STREAM, 0, 0);
    output.write(dataDescriptor(member));
    addToDirectory(zip, member);
  }

  return {
    done: 0,
    async slice(buffer, length, sha256) {
      await queue.submit({
        input: { bytes: buffer, parts: [length], ending: "segment" },
        group,
        write({ bytes, parts }) {
          if (!mark) begin();
          append(bytes, parts[0].crc, length);
          if (sha256) end();
        },
      });
    },
    async drop() {
      await queue.drop(group);
      if (mark) await output.restore(mark);
    },
  };
}

async function finish(zip: Zip): Promise<void> {
  const { output, queue, spool } = zip.parts;
  await flush(zip);
  await queue.drain();
  const offset = output.at;
  for (const piece of spool.read(SLICE_BYTES)) {
    output.write(piece);
    await output.room?.();
  }
  output.write(endRecords({ entries: zip.entries, offset, size: output.at - offset }));
}
