import fc from "fast-check";
import { relativePathFault } from "../../src/base/mod.ts";
import { folderName, plainName, skillNames } from "../../src/migrate/names.ts";
import { assert } from "../assert.ts";

Deno.test("a name is trimmed, lower-case, and has dashes for everything else", () => {
  const names: [given: string, plain: string][] = [
    ["Review", "review"],
    ["  My  Skill! ", "my-skill"],
    ["a/b\\c", "a-b-c"],
    ["my_skill.v2", "my_skill.v2"],
    ["--x--", "x"],
    ["日本語", ""],
    ["é", ""],
    ["x".repeat(80), "x".repeat(64)],
  ];
  for (const [given, plain] of names) assert.equal(plainName(given), plain);
});

Deno.test("a name that is no folder's gets one that is", () => {
  for (const name of ["..", ".", "con", "nul.txt", "trailing."]) {
    assert.equal(relativePathFault(folderName(name, "codex-skill"), "windows"), undefined, name);
    assert.match(folderName(name, "codex-skill"), /^codex-skill/);
  }
  assert.equal(folderName("!", "codex-skill"), "codex-skill");
});

Deno.test("whatever a skill is called, its name stays in its folder on every system", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (name) => {
    const made = folderName(name, "codex-skill");
    assert.equal(relativePathFault(made, "windows"), undefined);
    assert.ok(!made.includes("/") && made.length <= 80 && made === made.toLowerCase());
  }));
});

Deno.test("of several alike each gets its folder's name, unless those are alike, too", () => {
  const named = (...places: string[]) =>
    skillNames(
      places.map((place) => {
        const [parent, name] = place.split("/");
        return { parent, name };
      }),
      "codex",
    );
  assert.deepEqual(named("a/x", "b/y"), ["x", "y"]);
  assert.deepEqual(named("a/x", "b/X", "c/y"), ["codex-a-x", "codex-b-x", "y"]);
  assert.deepEqual(named("skills/x", "skills/x"), ["codex-skills-x", "codex-skills-x"]);
  assert.deepEqual(named("語/x", "b/x"), ["codex-x", "codex-b-x"]);
});
