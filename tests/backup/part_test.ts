import { join } from "node:path";
import { openBackup } from "../../src/archive/mod.ts";
import { createBackup, previewBackup } from "../../src/backup/mod.ts";
import { findBackup, listBackups } from "../../src/catalog/mod.ts";
import { findProfile, type HomeScope, partOfHome, resolveHome } from "../../src/profiles/mod.ts";
import { planRestore } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";

const CONFIG = `{
  $include: "./more.json5", // and this
  agents: { entries: {
    main: {},
    writer: { workspace: "~/code/writer", agentDir: "~/code/writer/.agent" },
  } },
  bindings: [{ agentId: "writer", match: { channel: "telegram" } }],
}`;

/** Two agents, one of them with all its folders elsewhere. */
function withOpenClaw(use: (folder: string) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    makeTree(folder, {
      ".openclaw/openclaw.json": CONFIG,
      ".openclaw/more.json5": "{ logging: {} }",
      ".openclaw/.env": "KEY=1",
      ".openclaw/credentials/telegram/x.json": "{}",
      ".openclaw/credentials/discord/x.json": "{}",
      ".openclaw/agents/main/sessions/a.jsonl": "{}\n",
      ".openclaw/agents/writer/sessions/b.jsonl": "{}\n",
      ".openclaw/workspace/AGENTS.md": "main",
      "code/writer/MEMORY.md": "writer",
      "code/writer/.agent/auth.json": "{}",
      "extra/notes.md": "notes",
    });
    await use(folder);
  });
}

function optionsIn(folder: string, scope: HomeScope) {
  const host = testHost(folder);
  const named = resolveHome(host, findProfile(host, "openclaw"));
  const kit = "light" as const;
  return { host, options: { ...partOfHome(host, named, scope), kit } };
}

/** Everything that is captured. */
function captured(folder: string, scope: HomeScope): string[] {
  const { host, options } = optionsIn(folder, scope);
  return previewBackup(host, options).captured
    .map(({ root, relative_path }) => root === "home" ? relative_path : `${root}:${relative_path}`)
    .sort();
}

const CONFIGS = ["more.json5", "openclaw.json"];

Deno.test("only the configuration is what it says with all that it includes", () =>
  withOpenClaw(async (folder) => {
    assert.deepEqual(captured(folder, { onlyConfig: true }), CONFIGS);
    await Promise.resolve();
  }));

Deno.test("one agent is its folders, its channels' logins, and the configuration", () =>
  withOpenClaw(async (folder) => {
    assert.deepEqual(captured(folder, { agent: "Writer" }), [
      "agents/writer/sessions/b.jsonl",
      "credentials/telegram/x.json",
      ...CONFIGS,
      "workspace-writer:.agent/auth.json",
      "workspace-writer:MEMORY.md",
    ]);
    assert.deepEqual(captured(folder, { agent: "main", noWorkspace: true }), [
      "agents/main/sessions/a.jsonl",
      ...CONFIGS,
    ]);
    const { host, options } = optionsIn(folder, {});
    assert.throws(() => partOfHome(host, options.home, { agent: "x" }), { code: "no_such_agent" });
    await Promise.resolve();
  }));

Deno.test("workspaces stay out, in the home and outside, and others come in", () =>
  withOpenClaw(async (folder) => {
    const all = captured(folder, {});
    const without = captured(folder, { noWorkspace: true });
    assert.deepEqual(all.filter((path) => !without.includes(path)), [
      "workspace-writer:MEMORY.md",
      "workspace/AGENTS.md",
    ]);
    const extra = [join(folder, "extra"), join(folder, ".openclaw/workspace"), "~/code/writer"]
      .map((path) => path.replace("~", folder));
    const more = captured(folder, { workspaces: extra });
    assert.deepEqual(more, [...all, "workspace-extra:notes.md"].sort());
    const { host, options } = optionsIn(folder, {});
    const missing = { workspaces: [join(folder, "gone")] };
    assert.throws(() => partOfHome(host, options.home, missing), { code: "no_such_folder" });
    const codex = resolveHome(host, findProfile(host, "codex"));
    assert.throws(() => partOfHome(host, codex, { onlyConfig: true }), { code: "usage" });
    await Promise.resolve();
  }));

Deno.test("a backup of a part is named so, and is not the latest of its home", () =>
  withOpenClaw(async (folder) => {
    const { host, options } = optionsIn(folder, {});
    const whole = await createBackup(host, options);
    const { options: part } = optionsIn(folder, { agent: "writer" });
    const made = await createBackup(host, { ...part, directory: false });
    const { backups } = await listBackups(host, {});
    const parts = new Map(backups.map((item) => [item.id, item.part]));
    assert.deepEqual(parts.get(whole.backup_id), null);
    assert.deepEqual(parts.get(made.backup_id), "agent writer");
    assert.equal(await findBackup(host, "latest", {}), whole.archive);

    const backup = await openBackup(host, made.archive!);
    try {
      const { exclusions, skipped } = await backup.loadManifest();
      assert.deepEqual(exclusions.left_out, ["--openclaw-agent writer"]);
      const rules = new Set(skipped.map(({ rule }) => rule));
      assert.deepEqual([...rules], ["--openclaw-agent writer"]);
      const home = resolveHome(host, findProfile(host, "openclaw"));
      await assert.rejects(planRestore(host, { backup, home, mirror: true }), { code: "usage" });
      const agent = { id: "writer", as: "poet" };
      const { plan } = await planRestore(host, { backup, home, agent });
      assert.deepEqual([plan.agent!.entry, plan.create], ["added", 3]);
    } finally {
      backup.close();
    }
  }));
