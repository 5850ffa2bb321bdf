import fc from "fast-check";
import { editJsonPaths, type IsPath } from "../../../src/sessions/remap/json_edit.ts";
import { mapPath, pathMapping } from "../../../src/sessions/remap/paths.ts";
import { assert } from "../../assert.ts";

const ANY: IsPath = () => true;
const CWD: IsPath = (keys, kind) => kind === "value" && keys.at(-1) === "cwd";

function edit(text: string, isPath: IsPath, from = "/home/al", to = "/srv"): string | undefined {
  const mappings = [pathMapping(from, to)!];
  return editJsonPaths(text, () => isPath, { mappings, onPath: () => {} });
}

Deno.test("only the beginning of a path changes, and no other byte of the text", () => {
  const text =
    ` {"n" : 1.0e+2,\t"cwd":"\\/home\\/al\\/\\u00e4\\"b", "cwd2":"/home/al",\n"big":12345678901234567890} `;
  assert.equal(
    edit(text, CWD),
    ` {"n" : 1.0e+2,\t"cwd":"/srv\\/\\u00e4\\"b", "cwd2":"/home/al",\n"big":12345678901234567890} `,
  );
});

Deno.test("paths in arrays and in deep objects are those of the key above", () => {
  const roots: IsPath = (keys) => keys.join(".") === "a.roots";
  assert.equal(
    edit('{"a":{"roots":["/home/al/x",["/home/al"],"/home/alice"]},"roots":["/home/al"]}', roots),
    '{"a":{"roots":["/srv/x",["/srv"],"/home/alice"]},"roots":["/home/al"]}',
  );
});

Deno.test("text that only holds a path somewhere is no path", () => {
  assert.equal(edit('{"cwd":"see /home/al/x","text":"/home/al"}', CWD), undefined);
});

Deno.test("separators are turned in the source of a string, escapes are kept", () => {
  assert.equal(
    edit('{"cwd":"C:\\\\Users\\\\al\\\\n\\u00e4w\\\\x"}', CWD, "C:\\Users\\al", "/home/al"),
    '{"cwd":"/home/al/n\\u00e4w/x"}',
  );
  assert.equal(
    edit('{"cwd":"/home/al/a\\/b\\"c"}', CWD, "/home/al", "C:\\Users\\al"),
    '{"cwd":"C:\\\\Users\\\\al\\\\a\\\\b\\"c"}',
  );
});

Deno.test("a key is not renamed to one that is there", () => {
  const keys: IsPath = (_, kind) => kind === "key";
  assert.equal(
    edit('{"/home/al/a":1,"/srv/a":2,"/home/al/b":3}', keys),
    '{"/home/al/a":1,"/srv/a":2,"/srv/b":3}',
  );
});

Deno.test("what is no JSON stays as it is", () => {
  for (
    const text of ["", "{", '{"cwd":"/home/al"', '"/home/al" x', "{'cwd':'/home/al'}", "\ufeff{}"]
  ) {
    assert.equal(edit(text, ANY), undefined, text);
  }
  assert.equal(edit("[".repeat(50_000) + '"/home/al"' + "]".repeat(50_000), CWD), undefined);
});

Deno.test("editing a text gives what mapping every string of its value gives", () => {
  const path = fc.constantFrom("/home/al", "/home/al/x\\y", "/home/alice", '/home/al/"ä\n', "text");
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, path, fc.integer(), fc.constant(null), tie("list"), tie("map")),
    list: fc.array(tie("any"), { maxLength: 4 }),
    map: fc.dictionary(fc.string(), tie("any"), { maxKeys: 4 }),
  })).any;
  const mapped = (one: unknown): unknown => {
    if (typeof one === "string") return mapPath(one, [pathMapping("/home/al", "/srv/ö")!]) ?? one;
    if (Array.isArray(one)) return one.map(mapped);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, each]) => [key, mapped(each)]));
  };
  fc.assert(fc.property(value, fc.constantFrom(undefined, 2), (one, indent) => {
    const text = JSON.stringify(one, null, indent);
    const edited = edit(text, (_, kind) => kind === "value", "/home/al", "/srv/ö") ?? text;
    assert.equal(edited, JSON.stringify(mapped(one), null, indent));
  }));
});
