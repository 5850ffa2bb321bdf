import fc from "fast-check";
import { compareTranscripts } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { inPieces } from "../support/chunks.ts";

const TALK = '{"a":1}\n{"b":"två"}\n{"c":3}\n';

async function compare(stored: string, live: string, sizes = [7, 5]): Promise<string> {
  return await compareTranscripts(inPieces(stored, sizes[0]), inPieces(live, sizes[1]));
}

Deno.test("of two transcripts the one that begins with all of the other is the longer", async () => {
  assert.equal(await compare(TALK, TALK), "equal");
  assert.equal(await compare(TALK + "{}\n", TALK), "longer");
  assert.equal(await compare(TALK, TALK + "{}\n"), "shorter");
  assert.equal(await compare(TALK + '{"d":1}\n', TALK + '{"d":2}\n'), "diverged");
  assert.equal(await compare("", ""), "equal");
  assert.equal(await compare(TALK, ""), "longer");
});

Deno.test("a transcript that ends in half a line is the beginning of the one that ends it", async () => {
  assert.equal(await compare(TALK, TALK.slice(0, -4)), "longer");
});

Deno.test("how transcripts come in pieces changes nothing about how they compare", () =>
  fc.assert(fc.asyncProperty(
    fc.string({ maxLength: 40 }),
    fc.string({ maxLength: 8 }),
    fc.string({ maxLength: 8 }),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 30 }),
    async (common, a, b, one, other) => {
      const expected = a === b
        ? "equal"
        : a.startsWith(b)
        ? "longer"
        : b.startsWith(a)
        ? "shorter"
        : "diverged";
      const bytes = (text: string) => text.toWellFormed();
      fc.pre([common, a, b].every((text) => bytes(text) === text));
      assert.equal(await compare(common + a, common + b, [one, other]), expected);
    },
  )));

Deno.test("both transcripts are closed when the comparison ends early", async () => {
  const closed: string[] = [];
  async function* open(name: string, text: string) {
    try {
      yield* inPieces(text);
    } finally {
      closed.push(name);
    }
  }
  assert.equal(await compareTranscripts(open("a", "x" + TALK), open("b", TALK)), "diverged");
  assert.deepEqual(closed.sort(), ["a", "b"]);
});
