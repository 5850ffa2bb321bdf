import { dirname } from "node:path";
import { realFs } from "../../src/base/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { lastAgentVersion } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "../support/sample_home.ts";

function versionOf(folder: string, profile: string, changes = {}) {
  const host = testHost(folder, changes);
  return lastAgentVersion(host, resolveHome(host, findProfile(host, profile)));
}

async function write(path: string, text: string, mtime: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
  await Deno.utime(path, new Date(mtime), new Date(mtime));
}

const uuid = (n: number) => `01890000-0000-7000-8000-00000000000${n}`;

Deno.test("the agent's version is known from what it last wrote", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(`${folder}/.codex`);
    await makeSampleClaudeHome(folder);
    assert.equal(versionOf(folder, "codex"), "0.169.0");
    assert.equal(versionOf(folder, "claude-code"), "2.1.329");
  }));

Deno.test("a resumed rollout does not bring back the version that began it", () =>
  withTempDir(async (folder) => {
    const rollout = (day: string, n: number, version: string, mtime: string) =>
      write(
        `${folder}/.codex/sessions/2026/11/${day}/rollout-2026-11-${day}T10-00-00-${uuid(n)}.jsonl`,
        JSON.stringify({ type: "session_meta", payload: { cli_version: version } }) + "\n",
        mtime,
      );
    await rollout("18", 1, "0.155.0", "2026-11-20T11:00:00Z");
    await rollout("19", 2, "0.169.0", "2026-11-19T11:00:00Z");
    assert.equal(versionOf(folder, "codex"), "0.169.0");
  }));

Deno.test("a session that goes on under a newer version tells the newer one", () =>
  withTempDir(async (folder) => {
    const line = (version: string, text = "") => JSON.stringify({ version, text }) + "\n";
    const session = (n: number, text: string, mtime: string) =>
      write(`${folder}/.claude/projects/-x/${uuid(n)}.jsonl`, text, mtime);
    const long = line("2.1.1", "x".repeat(100_000));
    await session(1, long + line("2.1.329") + '{"half":', "2026-11-20T11:00:00Z");
    await session(2, line("2.1.2"), "2026-11-19T11:00:00Z");
    assert.equal(versionOf(folder, "claude-code"), "2.1.329");
  }));

Deno.test("the version is unknown where there is no transcript or it cannot be read", () =>
  withTempDir(async (folder) => {
    assert.equal(versionOf(folder, "codex"), undefined);
    await makeSampleCodexHome(`${folder}/.codex`);
    const fs = faultyFs(realFs, ({ operation, path }) => {
      return operation === "open" && path.includes("sessions") ? systemError("EACCES") : undefined;
    });
    assert.equal(versionOf(folder, "codex", { fs }), undefined);
  }));
