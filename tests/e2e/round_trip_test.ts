/** Back up, list, show, verify, lose everything, restore: for both agents and all forms. */
import { join } from "node:path";
import type { ListResult } from "../../src/catalog/mod.ts";
import type { BackupPreview, BackupResult } from "../../src/backup/mod.ts";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { differences, hashesBelow } from "../../scripts/demo/compare.ts";
import { assert } from "../assert.ts";
import { makeSampleClaudeHome } from "../support/sample_home.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";

/** Deletes a home, restores a backup, and compares every captured file. */
async function loseAndRestore(scene: Scene, home: string, backup: string): Promise<RestoreResult> {
  const before = hashesBelow(home);
  Deno.removeSync(home, { recursive: true });
  const { code, json } = await scene.run<RestoreResult>(
    ["restore", backup, "--apply", CONFIRM, "--json"],
  );
  assert.equal(code, 0, JSON.stringify(json.error ?? json.restore));
  const shown = await scene.run(["show", backup, "--files", "--json"]);
  const skipped = new Set(json.plan.skipped.map(({ path }) => `files/${path}`));
  const files = shown.json.files as { path: string; sha256: string }[];
  const captured = new Map(
    files.filter(({ path }) => path.startsWith("files/") && !skipped.has(path))
      .map(({ path, sha256 }) => [path.slice("files/".length), sha256]),
  );
  assert.ok(captured.size > 10);
  const after = hashesBelow(home);
  assert.deepEqual(differences(captured, after), []);
  const plain = new Map([...captured].filter(([path]) => !/sqlite/.test(path)));
  assert.deepEqual(differences(plain, before), []);
  return json;
}

for (
  const [form, ...args] of [
    ["archive", "--no-directory"],
    ["backup_dir", "--no-archive"],
    ["archive", "--format", "zip", "--no-directory"],
    ["archive", "--output", "mine.tar.gz"],
    ["archive", "--format", "tar.zst", "--no-directory"],
    ["archive", "--output", "mine.tar.zst"],
  ] as ["archive" | "backup_dir", ...string[]][]
) {
  Deno.test(`a Codex home comes back from a backup made with ${args.join(" ")}`, () =>
    withScene(async (scene) => {
      const result = await scene.backUp(...args);
      assert.deepEqual([result.archive === null, result.backup_dir === null], [
        form === "backup_dir",
        form === "archive",
      ]);
      const verified = await scene.run(["verify", result[form]!, "--json"]);
      assert.deepEqual([verified.code, verified.json.damaged], [0, []]);
      await loseAndRestore(scene, scene.home, result[form]!);
    }));
}

Deno.test("a Claude Code home comes back, with the file that lies beside it", () =>
  withScene(async (scene) => {
    scene.secrets.push(...(await makeSampleClaudeHome(scene.user, { conversations: 2 })).secrets);
    const beside = join(scene.user, ".claude.json");
    const content = Deno.readTextFileSync(beside);
    const { archive } = await scene.backUp("--profile", "claude-code");
    Deno.writeTextFileSync(beside, "{}");
    await loseAndRestore(scene, join(scene.user, ".claude"), archive!);
    assert.equal(Deno.readTextFileSync(beside), content);
  }));

Deno.test("--profile all backs up every home that exists, and only those", () =>
  withScene(async (scene) => {
    const one = await scene.run<{ results: BackupResult[] }>(
      ["backup", "--profile", "all", "--kit", "light", "--json"],
    );
    assert.deepEqual(one.json.results.map(({ status }) => status), ["ok"]);
    await makeSampleClaudeHome(scene.user, { conversations: 1 });
    const both = await scene.run<{ results: (BackupResult & { profile: string })[] }>(
      ["backup", "--profile", "all", "--kit", "light", "--json"],
    );
    assert.equal(both.code, 0);
    assert.deepEqual(both.json.results.map(({ profile }) => profile), ["claude-code", "codex"]);
    const { json } = await scene.run<ListResult>(["list", "--json"]);
    assert.equal(json.backups.length, 3);
    const codex = await scene.run<ListResult>(["list", "--profile", "codex", "--json"]);
    assert.equal(codex.json.backups.length, 2);
  }));

Deno.test("a backup without --profile says which agents are not in it", () =>
  withScene(async (scene) => {
    assert.deepEqual((await scene.backUp()).warnings, []);
    await makeSampleClaudeHome(scene.user, { conversations: 1 });
    const claude = join(scene.user, ".claude");
    const note =
      `Claude Code is not in this backup: ${claude}; back up all agents with --profile all`;
    assert.deepEqual((await scene.backUp()).warnings, [note]);
    assert.deepEqual((await scene.backUp("--profile", "codex")).warnings, []);
    const shown = await scene.run(["backup", "--dry-run"]);
    assert.match(shown.stdout, /warning: Claude Code is not in this backup/);
  }));

Deno.test("a backup without --profile and without a Codex home names the agents that are here", () =>
  withScene(async (scene) => {
    Deno.removeSync(scene.home, { recursive: true });
    await makeSampleClaudeHome(scene.user, { conversations: 1 });
    const { code, json } = await scene.run(["backup", "--json"]);
    assert.deepEqual([code, json.error?.code], [10, "no_such_home"]);
    assert.match(json.error!.hint!, /Claude Code \(--profile claude-code\)/);
    assert.deepEqual(scene.published(), []);
  }));

Deno.test("backups are found by name, by the beginning of it, by latest and by path", () =>
  withScene(async (scene) => {
    const first = await scene.backUp("--name", "before the update");
    const second = await scene.backUp();
    const shown = async (id: string) => (await scene.run(["show", id, "--json"])).json.id;
    assert.equal(await shown("latest"), second.backup_id);
    assert.equal(await shown(first.backup_id), first.backup_id);
    assert.equal(await shown(first.archive!), first.backup_id);
    assert.equal(await shown(first.backup_dir!), first.backup_id);
    const ambiguous = await scene.run(["show", "codex-backup-", "--json"]);
    assert.deepEqual([ambiguous.code, ambiguous.json.error?.code], [2, "ambiguous_id"]);
    const { json } = await scene.run<ListResult>(["list", "--json", "--limit", "5"]);
    assert.deepEqual(json.backups.map(({ label }) => label), [null, "before the update"]);
  }));

Deno.test("a dry run of a backup tells what it would capture, and writes nothing", () =>
  withScene(async (scene) => {
    const { json } = await scene.run<BackupPreview>(
      ["backup", "--dry-run", "--exclude", "history.jsonl", "--json"],
    );
    const left = json.skipped.find(({ relative_path }) => relative_path === "history.jsonl");
    assert.equal(left?.rule, "history.jsonl");
    assert.deepEqual(scene.published(), []);
    const made = await scene.backUp("--exclude", "history.jsonl");
    assert.equal(made.counts.files, json.files);
  }));

Deno.test("show compares a backup with the home of today and with another backup", () =>
  withScene(async (scene) => {
    const first = await scene.backUp();
    Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "Be brief.\n");
    Deno.removeSync(join(scene.home, "history.jsonl"));
    Deno.writeTextFileSync(join(scene.home, "new.md"), "new\n");
    await scene.backUp();
    for (const other of ["home", "latest"]) {
      const { code, json } = await scene.run(["show", first.backup_id, "--diff", other, "--json"]);
      assert.equal(code, 0);
      const { added, removed, changed } = json.diff as Record<string, string[]>;
      assert.deepEqual(
        { added, removed, changed },
        {
          added: ["files/new.md"],
          removed: ["files/history.jsonl"],
          changed: ["files/AGENTS.md"],
        },
        other,
      );
    }
  }));

Deno.test("verify --all names the damaged backup among the others", () =>
  withScene(async (scene) => {
    const first = await scene.backUp("--no-directory");
    await scene.backUp("--no-directory");
    Deno.truncateSync(first.archive!, Deno.statSync(first.archive!).size - 4000);
    const { code, json } = await scene.run<{ results: { ok: boolean; path: string }[] }>(
      ["verify", "--all", "--json"],
    );
    assert.equal(code, 1);
    assert.deepEqual(json.results.map(({ ok }) => ok), [true, false]);
    assert.equal(json.results[1].path, first.archive);
  }));

Deno.test("a restore to another place leaves the home and what lies outside alone", () =>
  withScene(async (scene) => {
    await scene.backUp();
    const before = hashesBelow(scene.user);
    const target = join(scene.folder, "look");
    const { code, json } = await scene.run<RestoreResult>(
      ["restore", "latest", "--target", target, "--apply", CONFIRM, "--json"],
    );
    assert.equal(code, 0, JSON.stringify(json.error));
    assert.ok(Deno.statSync(join(target, "home", "config.toml")).isFile);
    const after = hashesBelow(scene.user);
    const ours = (path: string) => path.startsWith(".local/") || path.startsWith("Documents/");
    assert.deepEqual(differences(before, after).filter((path) => !ours(path)), []);
  }));
