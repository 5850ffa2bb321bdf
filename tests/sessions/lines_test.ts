import { createLineSplitter } from "../../src/sessions/lines.ts";
import { assert } from "../assert.ts";

function split(text: string, chunkBytes: number, most?: number): (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  const splitter = createLineSplitter(
    (line) => lines.push(line && new TextDecoder().decode(line)),
    most,
  );
  const bytes = new TextEncoder().encode(text);
  const buffer = new Uint8Array(chunkBytes);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const piece = bytes.subarray(at, at + chunkBytes);
    // One buffer for all, as a reader of files has it.
    buffer.set(piece);
    splitter.push(buffer.subarray(0, piece.length));
  }
  splitter.end();
  return lines;
}

Deno.test("lines are the same however the bytes come in", () => {
  const text = "one\n\nzwei – drei\r\nlast without an end";
  for (const size of [1, 2, 3, 7, 100]) {
    assert.deepEqual(split(text, size), ["one", "", "zwei – drei\r", "last without an end"]);
  }
  assert.deepEqual(split("a\n", 1), ["a"]);
  assert.deepEqual(split("", 1), []);
});

Deno.test("a line that is too long is told of, and those around it are whole", () => {
  for (const size of [1, 3, 1000]) {
    const text = `ok\n${"x".repeat(11)}\n${"y".repeat(10)}\n${"z".repeat(99)}`;
    assert.deepEqual(split(text, size, 10), ["ok", undefined, "y".repeat(10), undefined]);
  }
});
