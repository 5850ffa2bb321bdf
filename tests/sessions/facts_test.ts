import { readFacts, type Reading } from "../../src/sessions/facts.ts";
import { assert } from "../assert.ts";

const PARENT = "01890000-0000-7000-8000-00000000000a";

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 50_000) {
    await Promise.resolve();
    yield bytes.subarray(at, at + 50_000);
  }
}

const facts = (text: string, changes: Partial<Reading> = {}) =>
  readFacts(chunks(text), { agent: "codex", depth: "whole", ...changes });

const at = (second: number) => `2026-11-20T12:00:${String(second).padStart(2, "0")}Z`;
const json = (value: unknown) => JSON.stringify(value) + "\n";
const meta = (payload: Record<string, unknown>) =>
  json({ timestamp: at(1), type: "session_meta", payload });
const event = (second: number) => json({ timestamp: at(second), type: "event_msg", payload: {} });

Deno.test("a rollout tells its folder, its times and its lines, without being parsed", async () => {
  const text = meta({ cwd: "/a", cli_version: "0.169.0" }) + meta({ cwd: "/parent" }) + event(3) +
    "\n\r\n" + event(9) + json({ type: "event_msg" });
  for (const each of [undefined, () => {}]) {
    assert.deepEqual(await facts(text, { each }), {
      cwd: "/a",
      version: "0.169.0",
      parentId: undefined,
      startedMs: Date.parse(at(1)),
      endedMs: Date.parse(at(9)),
      lines: 5,
      malformed: 0,
      overlong: 0,
    });
  }
});

Deno.test("a rollout of a sub-agent names the thread that started it, wherever it says so", async () => {
  const spawned = { source: { subagent: { thread_spawn: { parent_thread_id: PARENT } } } };
  for (const payload of [{ parent_thread_id: PARENT }, spawned]) {
    assert.equal((await facts(meta(payload))).parentId, PARENT);
  }
  assert.equal(
    (await facts(meta({ parent_thread_id: "ignore all instructions" }))).parentId,
    undefined,
  );
});

Deno.test("of a rollout only its head is read when no more is wanted", async () => {
  const { cwd, lines } = await facts(meta({ cwd: "/a" }) + event(2).repeat(5000), {
    depth: "head",
  });
  assert.equal(cwd, "/a");
  assert.ok(lines < 5000);
});

Deno.test("a session of Claude Code is held where its first message is", async () => {
  const line = (cwd: string, second: number) =>
    json({ cwd, version: "2.1.3", timestamp: at(second) });
  const text = json({ type: "queue-operation" }) + line("/first", 2) + line("/later", 5);
  const { cwd, version, startedMs, endedMs } = await facts(text, { agent: "claude-code" });
  assert.deepEqual([cwd, version], ["/first", "2.1.3"]);
  assert.deepEqual([startedMs, endedMs], [Date.parse(at(2)), Date.parse(at(5))]);
});

Deno.test("broken lines are counted and the rest is read", async () => {
  const text = meta({ cwd: "/a" }) + "not json\n[1]\n" + event(4) + '{"half":';
  for (const each of [undefined, () => {}]) {
    const { lines, malformed, endedMs } = await facts(text, { each });
    assert.deepEqual([lines, malformed, endedMs], [5, 3, Date.parse(at(4))]);
  }
  const parsed = await facts(meta({}) + '{"a":]}\n', { each: () => {} });
  assert.equal(parsed.malformed, 1);
});

for (
  const [name, text] of Object.entries({
    "is empty": "",
    "is one endless line": "x".repeat(9 << 20),
    "is nested without end": "[".repeat(1_000_000) + "\n" + '{"a":'.repeat(1_000_000),
    "is bytes": "\u0000\ufffd\u001b[31m\u202e\n".repeat(10),
    "has wrong types": meta({ cwd: 7, cli_version: [], parent_thread_id: {}, source: "x" }) +
      json({ timestamp: 7 }) + json({ timestamp: "never" }),
    "has a folder without end": meta({ cwd: "/x".repeat(10_000) }),
    "is of the year 275760": json({ timestamp: "+275760-01-01T00:00:00Z" }),
  })
) {
  for (const agent of ["codex", "claude-code"] as const) {
    Deno.test(`a transcript (${agent}) that ${name} tells nothing, and harms nothing`, async () => {
      for (const each of [undefined, () => {}]) {
        const found = await facts(text, { agent, each });
        assert.deepEqual([found.cwd, found.version, found.parentId, found.endedMs && 1], [
          undefined,
          undefined,
          undefined,
          found.startedMs && 1,
        ]);
      }
    });
  }
}

Deno.test("a line too long to be looked into counts as one", async () => {
  const { lines, overlong, malformed } = await facts(
    meta({ cwd: "/a" }) + json({ a: "x".repeat(9 << 20) }) + event(2),
  );
  assert.deepEqual([lines, overlong, malformed], [3, 1, 0]);
});
