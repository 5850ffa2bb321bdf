import { realFs } from "../../src/base/mod.ts";
import { listSessions } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { jsonLine, withSessions, write } from "./scene.ts";

const DAY = 86_400_000;
const uuid = (n: number) => `01890000-0000-7000-8000-00000000000${n}`;
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

Deno.test("list tells of every conversation what its transcript says, and nothing of its text", () =>
  withSessions(async ({ codex, claude, host, both }) => {
    const report = await listSessions(host, both());
    assert.deepEqual(report.errors, []);
    assert.equal(report.sessions.length, 8);
    for (const [index, thread] of codex.threads.entries()) {
      const item = report.sessions.find(({ id }) => id === thread.id)!;
      assert.equal(item.agent, "codex");
      assert.equal(item.project, thread.cwd);
      assert.equal(item.name, `thread number ${index}`);
      assert.equal(item.path, thread.path);
      assert.equal(item.lines, thread.lines);
      assert.equal(item.archived, thread.archived);
      assert.equal(item.bytes, Deno.statSync(thread.path).size);
      assert.equal(Date.parse(item.started_at!), Math.floor(thread.createdMs / 1000) * 1000);
      assert.equal(Date.parse(item.ended_at!), Math.floor(thread.updatedMs / 1000) * 1000);
      assert.equal(item.at_risk, null);
    }
    for (const session of claude.sessions) {
      const item = report.sessions.find(({ id }) => id === session.id)!;
      assert.deepEqual([item.agent, item.project], ["claude-code", session.cwd]);
      assert.equal(item.sub_agents, session === claude.sessions[0] ? 1 : 0);
      assert.equal(Date.parse(item.modified_at!), session.updatedMs);
    }
    const printed = JSON.stringify(report);
    for (const secret of [...codex.secrets, ...claude.secrets]) {
      assert.ok(!printed.includes(secret), "a secret or a question is in the report");
    }
  }));

Deno.test("those that Claude Code will soon delete are named, with the day", () =>
  withSessions(async ({ claude, host, open }) => {
    const { sessions, sources } = await listSessions(host, [open("claude-code")]);
    const endangered = sessions.filter(({ at_risk }) => at_risk);
    assert.deepEqual(ids(endangered), [claude.sessions[3].id]);
    const due = Date.parse(endangered[0].deleted_after!);
    assert.equal(due, claude.sessions[3].updatedMs + 30 * DAY);
    assert.deepEqual([sources[0].retention_days, sources[0].retention_set_by], [
      30,
      "settings.json",
    ]);
  }));

Deno.test("those last taken up come first, and a limit takes the same as the beginning", () =>
  withSessions(async ({ host, both, folder }) => {
    // Its file was touched yesterday by a restore, but nothing was said in it for a year.
    const old = { timestamp: "2025-11-20T12:00:00Z", cwd: "/old" };
    await write(`${folder}/.claude/projects/-old/${uuid(1)}.jsonl`, jsonLine(old));
    const all = (await listSessions(host, both())).sessions;
    const times = all.map(({ ended_at }) => Date.parse(ended_at!));
    assert.deepEqual(times, times.toSorted((a, b) => b - a));
    assert.equal(all.at(-1)!.id, uuid(1));
    for (const limit of [1, 3, 8, 99]) {
      const { sessions } = await listSessions(host, both(), { limit });
      assert.deepEqual(sessions, all.slice(0, limit));
    }
  }));

Deno.test("what lies too far back for the limit is not read", () =>
  withSessions(async ({ claude, open, host }) => {
    const opened: string[] = [];
    const fs = {
      ...realFs,
      open(path: string) {
        opened.push(path);
        return realFs.open(path);
      },
    };
    await listSessions(host, [open("claude-code", { fs })], { limit: 1 });
    assert.ok(opened.includes(claude.sessions[0].path));
    assert.ok(!opened.includes(claude.sessions[3].path));
  }));

Deno.test("projects are chosen by name or by path, whichever system they are of", () =>
  withSessions(async ({ folder, host, both }) => {
    const windows = { timestamp: "2026-11-20T12:00:00Z", cwd: "C:\\work\\app" };
    await write(`${folder}/.claude/projects/C--work-app/${uuid(1)}.jsonl`, jsonLine(windows));
    const count = async (project: string) =>
      (await listSessions(host, both(), { project })).sessions.length;
    assert.equal(await count("räkna"), 4);
    assert.equal(await count("/home/sam/projects/my app"), 4);
    assert.equal(await count("/home/sam"), 8);
    assert.equal(await count("/home/*/projects/r*"), 4);
    assert.equal(await count("C:\\work\\*"), 1);
    assert.equal(await count("app"), 1);
    assert.equal(await count("/home/sam/project"), 0);
    assert.equal(await count("."), 0);
  }));

Deno.test("a time leaves out what was not taken up since", () =>
  withSessions(async ({ codex, claude, host, both }) => {
    const sinceMs = Date.parse("2026-11-10T00:00:00Z");
    const { sessions, sources } = await listSessions(host, both(), { sinceMs });
    const expected = [...codex.threads.slice(0, 2), ...claude.sessions.slice(0, 2)];
    assert.deepEqual(ids(sessions).sort(), ids(expected).sort());
    assert.equal(sources[0].transcripts, 4);
  }));

Deno.test("a file whose time lags behind what was said in it is found all the same", () =>
  withSessions(async ({ claude, host, open }) => {
    const [{ path, id }] = claude.sessions;
    await write(path, jsonLine({ timestamp: "2026-11-20T12:00:00Z" }), "2026-11-20T02:00:00Z");
    const sinceMs = Date.parse("2026-11-20T11:00:00Z");
    const { sessions } = await listSessions(host, [open("claude-code")], { sinceMs });
    assert.deepEqual(ids(sessions), [id]);
  }));

Deno.test("the last name a conversation was given is its name, without secrets", () =>
  withSessions(async ({ codex, host, open }) => {
    const [first, second] = codex.threads;
    const name = (id: string, thread_name: unknown) => jsonLine({ id, thread_name });
    const lines = name(first.id, "older") + "broken\n" + name(first.id.toUpperCase(), "newer") +
      name(second.id, `use sk-${"a".repeat(40)}`) + name(second.id, 7) + "x".repeat(100_000);
    await write(`${codex.home}/session_index.jsonl`, lines);
    const { sessions } = await listSessions(host, [open("codex")]);
    const nameOf = (wanted: string) => sessions.find(({ id }) => id === wanted)?.name;
    assert.deepEqual([nameOf(first.id), nameOf(second.id)], ["newer", "use <redacted>"]);
  }));

Deno.test("a rollout counts those that it started, shown or not", () =>
  withSessions(async ({ codex, host, open }) => {
    const [parent] = codex.threads;
    for (const n of [1, 2]) {
      const payload = { cwd: "/x", parent_thread_id: parent.id };
      const meta = { timestamp: "2026-01-01T12:00:00Z", type: "session_meta", payload };
      const path = `${codex.home}/sessions/rollout-2026-01-01T12-00-00-${uuid(n)}.jsonl`;
      await write(path, jsonLine(meta), "2026-01-01T12:00:00Z");
    }
    const { sessions: [latest] } = await listSessions(host, [open("codex")], { limit: 1 });
    assert.deepEqual([latest.id, latest.sub_agents], [parent.id, 2]);
    const { sessions } = await listSessions(host, [open("codex")], { project: "/x" });
    assert.deepEqual(sessions.map(({ parent_id }) => parent_id), [parent.id, parent.id]);
  }));

Deno.test("what cannot be read is named, and the rest is listed", () =>
  withSessions(async ({ codex, host, open }) => {
    const [denied, , compressed] = codex.threads;
    await Deno.writeFile(compressed.path, new Uint8Array(64));
    const fs = faultyFs(realFs, ({ operation, path }) => {
      const fails = operation === "open" &&
        (path === denied.path || path.endsWith("session_index.jsonl"));
      return fails ? systemError("EACCES") : undefined;
    });
    const report = await listSessions(host, [open("codex", { fs })]);
    assert.deepEqual([report.ok, report.sessions.length], [false, 4]);
    const codeOf = (wanted: string) => report.sessions.find(({ id }) => id === wanted)?.error?.code;
    assert.deepEqual([codeOf(denied.id), codeOf(compressed.id)], [
      "unreadable",
      "damaged_transcript",
    ]);
    assert.equal(report.errors.length, 3);
  }));

Deno.test("listing stops when the user wants to stop", () =>
  withSessions(async ({ open, host }) => {
    const stop = new AbortController();
    const { signal } = stop;
    const source = open("codex", { signal });
    stop.abort();
    await rejectsWith(() => listSessions({ ...host, signal }, [source]), "interrupted");
  }));
