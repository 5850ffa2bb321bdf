import { join } from "node:path";
import fc from "fast-check";
import { realFs } from "../../src/base/mod.ts";
import { sealedScratch } from "../../src/seal/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const TEXT = new TextEncoder().encode("what must not be seen ".repeat(50));

function read(fs: typeof realFs, path: string): Uint8Array {
  const file = fs.open(path);
  const content = new Uint8Array(file.info().size);
  for (let at = 0; at < content.length;) at += file.read(content.subarray(at, at + 37));
  file.close();
  return content;
}

Deno.test("a scratch file reads back as it was written, and the disk has nothing of it", () =>
  withTempDir((folder) => {
    const fs = sealedScratch(realFs, (path) => path.includes("scratch"));
    const path = join(folder, "scratch");
    const file = fs.open(path, { createNew: true, mode: 0o600 });
    for (let at = 0; at < TEXT.length; at += 100) file.write(TEXT.subarray(at, at + 100));
    file.close();
    assert.deepEqual(read(fs, path), TEXT);
    assert.ok(!Deno.readTextFileSync(path).includes("seen"));
    const plain = join(folder, "other");
    const other = fs.open(plain, { createNew: true, mode: 0o600 });
    other.write(TEXT);
    other.close();
    assert.deepEqual(Deno.readFileSync(plain), TEXT);
  }));

Deno.test("what comes after a cut is encrypted with another key", () =>
  withTempDir((folder) => {
    const fs = sealedScratch(realFs, () => true);
    const path = join(folder, "scratch");
    const file = fs.open(path, { createNew: true, mode: 0o600 });
    file.write(TEXT);
    const first = Deno.readFileSync(path);
    file.truncate(33);
    file.seek(33);
    file.write(TEXT.subarray(33));
    const second = Deno.readFileSync(path);
    assert.deepEqual(second.subarray(0, 33), first.subarray(0, 33));
    // The same content, at the same places: with the same key it would be the same bytes.
    assert.notDeepEqual(second.subarray(33, 97), first.subarray(33, 97));
    file.close();
    assert.deepEqual(read(fs, path), TEXT);
  }));

Deno.test("whatever is written and cut off, a scratch file holds what a plain one would", () =>
  withTempDir((folder) => {
    const step = fc.oneof(
      fc.record({ write: fc.uint8Array({ minLength: 1, maxLength: 200 }) }),
      fc.record({ keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    let runs = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const fs = sealedScratch(realFs, () => true);
        const path = join(folder, `scratch-${runs++}`);
        const file = fs.open(path, { createNew: true, mode: 0o600 });
        let expected: number[] = [];
        for (const one of steps) {
          if ("write" in one) {
            file.write(one.write);
            expected.push(...one.write);
          } else {
            expected = expected.slice(0, Math.floor(expected.length * one.keep));
            file.truncate(expected.length);
            file.seek(expected.length);
          }
        }
        file.close();
        assert.deepEqual(read(fs, path), new Uint8Array(expected));
      }),
      { numRuns: 60 },
    );
  }));
