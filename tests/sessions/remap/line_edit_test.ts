import { editLines } from "../../../src/sessions/remap/line_edit.ts";
import { pathMapping } from "../../../src/sessions/remap/paths.ts";
import { assert } from "../../assert.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size); // reused, as the readers of files do
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

/** Edits bytes and returns them as text, with the lines that were looked at. */
async function edited(
  bytes: Uint8Array,
  size: number,
  options: { from?: string; most?: number } = {},
) {
  const seen: string[] = [];
  const edit = (line: string) => {
    seen.push(line);
    return line.includes("keep") ? undefined : line.replace("/home/al", "/srv");
  };
  const mappings = [pathMapping(options.from ?? "/home/al", "/srv")!];
  const pieces: Uint8Array[] = [];
  for await (const piece of editLines(inPieces(bytes, size), mappings, edit, options.most)) {
    pieces.push(piece.slice());
  }
  const whole = await new Blob(pieces as BlobPart[]).bytes();
  return { whole, text: new TextDecoder().decode(whole), seen };
}

const TEXT = 'no\n{"a":"/home/al/1"}\r\n\n/home/al keep\nno\nhome\n/home/al without an end';
const AFTER = 'no\n{"a":"/srv/1"}\r\n\n/home/al keep\nno\nhome\n/srv without an end';

for (const size of [1, 2, 7, 16, 1000]) {
  Deno.test(`lines are edited wherever the pieces of ${size} bytes are cut`, async () => {
    assert.equal((await edited(bytesOf(TEXT), size)).text, AFTER);
  });
}

Deno.test("only lines that hold a mark of the path are looked at, each once", async () => {
  const { seen } = await edited(bytesOf(TEXT), 1000);
  assert.deepEqual(seen.map((line) => line.trim()), [
    '{"a":"/home/al/1"}',
    "/home/al keep",
    "home",
    "/home/al without an end",
  ]);
});

Deno.test("the mark of a Windows path is found in any case", async () => {
  const { seen } = await edited(bytesOf("no\nC:\\USERS\\al\n"), 5, { from: "C:\\Users\\al" });
  assert.deepEqual(seen, ["C:\\USERS\\al"]);
});

Deno.test("every line is looked at where a path has no plain letters", async () => {
  const { seen } = await edited(bytesOf("a\n\nb"), 2, { from: "/ä" });
  assert.deepEqual(seen, ["a", "", "b"]);
});

Deno.test("lines that are no UTF-8 or too long are passed on as they are", async () => {
  const odd = new Uint8Array([...bytesOf("/home/al \xff"), 0xff, 0x0a, ...bytesOf("/home/al\n")]);
  const { whole } = await edited(odd, 4);
  assert.deepEqual(whole, new Uint8Array([...odd.subarray(0, -9), ...bytesOf("/srv\n")]));
  const long = `/home/al${"x/home/al".repeat(12)}\n/home/al\n/home/al${"y".repeat(100)}`;
  const { text } = await edited(bytesOf(long), 8, { most: 32 });
  assert.equal(text, long.replace("\n/home/al\n", "\n/srv\n"));
});
