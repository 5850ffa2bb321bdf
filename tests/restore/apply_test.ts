import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { openBackup } from "../../src/archive/mod.ts";
import { type Host, takeHomeLock } from "../../src/base/mod.ts";
import { planRestore } from "../../src/restore/mod.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree } from "../support/trees.ts";
import { leftovers } from "./fixture.ts";
import { apply, save, SPEC } from "./saved.ts";

Deno.test("a home that was deleted comes back as it was, with modes, times, links and empty folders", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC, (home) => Deno.chmodSync(home, 0o750));
    const before = readTree(saved.home.path);
    Deno.removeSync(saved.home.path, { recursive: true });
    const result = await apply(saved);
    assert.equal(result.ok, true);
    assert.equal(result.pre_restore_backup, null);
    assert.equal(result.restore!.restored_files, 3);
    assert.deepEqual(readTree(saved.home.path, [".lifeboat"]), before);
    assert.equal(Deno.statSync(saved.home.path).mode! & 0o777, 0o750);
    assert.equal(result.post_restore_doctor!.core_ok, true);
    assert.equal(result.post_restore_doctor_mode, "structural");
  });
});

Deno.test("a home that is there keeps its permissions; a new one is private where the backup says nothing", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC, (home) => Deno.chmodSync(home, 0o755));
    const mode = (path: string) => Deno.statSync(path).mode! & 0o777;
    Deno.chmodSync(saved.home.path, 0o710);
    await apply(saved);
    assert.equal(mode(saved.home.path), 0o710);
    await apply(saved, { targetDir: join(folder, "apart") });
    assert.deepEqual([mode(join(folder, "apart")), mode(join(folder, "apart/home"))], [
      0o700,
      0o755,
    ]);
    const older = await openBackup(saved.host, saved.archive);
    const loadManifest = async () => ({ ...await older.loadManifest(), directories: [] });
    const backup = { ...older, loadManifest };
    await apply(saved, { backup, targetDir: join(folder, "older") });
    assert.equal(mode(join(folder, "older/home")), 0o700);
    older.close();
  });
});

Deno.test("what a restore replaces is in the backup before it, and kept in the home", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const config = join(saved.home.path, "config.toml");
    Deno.writeTextFileSync(config, "newer = 2\n");
    const result = await apply(saved);
    assert.equal(Deno.readTextFileSync(config), "a = 1\n");
    assert.match(result.pre_restore_backup!, /pre-restore-/);
    const earlier = await openBackup(saved.host, result.pre_restore_backup!);
    const texts: string[] = [];
    await earlier.visit((path) => path === "files/config.toml", async (_, chunks) => {
      for await (const chunk of chunks) texts.push(new TextDecoder().decode(chunk));
    });
    earlier.close();
    assert.deepEqual(texts, ["newer = 2\n"]);
    const kept = join(saved.home.path, ".lifeboat", `undo-${result.undo_id}`, "kept/config.toml");
    assert.equal(Deno.readTextFileSync(kept), "newer = 2\n");
    assert.ok(result.post_restore_next_steps.some((step) => step.includes("pre-restore-")));
  });
});

Deno.test("where all is there already, no backup is made and nothing is kept to be undone", () =>
  withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const before = readTree(saved.home.path);
    const backups = () => [...Deno.readDirSync(saved.backupRoot)].map(({ name }) => name);
    const made = backups();
    const backup = await openBackup(saved.host, saved.archive);
    const planned = await planRestore(saved.host, { backup, home: saved.home });
    backup.close();
    assert.deepEqual([planned.ok, planned.plan.changes_nothing], [true, true]);
    const result = await apply(saved);
    assert.deepEqual([result.ok, result.dry_run, result.plan.changes_nothing], [true, false, true]);
    assert.deepEqual([result.pre_restore_backup, result.undo_id], [null, null]);
    assert.deepEqual([result.restore!.restored_files, result.plan.unchanged], [0, 3]);
    assert.match(result.message, /^Nothing to change/);
    assert.equal(planned.message, result.message);
    assert.deepEqual([readTree(saved.home.path), backups()], [before, made]);
    Deno.writeTextFileSync(join(saved.home.path, "config.toml"), "newer = 2\n");
    const missing = await apply(saved, { missingOnly: true });
    assert.deepEqual([missing.plan.changes_nothing, missing.plan.kept], [true, 3]);
    const other = await apply(saved);
    assert.deepEqual([other.plan.changes_nothing, other.restore!.restored_files], [false, 1]);
    assert.ok(other.pre_restore_backup && other.undo_id);
  }));

Deno.test("what is in the way is told of although nothing else is to be changed", () =>
  withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const config = join(saved.home.path, "config.toml");
    Deno.removeSync(config);
    Deno.mkdirSync(config);
    const result = await apply(saved);
    assert.deepEqual([result.ok, result.plan.changes_nothing], [false, true]);
    assert.deepEqual([result.restore!.errors.length, result.pre_restore_backup], [1, null]);
    assert.match(result.message, /^Nothing was changed: 1 could not be/);
  }));

Deno.test("an empty home that is gone is made again", () =>
  withTempDir(async (folder) => {
    const saved = await save(folder, {});
    Deno.removeSync(saved.home.path, { recursive: true });
    const result = await apply(saved);
    assert.ok(result.ok && !result.plan.changes_nothing);
    assert.ok(Deno.statSync(saved.home.path).isDirectory);
  }));

Deno.test("without the confirmation nothing is done, and the flag is named", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    Deno.writeTextFileSync(join(saved.home.path, "config.toml"), "newer");
    const before = readTree(folder);
    const error = await rejectsWith(
      () => apply(saved, { confirmed: false }),
      "confirmation_required",
    );
    assert.match(error.hint!, /--i-understand-this-restores-sensitive-state/);
    assert.equal(error.kind, "refused");
    assert.deepEqual(readTree(folder), before);
  });
});

Deno.test("while another lifeboat is at work on the home nothing is done", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const lock = takeHomeLock(saved.host, saved.home.path);
    const error = await rejectsWith(() => apply(saved), "locked");
    assert.equal(error.kind, "busy");
    lock.release();
    assert.equal((await apply(saved)).ok, true);
  });
});

Deno.test("a file that cannot be saved before is not replaced, nor is anything else", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    makeTree(saved.home.path, {
      "config.toml": "longer than before",
      "sessions/one.jsonl": "newer",
    });
    const before = readTree(saved.home.path);
    const fs = faultyFs(
      saved.host.fs,
      ({ operation, path }) =>
        operation === "read" && path.endsWith("config.toml") ? systemError("EIO") : undefined,
    );
    await rejectsWith(() => apply({ ...saved, host: { ...saved.host, fs } }), "pre_restore_failed");
    assert.deepEqual(readTree(saved.home.path), before);
  });
});

Deno.test("a backup whose file is damaged restores nothing", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    makeTree(saved.home.path, { "config.toml": "newer", "sessions/one.jsonl": "newer, too" });
    const backup = await openBackup(saved.host, saved.archive);
    const manifest = await backup.loadManifest();
    const entries = [...manifest.entries];
    entries.find(({ relative_path }) => relative_path === "config.toml")!.sha256 = "0"
      .repeat(64);
    const before = readTree(saved.home.path);
    const lying = { ...backup, loadManifest: () => Promise.resolve({ ...manifest, entries }) };
    const error = await rejectsWith(() => apply(saved, { backup: lying }), "damaged_archive");
    assert.match(error.hint!, /verify.* The backup made before it stays: .*pre-restore-/);
    entries.push({ ...entries[0], relative_path: "missing" });
    entries.splice(0, entries.length - 1);
    await rejectsWith(() => apply(saved, { backup: lying }), "damaged_archive");
    backup.close();
    assert.deepEqual(readTree(saved.home.path), before);
    assert.deepEqual(leftovers(folder), []);
  });
});

Deno.test("a disk without room for the new files is refused before anything is written", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    Deno.removeSync(saved.home.path, { recursive: true });
    const fs = { ...saved.host.fs, freeSpace: () => 1000 };
    const error = await rejectsWith(
      () => apply({ ...saved, host: { ...saved.host, fs } }),
      "disk_full",
    );
    assert.match(error.message, /1000 are free/);
    assert.throws(() => Deno.statSync(saved.home.path), Deno.errors.NotFound);
  });
});

Deno.test("an interrupt while files are staged leaves the home as it was", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    Deno.removeSync(saved.home.path, { recursive: true });
    const stop = new AbortController();
    const host: Host = {
      ...saved.host,
      signal: stop.signal,
      progress: ({ phase }) => phase === "restoring" ? stop.abort() : undefined,
    };
    await rejectsWith(() => apply({ ...saved, host }), "interrupted");
    assert.throws(() => Deno.statSync(saved.home.path), Deno.errors.NotFound);
  });
});

Deno.test("conflicts are left out and named, and the result says that not all is well", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    Deno.removeSync(saved.home.path, { recursive: true });
    makeTree(saved.home.path, { "config.toml/in-the-way": "" });
    const result = await apply(saved);
    assert.equal(result.ok, false);
    assert.deepEqual(result.restore!.errors.map(({ path }) => path), ["config.toml"]);
    assert.equal(result.restore!.restored_files, 2);
    assert.ok(Deno.statSync(join(saved.home.path, "config.toml")).isDirectory);
  });
});

Deno.test("a restore to a folder apart writes there and nowhere else", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    Deno.writeTextFileSync(join(saved.home.path, "config.toml"), "newer");
    const before = readTree(saved.home.path);
    const result = await apply(saved, { targetDir: join(folder, "apart/below") });
    assert.equal(result.ok, true);
    assert.equal(
      Deno.readTextFileSync(join(folder, "apart/below/home/config.toml")),
      "a = 1\n",
    );
    assert.deepEqual(readTree(saved.home.path), before);
  });
});

Deno.test("old transcripts get the present time when they come back", async () => {
  await withTempDir(async (folder) => {
    const old = 1_600_000_000_000;
    const saved = await save(folder, {
      "projects/-p/a.jsonl": { text: "{}\n", mtimeMs: old },
      "settings.json": { text: "{}", mtimeMs: old },
    });
    Deno.removeSync(saved.home.path, { recursive: true });
    const profile = { ...saved.home.profile, transcripts: "claude-code" as const };
    await apply(saved, { home: { ...saved.home, profile } });
    const mtime = (path: string) => Deno.statSync(join(saved.home.path, path)).mtime!.getTime();
    assert.equal(mtime("projects/-p/a.jsonl"), saved.host.now().getTime());
    assert.equal(mtime("settings.json"), old);
  });
});

Deno.test("where links cannot be made the rest is restored and they are named", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    for (const error of [systemError("EPERM"), new Error("one that Deno gives no name")]) {
      Deno.removeSync(saved.home.path, { recursive: true });
      const fs = faultyFs(
        saved.host.fs,
        ({ operation }) => operation === "symlink" ? error : undefined,
      );
      const result = await apply({ ...saved, host: { ...saved.host, fs } });
      assert.deepEqual(result.restore!.skipped.map(({ path, reason }) => ({ path, reason })), [
        { path: "link", reason: "link_not_possible" },
      ]);
      assert.equal(result.restore!.restored_files, 2);
    }
  });
});

Deno.test("an interrupted restore is brought to its end before the next one plans", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC);
    const leftover = join(saved.home.path, ".lifeboat/restore-20261120-120000-00000000");
    makeTree(leftover, { "staged/0": "x" });
    const backup = await openBackup(saved.host, saved.archive);
    await planRestore(saved.host, { backup, home: saved.home });
    backup.close();
    assert.ok(Deno.statSync(leftover).isDirectory, "a dry run leaves it");
    const result = await apply(saved);
    assert.match(result.warnings.join(), /had changed nothing and was removed/);
  });
});
