import { showSessions } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { jsonLine, withSessions, write } from "./scene.ts";

const uuid = (n: number) => `01890000-0000-7000-8000-00000000000${n}`;

Deno.test("show tells how much was said, and keeps what was said apart", () =>
  withSessions(async ({ codex, claude, host, both }) => {
    for (const { id, questions } of [codex.threads[2], claude.sessions[0]]) {
      const { report, excerpts } = await showSessions(host, both(), id.slice(0, 20));
      const [{ messages, tool_calls }] = report.sessions;
      assert.deepEqual([messages, tool_calls], [{ user: 3, assistant: 3 }, 3]);
      assert.deepEqual(excerpts, [[]]);
      const asked = await showSessions(host, both(), id.toUpperCase(), 2);
      assert.deepEqual(asked.excerpts[0].map(({ role }) => role), ["user", "assistant"]);
      assert.deepEqual(asked.excerpts[0][0].lines, [questions[2]]);
      assert.ok(!JSON.stringify(asked.report).includes(questions[2]));
    }
  }));

Deno.test("sub-agents are listed, whether files beside a session or rollouts of their own", () =>
  withSessions(async ({ codex, claude, host, both }) => {
    const session = await showSessions(host, both(), claude.sessions[0].id);
    const [{ sub_agents, sub_agent_files: [agent] }] = session.report.sessions;
    assert.equal(sub_agents, 1);
    assert.match(agent.relative_path, /\/subagents\/agent-[0-9a-f]+\.jsonl$/);
    const [parent] = codex.threads;
    const meta = { type: "session_meta", payload: { parent_thread_id: parent.id } };
    const path = `sessions/rollout-2026-01-01T12-00-00-${uuid(1)}.jsonl`;
    await write(`${codex.home}/${path}`, jsonLine(meta));
    const thread = await showSessions(host, both(), parent.id);
    const [{ sub_agent_files }] = thread.report.sessions;
    assert.deepEqual(sub_agent_files.map(({ id, relative_path }) => [id, relative_path]), [
      [uuid(1), path],
    ]);
  }));

Deno.test("a message is cut, freed of secrets and made fit for a terminal", () =>
  withSessions(async ({ claude, host, both }) => {
    const text = `a\u001b]0;x\u0007\r\ntoken=${"c".repeat(30)}\n${"long ".repeat(5000)}`;
    const line = { type: "user", message: { content: text } };
    await write(`${claude.home}/projects/-x/${uuid(1)}.jsonl`, jsonLine(line));
    const { excerpts: [[{ lines }]] } = await showSessions(host, both(), uuid(1), 5);
    assert.deepEqual(lines.slice(0, 2), ["a\\x1b]0;x\\x07", "token=<redacted>"]);
    assert.equal(lines.at(-1), "...");
    assert.ok(lines.join("\n").length < 4100);
  }));

Deno.test("two transcripts with one id are both shown; two ids with one beginning are refused", () =>
  withSessions(async ({ claude, host, both }) => {
    for (const place of [`-x/${uuid(1)}`, `-y/${uuid(1)}`, `-x/${uuid(2)}`]) {
      await write(`${claude.home}/projects/${place}.jsonl`, jsonLine({ cwd: "/x" }));
    }
    assert.equal((await showSessions(host, both(), uuid(1))).report.sessions.length, 2);
    const ambiguous = await rejectsWith(() => showSessions(host, both(), "0189"), "ambiguous_id");
    assert.ok(ambiguous.hint!.includes(uuid(1)));
    await rejectsWith(() => showSessions(host, both(), "ffff"), "no_such_session");
  }));
