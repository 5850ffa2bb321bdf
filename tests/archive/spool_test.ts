import fc from "fast-check";
import { createSpool } from "../../src/archive/spool.ts";
import { joinBytes, realFs, sha256Of } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { contentOf } from "../support/archives.ts";
import { withTempDir } from "../support/host.ts";

const MEMORY = 1 << 18;

Deno.test("a spool gives back what was appended and not taken back", async () => {
  const sizes = fc.constantFrom(0, 1, 100, MEMORY - 100, MEMORY, MEMORY + 1, 2 * MEMORY);
  const steps = fc.array(
    fc.oneof(
      sizes.map((append) => ({ append })),
      fc.nat(100).map((keep) => ({ keep })),
    ),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(1000, 1 << 20), async (all, pieceSize) => {
      await withTempDir((folder) => {
        const spool = createSpool(realFs, `${folder}/s`);
        let expected = new Uint8Array();
        for (const [index, step] of all.entries()) {
          if ("append" in step) {
            const bytes = contentOf(step.append, index);
            spool.append(bytes);
            expected = joinBytes([expected, bytes]);
          } else {
            expected = expected.slice(0, Math.floor(expected.length * step.keep / 100));
            spool.truncate(expected.length);
          }
          assert.equal(spool.length, expected.length);
        }
        const pieces = [...spool.read(pieceSize)];
        assert.equal(sha256Of(joinBytes(pieces)), sha256Of(expected));
        assert.ok(pieces.slice(0, -1).every(({ length }) => length === pieceSize));
        spool.discard();
        assert.deepEqual([...Deno.readDirSync(folder)], []);
      });
    }),
    { numRuns: Deno.env.get("SLOW") ? 300 : 25 },
  );
});

Deno.test("a small spool makes no file, a large one a private file that discard removes", async () => {
  await withTempDir((folder) => {
    const spool = createSpool(realFs, `${folder}/s`);
    spool.append(new Uint8Array(MEMORY));
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    spool.append(new Uint8Array(1));
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["s"]);
    if (Deno.build.os !== "windows") {
      assert.equal(Deno.statSync(`${folder}/s`).mode! & 0o777, 0o600);
    }
    spool.discard();
    spool.discard();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});
