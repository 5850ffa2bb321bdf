import { join } from "node:path";
import { realFs } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, type TreeSpec } from "../support/trees.ts";
import { codes, type Examination, examineQuickly, findingOf } from "./examination.ts";

const posix = Deno.build.os !== "windows";

/** Makes a home of the given files and examines it, without databases. */
function examineTree(folder: string, files: TreeSpec, examination: Examination = {}) {
  const name = examination.profile === "claude-code" ? ".claude" : ".codex";
  makeTree(join(folder, name), files);
  return examineQuickly(folder, examination);
}

const AUTH = { text: "{}", mode: 0o600 };
const CLAUDE: Examination = { profile: "claude-code", host: { platform: "linux" } };

Deno.test("a restore that was interrupted is an error", () =>
  withTempDir(async (folder) => {
    const files = { "auth.json": AUTH, ".lifeboat/restore-1/journal.jsonl": "{}\n" };
    const report = await examineTree(folder, files);
    assert.equal(findingOf(report, "interrupted_restore").severity, "error");
    assert.deepEqual([report.ok, report.core_ok], [false, true]);
  }));

Deno.test("what a finished restore keeps is no interrupted one", () =>
  withTempDir(async (folder) => {
    const report = await examineTree(folder, { "auth.json": AUTH, ".lifeboat/undo-1/x": "" });
    assert.deepEqual(codes(report), []);
  }));

if (posix) {
  Deno.test("secrets that others can read are named, and stay as they are", () =>
    withTempDir(async (folder) => {
      const path = join(folder, ".codex", "auth.json");
      const report = await examineTree(folder, { "auth.json": { text: "{}", mode: 0o644 } });
      const { severity, message } = findingOf(report, "secret_file_open");
      assert.equal(severity, "warning");
      assert.ok(message.endsWith(path), message);
      assert.equal(Deno.statSync(path).mode! & 0o777, 0o644);
      Deno.chmodSync(path, 0o600);
      assert.deepEqual(codes(await examineQuickly(folder)), []);
    }));

  Deno.test("the .claude.json beside the home is a secret too", () =>
    withTempDir(async (folder) => {
      makeTree(folder, { ".claude.json": { text: "{}", mode: 0o640 } });
      const report = await examineTree(folder, {}, CLAUDE);
      assert.deepEqual(codes(report), ["secret_file_open"]);
      assert.ok(findingOf(report, "secret_file_open").message.includes(".claude.json"));
    }));

  Deno.test("links out of the home are counted, important ones named", () =>
    withTempDir(async (folder) => {
      makeTree(join(folder, "dotfiles"), { "skill/SKILL.md": "" });
      const report = await examineTree(folder, {
        "auth.json": AUTH,
        "rules": { link: join(folder, "dotfiles") },
        "skills/out": { link: "../../dotfiles/skill" },
        "skills/gone": { link: "/nowhere/at/all" },
        "skills/inside": { link: "out2" },
        "skills/out2/SKILL.md": "",
      });
      assert.deepEqual(codes(report), ["important_link_outside", "links_outside"]);
      assert.match(findingOf(report, "important_link_outside").message, /^rules is a link/);
      assert.match(findingOf(report, "links_outside").message, /^2 links/);
      assert.deepEqual(report.paths.rules, { present: true, files: 0, dirs: 0, errors: [] });
    }));

  Deno.test("settings that keep a part of the home elsewhere are named", () =>
    withTempDir(async (folder) => {
      const config = `log_dir = "relative"\nsqlite_home = "${folder}/.codex/sqlite"\n`;
      const codex = await examineTree(folder, { "auth.json": AUTH, "config.toml": config });
      assert.match(findingOf(codex, "config_points_outside").message, /^log_dir in config.toml/);
      const settings = JSON.stringify({ plansDirectory: "~/plans", autoMemoryDirectory: "" });
      const claude = await examineTree(folder, { "settings.json": settings }, CLAUDE);
      assert.match(findingOf(claude, "config_points_outside").message, /^plansDirectory/);
    }));

  Deno.test("databases outside the home that are backed up as a root need no warning", () =>
    withTempDir(async (folder) => {
      const config = `sqlite_home = "${folder}/databases"\n`;
      const files = { "auth.json": AUTH, "config.toml": config };
      makeTree(join(folder, "databases"), { "state_5.sqlite": "" });
      assert.deepEqual(codes(await examineTree(folder, files)), []);
      const named = await examineQuickly(folder, { home: { home: join(folder, ".codex") } });
      assert.deepEqual(codes(named), ["config_points_outside"]);
    }));
}

const STORES: [config: string, code: string[]][] = [
  ["", ["login_in_keyring"]],
  ['cli_auth_credentials_store = "keyring"\n', ["login_in_keyring"]],
  ['cli_auth_credentials_store = "auto"\n', ["login_in_keyring"]],
  ['cli_auth_credentials_store = "file"\n', []],
  ['cli_auth_credentials_store = "ephemeral"\n', []],
];

for (const [config, expected] of STORES) {
  Deno.test(`a Codex home without auth.json and with ${JSON.stringify(config)}: ${expected}`, () =>
    withTempDir(async (folder) => {
      const report = await examineTree(folder, { "config.toml": config });
      assert.deepEqual(codes(report), expected);
      assert.equal(report.ok, true);
    }));
}

Deno.test("a login in the macOS Keychain is named, one in a file is not", () =>
  withTempDir(async (folder) => {
    const mac: Examination = { ...CLAUDE, host: { platform: "darwin" } };
    assert.deepEqual(codes(await examineTree(folder, {}, mac)), ["login_in_keyring"]);
    assert.deepEqual(codes(await examineTree(folder, {}, CLAUDE)), []);
    assert.deepEqual(codes(await examineTree(folder, { ".credentials.json": AUTH }, mac)), []);
  }));

Deno.test("state databases in two places are told", () =>
  withTempDir(async (folder) => {
    const files = {
      "auth.json": AUTH,
      "state_5.sqlite": "a database",
      "sqlite/state_5.sqlite": "another",
      "state_4.sqlite": "an older one",
      "backup/of/state_5.sqlite": "not in a place where Codex looks",
    };
    const report = await examineTree(folder, files);
    assert.deepEqual(codes(report), ["several_state_databases"]);
  }));

Deno.test("a state database that an update left behind is no second one", () =>
  withTempDir(async (folder) => {
    const files = { "auth.json": AUTH, "state_5.sqlite": "x", "state_10.sqlite": "x" };
    assert.deepEqual(codes(await examineTree(folder, files)), []);
  }));

Deno.test("a logs database of more than 1 GiB is told, its -wal counted", () =>
  withTempDir(async (folder) => {
    const files = { "auth.json": AUTH, "logs_2.sqlite": "x", "logs_2.sqlite-wal": "x" };
    const fs = {
      ...realFs,
      lstat: (path: string) => {
        const info = realFs.lstat(path);
        return path.includes("logs_2") ? { ...info, size: 600 << 20 } : info;
      },
    };
    const report = await examineTree(folder, files, { host: { fs } });
    assert.match(findingOf(report, "huge_logs_database").message, /1\.2 GiB/);
  }));

Deno.test("hooks that are trusted under a path that is gone are told", () =>
  withTempDir(async (folder) => {
    const hooks = join(folder, ".codex", "hooks.json").replaceAll("\\", "/");
    const trust = (key: string) => `[hooks.state."${key}"]\ntrusted_hash = "sha256:0"\n`;
    const config = trust(`${hooks}:stop:0:0`) + trust("/old/.codex/hooks.json:stop:0:0") +
      trust("plugin@x:hooks/hooks.json:stop:0:0");
    const report = await examineTree(folder, {
      "auth.json": AUTH,
      "hooks.json": "{}",
      "config.toml": config,
    });
    assert.deepEqual(codes(report), ["hook_trust_lost"]);
    assert.match(findingOf(report, "hook_trust_lost").message, /1 hook /);
  }));

Deno.test("plugins that are registered under another home are told", () =>
  withTempDir(async (folder) => {
    const here = join(folder, ".claude");
    const installed = (place: string) =>
      JSON.stringify({
        version: 2,
        plugins: {
          "a@b": [{ installPath: join(place, "plugins", "cache", "b", "a", "1.0.0") }],
          "mine@local": [{ installPath: "/home/sam/my-plugin" }],
        },
      });
    const own = { "plugins/installed_plugins.json": installed(here) };
    assert.deepEqual(codes(await examineTree(folder, own, CLAUDE)), []);
    const report = await examineTree(folder, {
      "plugins/installed_plugins.json": installed("/Users/old/.claude"),
      "plugins/known_marketplaces.json": JSON.stringify({
        b: { installLocation: "C:\\Users\\old\\.claude\\plugins\\marketplaces\\b" },
      }),
    }, CLAUDE);
    assert.deepEqual(codes(report), ["plugins_of_another_home", "plugins_of_another_home"]);
  }));
