import { parseConfig } from "../../src/doctor/parse.ts";
import { assert } from "../assert.ts";

Deno.test("a configuration that parses gives its value", () => {
  const toml = parseConfig("a = 1\n", "toml");
  assert.deepEqual(toml.ok && { ...toml.value as object }, { a: 1 });
  assert.deepEqual(parseConfig('{"a":1}', "json"), { ok: true, value: { a: 1 } });
});

const BROKEN: [string, "toml" | "json", RegExp][] = [
  ['token = "sk-very-secret\nb = 1', "toml", /^line 1, column \d+$/],
  ["a = 1\n[mcp.sk-very-secret\n", "toml", /^line 2, column \d+$/],
  ['{"a": 1,\n "b": "sk-very-secret" "c"}', "json", /^line 2, column \d+$/],
  ['{"a": sk-very-secret}', "json", /^(line|it is not JSON)/],
  ["", "json", /^(line|it is not JSON)/],
  ['{"a": "sk-very-secret', "json", /^(line|it is not JSON)/],
  ["[".repeat(100_000), "json", /^(line|it is not JSON)/],
  ["a = " + "[".repeat(100_000), "toml", /^(line|it is not TOML)/],
];

for (const [text, format, where] of BROKEN) {
  Deno.test(`of ${format} that does not parse only the place is told: ${JSON.stringify(text.slice(0, 30))}`, () => {
    const parsed = parseConfig(text, format);
    assert.ok(!parsed.ok);
    assert.match(parsed.where, where);
    assert.ok(!parsed.where.includes("secret"), parsed.where);
  });
}
