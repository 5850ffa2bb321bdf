import fc from "fast-check";
import { createFileRows, type FileFacts } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const facts: fc.Arbitrary<FileFacts> = fc.record({
  bytes: optional(fc.nat(Number.MAX_SAFE_INTEGER)),
  sha256: optional(fc.stringMatching(/^[0-9A-F]{64}$/)),
  mode: optional(fc.nat(0o7777)),
  mtimeMs: optional(fc.double({ noNaN: true, min: -8.64e15, max: 8.64e15 })),
}, { noNullPrototype: true });

Deno.test("what is known of a file is told as it was noted, and nothing of others", () =>
  fc.assert(
    fc.property(fc.dictionary(fc.nat(5000).map(String), facts), (noted) => {
      const rows = createFileRows();
      for (const [number, one] of Object.entries(noted)) rows.set(Number(number), one);
      for (let number = 0; number <= 5001; number++) {
        assert.deepEqual(rows.get(number), noted[number]);
      }
    }),
    { numRuns: 20 },
  ));

Deno.test("what is noted again replaces what was noted before", () => {
  const rows = createFileRows();
  rows.set(3, { bytes: 1, sha256: "A".repeat(64), mode: 0o600, mtimeMs: 5 });
  rows.set(3, { bytes: 2 });
  assert.deepEqual(rows.get(3), {
    bytes: 2,
    sha256: undefined,
    mode: undefined,
    mtimeMs: undefined,
  });
});

Deno.test("what was forgotten is not told, and others can be noted then", () => {
  const rows = createFileRows();
  rows.set(5000, { bytes: 1 });
  rows.clear();
  assert.equal(rows.get(5000), undefined);
  rows.set(2, { bytes: 2 });
  assert.equal(rows.get(2)?.bytes, 2);
});
