import fc from "fast-check";
import {
  createJsonScanner,
  JsonFault,
  type JsonPath,
  type JsonVisitor,
} from "../../src/archive/json_stream.ts";
import { assert } from "../assert.ts";

const LIMITS = { bytes: 1000, depth: 8 };

/** Reads a text in chunks of a length and tells every value handed over. */
function read(
  text: string,
  plan: JsonVisitor["plan"] = () => "value",
  chunk = 7,
  limits = LIMITS,
): [string, unknown][] {
  const values: [string, unknown][] = [];
  const value = (path: JsonPath, value: unknown) => void values.push([path.join("."), value]);
  const scanner = createJsonScanner({ plan, value }, limits);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += chunk) scanner.push(bytes.subarray(at, at + chunk));
  scanner.end();
  return values;
}

Deno.test("members of the top object come one by one, whatever the chunks are", () => {
  const text = ' { "a" : 1 , "b":"x\\"}],{" ,"c":[1,{"d":2}], "e":null,"ä":{"f":{}},"g":true } \n';
  for (let chunk = 1; chunk < 80; chunk++) {
    assert.deepEqual(read(text, undefined, chunk), [
      ["a", 1],
      ["b", 'x"}],{'],
      ["c", [1, { d: 2 }]],
      ["e", null],
      ["ä", { f: {} }],
      ["g", true],
    ]);
  }
});

Deno.test("elements of arrays come one by one, as deep as is asked", () => {
  const plan = (path: JsonPath) => {
    if (path.length === 2) return "members";
    return path.length === 4 ? "value" : "elements";
  };
  const text = '{"roots":[{"id":"a","entries":[1,[2],{"x":3}]},{"entries":[]}, 5 ],"b":[]}';
  assert.deepEqual(read(text, plan), [
    ["roots.0.id", "a"],
    ["roots.0.entries.0", 1],
    ["roots.0.entries.1", [2]],
    ["roots.0.entries.2", { x: 3 }],
    ["roots.2", 5],
  ]);
});

Deno.test("what is passed over is not kept, however large", () => {
  const text = `{"big":["${"x".repeat(5000)}"],"after":1}`;
  const plan = (path: JsonPath) => path[0] === "big" ? "skip" as const : "value" as const;
  assert.deepEqual(read(text, plan), [["big", undefined], ["after", 1]]);
  assert.throws(() => read(text), /too large/);
});

const BROKEN: Record<string, string> = {
  "nothing": "",
  "a list at the top": "[]",
  "a number at the top": "5",
  "no end": '{"a":1',
  "no end of a string": '{"a":"x',
  "no end of a list": '{"a":[1,2',
  "something behind the end": '{"a":1} x',
  "a second document": '{"a":1}{}',
  "no colon": '{"a" 1}',
  "no comma": '{"a":1 "b":2}',
  "a comma too many": '{"a":1,}',
  "a comma at the start": '{,"a":1}',
  "no value": '{"a":}',
  "no key": "{1:2}",
  "a wrong bracket": '{"a":1]',
  "a bad number": '{"a":01}',
  "a bad word": '{"a":nul}',
  "single quotes": "{'a':1}",
  "a line break in a string": '{"a":"x\ny"}',
  "a bad escape": '{"a":"\\x"}',
  "a bad escape in a key": '{"\\u12":1}',
  "two values": '{"a":1 2}',
  "brackets that do not match": '{"a":[1}}',
};

for (const [what, text] of Object.entries(BROKEN)) {
  Deno.test(`a document with ${what} is refused`, () => {
    for (const chunk of [1, 3, 100]) {
      assert.throws(() => read(text, undefined, chunk), JsonFault);
    }
  });
}

Deno.test("bytes that are not UTF-8 are refused", () => {
  const scanner = createJsonScanner({ plan: () => "value", value() {} }, LIMITS);
  const bytes = Uint8Array.from('{"a":"\xff"}', (char) => char.charCodeAt(0));
  assert.throws(() => scanner.push(bytes), JsonFault);
});

Deno.test("brackets in each other have a limit, also in what is passed over", () => {
  const text = `{"a":${"[".repeat(100_000)}`;
  assert.throws(() => read(text, () => "value", 1000), /too deep/);
  assert.throws(() => read(text, () => "skip", 1000), /too deep/);
});

Deno.test("the fault says at which byte", () => {
  for (const chunk of [1, 4, 100]) {
    assert.throws(() => read('{"abc":1 x}', undefined, chunk), /byte 9/);
  }
});

Deno.test("any document of JSON.stringify comes out as it went in", () => {
  const document = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 40 }), fc.boolean(), (value, chunk, pretty) => {
      const text = JSON.stringify(value, null, pretty ? 2 : 0);
      const limits = { bytes: 1 << 20, depth: 50 };
      const expected = Object.entries(JSON.parse(text));
      assert.deepEqual(read(text, undefined, chunk, limits), expected);
    }),
    { numRuns: 100, seed: 20_261_120 },
  );
});
