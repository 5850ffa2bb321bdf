import { parseYaml, YamlFault } from "../../src/migrate/yaml.ts";
import { assert } from "../assert.ts";

Deno.test("a configuration is read as its library reads it: merge keys, and the last of two keys", async () => {
  const text = `\ufeff# a comment
base: &base { a: 1, b: two }
own:
  <<: *base
  b: three
twice: 1
twice: 2
list: [yes, 0x1f, ~, .inf, "\\u00fc"]
text: |
  one
  two
`;
  assert.deepEqual(await parseYaml(text), {
    base: { a: 1, b: "two" },
    own: { a: 1, b: "three" },
    twice: 2,
    list: ["yes", 31, null, null, "ü"],
    text: "one\ntwo\n",
  });
});

Deno.test("a configuration without settings is an empty one", async () => {
  for (const text of ["", "\n\n", "# nothing\n  # more\n", "---\n", "null\n", "\r\n# x\r\n"]) {
    assert.deepEqual(await parseYaml(text), {}, JSON.stringify(text));
  }
});

/** Nine lines that stand for a billion values. */
function billionLaughs(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let n = 1; n < 10; n++) {
    lines.push(`a${n}: &a${n} [${Array(10).fill(`*a${n - 1}`).join(", ")}]`);
  }
  return lines.join("\n");
}

Deno.test("hostile YAML is refused with a reason that shows nothing of it", async () => {
  const SECRET = "sk-abcdefghijklmnopqrstuvwxyz012345";
  const much = /nested too deeply, or uses aliases without measure/;
  const cases: [name: string, text: string, reason: RegExp][] = [
    ["billion laughs", billionLaughs(), much],
    ["a list in itself", "a: &a [*a]\n", much],
    ["a table in itself", "a: &a { b: *a }\n", much],
    ["brackets without end", "[".repeat(100_000), much],
    ["lists in lists", "- ".repeat(10_000) + "x", much],
    [
      "tables in tables",
      Array.from({ length: 100 }, (_, n) => " ".repeat(n) + "a:").join("\n"),
      much,
    ],
    ["aliases without end", `a: &a x\nb: [${Array(50_000).fill("*a").join(",")}]\n`, much],
    [
      "merges without end",
      `a: &a { x: 1 }\nb: { <<: [${Array(5000).fill("*a").join(",")}] }\n`,
      much,
    ],
    ["values without end", `a: [${Array(60_000).fill("1").join(",")}]\n`, much],
    ["too long", "a: 1\n".repeat(200_000), /^it has more than 524288 characters$/],
    ["code", `a: !!python/object/apply:os.system ["${SECRET}"]\n`, /^line 1 is no YAML/],
    ["a tag of its own", `a: 1\nb: !${SECRET} x\n`, /^line 2 is no YAML/],
    ["a tab", `key: ${SECRET}\n\tb: 1\n`, /^line [12] is no YAML/],
    ["an unknown alias", `a: *${SECRET}\n`, /^line 1 is no YAML/],
    ["a quote without end", `a: "${SECRET}\n`, /no YAML/],
    ["two documents", `a: 1\n---\nb: ${SECRET}\n`, /no YAML/],
    ["a NUL", `a: ${SECRET}\0\n`, /^line 1 is no YAML/],
    ["a list", `- ${SECRET}\n`, /^it is no table of settings$/],
    ["a text", SECRET, /^it is no table of settings$/],
  ];
  for (const [name, text, reason] of cases) {
    await assert.rejects(parseYaml(text), (error: unknown) => {
      assert.ok(error instanceof YamlFault, `${name}: ${error}`);
      assert.match(error.message, reason, name);
      assert.ok(!error.message.includes(SECRET), name);
      return true;
    });
  }
});

Deno.test("keys that reach into objects are keys like any other", async () => {
  const read = await parseYaml("__proto__: { polluted: 1 }\nconstructor: { prototype: 2 }\n");
  assert.deepEqual(Object.keys(read).sort(), ["__proto__", "constructor"]);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});
