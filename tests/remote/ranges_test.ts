import fc from "fast-check";
import { toFetch } from "../../src/remote/ranges.ts";
import { assert } from "../assert.ts";

const MIB = 1 << 20;

const place = fc.record({
  at: fc.integer({ min: 0, max: 60 * MIB }),
  bytes: fc.integer({ min: 1, max: 20 * MIB }),
});

Deno.test("what is wanted is there afterwards, nothing is fetched twice, and no piece is large", () => {
  fc.assert(fc.property(fc.array(place), fc.array(place), (first, second) => {
    const known = toFetch(first, []);
    const fetched = toFetch(second, known);
    const all = [...known, ...fetched].sort((a, b) => a.at - b.at);
    for (const [index, { at, bytes }] of all.entries()) {
      assert.ok(bytes > 0 && bytes <= 5 * MIB);
      const next = all[index + 1];
      assert.ok(!next || at + bytes <= next.at, "two pieces overlap");
    }
    for (const { at, bytes } of [...first, ...second]) {
      let from = at;
      for (const piece of all) {
        if (piece.at <= from && from < piece.at + piece.bytes) from = piece.at + piece.bytes;
      }
      assert.ok(from >= at + bytes, "a wanted byte is missing");
    }
  }));
});

Deno.test("a small gap is fetched along, a large one is not", () => {
  const [a, b] = [{ at: 0, bytes: 10 }, { at: 1000, bytes: 10 }];
  assert.deepEqual(toFetch([b, a], []), [{ at: 0, bytes: 1010 }]);
  const far = { at: 5 * MIB, bytes: 10 };
  assert.deepEqual(toFetch([a, far], []), [a, far]);
});
