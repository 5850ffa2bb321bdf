import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { planRestore, type RestoreOptions, type RestoreResult } from "../../src/restore/mod.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree, type TreeSpec } from "../support/trees.ts";
import {
  backupOf,
  fixtureBackup,
  makeTarget,
  quickHost,
  testHome,
  testProfile,
} from "./fixture.ts";

/** Plans a restore of `spec` into a home that holds `target`. */
async function plan(
  folder: string,
  spec: TreeSpec,
  target: TreeSpec,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreResult> {
  const backup = options.backup ?? backupOf(folder, spec);
  makeTree(join(folder, "home"), target);
  const home = options.home ?? testHome(folder, { roots: [] });
  return await planRestore(quickHost(folder), { listFiles: true, ...options, home, backup });
}

/** What a plan does, as `action path`. */
function actions({ plan }: RestoreResult): string[] {
  return plan.items!.map(({ action, path }) => `${action} ${path}`).sort();
}

Deno.test("a plan counts what is created, overwritten, unchanged and set aside", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(folder);
    const before = readTree(folder);
    const result = await planRestore(quickHost(folder), { backup, home: testHome(folder) });
    const { create, overwrite, unchanged, set_aside, create_folders, files } = result.plan;
    assert.deepEqual({ create, overwrite, unchanged, set_aside, create_folders, files }, {
      create: 2,
      overwrite: 8,
      unchanged: 3,
      set_aside: 3,
      create_folders: 4,
      files: 11,
    });
    assert.equal(result.plan.set_permissions, 1);
    assert.equal(result.dry_run, true);
    assert.equal(result.ok, true);
    assert.deepEqual(readTree(folder), before, "a dry run changes nothing");
  });
});

Deno.test("a dry run touches neither an interrupted restore nor the state folder", async () => {
  await withTempDir(async (folder) => {
    makeTree(join(folder, "home"), { ".lifeboat/restore-x/journal.jsonl": "{}\n", "a": "1" });
    const before = readTree(folder);
    const backup = backupOf(folder, { a: "2" });
    await planRestore(quickHost(folder), { backup, home: testHome(folder, { roots: [] }) });
    assert.deepEqual(readTree(folder), before);
  });
});

Deno.test("files of the same size are compared by content, whatever their times", async () => {
  await withTempDir(async (folder) => {
    const result = await plan(folder, {
      "same": { text: "12", mtimeMs: 1_000 },
      "other": "12",
    }, { "same": "12", "other": "21" });
    assert.deepEqual(actions(result), ["overwrite other", "unchanged same"]);
  });
});

Deno.test("machine-bound files are captured but not restored, and named", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({ restore_skip: ["locks/", "installation_id"] });
    const home = testHome(folder, { profile, roots: [] });
    const spec = { "locks/1": "x", "installation_id": "x", "deep/installation_id": "mine" };
    const result = await plan(folder, spec, {}, { home });
    assert.deepEqual(actions(result), ["create deep", "create deep/installation_id"]);
    assert.equal(result.plan.will_skip_excluded_paths, true);
    const skipped = result.plan.skipped.map(({ path, reason, rule }) =>
      `${path} ${reason} ${rule}`
    );
    assert.deepEqual(skipped.sort(), [
      "installation_id machine_bound installation_id",
      "locks/1 machine_bound locks/",
    ]);
  });
});

Deno.test("Lifeboat's own folder is never restored, in any spelling", async () => {
  await withTempDir(async (folder) => {
    const spec = {
      ".lifeboat/restore-x/journal.jsonl": "crafted",
      ".LIFEBOAT/y": "crafted",
      "below/.lifeboat/z": "not at the top",
    };
    const result = await plan(folder, spec, {});
    assert.deepEqual(actions(result), [
      "create below",
      "create below/.lifeboat",
      "create below/.lifeboat/z",
    ]);
    assert.ok(result.plan.skipped.every(({ reason }) => reason === "lifeboat_own"));
  });
});

Deno.test("what is in the way is a conflict, and the rest is planned", async () => {
  await withTempDir(async (folder) => {
    const result = await plan(
      folder,
      {
        "a": "file",
        "b": { link: "a" },
        "c/d": "below a folder",
        "e/f": "below a link",
        "ok": "ok",
      },
      { "a/x": "", "b/x": "", "c": "a file", "elsewhere/x": "", "e": { link: "elsewhere" } },
    );
    assert.deepEqual(
      result.plan.conflicts.map(({ path, code }) => `${path} ${code}`).sort(),
      [
        "a not_a_file",
        "b not_a_file",
        "c not_a_folder",
        "c/d folder_blocked",
        "e not_a_folder",
        "e/f folder_blocked",
      ],
    );
    assert.deepEqual(actions(result), ["create ok"]);
  });
});

Deno.test("a name that cannot exist here is a conflict, and the rest is planned", async () => {
  await withTempDir(async (folder) => {
    const backup = backupOf(folder, { "a:b": "1", "sub/aux.txt": "2", "C:x/y": "3", "ok": "4" });
    const host = quickHost(folder, { platform: "windows" });
    const home = testHome(folder, { roots: [] });
    const { plan } = await planRestore(host, { backup, home, listFiles: true });
    assert.deepEqual(
      plan.conflicts.map(({ path, code }) => `${path} ${code}`).sort(),
      [
        "C:x name_not_possible",
        "C:x/y name_not_possible",
        "a:b name_not_possible",
        "sub/aux.txt name_not_possible",
      ],
    );
    assert.deepEqual(plan.items!.map(({ path }) => path).sort(), ["ok", "sub"]);
  });
});

Deno.test("a manifest that aims outside is refused", async () => {
  for (const path of ["../evil", "/evil", "a/../../evil", "a\0b"]) {
    await withTempDir(async (folder) => {
      const backup = backupOf(folder, { ok: "ok" });
      backup.manifest.entries.push({ ...backup.manifest.entries[0], relative_path: path });
      await rejectsWith(() => plan(folder, {}, {}, { backup }), "unsafe_manifest");
    });
  }
});

Deno.test("entries that contradict each other are conflicts", async () => {
  await withTempDir(async (folder) => {
    const backup = backupOf(folder, { "a": "1", "b": "2", "d/e": "3" });
    const { entries, symlinks } = backup.manifest;
    entries.push({ ...entries[0], relative_path: "a/below" });
    symlinks.push({ root: "home", relative_path: "b", target: "a" });
    symlinks.push({ root: "home", relative_path: "d", target: "a" });
    const result = await plan(folder, {}, {}, { backup });
    assert.deepEqual(
      result.plan.conflicts.map(({ path, code }) => `${path} ${code}`).sort(),
      ["a/below below_a_file", "b same_name", "b same_name", "d same_name", "d/e below_a_file"],
    );
  });
});

Deno.test("a link from one root into another is no link to the outside", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    const target = join(folder, "agents/skills/one");
    backup.manifest.symlinks = [{ root: "home", relative_path: "shared", target }];
    const { plan } = await planRestore(quickHost(folder), { backup, home: testHome(folder) });
    assert.deepEqual(plan.skipped, []);
    const alone = testHome(folder, { roots: [] });
    const without = await planRestore(quickHost(folder), { backup, home: alone });
    assert.ok(without.plan.skipped.some(({ reason }) => reason === "outside_link"));
  });
});

Deno.test("links that point out of the home come back only when that is allowed", async () => {
  await withTempDir(async (folder) => {
    const spec = {
      "inside": { link: "sub/x" },
      "deep/up": { link: "../sub" },
      "absolute": { link: join(folder, "home/sub") },
      "outside": { link: "/etc/passwd" },
      "deep/out": { link: "../../sub" },
    };
    const result = await plan(folder, spec, {});
    const inside = ["create absolute", "create deep", "create deep/up", "create inside"];
    assert.deepEqual(actions(result), inside);
    assert.deepEqual(
      result.plan.skipped.map(({ path, reason }) => `${path} ${reason}`).sort(),
      ["deep/out outside_link", "outside outside_link"],
    );
    const allowed = await plan(folder, spec, {}, { allowOutsideLinks: true });
    assert.deepEqual(
      actions(allowed),
      [...inside, "create deep/out", "create outside"].sort(),
    );
  });
});

Deno.test("a plan names what comes to life: files, and keys of configuration that differ", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({
      activates: [
        { path: "config.toml", keys: ["notify", "mcp_servers", "hooks"], what: "programs" },
        { path: "settings.json", keys: ["hooks"], what: "hooks" },
        { path: "plugins/", what: "plugins" },
        { path: "hooks.json", what: "hooks file" },
      ],
    });
    const config = '[mcp_servers.x]\ncommand = "evil"\n[hooks]\na = 1\n';
    const result = await plan(folder, {
      "config.toml": config,
      "settings.json": '{"theme": "dark"}',
      "plugins/a.js": "1",
      "plugins/b.js": "2",
      "hooks.json": "{}",
    }, {
      "config.toml": "[hooks]\na = 1",
      "settings.json": "{}",
      "hooks.json": "{}",
    }, { home: testHome(folder, { profile, roots: [] }) });
    assert.deepEqual(result.plan.activates, [
      { root: "home", path: "config.toml", what: "programs", files: 1, keys: ["mcp_servers"] },
      { root: "home", path: "plugins/", what: "plugins", files: 2 },
    ]);
  });
});

Deno.test("a configuration that cannot be parsed may activate anything", async () => {
  await withTempDir(async (folder) => {
    const profile = testProfile({
      activates: [{ path: "c.json", keys: ["hooks"], what: "hooks" }],
    });
    const home = testHome(folder, { profile, roots: [] });
    const result = await plan(folder, { "c.json": '{"hooks": [' }, {}, { home });
    assert.deepEqual(result.plan.activates.map(({ keys }) => keys), [["hooks"]]);
  });
});

const DAY = 86_400_000;

Deno.test("old transcripts of Claude Code get the present time, so that its sweep spares them", async () => {
  await withTempDir(async (folder) => {
    const now = quickHost(folder).now().getTime();
    const spec = {
      "projects/-p/old.jsonl": { text: "1", mtimeMs: now - 8 * DAY },
      "projects/-p/young.jsonl": { text: "2", mtimeMs: now - 6 * DAY },
      "settings.json": { text: "{}", mtimeMs: now - 100 * DAY },
    };
    const profile = testProfile({ transcripts: "claude-code" });
    const home = testHome(folder, { profile, roots: [] });
    const claude = await plan(folder, spec, {}, { home });
    assert.match(
      claude.warnings.join(),
      /^1 file of conversations older than 7 days .* in 30 days.*"cleanupPeriodDays": 3650/,
    );
    const other = await plan(folder, spec, {});
    assert.deepEqual(other.warnings, []);
  });
});

Deno.test("a shorter window in the settings, here or in the backup, spares younger transcripts too", async () => {
  const now = Date.parse("2026-11-20T12:00:00Z");
  const young = { "projects/-p/young.jsonl": { text: "2", mtimeMs: now - 3 * DAY } };
  const settings = (days: unknown) => ({
    "settings.json": { text: JSON.stringify({ cleanupPeriodDays: days }), mtimeMs: now },
  });
  const warned = async (backup: TreeSpec, target: TreeSpec) => {
    let warnings = "";
    await withTempDir(async (folder) => {
      const home = testHome(folder, {
        profile: testProfile({ transcripts: "claude-code" }),
        roots: [],
      });
      warnings = (await plan(folder, { ...young, ...backup }, target, { home })).warnings.join();
    });
    return warnings;
  };
  assert.match(await warned({}, settings(2)), /older than 2 days/);
  assert.match(await warned(settings(1), settings(30)), /older than 1 day get/);
  assert.match(await warned(settings(30), settings(0)), /older than 0 days/);
  for (const days of [3.5, 30, "2", null]) assert.equal(await warned(settings(days), {}), "");
});

Deno.test("a file beside a text file that is named like a journal stays", async () => {
  await withTempDir(async (folder) => {
    const result = await plan(folder, { "trip": "new" }, { "trip": "old", "trip-journal": "mine" });
    assert.deepEqual(actions(result), ["overwrite trip"]);
  });
});

Deno.test("a WAL that belongs to the backup, of a database that was captured raw, comes back", async () => {
  await withTempDir(async (folder) => {
    const magic = "SQLite format 3\0";
    const result = await plan(
      folder,
      { "db": `${magic}malformed`, "db-wal": "its wal" },
      { "db": "garbage", "db-wal": "another wal", "db-shm": "index" },
    );
    assert.deepEqual(actions(result), ["overwrite db", "overwrite db-wal", "set_aside db-shm"]);
  });
});

Deno.test("an interrupt stops planning", async () => {
  await withTempDir(async (folder) => {
    const stop = new AbortController();
    stop.abort();
    const backup = backupOf(folder, { a: "1" });
    const host = quickHost(folder, { signal: stop.signal });
    const home = testHome(folder, { roots: [] });
    await rejectsWith(() => planRestore(host, { backup, home }), "interrupted");
  });
});
