import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import { findRunning } from "../../src/doctor/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { makeDatabase } from "../support/databases.ts";
import { startIdle, whileHeld } from "../support/holding.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeTree, type TreeSpec } from "../support/trees.ts";
import { codes, type Examination, examine, examineQuickly, findingOf } from "./examination.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
const POSIX = { ignore: Deno.build.os === "windows" };

/** Makes a state folder that only its owner can read, and examines it. */
function examineTree(folder: string, files: TreeSpec, examination: Partial<Examination> = {}) {
  makeHome(folder, files);
  return examineQuickly(folder, { profile: "openclaw", ...examination });
}

function makeHome(folder: string, files: TreeSpec): void {
  makeTree(join(folder, ".openclaw"), files);
  if (Deno.build.os !== "windows") Deno.chmodSync(join(folder, ".openclaw"), 0o700);
}

const own = (text: string) => ({ text, mode: 0o600 });
const configured = (value: unknown) => ({ "openclaw.json": own(JSON.stringify(value)) });

Deno.test("agents are found in the configuration, with what there is of each", () =>
  withTempDir(async (folder) => {
    makeTree(folder, { "ws/AGENTS.md": "" });
    const report = await examineTree(folder, {
      ...configured({ agents: { entries: { main: {}, writer: { workspace: "~/ws" } } } }),
      "agents/writer/agent/codex-home/x": "",
      "agents/gone/agent/x": "",
    });
    const state = join(folder, ".openclaw");
    assert.deepEqual(report.agents, [{
      id: "main",
      workspace: join(state, "workspace"),
      workspace_present: false,
      agent_dir: join(state, "agents/main/agent"),
      agent_dir_present: false,
      codex_home: false,
    }, {
      id: "writer",
      workspace: join(folder, "ws"),
      workspace_present: true,
      agent_dir: join(state, "agents/writer/agent"),
      agent_dir_present: true,
      codex_home: true,
    }]);
    assert.match(findingOf(report, "agents_not_configured").message, /1 folder .*: gone$/);
    assert.ok(report.ok, "an agent that was never started has no workspace yet");
  }));

Deno.test("a workspace that is lost is named, with what brings it back", () =>
  withTempDir(async (folder) => {
    const report = await examineTree(folder, {
      ...configured({ agents: { entries: { writer: { workspace: "~/gone" } } } }),
      "agents/writer/agent/x": "",
    });
    const { severity, hint } = findingOf(report, "workspace_missing");
    assert.equal(severity, "warning");
    assert.match(hint, /restore latest --profile openclaw --openclaw-agent writer --missing-only/);
  }));

Deno.test("the configuration is the one that OpenClaw reads, and includes count", () =>
  withTempDir(async (folder) => {
    const files = { "clawdbot.json": own('{ /* mine */ agents: { $include: "./a.json5" } }') };
    const report = await examineTree(folder, files);
    assert.deepEqual([report.config.path, report.config.parse_status], ["clawdbot.json", "ok"]);
    assert.equal(findingOf(report, "include_missing").severity, "error");
    assert.equal(report.ok, false);
    const env = { OPENCLAW_CONFIG_PATH: join(folder, "elsewhere.json") };
    makeTree(folder, { "elsewhere.json": own("{ broken") });
    const broken = await examineTree(folder, {}, { host: { env } });
    assert.deepEqual([broken.config.path, broken.config.parse_status], [
      join(folder, "elsewhere.json"),
      "failed",
    ]);
    assert.equal(findingOf(broken, "config_does_not_parse").severity, "error");
  }));

Deno.test(
  "a home, a login or a key that others can read is named",
  POSIX,
  () =>
    withTempDir(async (folder) => {
      const report = await examineTree(folder, {
        "openclaw.json": { text: "{}", mode: 0o644 },
        "credentials/whatsapp/biz/creds.json": { text: "{}", mode: 0o640 },
        "agents/main/agent/auth-profiles.json": own("{}"),
      });
      const open = report.findings.filter(({ code }) => code === "secret_file_open");
      assert.deepEqual(open.map(({ message }) => message.replace(folder, "")), [
        "Other users of this machine can read /.openclaw/openclaw.json",
        "Other users of this machine can read /.openclaw/credentials/whatsapp/biz/creds.json",
      ]);
      Deno.chmodSync(join(folder, ".openclaw"), 0o755);
      const again = await examineQuickly(folder, { profile: "openclaw" });
      assert.match(findingOf(again, "home_open").hint, /chmod 700/);
    }),
);

Deno.test("databases of the home and of its agents are checked", () =>
  withTempDir(async (folder) => {
    makeHome(folder, { ...configured({}), state: {}, "agents/main/agent": {} });
    makeDatabase(join(folder, ".openclaw/state/openclaw.sqlite"), "wal").close();
    const broken = join(folder, ".openclaw/agents/main/agent/openclaw-agent.sqlite");
    makeDatabase(broken, "delete").close();
    const bytes = Deno.readFileSync(broken);
    Deno.writeFileSync(broken, bytes.fill(0xff, 100, 4096));
    const report = await examine(folder, { profile: "openclaw" });
    assert.deepEqual(report.databases.map(({ ok }) => ok).sort(), [false, true]);
    assert.equal(report.ok, false);
  }));

const CODEX = { plugins: { entries: { codex: {} } } };
const PERSONAL = {
  ".codex/config.toml": "",
  ".codex/hooks/hooks.json": "{}",
  ".codex/skills/one/SKILL.md": "",
  ".codex/skills/one/inner/SKILL.md": "",
  ".codex/skills/.system/theirs/SKILL.md": "",
  ".codex/skills/a/b/two/SKILL.md": "",
  ".codex/plugins/cache/m/p/1.0/.codex-plugin/plugin.json": "{}",
  ".agents/skills/three/SKILL.md": "",
};

Deno.test("personal assets of Codex are counted where an agent runs on Codex, and only there", () =>
  withTempDir(async (folder) => {
    makeTree(folder, PERSONAL);
    const report = await examineTree(folder, configured(CODEX));
    const { severity, message, hint } = findingOf(report, "personal_codex_assets");
    assert.equal(severity, "info");
    assert.match(message, /3 skills, 1 cached plugin, 1 config file, 1 hook file in /);
    assert.match(hint, /lifeboat migrate codex --dry-run$/);
    const noted = async (value: unknown, host: Partial<Host> = {}) =>
      codes(await examineTree(folder, configured(value), { host }))
        .includes("personal_codex_assets");
    assert.ok(await noted({ agents: { list: [{ id: "a", agentRuntime: { id: "codex" } }] } }));
    assert.ok(await noted({ plugins: { allow: ["Codex"] } }));
    assert.ok(await noted({}, { env: { OPENCLAW_AGENT_RUNTIME: "codex" } }));
    assert.ok(!await noted({}));
    assert.ok(!await noted({ plugins: { ...CODEX.plugins, enabled: false } }));
    assert.ok(!await noted({ plugins: { ...CODEX.plugins, allow: ["other"] } }));
    assert.ok(!await noted({ plugins: { entries: { codex: { enabled: false } } } }));
    Deno.removeSync(join(folder, ".codex"), { recursive: true });
    Deno.removeSync(join(folder, ".agents"), { recursive: true });
    assert.ok(!await noted(CODEX), "none, so nothing is said");
  }));

/** When a process was started, in clock ticks since boot. */
function ticksOf(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/.*\) /s, "").split(" ")[19]);
}

/** Registers a gateway as OpenClaw 2026.9.6 does. */
function register(folder: string, at: string, changes: Record<string, unknown>): void {
  const lock = { configPath: join(folder, ".openclaw/openclaw.json"), port: 18789, ...changes };
  makeTree(folder, { [`${at}/gateway.2e0d693c.lock`]: JSON.stringify(lock, null, 2) });
}

Deno.test(
  "a gateway is seen by its lock, in the state folder or the system's, while its process is there",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      makeHome(folder, configured({}));
      const host = testHost(folder, { env: { TMPDIR: join(folder, "tmp") } });
      const seen = async () => {
        const home = resolveHome(host, findProfile(host, "openclaw"));
        return (await findRunning(host, home)).running.map(({ pid, why }) => [pid, why]);
      };
      await whileHeld(startIdle(), async ({ pid }) => {
        const ticks = ticksOf(pid);
        for (const at of [".openclaw/tmp/openclaw-0", "tmp/openclaw-1000"]) {
          register(folder, at, { pid, startTime: ticks });
          assert.deepEqual(await seen(), [[pid, "session_file"]], at);
          register(folder, at, { pid, startTime: 1 });
          assert.deepEqual(await seen(), [], "another process had the pid");
          register(folder, at, { pid, startTime: ticks, configPath: "/elsewhere/openclaw.json" });
          assert.deepEqual(await seen(), [], "of another home");
          Deno.removeSync(join(folder, at), { recursive: true });
        }
      });
    }),
);

Deno.test(
  "the doctor says whether the gateway is running; a backup does not look",
  LINUX,
  () =>
    withTempDir(async (folder) => {
      const report = await examineTree(folder, configured({}));
      assert.deepEqual(report.gateway, { running: false, processes: [] });
      await whileHeld(startIdle(), async ({ pid }) => {
        register(folder, ".openclaw/tmp/openclaw-0", { pid, startTime: ticksOf(pid) });
        const running = await examineQuickly(folder, { profile: "openclaw" });
        assert.equal(running.gateway?.running, true);
        assert.equal(findingOf(running, "gateway_running").severity, "info");
        assert.ok(running.ok);
      });
      const { gateway } = await examineTree(folder, {}, { openFiles: "none" });
      assert.equal(gateway, undefined);
    }),
);
