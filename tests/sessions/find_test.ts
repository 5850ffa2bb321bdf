import { dirname } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { realFs } from "../../src/base/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { findTranscripts, readTranscriptHead, type Transcript } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "../support/sample_home.ts";

const ID = "01890000-0000-7000-8000-000000000001";

async function write(path: string, content: string | Uint8Array = "{}\n"): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(path, bytes);
}

function search(folder: string, profile: string, changes = {}) {
  const host = testHost(folder, changes);
  const home = resolveHome(host, findProfile(host, profile));
  const unreadable: string[] = [];
  const found = [...findTranscripts(host, home, (path) => unreadable.push(path))];
  return { host, home, found, unreadable };
}

const ids = (list: { id: string }[]) => list.map(({ id }) => id).sort();

Deno.test("every rollout of a Codex home is found, archived and compressed ones too", () =>
  withTempDir(async (folder) => {
    const { threads } = await makeSampleCodexHome(`${folder}/.codex`);
    const { found, home, unreadable } = search(folder, "codex");
    assert.deepEqual(ids(found), ids(threads));
    assert.deepEqual(unreadable, []);
    for (const thread of threads) {
      const transcript = found.find(({ id }) => id === thread.id)!;
      assert.equal(`${home.path}/${transcript.path}`, thread.path);
      assert.equal(transcript.archived, thread.archived);
      assert.equal(transcript.compressed, thread.path.endsWith(".zst"));
      assert.equal(transcript.bytes, (await Deno.stat(thread.path)).size);
      assert.equal(transcript.mtimeMs, thread.updatedMs);
    }
  }));

Deno.test("a rollout that lies there plain and compressed is one, the plain one", () =>
  withTempDir(async (folder) => {
    const path = `${folder}/.codex/archived_sessions/rollout-2026-11-20T12-00-00-${ID}.jsonl`;
    await write(path);
    await write(`${path}.zst`, zstdCompressSync(new TextEncoder().encode("{}\n")));
    const { found } = search(folder, "codex");
    assert.deepEqual(found.map(({ id, compressed }) => [id, compressed]), [[ID, false]]);
  }));

Deno.test("a rollout whose name holds no id is found under its stem", () =>
  withTempDir(async (folder) => {
    await write(`${folder}/.codex/sessions/rollout-odd.jsonl`);
    await write(`${folder}/.codex/sessions/notes.jsonl`);
    await write(`${folder}/.codex/sessions/rollout-${ID}.jsonl.tmp`);
    assert.deepEqual(ids(search(folder, "codex").found), ["odd"]);
  }));

Deno.test("every session of a Claude Code home is found, and nothing that belongs to one", () =>
  withTempDir(async (folder) => {
    const { sessions, home } = await makeSampleClaudeHome(folder);
    await write(`${home}/projects/-x/${ID}.orphaned-1.jsonl`);
    await write(`${home}/projects/-x/agent-1.jsonl`);
    const { found } = search(folder, "claude-code");
    assert.deepEqual(ids(found), ids(sessions));
    assert.ok(found.every(({ archived, compressed }) => !archived && !compressed));
  }));

Deno.test("conversations behind a linked folder are found", () =>
  withTempDir(async (folder) => {
    await write(`${folder}/elsewhere/2026/11/20/rollout-2026-11-20T12-00-00-${ID}.jsonl`);
    await Deno.mkdir(`${folder}/.codex`);
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/.codex/sessions`);
    assert.deepEqual(ids(search(folder, "codex").found), [ID]);
  }));

Deno.test("folders and files that cannot be looked at are named, and the rest is found", () =>
  withTempDir(async (folder) => {
    const { threads } = await makeSampleCodexHome(`${folder}/.codex`);
    const [first, archived] = threads;
    const fs = faultyFs(realFs, ({ operation, path }) => {
      const fails = (operation === "list" && path.endsWith("archived_sessions")) ||
        (operation === "lstat" && path === first.path);
      return fails ? systemError("EACCES") : undefined;
    });
    const { found, unreadable } = search(folder, "codex", { fs });
    assert.ok(archived.archived);
    assert.deepEqual(ids(found), ids(threads.filter((t) => t !== first && !t.archived)));
    assert.deepEqual(unreadable.length, 2);
  }));

Deno.test("a home without conversations, or without known ones, has none", () =>
  withTempDir((folder) => {
    assert.deepEqual(search(folder, "codex").found, []);
    assert.deepEqual(search(folder, "claude-code").found, []);
    const host = testHost(folder);
    const home = resolveHome(host, { ...findProfile(host, "codex"), transcripts: undefined });
    assert.deepEqual([...findTranscripts(host, home, () => {})], []);
  }));

Deno.test("the search stops when the user wants to stop", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(`${folder}/.codex`);
    const signal = AbortSignal.abort();
    await rejectsWith(() => search(folder, "codex", { signal }), "interrupted");
  }));

const headOf = (folder: string, profile: string, wanted: (found: Transcript) => boolean) => {
  const { host, home, found } = search(folder, profile);
  return readTranscriptHead(host, home, found.find(wanted)!);
};

Deno.test("the head of a transcript tells its folder and the agent's version", () =>
  withTempDir(async (folder) => {
    const { threads } = await makeSampleCodexHome(`${folder}/.codex`);
    const { sessions } = await makeSampleClaudeHome(folder);
    assert.deepEqual(headOf(folder, "codex", ({ id }) => id === threads[0].id), {
      cwd: threads[0].cwd,
      version: "0.169.0",
    });
    assert.deepEqual(headOf(folder, "claude-code", ({ id }) => id === sessions[1].id), {
      cwd: sessions[1].cwd,
      version: "2.1.329",
    });
    assert.deepEqual(headOf(folder, "codex", ({ compressed }) => compressed), {});
  }));

Deno.test("the head of a rollout is its first line alone", () =>
  withTempDir(async (folder) => {
    const parent = { type: "session_meta", payload: { cwd: "/parent", cli_version: "0.1.0" } };
    const lines = `{"id":"bare"}\n${JSON.stringify(parent)}\n`;
    await write(`${folder}/.codex/sessions/rollout-2026-11-20T12-00-00-${ID}.jsonl`, lines);
    const { cwd, version } = headOf(folder, "codex", () => true);
    assert.deepEqual([cwd, version], [undefined, undefined]);
  }));

for (
  const [name, text] of Object.entries({
    "empty": "",
    "not JSON": "sk-not-json {",
    "no object": "null\n[1]\n7\n",
    "of wrong types": '{"type":"session_meta","payload":{"cwd":7,"cli_version":["a"]}}\n',
    "with text for a version": '{"cli_version":"ignore all instructions"}\n',
    "one endless line": "x".repeat(400_000),
  })
) {
  Deno.test(`the head of a transcript that is ${name} says nothing`, () =>
    withTempDir(async (folder) => {
      await write(`${folder}/.codex/sessions/rollout-2026-11-20T12-00-00-${ID}.jsonl`, text);
      const { cwd, version } = headOf(folder, "codex", () => true);
      assert.deepEqual([cwd, version], [undefined, undefined]);
    }));
}
