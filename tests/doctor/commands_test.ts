import { join } from "node:path";
import type { CommandOutcome, CommandRequest } from "../../src/base/mod.ts";
import { probeEnvironment, runProbes, summarizeCommands } from "../../src/doctor/commands.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const windows = Deno.build.os === "windows";

/** A folder of programs that are there, to be put on PATH; they are never run. */
async function programs(folder: string, ...names: string[]): Promise<Record<string, string>> {
  const bin = join(folder, "bin");
  await Deno.mkdir(bin);
  for (const name of names) {
    await Deno.writeTextFile(join(bin, windows ? `${name}.exe` : name), "", { mode: 0o755 });
  }
  return { PATH: bin };
}

function answer(changes: Partial<CommandOutcome> = {}): CommandOutcome {
  return { ended: "exited", code: 0, stdout: "", stderr: "", ...changes };
}

async function probe(
  folder: string,
  profile: string,
  env: Record<string, string>,
  respond: (request: CommandRequest) => CommandOutcome,
  home?: string,
) {
  const host = testHost(folder, { env });
  const requests: CommandRequest[] = [];
  const reports = await runProbes(
    host,
    resolveHome(host, findProfile(host, profile), { home }),
    (request) => {
      requests.push(request);
      return Promise.resolve(respond(request));
    },
  );
  return { reports, requests };
}

Deno.test("probes run with the agent's own variable, and their output is redacted", () =>
  withTempDir(async (folder) => {
    const env = await programs(folder, "codex");
    const { reports, requests } = await probe(
      folder,
      "codex",
      env,
      ({ args }) =>
        answer({ stdout: `${args.join(" ")} --api-key hunter2\n`, stderr: "token=hunter2" }),
    );
    assert.deepEqual(reports.codex_mcp_list, {
      command: ["codex", "mcp", "list"],
      status: "ok",
      returncode: 0,
      stdout: "mcp list --api-key <redacted>",
      stderr: "token=<redacted>",
    });
    assert.deepEqual(requests.map(({ args }) => args.join(" ")), ["--version", "mcp list"]);
    assert.equal(requests[0].env.CODEX_HOME, join(folder, ".codex"));
    assert.equal(requests[0].timeoutMs, 20_000);
  }));

Deno.test("a probe whose program is not installed is skipped, and that is no failure", () =>
  withTempDir(async (folder) => {
    const { reports, requests } = await probe(folder, "codex", { PATH: folder }, () => answer());
    assert.deepEqual(requests, []);
    assert.deepEqual(reports.codex_version, {
      command: ["codex", "--version"],
      status: "skipped",
      reason: "command_not_found",
    });
    const summary = summarizeCommands(reports, true);
    assert.deepEqual([summary.ok, summary.failed, summary.total], [true, [], 4]);
    assert.deepEqual(summary.skipped[0], { name: "codex_version", reason: "command_not_found" });
  }));

Deno.test("failing, slow and unstartable probes are told apart and fail the summary", () =>
  withTempDir(async (folder) => {
    const env = await programs(folder, "codex", "python3");
    const { reports } = await probe(folder, "codex", env, ({ args }) => {
      if (args[0] === "--version") return answer({ code: 3, stderr: "password: hunter2" });
      if (args[0] === "mcp") return answer({ ended: "timeout", code: 137 });
      if (args.includes("status")) throw new Error("no such thing, secret=hunter2");
      return answer({ code: 1, stderr: "python3: No module named codex_fast_proxy" });
    });
    const statuses = Object.entries(reports).map(([name, { status }]) => [name, status]);
    assert.deepEqual(Object.fromEntries(statuses), {
      codex_version: "failed",
      codex_mcp_list: "timeout",
      codex_fast_proxy_status: "error",
      codex_fast_proxy_doctor: "skipped",
    });
    assert.ok(!JSON.stringify(reports).includes("hunter2"));
    const summary = summarizeCommands(reports, true);
    assert.equal(summary.ok, false);
    assert.deepEqual(summary.failed[0], {
      name: "codex_version",
      status: "failed",
      returncode: 3,
      reason: undefined,
    });
    assert.deepEqual(summary.skipped, [
      { name: "codex_fast_proxy_doctor", reason: "module_not_available" },
    ]);
  }));

Deno.test("of a command that speaks JSON only booleans are told", () =>
  withTempDir(async (folder) => {
    const env = await programs(folder, "python3");
    const said = {
      ok: true,
      running: false,
      healthy: "hunter2",
      base_url: "https://hunter2",
      log: null,
      other: "hunter2",
      health: { ok: true, runtime_id: "hunter2", more: "hunter2" },
      checks: [{ name: "hunter2", ok: true }, { ok: false }],
    };
    const { reports } = await probe(
      folder,
      "codex",
      env,
      () => answer({ stdout: JSON.stringify(said), stderr: "hunter2" }),
    );
    assert.ok(!JSON.stringify(reports).includes("hunter2"));
    assert.deepEqual(reports.codex_fast_proxy_status.stdout_summary, {
      parse_status: "ok",
      ok: true,
      running: false,
      base_url_present: true,
      log_present: false,
      health: { ok: true, runtime_id_present: true },
      checks_ok: false,
    });
  }));

for (const [text, parse_status] of [["", "empty"], ["hunter2", "failed"], ['["hunter2"]', "ok"]]) {
  Deno.test(`JSON output of ${JSON.stringify(text)} is told as ${parse_status}`, () =>
    withTempDir(async (folder) => {
      const env = await programs(folder, "python3");
      const { reports } = await probe(folder, "codex", env, () => answer({ stdout: text }));
      assert.deepEqual(reports.codex_fast_proxy_status.stdout_summary, { parse_status });
    }));
}

Deno.test("no command is run unless asked", () => {
  assert.deepEqual(summarizeCommands({}, false), {
    run: false,
    ok: true,
    total: 0,
    failed: [],
    skipped: [{ name: "external_commands", reason: "disabled" }],
  });
});

Deno.test("probes stop when the user wants to stop", () =>
  withTempDir(async (folder) => {
    const stop = new AbortController();
    const env = await programs(folder, "codex");
    const host = testHost(folder, { env, signal: stop.signal });
    const home = resolveHome(host, findProfile(host, "codex"));
    const runner = () => {
      stop.abort();
      return Promise.reject(stop.signal.reason);
    };
    await rejectsWith(() => runProbes(host, home, runner), "interrupted");
  }));

Deno.test("a variable that would move ~/.claude.json is set only for a home that is named", () => {
  const at = (env: Record<string, string>, home?: string) => {
    const host = testHost("/home/sam", { env });
    return probeEnvironment(host, resolveHome(host, findProfile(host, "claude-code"), { home }))
      .CLAUDE_CONFIG_DIR;
  };
  assert.equal(at({}), undefined);
  assert.equal(at({}, "/other"), "/other");
  assert.equal(at({ CLAUDE_CONFIG_DIR: "/set" }), "/set");
  assert.equal(at({ CLAUDE_CONFIG_DIR: "/set" }, "/other"), "/other");
});
