import { assert } from "../assert.ts";
import { crc32, crc32Combine, sha256, sha256Of } from "../../src/base/mod.ts";

Deno.test("crc32Combine joins two pieces like a CRC over both", () => {
  for (const [first, second] of [[0, 0], [1, 0], [0, 1], [13, 512], [70_000, 4_194_304]]) {
    const whole = new Uint8Array(first + second).map((_, i) => (i * 31) & 0xff);
    const a = whole.subarray(0, first);
    const b = whole.subarray(first);
    assert.equal(crc32Combine(crc32(a), crc32(b), b.length), crc32(whole));
  }
});

Deno.test("crc32Combine takes lengths above 4 GiB", () => {
  // Joining zeros of 2^33 bytes twice by halves gives the same as joining them at once.
  const zeros = (length: number): number => {
    if (length === 1) return crc32(new Uint8Array(1));
    const half = zeros(length / 2);
    return crc32Combine(half, half, length / 2);
  };
  const start = crc32(new Uint8Array([1, 2, 3]));
  const inTwo = crc32Combine(crc32Combine(start, zeros(2 ** 33), 2 ** 33), zeros(2 ** 33), 2 ** 33);
  assert.equal(inTwo, crc32Combine(start, zeros(2 ** 34), 2 ** 34));
});

Deno.test("hashes are upper-case hex, as in manifests of schema 1", () => {
  assert.equal(
    sha256Of("abc"),
    "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
  );
});

Deno.test("a copied hash and its origin go their own ways", () => {
  const hash = sha256();
  hash.update(new Uint8Array([1]));
  const copy = hash.copy();
  hash.update(new Uint8Array([2]));
  copy.update(new Uint8Array([3]));
  assert.equal(hash.hex(), sha256Of(new Uint8Array([1, 2])));
  assert.equal(copy.hex(), sha256Of(new Uint8Array([1, 3])));
});
