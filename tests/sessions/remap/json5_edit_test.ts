import { editJson5Paths } from "../../../src/sessions/remap/json5_edit.ts";
import { pathMapping } from "../../../src/sessions/remap/paths.ts";
import { assert } from "../../assert.ts";

function edit(text: string, from = "/home/al", to = "/home/it's"): [string | undefined, number] {
  const mappings = [pathMapping(from, to)!];
  let paths = 0;
  const isPath = () => (_: readonly string[], kind: "key" | "value") => kind === "value";
  return [editJson5Paths(text, isPath, { mappings, onPath: () => paths++ }), paths];
}

Deno.test("paths in JSON5 change where they stand, in the quotes they have", () => {
  const text = `// /home/al stays here
{ home: '/home/al', "/home/al/key": 1, list: ["/home/al/x", '/home/alice', 'see /home/al',], }`;
  assert.deepEqual(edit(text), [
    `// /home/al stays here
{ home: '/home/it\\'s', "/home/al/key": 1, list: ["/home/it's/x", '/home/alice', 'see /home/al',], }`,
    2,
  ]);
});

Deno.test("paths of Windows are turned into those of this system", () => {
  assert.deepEqual(edit(`{a: 'C:\\\\Users\\\\al\\\\.openclaw'}`, "C:\\Users\\al", "/home/al"), [
    "{a: '/home/al/.openclaw'}",
    1,
  ]);
});

Deno.test("what has no path in it, or is no JSON5, is not edited", () => {
  const deep = "[".repeat(100_000) + "'/home/al'" + "]".repeat(100_000);
  for (const text of ["{a: '/other'}", "{a: '/home/al'", "", "{a: /home/al}", deep]) {
    assert.deepEqual(edit(text), [undefined, 0]);
  }
});
