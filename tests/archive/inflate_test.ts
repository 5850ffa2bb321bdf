import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { gunzip, inflateStream, inflateWhole } from "../../src/archive/inflate.ts";
import { LifeboatError } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { contentOf } from "../support/archives.ts";
import { join } from "../support/raw_tar.ts";

const RAW = contentOf(700_000);
const DEFLATED = new Uint8Array(deflateRawSync(Buffer.from(RAW)));

/** Inflates in both ways: as a whole, and as a stream in pieces. */
async function inflate(deflated: Uint8Array, raw: number): Promise<[Uint8Array, Uint8Array]> {
  const pieces = [deflated.subarray(0, 1000), deflated.subarray(1000)];
  const found: Uint8Array[] = [];
  for await (const chunk of inflateStream("x", pieces, { bytes: deflated.length, raw })) {
    found.push(chunk);
  }
  return [inflateWhole("x", deflated, raw), join(found)];
}

Deno.test("what was deflated comes out, as a whole and as a stream", async () => {
  for (const found of await inflate(DEFLATED, RAW.length)) {
    assert.ok(Buffer.from(found).equals(Buffer.from(RAW)));
  }
});

Deno.test("nothing can be inflated, too", async () => {
  const [whole, stream] = await inflate(Uint8Array.of(3, 0), 0);
  assert.deepEqual([whole.length, stream.length], [0, 0]);
});

const WRONG: Record<string, [Uint8Array, number]> = {
  "a length that is too small": [DEFLATED, RAW.length - 1],
  "a length that is far too small": [DEFLATED, 10],
  "a length that is too large": [DEFLATED, RAW.length + 1],
  "bytes left over": [join([DEFLATED, Uint8Array.of(0)]), RAW.length],
  "many bytes left over": [join([DEFLATED, new Uint8Array(500_000)]), RAW.length],
  "no end": [DEFLATED.slice(0, -1), RAW.length],
  "nothing at all": [new Uint8Array(), 0],
  "noise": [contentOf(1000), 1000],
};

for (const [what, [deflated, raw]] of Object.entries(WRONG)) {
  Deno.test(`a deflate stream with ${what} is damage`, async () => {
    await rejectsWith(() => inflateWhole("x", deflated, raw), "damaged_archive");
    const stream = inflateStream("x", [deflated], { bytes: deflated.length, raw });
    await rejectsWith(async () => {
      for await (const chunk of stream) assert.ok(chunk);
    }, "damaged_archive");
  });
}

Deno.test("a source that cannot be read is not taken for damage", async () => {
  function* source() {
    yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0);
    throw new LifeboatError("failed", "unreadable_backup", "the disk fails");
  }
  await rejectsWith(async () => {
    for await (const chunk of gunzip("x", source())) assert.ok(chunk);
  }, "unreadable_backup");
});
