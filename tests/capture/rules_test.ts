import { compileRules } from "../../src/capture/mod.ts";
import { findProfile } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost } from "../support/host.ts";

function rules(profile: string, mode: "compact" | "full", globs: string[] = []) {
  return compileRules(findProfile(testHost("/nowhere"), profile), mode, globs);
}

Deno.test("compact leaves logs out of a Codex home, full does not", () => {
  const compact = rules("codex", "compact");
  const full = rules("codex", "full");
  for (const folder of ["log", "maintenance"]) {
    assert.equal(compact.ruleFor("home", folder, true), `${folder}/`);
    assert.equal(full.ruleFor("home", folder, true), undefined);
  }
  for (const file of ["logs_2.sqlite", "logs_2.sqlite-wal", "LOGS_1.SQLITE"]) {
    assert.equal(compact.ruleFor("home", file, false), "logs_*.sqlite*");
    assert.equal(full.ruleFor("home", file, false), undefined);
  }
});

Deno.test("both modes leave scratch, caches and machine parts out, at the top of the home only", () => {
  for (const profile of ["codex", "claude-code"]) {
    for (const mode of ["compact", "full"] as const) {
      const { ruleFor } = rules(profile, mode);
      for (const name of [".sandbox", ".sandbox-bin", ".tmp", "tmp", "cache", "Cache"]) {
        assert.ok(ruleFor("home", name, true), name);
        assert.equal(ruleFor("home", `plugins/${name}`, true), undefined, name);
      }
      assert.ok(ruleFor("home", "packages/standalone", true));
      assert.equal(ruleFor("home", "packages", true), undefined);
      assert.equal(ruleFor("home", "skills/a/node_modules", true), "**/node_modules");
      assert.equal(ruleFor("home", "worktrees/1/app/.venv", true), "**/.venv");
    }
  }
});

Deno.test("nothing else is left out", () => {
  const { ruleFor } = rules("codex", "compact");
  const kept = [
    "config.toml",
    "auth.json",
    "sessions/2026/11/20/rollout-a.jsonl",
    "archived_sessions",
    "state_5.sqlite",
    "plugins/cache",
    "shell_snapshots",
    "skills/.system",
    "installation_id",
    "cap_sid",
    "thread-writer-locks",
    "log.md",
    "blog",
    "tmpfiles",
  ];
  for (const path of kept) {
    assert.equal(ruleFor("home", path, !path.includes(".")), undefined, path);
  }
  const claude = rules("claude-code", "compact");
  for (const path of ["log", "logs", "maintenance", "debug", "todos", "projects/-a/x.jsonl"]) {
    assert.equal(claude.ruleFor("home", path, true), undefined, path);
  }
});

Deno.test("in roots outside the home only the rules for every folder hold, and those of the root", () => {
  const { ruleFor } = rules("codex", "compact");
  assert.equal(ruleFor("agents", "cache", true), undefined);
  assert.equal(ruleFor("agents", "skills/a/node_modules", true), "**/node_modules");
  assert.equal(ruleFor("sqlite", "logs_2.sqlite", false), "logs_*.sqlite*");
  assert.equal(rules("codex", "full").ruleFor("sqlite", "logs_2.sqlite", false), undefined);
});

Deno.test("the user's own globs hold in every root, and the rule names the glob", () => {
  const { ruleFor } = rules("codex", "full", ["*.png", "sessions/2020/**"]);
  assert.equal(ruleFor("home", "attachments/a.PNG", false), "*.png");
  assert.equal(ruleFor("agents", "a.png", false), "*.png");
  assert.equal(ruleFor("home", "sessions/2020/01/x.jsonl", false), "sessions/2020/**");
  assert.equal(ruleFor("home", "sessions/2021/01/x.jsonl", false), undefined);
});

Deno.test("of a shared folder only the agent's own files belong to the root", () => {
  const { belongs } = rules("codex", "compact");
  assert.ok(belongs("sqlite", "state_5.sqlite-wal"));
  assert.ok(!belongs("sqlite", "Pictures"));
  assert.ok(belongs("agents", "Pictures"));
  assert.ok(belongs("home", "Pictures"));
});

Deno.test("configuration is known by its path and root", () => {
  const codex = rules("codex", "compact");
  assert.equal(codex.configFormat("home", "config.toml"), "toml");
  assert.equal(codex.configFormat("home", "work.config.toml"), "toml");
  assert.equal(codex.configFormat("home", "auth.json"), "json");
  assert.equal(codex.configFormat("home", "skills/a/config.toml"), undefined);
  assert.equal(codex.configFormat("agents", "auth.json"), undefined);
  const claude = rules("claude-code", "compact");
  assert.equal(claude.configFormat("claude-json", ".claude.json"), "json");
  assert.equal(claude.configFormat("home", "plugins/installed_plugins.json"), "json");
});
