import { searchSessions } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { jsonLine, withSessions, write } from "./scene.ts";

const ID = "01890000-0000-7000-8000-000000000001";
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

Deno.test("words are found in what was said, and counted, and not told", () =>
  withSessions(async ({ codex, claude, host, both }) => {
    for (const { id, questions } of [codex.threads[2], claude.sessions[1]]) {
      const words = questions[0].toUpperCase().split(" ");
      const { report, excerpts } = await searchSessions(host, both(), words);
      assert.deepEqual(ids(report.sessions), [id]);
      const { hits } = report.sessions[0];
      assert.ok(hits.messages >= 1);
      assert.deepEqual([hits.id, hits.name], [false, false]);
      assert.deepEqual(excerpts, [[]]);
      const { words: asked, ...rest } = report;
      assert.deepEqual(asked, words);
      assert.ok(!JSON.stringify(rest).includes(questions[0]));
    }
  }));

Deno.test("words are found in ids, names and projects, each of them somewhere", () =>
  withSessions(async ({ codex, host, both }) => {
    const [first, second] = codex.threads;
    const find = async (...words: string[]) => (await searchSessions(host, both(), words)).report;
    assert.deepEqual(ids((await find(first.id)).sessions), [first.id]);
    assert.deepEqual(ids((await find("THREAD", "number 1")).sessions), [second.id]);
    assert.deepEqual(ids((await find("my app", "thread number 1")).sessions), [second.id]);
    // The same letter, written as two characters.
    assert.equal((await find("ra\u0308kna")).sessions.length, 4);
    assert.deepEqual((await find("thread number 1", "räkna")).sessions, []);
    assert.deepEqual((await find("no such word")).sessions, []);
  }));

Deno.test("the search obeys the same filters as the list", () =>
  withSessions(async ({ host, both }) => {
    const count = async (filter: Parameters<typeof searchSessions>[3]) =>
      (await searchSessions(host, both(), ["question"], filter)).report.sessions.length;
    assert.equal(await count({}), 8);
    assert.equal(await count({ limit: 3 }), 3);
    assert.equal(await count({ project: "räkna" }), 4);
    assert.equal(await count({ sinceMs: Date.parse("2026-11-10T00:00:00Z") }), 4);
  }));

Deno.test("excerpts are short, without secrets and fit for a terminal", () =>
  withSessions(async ({ claude, host, open }) => {
    const secret = `sk-${"b".repeat(40)}`;
    const text = `${"before ".repeat(50)}NEEDLE \u001b[31m\u202e\n${secret} ${"after ".repeat(50)}`;
    const line = { type: "user", cwd: "/x", message: { content: text } };
    await write(`${claude.home}/projects/-x/${ID}.jsonl`, jsonLine(line).repeat(9));
    const find = (word: string) =>
      searchSessions(host, [open("claude-code")], [word], { withText: true });
    const { report, excerpts: [excerpts] } = await find("needle");
    assert.equal(report.sessions[0].hits.messages, 9);
    assert.equal(excerpts.length, 3);
    const [shown] = excerpts[0].lines;
    assert.match(shown, /^\.\.\. .*NEEDLE \\x1b\[31m\\u202e <redacted> .* \.\.\.$/);
    assert.ok(shown.length < 200);
    assert.ok(!JSON.stringify(report).includes("NEEDLE"));
    assert.deepEqual((await find("bbbbbbbb")).excerpts, [[]]);
  }));

Deno.test("a search for nothing is refused", () =>
  withSessions(async ({ host, both }) => {
    for (const words of [[], [""], [" "]]) {
      await rejectsWith(() => searchSessions(host, both(), words), "usage");
    }
  }));
