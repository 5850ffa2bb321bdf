import fc from "fast-check";
import { addProjectEntry, mergeState, projectEntry } from "../../src/sessions/mod.ts";
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

Deno.test("what only the file here has is added to the one that comes back, and nothing else changes", () => {
  const stored = {
    numStartups: 1,
    projects: { "/a": { allowedTools: ["stored"] } },
    mcpServers: { one: { command: "stored" } },
    tips: { shown: 1 },
  };
  const here = {
    numStartups: 9,
    projects: { "/a": { allowedTools: ["here"] }, "/b": ENTRY },
    mcpServers: { one: { command: "here" }, two: { command: "new" } },
    tips: { other: 2 },
    'new "key"': [1, { deep: true }],
  };
  const expected = {
    ...stored,
    projects: { ...stored.projects, "/b": ENTRY },
    mcpServers: { ...stored.mcpServers, two: { command: "new" } },
    'new "key"': [1, { deep: true }],
  };
  for (const indent of [0, 2]) {
    const { text, added } = mergeState(JSON.stringify(stored, null, indent), JSON.stringify(here));
    assert.equal(text, JSON.stringify(expected, null, indent));
    assert.equal(added, 3);
    assert.deepEqual(mergeState(text, JSON.stringify(here)), { text, added: 0 });
  }
});

Deno.test("what is no such file is merged with nothing", () => {
  const stored = '{"projects":[],"a":1}';
  for (const here of ["", "{", "[]", "null", "{}", '{"projects":{"/a":{}}}', '{"a":{"b":1}}']) {
    assert.deepEqual(mergeState(stored, here), { text: stored, added: 0 }, here);
  }
  assert.deepEqual(mergeState("broken", '{"a":1}'), { text: "broken", added: 0 });
  const odd = '{"__proto__":{"x":1}}';
  assert.deepEqual(mergeState("{}", odd), { text: odd, added: 1 });
});
