import { hasContent, withAddition } from "../../src/migrate/append.ts";
import { assert } from "../assert.ts";

const ADDITION = { label: "Claude CLAUDE.md", content: "Be kind.\n\nAlways.\n" };

Deno.test("what is added is marked, and stands after what is there", () => {
  const text = withAddition("Own.\n", ADDITION);
  const mark = "<!-- Imported from Claude CLAUDE.md by lifeboat -->";
  assert.equal(text, `Own.\n\n${mark}\n\nBe kind.\n\nAlways.\n`);
  assert.equal(withAddition(undefined, ADDITION), `${mark}\n\nBe kind.\n\nAlways.\n`);
});

Deno.test("nothing is added twice, whatever the line ends", () => {
  const once = withAddition("Own.\r\n", ADDITION);
  assert.equal(withAddition(once, ADDITION), once);
  assert.ok(hasContent(once.replaceAll("\n", "\r\n"), ADDITION));
  assert.ok(hasContent("anything", { label: "x", content: " \n" }));
  assert.ok(!hasContent("Be kind.", ADDITION));
});
