import { deflateRawSync } from "node:zlib";
import { crc32 } from "../../src/base/mod.ts";
import { join } from "./raw_tar.ts";

/** A zip entry exactly as a test wants it. Numbers that are given replace the right ones. */
export interface RawZipEntry {
  name: string | Uint8Array;
  content?: string | Uint8Array;
  method?: number;
  flags?: number;
  crc?: number;
  packed?: number;
  bytes?: number;
  /** In the local header, where it is to differ. */
  localName?: string;
  at?: number;
  madeBy?: number;
  attributes?: number;
  extra?: Uint8Array;
  /** Stands in the directory only. */
  withoutContent?: boolean;
}

/** What the end record states, where it is to differ from what is there. */
export interface RawZipEnd {
  entries?: number;
  directoryAt?: number;
  directoryBytes?: number;
  comment?: string;
  /** The numbers stand in a zip64 record before it. */
  zip64?: boolean;
}

const encoder = new TextEncoder();

function record(parts: [size: 2 | 4, value: number][], ...tails: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, [size]) => sum + size, 0);
  const head = new Uint8Array(length);
  const view = new DataView(head.buffer);
  let at = 0;
  for (const [size, value] of parts) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return join([head, ...tails]);
}

const textOrBytes = (value: string | Uint8Array) =>
  typeof value === "string" ? encoder.encode(value) : value;

/** A zip with these entries. */
export function zipOf(entries: RawZipEntry[], end: RawZipEnd = {}): Uint8Array {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const { method = 8, flags = 0x800, extra = new Uint8Array(), madeBy = 0x0314 } = entry;
    const content = textOrBytes(entry.content ?? "");
    const body = method === 8 ? new Uint8Array(deflateRawSync(content)) : content;
    const name = textOrBytes(entry.name);
    const sizes: [2 | 4, number][] = [
      [4, entry.crc ?? crc32(content)],
      [4, entry.packed ?? body.length],
      [4, entry.bytes ?? content.length],
    ];
    const common: [2 | 4, number][] = [[2, flags], [2, method], [2, 0x6000], [2, 0x5b74], ...sizes];
    const localName = textOrBytes(entry.localName ?? entry.name);
    const local = record(
      [[4, 0x04034b50], [2, 20], ...common, [2, localName.length], [2, 0]],
      localName,
      body,
    );
    const attributes = entry.attributes ?? 0o100600 * 0x10000;
    directory.push(record(
      [
        [4, 0x02014b50],
        [2, madeBy],
        [2, 20],
        ...common,
        [2, name.length],
        [2, extra.length],
        [2, 0],
        [2, 0],
        [2, 0],
        [4, attributes],
        [4, entry.at ?? at],
      ],
      name,
      extra,
    ));
    if (entry.withoutContent) continue;
    pieces.push(local);
    at += local.length;
  }
  return join([...pieces, ...directory, endRecord(at, directory, end)]);
}

function endRecord(at: number, directory: Uint8Array[], end: RawZipEnd): Uint8Array {
  const bytes = directory.reduce((sum, { length }) => sum + length, 0);
  const count = end.entries ?? directory.length;
  const place: [2 | 4, number][] = [
    [4, end.directoryBytes ?? bytes],
    [4, end.directoryAt ?? at],
  ];
  const comment = encoder.encode(end.comment ?? "");
  const start: [2 | 4, number][] = [[4, 0x06054b50], [2, 0], [2, 0]];
  const stop: [2 | 4, number][] = [[2, comment.length]];
  if (!end.zip64) return record([...start, [2, count], [2, count], ...place, ...stop], comment);
  const wide = (value: number): [2 | 4, number][] => [[4, value], [4, 0]];
  const end64 = record([
    ...[[4, 0x06064b50], ...wide(44), [2, 45], [2, 45], [4, 0], [4, 0]] as [2 | 4, number][],
    ...wide(count),
    ...wide(count),
    ...place.flatMap(([, value]) => wide(value)),
  ]);
  const locator = record([[4, 0x07064b50], [4, 0], ...wide(at + bytes), [4, 1]]);
  const full: [2 | 4, number][] = [[2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff]];
  return join([end64, locator, record([...start, ...full, ...stop], comment)]);
}
