import type { CommandRequest } from "../../src/base/mod.ts";
import { findRunning } from "../../src/doctor/mod.ts";
import { isAgentName } from "../../src/doctor/process.ts";
import { parseStat } from "../../src/doctor/running_linux.ts";
import { locksOnWindows } from "../../src/doctor/running_marks.ts";
import { parseLsof, parsePs, parseTasklist } from "../../src/doctor/running_tools.ts";
import { findProfile, type Home } from "../../src/profiles/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";

const codex = findProfile(testHost("/h"), "codex");
const claude = findProfile(testHost("/h"), "claude-code");

function home(path: string, profile = codex): Home {
  return { profile, path, isOwn: true, roots: [], rootsLeftOut: [] };
}

/** Answers as the tools of a system do, by the name of the tool. */
function answering(answers: Record<string, string>) {
  return ({ program }: CommandRequest) => {
    const tool = Object.keys(answers).find((name) => program.includes(name))!;
    const stdout = answers[tool];
    return Promise.resolve({ ended: "exited" as const, code: 1, stdout, stderr: "" });
  };
}

Deno.test("a line of /proc is read whatever the name of the process is", () => {
  const rest = "S 7 1 1 0 -1 4194304 1 1 1 1 1 1 0 0 20 0 8 0 4200 585 4";
  assert.deepEqual(parseStat(`12 (a) b (c) ${rest}`, 1000), {
    pid: 12,
    parent: 7,
    name: "a) b (c",
    startedAtMs: 43_000,
    startTicks: "4200",
  });
  assert.equal(parseStat(`12 (gone) ${rest.replace("S", "Z")}`, 1000), undefined);
  assert.equal(parseStat("", 1000), undefined);
});

Deno.test("the agent's own names are known, cut off by Linux and with .exe on Windows", () => {
  assert.ok(isAgentName(codex, "codex", "linux"));
  assert.ok(isAgentName(codex, "codex-app-serve", "linux"));
  assert.ok(!isAgentName(codex, "codex-app-serve", "darwin"));
  assert.ok(isAgentName(codex, "Codex.EXE", "windows"));
  assert.ok(!isAgentName(codex, "codexer.exe", "windows"));
});

const PS = `    1     0 Fri Nov 20 09:00:01 2026     /sbin/launchd
  812     1 Fri Nov 20 09:05:00 2026     /Applications/My App.app/Contents/MacOS/My App
 4711   812 Sun Nov  1 10:20:30 2026     claude
`;

Deno.test("ps of macOS tells parents, starts and names", () => {
  assert.deepEqual(parsePs(PS), [
    { pid: 1, parent: 0, name: "launchd", startedAtMs: Date.parse("2026-11-20T09:00:01") },
    { pid: 812, parent: 1, name: "My App", startedAtMs: Date.parse("2026-11-20T09:05:00") },
    { pid: 4711, parent: 812, name: "claude", startedAtMs: Date.parse("2026-11-01T10:20:30") },
  ]);
  assert.deepEqual(parsePs("ps: illegal option\n"), []);
});

const LSOF = `p812
fcwd
tDIR
n/h/.codex
f3
tDIR
n/h/.codex
ftxt
tREG
n/h/.codex/packages/codex
f4
tREG
n/h/elsewhere
p4711
f0
tCHR
n/dev/null
f12
tREG
n/h/.codex/caf\\xc3\\xa9 \\\\ x.jsonl
f13
tREG
n/h/.codex/second
p9
f5
tREG
n/h/.codex/log
`;

Deno.test("lsof tells the first open file of each process, no folders and no programs", () => {
  assert.deepEqual(parseLsof(LSOF, (path) => path.startsWith("/h/.codex")), [
    { pid: 4711, why: "open_file", path: "/h/.codex/café \\ x.jsonl" },
    { pid: 9, why: "open_file", path: "/h/.codex/log" },
  ]);
  assert.deepEqual(parseLsof("", () => true), []);
});

const TASKLIST = '"System Idle Process","0","Services","0","8 K"\r\n' +
  '"codex.exe","4711","Console","1","120,345 K"\r\n"node.exe","12","Console","1","9,000 K"\r\n';

Deno.test("tasklist tells names and pids", () => {
  assert.deepEqual(parseTasklist(TASKLIST), [
    { pid: 0, name: "System Idle Process" },
    { pid: 4711, name: "codex.exe" },
    { pid: 12, name: "node.exe" },
  ]);
  assert.deepEqual(parseTasklist("INFO: No tasks are running\r\n"), []);
});

Deno.test("on macOS the process with an open file is named as ps names it", async () => {
  const host = testHost("/h", { platform: "darwin" });
  const runner = answering({ ps: PS, lsof: LSOF });
  const { running, warnings } = await findRunning(host, home("/h/.codex"), runner);
  assert.deepEqual(warnings, []);
  assert.deepEqual(running.map(({ pid, name }) => [pid, name]), [[4711, "claude"], [9, "Codex"]]);
});

Deno.test("on Windows the agent's name is the sign, for the home that it uses itself", async () => {
  const fs = { ...testHost("/").fs, realPath: (path: string) => path };
  const host = testHost("C:\\h", { platform: "windows", fs });
  const runner = answering({ tasklist: TASKLIST });
  const own = await findRunning(host, home("C:\\h\\.codex"), runner);
  assert.deepEqual(own.running, [{
    pid: 4711,
    name: "codex.exe",
    why: "process_name",
    path: null,
    message: "codex.exe (pid 4711) is running",
  }]);
  const other = await findRunning(host, { ...home("D:\\copy"), isOwn: false }, runner);
  assert.deepEqual(other, { running: [], warnings: [] });
  assert.deepEqual((await findRunning(host, home("C:\\h\\.claude", claude), runner)).running, []);
});

Deno.test("on Windows a lock that cannot be read is held", () =>
  withTempDir((folder) => {
    makeTree(folder, { "a.lock": "", "b.lock": "" });
    const fs = faultyFs(
      testHost(folder).fs,
      ({ operation, path }) =>
        operation === "read" && path.endsWith("b.lock") ? systemError("EBUSY") : undefined,
    );
    const files = ["a", "b"].map((name) => `${folder}/${name}.lock`)
      .map((path) => ({ kind: "writer_lock" as const, path }));
    assert.deepEqual(locksOnWindows(testHost(folder, { fs }), files), [
      { pid: null, why: "writer_lock", path: `${folder}/b.lock` },
    ]);
  }));

Deno.test("a tool that fails is a warning, and Ctrl-C goes through", async () => {
  const host = testHost("/h", { platform: "darwin" });
  const silent = await findRunning(host, home("/h/.codex"), answering({ ps: "" }));
  assert.deepEqual(silent, {
    running: [],
    warnings: ["Whether Codex is running could not be told: /bin/ps listed nothing (1)"],
  });
  const late = () =>
    Promise.resolve({ ended: "timeout" as const, code: 1, stdout: PS, stderr: "" });
  const { warnings } = await findRunning(host, home("/h/.codex"), late);
  assert.match(warnings[0], /\/bin\/ps took too long$/);
  const stop = AbortSignal.abort();
  const stopped = { ...host, signal: stop };
  const runner = () => Promise.reject(stop.reason);
  await rejectsWith(() => findRunning(stopped, home("/h/.codex"), runner), "interrupted");
});
