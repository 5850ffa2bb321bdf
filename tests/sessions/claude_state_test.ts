import fc from "fast-check";
import { addProjectEntry, projectEntry } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";

const ENTRY = { allowedTools: ["Bash"], hasTrustDialogAccepted: true };

Deno.test("a folder is added to the others as the agent writes it, and no other byte changes", () => {
  const state = {
    userID: 'with "quotes" and } braces',
    projects: { "/home/sam/a": { allowedTools: [] } },
    after: [1, { projects: {} }],
  };
  const text = JSON.stringify(state, null, 2);
  const expected = { ...state, projects: { ...state.projects, "/home/sam/b": ENTRY } };
  assert.equal(addProjectEntry(text, "/home/sam/b", ENTRY), JSON.stringify(expected, null, 2));
  const compact = JSON.stringify(state);
  assert.equal(addProjectEntry(compact, "/home/sam/b", ENTRY), JSON.stringify(expected));
});

Deno.test("where there were no folders yet, there is one then", () => {
  for (const state of [{ a: 1 }, {}, { a: 1, projects: {} }]) {
    for (const indent of [0, 2]) {
      const merged = addProjectEntry(JSON.stringify(state, null, indent), "C:\\x", ENTRY);
      assert.deepEqual(JSON.parse(merged), { ...state, projects: { "C:\\x": ENTRY } });
    }
  }
});

Deno.test("a folder that is there keeps its entry, and a file that is none stays", () => {
  const there = JSON.stringify({ projects: { "/a": { allowedTools: ["mine"] } } });
  assert.equal(addProjectEntry(there, "/a", ENTRY), there);
  for (const text of ["", "{", "[]", "null", '{"projects": 3}', '{"projects": []}', "\ufeff{}"]) {
    assert.equal(addProjectEntry(text, "/a", ENTRY), text);
  }
});

Deno.test("an entry is found by its folder, not by what every object has", () => {
  assert.deepEqual(projectEntry(JSON.stringify({ projects: { "/a": ENTRY } }), "/a"), ENTRY);
  assert.equal(projectEntry('{"projects":{}}', "constructor"), undefined);
  assert.equal(projectEntry("no JSON", "/a"), undefined);
});

Deno.test("whatever else the file says is still said", () =>
  fc.assert(fc.property(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())),
    fc.string(),
    fc.constantFrom(0, 2, "\t"),
    (state, projects, folder, indent) => {
      fc.pre(folder !== "__proto__" && !("__proto__" in state) && !("__proto__" in projects));
      const before = { ...state, projects };
      const merged = addProjectEntry(JSON.stringify(before, null, indent), folder, ENTRY);
      const expected = { ...before, projects: { [folder]: ENTRY, ...projects } };
      assert.deepEqual(JSON.parse(merged), JSON.parse(JSON.stringify(expected)));
    },
  )));
