import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type CommandOutcome, realFs } from "../../src/base/mod.ts";
import { environmentSnapshot } from "../../src/doctor/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "../support/sample_home.ts";
import { makeTree, readTree } from "../support/trees.ts";
import { codes, examine, examineQuickly, findingOf } from "./examination.ts";

const posix = Deno.build.os !== "windows";

/** A sample home has links out of it, and files of its own with odd names. */
const PLAIN = { links: false, oddNames: false };

Deno.test("a healthy Codex home is reported in the shape that scripts know", () =>
  withTempDir(async (folder) => {
    const { home, threads } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const report = await examine(folder);
    assert.deepEqual(report.findings, []);
    assert.deepEqual([report.ok, report.core_ok, report.path_scan_ok, report.command_ok], [
      true,
      true,
      true,
      true,
    ]);
    assert.deepEqual(report.checks, {
      core: true,
      paths: true,
      commands: true,
      databases: true,
      findings: true,
    });
    assert.deepEqual([report.home, report.profile], [home, "codex"]);
    assert.deepEqual(report.agent, { name: "Codex", version: "0.169.0" });
    assert.match(report.created_at, /^2026-11-20T.*[+-]\d\d:\d\d$/);
    assert.equal(report.paths["config.toml"].bytes, (await Deno.stat(`${home}/config.toml`)).size);
    const active = threads.filter(({ archived }) => !archived).length;
    assert.equal(report.paths.sessions.files, active);
    assert.deepEqual(report.paths["codex-fast-proxy-state"], { present: false, bytes: 0 });
    assert.deepEqual(report.path_scan_errors, []);
    assert.equal(report.config.parse_status, "ok");
    assert.equal(report.config.mcp_servers_count, 2);
    assert.ok(report.config.files.every(({ parse_status }) => parse_status === "ok"));
    assert.ok(report.databases.length >= 5);
    assert.ok(report.databases.every(({ ok, result }) => ok === true && result === "ok"));
    assert.deepEqual([report.sessions.count, report.sessions.state_rows], [4, 4]);
    assert.deepEqual([report.sessions.archived, report.sessions.at_risk], [2, 0]);
    assert.deepEqual(report.command_summary.run, false);
  }));

Deno.test("a healthy Claude Code home is reported in the shape that scripts know", () =>
  withTempDir(async (folder) => {
    await makeSampleClaudeHome(folder, { ...PLAIN, cleanupPeriodDays: 365 });
    const report = await examine(folder, { profile: "claude-code", host: { platform: "linux" } });
    assert.deepEqual(report.findings, []);
    assert.equal(report.ok, true);
    assert.deepEqual(report.agent, { name: "Claude Code", version: "2.1.329" });
    assert.deepEqual([report.config.path, report.config.hooks_count], ["settings.json", 1]);
    assert.equal(report.config.env_present, true);
    const state = report.config.files.find(({ path }) => path === join(folder, ".claude.json"));
    assert.equal(state?.parse_status, "ok");
    const { count, at_risk, retention_days, retention_set_by } = report.sessions;
    assert.deepEqual([count, at_risk, retention_days, retention_set_by], [
      4,
      0,
      365,
      "settings.json",
    ]);
  }));

for (const databases of ["closed", "killed"] as const) {
  Deno.test(`the doctor changes nothing in a Codex home whose databases were ${databases}`, () =>
    withTempDir(async (folder) => {
      const { home } = await makeSampleCodexHome(join(folder, ".codex"), { databases });
      const look = () => ({
        ...Object.fromEntries(
          Object.entries(readTree(home)).filter(([path]) => !path.endsWith("-shm")),
        ),
        itself: (Deno.statSync(home).mtime!).getTime(),
      });
      const before = look();
      const report = await examine(folder);
      assert.equal(report.ok, true, JSON.stringify(report.findings));
      assert.deepEqual(look(), before);
      assert.deepEqual(
        [...Deno.readDirSync(join(folder, ".local", "state", "lifeboat", "doctor"))],
        [],
      );
    }));
}

Deno.test("the doctor changes nothing in a Claude Code home or beside it", () =>
  withTempDir(async (folder) => {
    await makeSampleClaudeHome(folder);
    const before = readTree(folder);
    await examine(folder, { profile: "claude-code" });
    assert.deepEqual(readTree(folder), before);
  }));

Deno.test("no secret and no text of a conversation is in a report or in its snapshot", () =>
  withTempDir(async (folder) => {
    const codex = await makeSampleCodexHome(join(folder, ".codex"));
    const claude = await makeSampleClaudeHome(folder);
    await Deno.writeTextFile(join(codex.home, "hooks.json"), `{"token": ${codex.secrets[1]}`);
    await Deno.writeTextFile(join(claude.home, "keybindings.json"), claude.secrets[0]);
    for (const [profile, { secrets }] of [["codex", codex], ["claude-code", claude]] as const) {
      const report = await examine(folder, { profile });
      assert.ok(codes(report).includes("config_does_not_parse"));
      const text = JSON.stringify(report) + environmentSnapshot(report);
      for (const secret of secrets) assert.ok(!text.includes(secret), secret);
    }
  }));

Deno.test("a damaged database is an error, and the report is not ok", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const path = join(home, "goals_1.sqlite");
    const bytes = await Deno.readFile(path);
    bytes.fill(0xff, 4096);
    await Deno.writeFile(path, bytes);
    await Deno.writeTextFile(join(home, "memories_1.sqlite"), "no database at all");
    const report = await examine(folder);
    assert.deepEqual([report.ok, report.checks.databases, report.core_ok], [false, false, true]);
    assert.deepEqual(codes(report), ["database_damaged", "database_damaged"]);
    const damaged = report.databases.filter(({ ok }) => !ok).map(({ path }) => path).sort();
    assert.deepEqual(damaged, [path, join(home, "memories_1.sqlite")]);
  }));

Deno.test("an empty file is an empty database", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    await Deno.writeTextFile(join(home, "queue_1.sqlite"), "");
    assert.equal((await examine(folder)).ok, true);
  }));

Deno.test("a database for which there is no room is not checked, and that is said", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const report = await examine(folder, { host: { fs: { ...realFs, freeSpace: () => 4096 } } });
    assert.equal(report.ok, true);
    assert.ok(codes(report).every((code) => code === "database_not_checked"));
    assert.equal(report.databases[0].ok, null);
    assert.match(report.databases[0].result, /no room/);
  }));

Deno.test("copies that a killed doctor left behind are removed, those of another at work are not", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const place = join(folder, ".local", "state", "lifeboat", "doctor");
    makeTree(place, { "old/copy": "x", "new/copy": "x" });
    const [now, dayAgo] = [new Date("2026-11-20T12:00:00Z"), new Date("2026-11-19T11:00:00Z")];
    await Deno.utime(join(place, "old"), dayAgo, dayAgo);
    await Deno.utime(join(place, "new"), now, now);
    await examine(folder);
    assert.deepEqual(Object.keys(readTree(place)), ["new", "new/copy"]);
  }));

Deno.test("a scratch folder that cannot be made leaves databases unchecked, not the doctor broken", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const fs = faultyFs(
      realFs,
      ({ operation }) => operation === "makeDir" ? systemError("EROFS") : undefined,
    );
    const report = await examine(folder, { host: { fs } });
    assert.ok(codes(report).includes("database_not_checked"));
    assert.equal(report.core_ok, true);
  }));

Deno.test("without a home the core is not ok, and nothing else is claimed", () =>
  withTempDir(async (folder) => {
    const report = await examine(folder);
    assert.deepEqual([report.ok, report.core_ok, report.path_scan_ok], [false, false, true]);
    assert.deepEqual(codes(report), ["no_such_home"]);
    assert.deepEqual([report.databases, report.sessions.count], [[], 0]);
    assert.equal(report.config.parse_status, "missing");
  }));

Deno.test("a home that is a file is no home", () =>
  withTempDir(async (folder) => {
    await Deno.writeTextFile(join(folder, ".codex"), "");
    const report = await examine(folder);
    assert.deepEqual([report.core_ok, codes(report)], [false, ["home_is_a_file"]]);
  }));

/** A file system in which a call on a path fails. */
const failing = (operation: string, path: string) =>
  faultyFs(
    realFs,
    (call) =>
      call.operation === operation && call.path === path ? systemError("EACCES") : undefined,
  );

Deno.test("a home or a configuration that cannot be read fails the core", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const closed = await examineQuickly(folder, { host: { fs: failing("list", home) } });
    assert.deepEqual([closed.core_ok, codes(closed)], [false, ["home_not_readable"]]);
    const config = failing("open", join(home, "config.toml"));
    const report = await examineQuickly(folder, { host: { fs: config } });
    assert.equal(report.core_ok, false);
    assert.match(findingOf(report, "config_unreadable").message, /config.toml.*EACCES/);
  }));

Deno.test("an important folder that cannot be looked through fails the path scan", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const year = join(home, "sessions", "2026");
    const report = await examineQuickly(folder, { host: { fs: failing("list", year) } });
    assert.deepEqual([report.ok, report.core_ok, report.path_scan_ok], [false, true, false]);
    assert.deepEqual(
      report.path_scan_errors.map(({ path, relative_path }) => [path, relative_path]),
      [
        ["sessions", "2026"],
      ],
    );
    assert.equal(report.paths.sessions.errors?.length, 1);
  }));

Deno.test("what cannot be read elsewhere is named, and does not keep a backup from being made", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const path = join(home, "history.jsonl");
    const report = await examineQuickly(folder, { host: { fs: failing("open", path) } });
    assert.deepEqual([report.core_ok, report.path_scan_ok], [true, true]);
    assert.match(findingOf(report, "unreadable_files").message, /^1 file .*history.jsonl/);
  }));

if (Deno.build.os === "linux") {
  Deno.test("a name that is not UTF-8 is named, and does not keep a backup from being made", () =>
    withTempDir(async (folder) => {
      await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
      const name = new TextDecoder("latin1").decode(new Uint8Array([0x62, 0xff]));
      assert.equal(name.length, 2);
      const script = 'cd "$1" && : > "$(printf "b\\377d")"';
      const args = ["-c", script, "sh", join(folder, ".codex", "skills")];
      assert.ok((await new Deno.Command("/bin/sh", { args }).output()).success);
      const report = await examineQuickly(folder);
      assert.equal(report.path_scan_ok, true);
      assert.match(findingOf(report, "names_not_utf8").message, /skills\/b\\xffd/);
    }));
}

Deno.test("a configuration that does not parse is an error that says where, and blocks no backup", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    await Deno.writeTextFile(join(home, "config.toml"), 'a = 1\nb = "sk-secret\n');
    const report = await examineQuickly(folder);
    assert.deepEqual([report.ok, report.core_ok], [false, true]);
    assert.equal(report.config.parse_status, "failed");
    const { severity, message } = findingOf(report, "config_does_not_parse");
    assert.deepEqual([severity, /^config.toml does not parse: line 2/.test(message)], [
      "error",
      true,
    ]);
  }));

Deno.test("commands are run only when asked, and a failing one fails the report", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const bin = join(folder, "bin");
    await Deno.mkdir(bin);
    await Deno.writeTextFile(join(bin, posix ? "codex" : "codex.exe"), "", { mode: 0o755 });
    let runs = 0;
    const runner = (): Promise<CommandOutcome> => {
      runs++;
      return Promise.resolve({ ended: "exited", code: 1, stdout: "", stderr: "broken" });
    };
    const host = { env: { PATH: bin } };
    const quiet = await examineQuickly(folder, { runner, host });
    assert.deepEqual([quiet.ok, quiet.commands, runs], [true, {}, 0]);
    const report = await examineQuickly(folder, { runner, host, runCommands: true });
    assert.deepEqual([report.ok, report.command_ok, report.core_ok, runs], [false, false, true, 2]);
  }));

Deno.test("the examination stops when the user wants to stop", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    await rejectsWith(
      () => examine(folder, { host: { signal: AbortSignal.abort() } }),
      "interrupted",
    );
  }));

Deno.test("the snapshot text tells a home at a glance", () =>
  withTempDir(async (folder) => {
    await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    const text = environmentSnapshot(await examineQuickly(folder));
    for (
      const line of [
        "Codex environment snapshot",
        `Codex home: ${join(folder, ".codex")}`,
        "Codex version: 0.169.0",
        "Core ok: true",
        "- auth.json: present=true",
        "- codex-fast-proxy-state: present=false",
        "- parse_status=ok",
        "- mcp_servers_count=2",
      ]
    ) assert.ok(text.split("\n").includes(line), `${line} in ${text}`);
    const lines = text.trimEnd().split("\n");
    assert.match(lines.at(-1)!, /conversation contents are intentionally not printed/);
  }));

Deno.test("a state database of columns we do not know is passed over", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, ".codex"), PLAIN);
    await Deno.remove(join(home, "state_5.sqlite"));
    const database = new DatabaseSync(join(home, "state_5.sqlite"));
    database.exec("CREATE TABLE threads (key TEXT)");
    database.close();
    const report = await examine(folder);
    assert.deepEqual([report.ok, report.sessions.state_rows], [true, undefined]);
  }));
