import fc from "fast-check";
import { otherId, reidentify } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { inPieces, textOf } from "../support/chunks.ts";

const FROM = "01a1fe82-15e5-7331-960d-0c166c4c3590";
const TO = "01a1fe82-15e5-7abc-8def-0123456789ab";

const LINES = [
  { type: "session_meta", payload: { id: FROM, session_id: FROM, cwd: "/p" } },
  { type: "event_msg", payload: { type: "item_completed", thread_id: FROM } },
  { sessionId: FROM, toolUseResult: { persistedOutputPath: `/h/p/${FROM}/tool-results/x.txt` } },
  { type: "user", message: { content: `the id is "${FROM}", in JSON {"session_id":"${FROM}"}` } },
  { type: "user", message: { content: FROM }, parentUuid: FROM, parent_thread_id: FROM },
  { sessionId: "11111111-2222-4333-8444-555555555555", text: "日本語" },
];

const jsonl = (lines: unknown[]) => lines.map((line) => JSON.stringify(line) + "\n").join("");

const change = (text: string, size: number) =>
  textOf(reidentify(inPieces(text, size), { from: FROM, to: TO }));

Deno.test("a transcript gets another id where it names itself, and nothing that was said changes", async () => {
  const changed = (await change(jsonl(LINES), 50)).trim().split("\n").map((one) => JSON.parse(one));
  assert.deepEqual(changed, [
    { type: "session_meta", payload: { id: TO, session_id: TO, cwd: "/p" } },
    { type: "event_msg", payload: { type: "item_completed", thread_id: TO } },
    { sessionId: TO, toolUseResult: { persistedOutputPath: `/h/p/${TO}/tool-results/x.txt` } },
    LINES[3],
    LINES[4],
    LINES[5],
  ]);
});

Deno.test("in whatever pieces a transcript comes, the same comes out, and the other way round", () => {
  const line = fc.constantFrom(...LINES);
  const size = fc.integer({ min: 1, max: 40_000 });
  const filler = fc.integer({ min: 0, max: 20_000 });
  return fc.assert(
    fc.asyncProperty(fc.array(line), size, filler, async (lines, size, filler) => {
      const text = jsonl([...lines, { filler: "x".repeat(filler) }, ...lines]);
      const changed = await change(text, size);
      assert.equal(changed, await change(text, text.length));
      const back = reidentify(inPieces(changed, size), { from: TO, to: FROM });
      assert.equal(await textOf(back), text);
    }),
    { numRuns: 60 },
  );
});

Deno.test("bytes that are no text stay as they are", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  const pieces = await Array.fromAsync(reidentify(inPieces(bytes), { from: FROM, to: TO }));
  assert.deepEqual(pieces.flatMap((piece) => [...piece]), [...bytes]);
});

Deno.test("another id is always the same for the same content, and has the form of its agent", () => {
  const codex = otherId(FROM, "codex", "AB");
  assert.match(codex, /^01a1fe82-15e5-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(codex, otherId(FROM, "codex", "ab"));
  assert.notEqual(codex, otherId(FROM, "codex", "cd"));
  const claude = otherId(FROM, "claude-code", "AB");
  assert.match(claude, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
