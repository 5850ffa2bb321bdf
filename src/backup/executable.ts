import { type FileSystem, LifeboatError, readFully, withFile } from "../base/mod.ts";

/** Which lifeboat a file is. */
export interface ProgramInfo {
  /** The system it runs on, as a Rust-style target triple. */
  target: string;
  version: string;
}

const HEADER_BYTES = 4096;

function elfTarget(header: DataView): string | undefined {
  const targets: Record<number, string> = {
    62: "x86_64-unknown-linux-gnu",
    183: "aarch64-unknown-linux-gnu",
  };
  return targets[header.getUint16(18, true)];
}

function machTarget(header: DataView): string | undefined {
  const targets: Record<number, string> = {
    0x0100_0007: "x86_64-apple-darwin",
    0x0100_000c: "aarch64-apple-darwin",
  };
  return targets[header.getUint32(4, true)];
}

function peTarget(header: DataView): string | undefined {
  const at = header.getUint32(0x3c, true);
  if (at + 6 > header.byteLength || header.getUint32(at) !== 0x5045_0000) return undefined;
  const targets: Record<number, string> = {
    0x8664: "x86_64-pc-windows-msvc",
    0xaa64: "aarch64-pc-windows-msvc",
  };
  return targets[header.getUint16(at + 4, true)];
}

/** The system that a program was made for, by the first bytes of its file. */
export function executableTarget(head: Uint8Array): string | undefined {
  if (head.length < 64) return undefined;
  const header = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = header.getUint32(0);
  if (magic === 0x7f45_4c46) return elfTarget(header); // \x7fELF
  if (magic === 0xcffa_edfe) return machTarget(header);
  return header.getUint16(0) === 0x4d5a ? peTarget(header) : undefined; // MZ
}

/** What the build embeds in every lifeboat: its build.json. */
const BUILD_INFO =
  /\{"version":"([\w.+-]+)","target":"([\w-]+)","runtime":"(?:official|fallback)"\}/;
const PIECE_BYTES = 1 << 20;
const OVERLAP_BYTES = 256;

/**
 * The embedded build.json. Looked for from the end, where the compiler puts what it embeds; pieces
 * overlap, so that none cuts it.
 */
function findBuildInfo(fs: FileSystem, path: string): ProgramInfo | undefined {
  return withFile(fs.open(path), (file) => {
    const piece = new Uint8Array(PIECE_BYTES + OVERLAP_BYTES);
    const latin1 = new TextDecoder("latin1");
    for (let end = fs.stat(path).size; end > 0; end -= PIECE_BYTES) {
      file.seek(Math.max(0, end - PIECE_BYTES));
      const read = readFully(file, piece);
      const found = BUILD_INFO.exec(latin1.decode(piece.subarray(0, read)));
      if (found) return { version: found[1], target: found[2] };
    }
  });
}

/** Which lifeboat a file is; the file need not run here. Throws `not_lifeboat` when it is none. */
export function programInfo(fs: FileSystem, path: string): ProgramInfo {
  const head = new Uint8Array(HEADER_BYTES);
  const read = withFile(fs.open(path), (file) => readFully(file, head));
  const target = executableTarget(head.subarray(0, read));
  const info = target && findBuildInfo(fs, path);
  if (info && info.target === target) return info;
  const what = target
    ? `a program for ${target}, but no lifeboat`
    : "no program for a known system";
  throw new LifeboatError("refused", "not_lifeboat", `${path} is ${what}`, {
    hint: "Name the executable of a lifeboat release for the other system.",
  });
}
