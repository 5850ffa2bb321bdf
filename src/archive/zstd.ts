/** zstd, which the runtime may lack: `deno run` before 2.7 does (toolchain.md). */
import * as zlib from "node:zlib";
import { LifeboatError } from "../base/mod.ts";

type Zstd = Pick<
  typeof zlib,
  "zstdCompressSync" | "zstdDecompressSync" | "createZstdDecompress"
>;

/** Whether this runtime can compress and read zstd. */
function hasZstd(runtime: object = zlib): boolean {
  return "zstdCompressSync" in runtime;
}

/** What the runtime has of zstd. Throws `zstd_unavailable` where that is nothing. */
export function requireZstd(runtime: object = zlib): Zstd {
  if (hasZstd(runtime)) return runtime as Zstd;
  throw new LifeboatError("refused", "zstd_unavailable", "This build of lifeboat has no zstd", {
    hint: "Use --format tar.gz. An archive that is there already: zstd -d makes a .tar of it.",
  });
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** Whether these are the first bytes of a frame. No deflate stream begins so: its length would lie. */
export function startsAsZstd(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/** A frame with its checksum, so that `zstd -t` sees damage. */
export function zstdFrame(bytes: Uint8Array, level: number): Uint8Array {
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants;
  const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 };
  return requireZstd().zstdCompressSync(bytes, { params, chunkSize: bytes.length + 1024 });
}
