/** The doctor examines homes that the real agents wrote, and runs their own commands. */
import { dirname, join } from "node:path";
import { createWorkerPool } from "../../src/base/mod.ts";
import { type DoctorReport, examineHome } from "../../src/doctor/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { askClaude, makeClaudeCode } from "../support/agents/claude_code.ts";
import { askCodex, codexParity, makeCodex } from "../support/agents/codex.ts";
import { CLAUDE_CODE_VERSION, CODEX_VERSION, installAgents } from "../support/agents/install.ts";
import { LOOPBACK_ONLY, systemPath } from "../support/agents/run.ts";
import { withStub } from "../support/agents/stubbed.ts";
import { testHost } from "../support/host.ts";
import { readTree } from "../support/trees.ts";

/** Examines the home in `userHome` with the agent in the folder `bin` on PATH. */
async function examine(userHome: string, profile: string, bin: string): Promise<DoctorReport> {
  const env = {
    HOME: userHome,
    USERPROFILE: userHome,
    PATH: [bin, systemPath()].join(Deno.build.os === "windows" ? ";" : ":"),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    ...LOOPBACK_ONLY,
  };
  const host = testHost(userHome, { env, now: () => new Date() });
  const pool = createWorkerPool(1);
  try {
    const home = resolveHome(host, findProfile(host, profile));
    return await examineHome(host, pool, home, { runCommands: true });
  } finally {
    pool.close();
  }
}

const status = ({ commands }: DoctorReport, id: string) => commands[id]?.status;

Deno.test("the doctor finds a home that Codex wrote healthy, as Codex's own doctor does", () =>
  withStub(async (stub, folder) => {
    const { codex: program } = await installAgents();
    const codex = await makeCodex(folder, program, stub);
    const { id } = await askCodex(codex, "Which of the seven bridges was first?");
    const report = await examine(codex.userHome, "codex", dirname(program));
    assert.equal(report.ok, true, JSON.stringify(report));
    assert.deepEqual(report.agent, { name: "Codex", version: CODEX_VERSION });
    assert.ok(report.databases.length >= 6 && report.databases.every(({ ok }) => ok));
    const { count, state_rows, rows_without_file, files_without_row } = report.sessions;
    assert.deepEqual([count, state_rows, rows_without_file, files_without_row], [1, 1, 0, 0], id);
    assert.equal((await codexParity(codex)).status, "ok");
    assert.match(report.commands.codex_version.stdout!, new RegExp(CODEX_VERSION));
    assert.equal(status(report, "codex_mcp_list"), "ok");
  }));

Deno.test("the doctor sees the moved home that Codex's own doctor warns of", () =>
  withStub(async (stub, folder) => {
    const { codex: program } = await installAgents();
    const codex = await makeCodex(folder, program, stub);
    await askCodex(codex, "Which of the seven bridges was first?");
    const moved = { ...codex, userHome: join(folder, "new"), home: join(folder, "new", ".codex") };
    await Deno.rename(codex.userHome, moved.userHome);
    assert.equal((await codexParity(moved)).status, "warning");
    const report = await examine(moved.userHome, "codex", dirname(program));
    assert.equal(report.sessions.rows_without_file, 1);
  }));

Deno.test("the doctor and its commands leave a home that Claude Code wrote as it is", () =>
  withStub(async (stub, folder) => {
    const { claude: program } = await installAgents();
    const claude = await makeClaudeCode(folder, program, stub);
    await askClaude(claude, "Which of the seven bridges was first?");
    const names = () => Object.keys(readTree(claude.userHome, ["lifeboat"])).sort();
    const before = names();
    const report = await examine(claude.userHome, "claude-code", dirname(program));
    assert.equal(report.ok, true, JSON.stringify(report));
    assert.deepEqual(report.agent, { name: "Claude Code", version: CLAUDE_CODE_VERSION });
    assert.deepEqual([status(report, "claude_version"), status(report, "claude_mcp_list")], [
      "ok",
      "ok",
    ]);
    assert.deepEqual(names(), before);
  }));
