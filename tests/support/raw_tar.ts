import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { SampleEntry } from "./archives.ts";

/** A tar member exactly as a test wants it, also one that no program would write. */
export interface RawMember {
  name: string | Uint8Array;
  content?: string | Uint8Array;
  /** `0` unless given. */
  typeflag?: string;
  linkname?: string;
  /** What the header states, instead of the content's length. */
  size?: number;
  prefix?: string;
  /** `ustar` with two zeros unless given. */
  magic?: string;
  /** Changes the finished header; the checksum is that of before. */
  spoil?: (header: Uint8Array) => void;
}

const encoder = new TextEncoder();

function put(block: Uint8Array, at: number, value: string | Uint8Array): void {
  block.set(typeof value === "string" ? encoder.encode(value) : value, at);
}

/** A header block. */
export function headerOf(member: RawMember, length: number): Uint8Array {
  const block = new Uint8Array(512);
  put(block, 0, member.name);
  put(block, 100, "0000600\0");
  put(block, 108, "0000000\0");
  put(block, 116, "0000000\0");
  put(block, 124, (member.size ?? length).toString(8).padStart(11, "0"));
  put(block, 136, "15107250000\0");
  block.fill(0x20, 148, 156);
  put(block, 156, member.typeflag ?? "0");
  put(block, 157, member.linkname ?? "");
  put(block, 257, member.magic ?? "ustar\x0000");
  put(block, 345, member.prefix ?? "");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(block, 148, `${sum.toString(8).padStart(6, "0")}\0 `);
  member.spoil?.(block);
  return block;
}

/** Members one after the other, without an end. */
export function membersOf(members: RawMember[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const member of members) {
    const { content = "" } = member;
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    pieces.push(headerOf(member, bytes.length), bytes, new Uint8Array(-bytes.length & 511));
  }
  return join(pieces);
}

/** A whole tar. */
export function tarOf(members: RawMember[]): Uint8Array {
  return join([membersOf(members), new Uint8Array(1024)]);
}

/** A whole tar.gz, as other programs write it: one deflate stream without an index. */
export function tarGzOf(members: RawMember[]): Uint8Array {
  return new Uint8Array(gzipSync(tarOf(members)));
}

/** Stored entries as members below a top folder; long names stand in PAX headers. */
export function membersFor(entries: SampleEntry[], top = "codex-backup-1"): RawMember[] {
  return entries.flatMap(({ path, content }) => {
    const name = `${top}/${path}`;
    if (encoder.encode(name).length <= 100) return [{ name, content }];
    return [paxMember({ path: name }), { name: encoder.encode(name).slice(0, 100), content }];
  });
}

/** A PAX header with these records. */
export function paxMember(records: Record<string, string>, typeflag = "x"): RawMember {
  const content = Object.entries(records).map(([key, value]) => {
    const rest = encoder.encode(` ${key}=${value}\n`).length;
    let length = rest + String(rest).length;
    if (String(length).length > String(rest).length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  }).join("");
  return { name: "PaxHeader", typeflag, content };
}

/** Bytes joined. */
export function join(pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
