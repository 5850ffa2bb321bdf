import fc from "fast-check";
import { lastOfEach, linesAbout, linesMissing, mergeLines } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { inPieces, textOf } from "../support/chunks.ts";

const line = (id: string, timestamp: number, display = "hi") =>
  JSON.stringify({ display, timestamp, sessionId: id }) + "\n";

async function merge(live: string, stored: string, ids = ["a"]): Promise<string> {
  const wanted = new Set(ids);
  const added = linesMissing(
    await linesAbout(inPieces(stored), wanted),
    await linesAbout(inPieces(live), wanted),
  );
  return await textOf(mergeLines(inPieces(live), added));
}

const T = 1_790_000_000_000;

Deno.test("lines of a conversation come back in their place in time, all others stay", async () => {
  const live = line("b", T + 10) + line("b", T + 30);
  const stored = line("a", T) + line("c", T + 5) + line("a", T + 20) + line("a", T + 40);
  assert.equal(
    await merge(live, stored),
    line("a", T) + line("b", T + 10) + line("a", T + 20) + line("b", T + 30) + line("a", T + 40),
  );
});

Deno.test("lines that are there are not added again, so that merging twice changes nothing", async () => {
  const stored = line("a", T) + line("a", T + 20, "again");
  const once = await merge(line("b", T + 10), stored);
  assert.equal(await merge(once, stored), once);
});

Deno.test("Codex's seconds and ISO times are read as well, and lines that are no JSON stay", async () => {
  const live = '{"session_id":"b","ts":1790000010,"text":"x"}\nhalf a li';
  const stored = '{"session_id":"a","ts":1790000000,"text":"y"}\n' +
    '{"id":"a","thread_name":"n","updated_at":"2099-01-01T00:00:00Z"}\n';
  const [early, late] = stored.split(/(?<=\n)/);
  assert.equal(await merge(live, stored), `${early}${live}\n${late}`);
});

Deno.test("the last name of a conversation is its name", async () => {
  const text = '{"id":"A","thread_name":"one"}\n{"id":"b","thread_name":"x"}\n' +
    '{"id":"a","thread_name":"two"}\n';
  const lines = lastOfEach(await linesAbout(inPieces(text), new Set(["a"])));
  assert.deepEqual(lines.map(({ bytes }) => new TextDecoder().decode(bytes)), [
    '{"id":"a","thread_name":"two"}',
  ]);
});

Deno.test("no line that is there is lost or moved, whatever is merged into it", () => {
  const lines = fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.nat(50), fc.nat(3)));
  const text = (all: [string, number, number][]) =>
    all.map(([id, at, n]) => line(id, T + at, `said ${n}`)).join("");
  return fc.assert(fc.asyncProperty(lines, lines, async (here, there) => {
    const merged = (await merge(text(here), text(there))).split(/(?<=\n)/).filter(Boolean);
    const left = [...merged];
    for (const one of text(here).split(/(?<=\n)/).filter(Boolean)) {
      const at = left.indexOf(one);
      assert.ok(at >= 0);
      left.splice(0, at + 1);
    }
    for (const [id, at, n] of there.filter(([id]) => id === "a")) {
      assert.ok(merged.includes(line(id, T + at, `said ${n}`)));
    }
  }));
});
