import fc from "fast-check";
import JSON5 from "json5";
import { editJson5Strings } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

const TEXT = `\ufeff// '/old/a' in a comment
{
  unquoted: '/old/a', /* "/old/b" */ 'single': "/old/it's",
  "/old/key": '/old/\\'q\\' "d"',
  list: [ '/old/1', "/other", 0x1F, .5, +Infinity, NaN, -1., ],
  deep: { $include: ['/old/x.json5',], \\u0061b: '/ol\\
d/two lines' }, // trailing
  'esc': '\\x2fold\\u002fz',
}
`;

Deno.test("strings of a JSON5 text are replaced, and nothing else", () => {
  const seen: [string, string[]][] = [];
  const after = editJson5Strings(TEXT, (value, keys) => {
    seen.push([value, [...keys]]);
    return value.startsWith("/old/") ? `/it's "new"/${value.slice(5)}` : undefined;
  });
  const expected = `\ufeff// '/old/a' in a comment
{
  unquoted: '/it\\'s "new"/a', /* "/old/b" */ 'single': "/it's \\"new\\"/it's",
  "/old/key": '/it\\'s "new"/\\'q\\' "d"',
  list: [ '/it\\'s "new"/1', "/other", 0x1F, .5, +Infinity, NaN, -1., ],
  deep: { $include: ['/it\\'s "new"/x.json5',], \\u0061b: '/it\\'s "new"/two lines' }, // trailing
  'esc': '/it\\'s "new"/z',
}
`;
  assert.equal(after, expected);
  assert.deepEqual(seen.slice(0, 4).map(([, keys]) => keys), [
    ["unquoted"],
    ["single"],
    ["/old/key"],
    ["list"],
  ]);
});

Deno.test("a text in which nothing changes stays to the byte, and what is no JSON5 is refused", () => {
  assert.equal(editJson5Strings(TEXT, () => undefined), TEXT);
  assert.equal(editJson5Strings(TEXT, (value) => value), TEXT);
  for (const text of ["", "{a: 1", "{a: 'x' 'y'}", "{'a' 1}", "[1,,2]", "{} x", "'\n'"]) {
    assert.throws(() => editJson5Strings(text, () => "x"), Error, text);
  }
});

/** A value as JSON5 may write it: in whatever quotes, with or without them at keys. */
const written: fc.Arbitrary<{ value: unknown; text: string }> = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: "small" }, tie("text"), tie("number"), tie("list"), tie("object")),
  text: fc.record({ value: fc.string({ unit: "binary" }), quote: fc.constantFrom("'", '"') })
    .map(({ value, quote }) => {
      return { value, text: JSON5.stringify(value, { quote }) };
    }),
  number: fc.constantFrom(["0x10", 16], ["-.5", -0.5], ["true", true], ["null", null])
    .map(([text, value]) => ({ value, text })),
  list: fc.array(tie("any"), { maxLength: 3 }).map((items) => {
    const all = items as { value: unknown; text: string }[];
    return {
      value: all.map(({ value }) => value),
      text: `[${all.map((i) => i.text + ", /*,*/")}]`,
    };
  }).map(({ value, text }) => ({ value, text: text.replaceAll("/*,*/,", "/*,*/") })),
  object: fc.array(tie("any"), { maxLength: 3 }).map((items) => {
    const all = items as { value: unknown; text: string }[];
    const text = all.map((one, n) => `k${n}: // '"\n${one.text},`).join(" ");
    return {
      value: Object.fromEntries(all.map(({ value }, n) => [`k${n}`, value])),
      text: `{${text}}`,
    };
  }),
})).any as fc.Arbitrary<{ value: unknown; text: string }>;

function mapped(value: unknown, edit: (text: string) => string): unknown {
  if (typeof value === "string") return edit(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, edit));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, edit)]));
}

Deno.test("whatever the text and the strings, what is read afterwards differs in just these", () => {
  fc.assert(fc.property(written, fc.string({ unit: "binary" }), ({ value, text }, added) => {
    const edit = (one: string) => one.length % 2 === 0 ? added + one : one;
    assert.deepEqual(JSON5.parse(text), value);
    assert.deepEqual(JSON5.parse(editJson5Strings(text, edit)), mapped(value, edit));
  }));
});
