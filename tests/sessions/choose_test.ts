import { dirname, join } from "node:path";
import { chooseSessions } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { jsonLine, withSessions, write } from "./scene.ts";

const CHILD = "01a1fe82-0000-7000-8000-000000000001";
const GRANDCHILD = "01a1fe82-0000-7000-8000-000000000002";

const rollout = (home: string, id: string) =>
  join(home, "sessions/2026/11/20", `rollout-2026-11-20T10-00-00-${id}.jsonl`);

const meta = (id: string, parent: string) =>
  jsonLine({ type: "session_meta", payload: { id, cwd: "/p", parent_thread_id: parent } });

Deno.test("a Codex conversation is chosen with its sub-agents, and theirs", () =>
  withSessions(async ({ codex, host, open }) => {
    const [{ id, cwd }, other] = codex.threads;
    await write(rollout(codex.home, CHILD), meta(CHILD, id));
    await write(rollout(codex.home, GRANDCHILD), meta(GRANDCHILD, CHILD));
    const { sessions, duplicates } = await chooseSessions(host, open("codex"), [id.slice(0, 20)]);
    assert.deepEqual(
      sessions.map(({ transcript, parentId }) => [transcript.id, parentId]),
      [[id, undefined], [CHILD, id], [GRANDCHILD, CHILD]],
    );
    assert.equal(sessions[0].cwd, cwd);
    assert.deepEqual(duplicates, []);
    const child = await chooseSessions(host, open("codex"), [CHILD, other.id]);
    const ids = child.sessions.map(({ transcript }) => transcript.id).sort();
    assert.deepEqual(ids, [CHILD, GRANDCHILD, other.id].sort());
  }));

Deno.test("a Claude Code conversation tells the plans that were made in it", () =>
  withSessions(async ({ claude, host, open }) => {
    const [{ id, path }] = claude.sessions;
    const lines = [{ sessionId: id, slug: "quiet-river" }, { sessionId: id, slug: "../../etc" }];
    await Deno.writeTextFile(path, lines.map(jsonLine).join(""), { append: true });
    const { sessions } = await chooseSessions(host, open("claude-code"), [id]);
    assert.deepEqual(sessions.map(({ plans }) => plans), [["quiet-river"]]);
  }));

Deno.test("of two transcripts with one id the longer is chosen, and the other told", () =>
  withSessions(async ({ claude, host, open }) => {
    const [{ id, path }] = claude.sessions;
    const copy = join(dirname(dirname(path)), "-other", `${id}.jsonl`);
    await write(copy, jsonLine({ sessionId: id, cwd: "/other" }));
    const { sessions, duplicates } = await chooseSessions(host, open("claude-code"), [id]);
    assert.deepEqual(sessions.map(({ transcript }) => `${claude.home}/${transcript.path}`), [path]);
    assert.deepEqual(duplicates.map((one) => one.path), [`projects/-other/${id}.jsonl`]);
  }));

Deno.test("an id that is none, or the beginning of several, chooses nothing", () =>
  withSessions(async ({ host, open }) => {
    await rejectsWith(() => chooseSessions(host, open("codex"), ["ffff"]), "no_such_session");
    await rejectsWith(() => chooseSessions(host, open("codex"), ["01"]), "ambiguous_id");
  }));
