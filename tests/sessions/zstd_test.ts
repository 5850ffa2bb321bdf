import { zstdCompressSync } from "node:zlib";
import { canInflateZstd, inflateZstd } from "../../src/sessions/zstd.ts";
import { assert, rejectsWith } from "../assert.ts";

async function* inPieces(bytes: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

async function inflate(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of inflateZstd(chunks)) text += decoder.decode(chunk, { stream: true });
  return text;
}

const compress = (text: string) => new Uint8Array(zstdCompressSync(new TextEncoder().encode(text)));

Deno.test("a compressed transcript comes out as it went in, from a buffer that is used again", async () => {
  const text = Array.from({ length: 5000 }, (_, i) => `{"line":${i * 7919 % 10_007}}\n`).join("");
  assert.equal(await inflate(inPieces(compress(text))), text);
});

Deno.test("what is no zstd is refused with its reason", async () => {
  await rejectsWith(() => inflate(inPieces(new Uint8Array(500))), "damaged_transcript");
});

Deno.test("what inflates to far more than a transcript can is refused, before all of it came out", async () => {
  let bytes = 0;
  await rejectsWith(async () => {
    const bomb = inPieces(compress("x".repeat(30_000_000)));
    for await (const chunk of inflateZstd(bomb, 1_000_000)) bytes += chunk.length;
  }, "damaged_transcript");
  assert.ok(bytes < 3_000_000, String(bytes));
});

Deno.test("what the source throws is thrown on", async () => {
  async function* failing() {
    yield* inPieces(compress("x".repeat(1000)).subarray(0, 10));
    throw new Error("the disk is gone");
  }
  await assert.rejects(() => inflate(failing()), /the disk is gone/);
});

Deno.test("reading may stop in the middle", async () => {
  const chunks = inPieces(compress("x".repeat(3_000_000)));
  for await (const chunk of inflateZstd(chunks)) {
    assert.ok(chunk.length < 200_000);
    break;
  }
});

Deno.test("whether the runtime can inflate zstd is found out, not assumed", () => {
  assert.equal(canInflateZstd({}), false);
  assert.equal(canInflateZstd(), true);
});
