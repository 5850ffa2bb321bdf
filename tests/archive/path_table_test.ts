import fc from "fast-check";
import { createPathTable } from "../../src/archive/path_table.ts";
import { assert } from "../assert.ts";

const NAMES = ["a", "b", "ä", "\u{1f600}", "long".repeat(40)];
const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }).map((names) =>
  names.join("/")
);

Deno.test("a table of paths knows what a Map knows, whatever is put into it and looked for", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), path, fc.nat(255))), (calls) => {
    const table = createPathTable(2);
    const map = new Map<string, number>();
    for (const [isPut, path, value] of calls) {
      assert.equal(table.find(path)?.[1], map.get(path));
      if (!isPut) continue;
      assert.deepEqual([...table.put(path)], [0, map.get(path) ?? 0]);
      table.put(path)[1] = value;
      map.set(path, value);
    }
    assert.equal(table.size, map.size);
    assert.deepEqual([...table.entries()].map(([path, [, value]]) => [path, value]), [...map]);
  }));
});

Deno.test("a table grows over many pages, with paths that do not end where a page does", () => {
  const table = createPathTable(33);
  const pathOf = (n: number) => `files/${"x".repeat(n % 97)}/${n}`;
  const count = 40_000; // some 4 MB
  for (let n = 0; n < count; n++) table.put(pathOf(n)).fill(n);
  assert.equal(table.size, count);
  for (let n = 0; n < count; n++) assert.equal(table.find(pathOf(n))?.[32], n & 255, pathOf(n));
  assert.equal(table.find(pathOf(count)), undefined);
  let n = 0;
  for (const [path, value] of table.entries()) {
    assert.equal(path, pathOf(n));
    assert.equal(value[0], n++ & 255);
  }
  table.free();
});

Deno.test("a path that was looked for leaves nothing in the bytes of the next one", () => {
  const table = createPathTable(8);
  assert.equal(table.find("a/long/path/that/is/not/there"), undefined);
  assert.deepEqual([...table.put("a")], [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("paths that fit into no page are refused, and long ones are not", () => {
  const table = createPathTable(1);
  const long = "\u00fc".repeat(300_000);
  for (const path of [long, "y", `${long}x`]) assert.deepEqual([...table.put(path)], [0]);
  assert.equal(table.size, 3);
  assert.ok(table.find(long));
  assert.throws(() => table.put("x".repeat(1 << 20)), RangeError);
});
