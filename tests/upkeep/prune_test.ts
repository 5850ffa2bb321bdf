import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import { listBackups } from "../../src/catalog/mod.ts";
import { prune } from "../../src/upkeep/mod.ts";
import { removeBackup } from "../../src/upkeep/remove.ts";
import { assert, rejectsWith } from "../assert.ts";
import { type BackupScene, withBackupScene } from "../support/backups.ts";

const DAY_MS = 86_400_000;

/** A backup made so many days after 20 November 2026, with archive and folder. */
function backUpOn({ backUp, host }: BackupScene, days: number): Promise<BackupResult> {
  const now = new Date(Date.parse("2026-11-20T12:00:00Z") + days * DAY_MS);
  return backUp({ kit: "light" }, { ...host, now: () => now });
}

/** Makes an archive differ from its hash file. */
function damage({ archive }: BackupResult): void {
  const bytes = Deno.readFileSync(archive!);
  bytes[1000] ^= 0x55;
  Deno.writeFileSync(archive!, bytes);
}

Deno.test("a dry run removes nothing, and applying removes just what it said", () =>
  withBackupScene(async (scene) => {
    const [first, second, third] = [
      await backUpOn(scene, 0),
      await backUpOn(scene, 1),
      await backUpOn(scene, 2),
    ];
    const before = scene.published();
    const planned = await prune(scene.host, { rules: { last: 2 } });
    assert.deepEqual(scene.published(), before);
    assert.deepEqual(planned.remove.map(({ id }) => id), [first.backup_id]);
    assert.deepEqual(planned.remove[0].paths, [
      first.backup_dir,
      first.archive,
      first.sha256_file,
    ]);
    const done = await prune(scene.host, { rules: { last: 2 }, apply: true });
    assert.deepEqual({ ...done, dry_run: true }, planned);
    const left = [second, third].flatMap(({ backup_id: id }) => [
      id,
      `${id}.tar.gz`,
      `${id}.tar.gz.sha256`,
    ]);
    assert.deepEqual(scene.published(), left.sort());
  }));

Deno.test("what is removed harms no other backup, whose folder shares files with it", () =>
  withBackupScene(async (scene) => {
    await backUpOn(scene, 0);
    const { backup_dir } = await backUpOn(scene, 1);
    const text = Deno.readTextFileSync(join(scene.home.path, "config.toml"));
    await prune(scene.host, { rules: { last: 1 }, apply: true });
    assert.equal(Deno.readTextFileSync(join(backup_dir!, "files", "config.toml")), text);
  }));

Deno.test("where nothing that stays is sound, the last sound one stays as well", () =>
  withBackupScene(async (scene) => {
    await backUpOn(scene, 0);
    const sound = await backUpOn(scene, 1);
    damage(await backUpOn(scene, 2));
    const { keep, remove } = await prune(scene.host, { rules: { last: 1 }, apply: true });
    assert.deepEqual(keep.map(({ reasons }) => reasons), [["last"], ["last_that_parses"]]);
    assert.equal(keep[1].id, sound.backup_id);
    assert.equal(remove.length, 1);
    assert.ok(existsSync(sound.archive!));
  }));

Deno.test("where no backup of a home is sound, none of them goes", () =>
  withBackupScene(async (scene) => {
    for (const day of [0, 1, 2]) damage(await backUpOn(scene, day));
    const { keep, remove } = await prune(scene.host, { rules: { last: 1 } });
    assert.deepEqual(remove, []);
    assert.deepEqual(keep.map(({ reasons }) => reasons), [
      ["last"],
      ["none_verified"],
      ["none_verified"],
    ]);
  }));

Deno.test("an archive without its hash file is not relied on", () =>
  withBackupScene(async (scene) => {
    const sound = await backUpOn(scene, 0);
    const { sha256_file } = await backUpOn(scene, 1);
    Deno.removeSync(sha256_file!);
    const { keep } = await prune(scene.host, { rules: { last: 1 } });
    assert.deepEqual(keep.map(({ id }) => id).includes(sound.backup_id), true);
  }));

Deno.test("the last backup whose configuration parses stays, though newer ones are sound", () =>
  withBackupScene(async (scene) => {
    const parsed = await backUpOn(scene, 0);
    Deno.writeTextFileSync(join(scene.home.path, "config.toml"), 'model = "unfinished');
    const [second] = [await backUpOn(scene, 1), await backUpOn(scene, 2)];
    const { keep, remove } = await prune(scene.host, { rules: { last: 1 }, apply: true });
    assert.deepEqual(remove.map(({ id }) => id), [second.backup_id]);
    assert.deepEqual(keep[1].reasons, ["last_that_parses"]);
    assert.ok(existsSync(parsed.archive!));
  }));

Deno.test("without a rule nothing is removed", () =>
  withBackupScene(async (scene) => {
    await backUpOn(scene, 0);
    const before = scene.published();
    await rejectsWith(() => prune(scene.host, { rules: {}, apply: true }), "no_keep_rule");
    assert.deepEqual(scene.published(), before);
  }));

Deno.test("a removal that is killed at any step leaves whole backups, and the next clears the rest", () =>
  withBackupScene(async (scene) => {
    for (let steps = 0;; steps++) {
      const made = await backUpOn(scene, 2 * steps);
      const [item] = (await listBackups(scene.host, {})).backups;
      assert.equal(item.id, made.backup_id);
      let left = steps;
      const step = <T extends unknown[]>(act: (...args: T) => void) => (...args: T) => {
        if (left-- === 0) throw new Error("killed");
        act(...args);
      };
      const { fs } = scene.host;
      const host = {
        ...scene.host,
        fs: {
          ...fs,
          rename: step(fs.rename),
          remove: step(fs.remove),
          removeTree: step(fs.removeTree),
        },
      };
      let killed = false;
      try {
        removeBackup(host, item);
      } catch (error) {
        assert.equal((error as Error).message, "killed");
        killed = true;
      }
      for (const one of (await listBackups(scene.host, {})).backups) {
        assert.equal(one.status, "ok", `${one.id} after ${steps} steps`);
      }
      await backUpOn(scene, 2 * steps + 1);
      assert.deepEqual(scene.published().filter((name) => name.startsWith(".")), []);
      if (!killed) return;
    }
  }));
