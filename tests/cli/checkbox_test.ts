import { chooseBoxes, type Choosing, drawn, press } from "../../src/cli/checkbox.ts";
import { textWidth } from "../../src/cli/format.ts";
import { plain } from "../../src/cli/style.ts";
import { splitKeys } from "../../src/cli/terminal.ts";
import { assert } from "../assert.ts";
import { recordingTerminal } from "../support/recording_terminal.ts";

const BOXES = Array.from({ length: 20 }, (_, n) => ({ id: `${n}`, text: `box ${n}` }));

function pressed(keys: string[], boxes = BOXES.slice(0, 3)): Choosing {
  const start = { boxes, chosen: new Set(boxes.map(({ id }) => id)), at: 0 };
  return keys.reduce(press, start);
}

Deno.test("keys move, choose, and go round at the ends", () => {
  assert.equal(pressed(["down", "j"]).at, 2);
  assert.equal(pressed(["down", "down", "down"]).at, 0);
  assert.equal(pressed(["up"]).at, 2);
  assert.deepEqual([...pressed([" ", "down", " ", " "]).chosen].sort(), ["1", "2"]);
  assert.equal(pressed(["a"]).chosen.size, 0);
  assert.equal(pressed([" ", "a"]).chosen.size, 3);
  assert.deepEqual(pressed(["x", "left"]), pressed([]));
});

Deno.test("a long list shows what is around the key, and no line is wider than the terminal", () => {
  const lines = drawn("Skills to move:", pressed(Array(15).fill("down"), BOXES), 30, plain);
  assert.equal(lines.length, 14);
  assert.ok(lines.includes("> [x] box 15") && !lines.includes("  [x] box 0"), lines.join("\n"));
  const wide = BOXES.map(({ id }) => ({ id, text: "日本語".repeat(20) }));
  for (const line of drawn("x".repeat(99), pressed([" "], wide), 30, plain)) {
    assert.ok(textWidth(line) < 30, line);
  }
});

Deno.test("what is chosen comes in the order of the list, once Enter is pressed", async () => {
  const { terminal, errors } = recordingTerminal({}, ["a", "down", " ", "up", " ", "\r", " "]);
  const boxes = BOXES.slice(0, 3);
  const { signal } = new AbortController();
  const ids = await chooseBoxes(terminal, { title: "Which?", boxes, signal, style: plain });
  assert.deepEqual(ids, ["0", "1"]);
  assert.match(errors(), /2 of 3 chosen/);
});

Deno.test("what a terminal hands over at once is split into keys", () => {
  assert.deepEqual(splitKeys("a\x1b[B\x1bOA \r日"), ["a", "down", "up", " ", "\r", "日"]);
  assert.deepEqual(splitKeys("\x1b"), ["\x1b"]);
  assert.deepEqual(splitKeys("\x1b[3~"), ["\x1b[3~"]);
});
