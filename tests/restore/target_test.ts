import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { planRestore } from "../../src/restore/mod.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree } from "../support/trees.ts";
import {
  backupOf,
  fixtureBackup,
  makeTarget,
  quickHost,
  testHome,
  testProfile,
} from "./fixture.ts";

Deno.test("roots of the backup go where the local profile says, or nowhere, and are named", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const all = testHome(folder);
    makeTarget(folder);
    const home = testHome(folder, { roots: [all.roots[1]], rootsLeftOut: [all.roots[0]] });
    const host = quickHost(folder);
    backup.manifest.roots[1].id = "other";
    const { plan } = await planRestore(host, { backup, home });
    assert.deepEqual(
      plan.skipped.map(({ root, reason, files }) => ({ root, reason, files })),
      [
        { root: "agents", reason: "root_left_out", files: 1 },
        { root: "other", reason: "unknown_root", files: 1 },
      ],
    );
    const mapped = await planRestore(host, {
      backup,
      home,
      roots: { agents: join(folder, "elsewhere") },
    });
    assert.deepEqual(mapped.plan.targets, [
      { root: "home", path: join(folder, "home") },
      { root: "agents", path: join(folder, "elsewhere") },
    ]);
  });
});

Deno.test("a root is only mapped if the backup has it, to an absolute path, apart from others", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const [host, home] = [quickHost(folder), testHome(folder)];
    const mapped = (roots: Record<string, string>) => () =>
      planRestore(host, { backup, home, roots });
    await rejectsWith(mapped({ nothing: "/x" }), "unknown_root");
    await rejectsWith(mapped({ agents: "relative" }), "bad_root_path");
    await rejectsWith(mapped({ agents: join(folder, "home/sub") }), "roots_overlap");
    await rejectsWith(mapped({ agents: folder }), "roots_overlap");
  });
});

Deno.test("with a target folder everything goes below it", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(folder);
    const targetDir = join(folder, "apart");
    const { plan } = await planRestore(quickHost(folder), {
      backup,
      home: testHome(folder),
      targetDir,
    });
    assert.deepEqual(plan.targets, [
      { root: "home", path: join(targetDir, "home") },
      { root: "agents", path: join(targetDir, "extra/agents") },
      { root: "json", path: join(targetDir, "extra/json/.test.json") },
    ]);
    assert.equal(plan.overwrite, 0);
    assert.equal(plan.target_is_active_home, false);
  });
});

Deno.test("a restore into its own backup, or from inside its target, is refused", async () => {
  await withTempDir(async (folder) => {
    const [host, home] = [quickHost(folder), testHome(folder, { roots: [] })];
    const from = (source: string) => () =>
      planRestore(host, { backup: { ...backupOf(folder, {}), source }, home });
    makeTree(join(folder, "home"), { "sub/x": "" });
    await rejectsWith(from(folder), "target_inside_backup");
    await rejectsWith(from(join(folder, "home")), "target_inside_backup");
    await rejectsWith(from(join(folder, "home/sub")), "backup_inside_target");
  });
});

Deno.test("a home that is a file is refused", async () => {
  await withTempDir(async (folder) => {
    Deno.writeTextFileSync(join(folder, "home"), "");
    const backup = backupOf(folder, { a: "1" });
    const home = testHome(folder, { roots: [] });
    await rejectsWith(() => planRestore(quickHost(folder), { backup, home }), "home_is_a_file");
  });
});

Deno.test("another agent's backup is only restored to a home that was named", async () => {
  await withTempDir(async (folder) => {
    const backup = backupOf(folder, { a: "1" });
    backup.manifest.profile = "other";
    const host = quickHost(folder);
    const own = testHome(folder, { roots: [] });
    await rejectsWith(() => planRestore(host, { backup, home: own }), "profile_mismatch");
    const { profile_mismatch } = await planRestore(host, {
      backup,
      home: { ...own, isOwn: false },
    });
    assert.deepEqual(profile_mismatch, { backup: "other", target: "test" });
  });
});

Deno.test("only paths that belong to a root in a shared folder are restored", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({
      roots: [{ id: "agents", kind: "folder", path: "~", only: ["skills"] }],
    });
    const backup = fixtureBackup(folder);
    const [root] = backup.manifest.roots;
    root.entries.push({ ...root.entries[0], relative_path: ".bashrc" });
    const { plan } = await planRestore(quickHost(folder), {
      backup,
      home: testHome(folder, { profile }),
      listFiles: true,
    });
    assert.deepEqual(
      plan.skipped.map(({ root, path, reason }) => ({ root, path, reason })),
      [{ root: "agents", path: ".bashrc", reason: "outside_root" }],
    );
  });
});
