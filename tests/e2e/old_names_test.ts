/** Scripts made for codex-environment-backup keep working with a link to this program. */
import { join } from "node:path";
import type { BackupResult } from "../../src/backup/mod.ts";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { PROGRAM } from "../support/lifeboat.ts";
import { type Scene, withScene } from "../support/scene.ts";

/** A link, or on Windows a copy, by a name of the original. */
function oldName({ folder }: Scene, name: string): string {
  const path = join(folder, Deno.build.os === "windows" ? `${name}.exe` : name);
  if (Deno.build.os === "windows") Deno.copyFileSync(PROGRAM, path);
  else Deno.symlinkSync(PROGRAM, path);
  return path;
}

Deno.test("the commands, flags and keys of the original work under its name", () =>
  withScene(async (scene) => {
    const { home, folder } = scene;
    const program = oldName(scene, "codex-environment-backup");
    const root = join(folder, "kept");
    const made = await scene.run<BackupResult>(
      ["backup", "--codex-home", home, "--backup-root", root, "--no-doctor-commands"],
      { program },
    );
    assert.equal(made.code, 0, made.stdout);
    for (const key of ["ok", "backup_dir", "archive", "archive_sha256", "sha256_file", "counts"]) {
      assert.ok(key in made.json, key);
    }
    const listed = await scene.run(["list-backups", "--backup-root", root], { program });
    assert.equal((listed.json.backups as unknown[]).length, 1);
    const examined = await scene.run(["doctor", "--codex-home", home, "--no-run-commands"], {
      program,
    });
    assert.deepEqual([examined.code, examined.json.core_ok], [0, true]);

    Deno.removeSync(join(home, "config.toml"));
    const restore = ["restore", "--archive", made.json.archive!, "--codex-home", home];
    const planned = await scene.run<RestoreResult>([...restore, "--backup-root", root], {
      program,
    });
    assert.deepEqual([planned.code, planned.json.dry_run, planned.json.plan.create], [0, true, 1]);
    const flags = ["--apply", "--i-understand-this-restores-sensitive-codex-state"];
    const applied = await scene.run<RestoreResult>(
      [...restore, "--backup-root", root, ...flags],
      { program },
    );
    assert.equal(applied.code, 0, applied.stdout);
    assert.equal(applied.json.restore?.restored_files, 1);
    assert.ok(Deno.statSync(join(home, "config.toml")).isFile);
  }));

Deno.test("under an old name errors are strings in JSON on stdout", () =>
  withScene(async (scene) => {
    const program = oldName(scene, "agent-environment-backup");
    const lines: [args: string[], code: number][] = [
      [["restore", "--archive", "/no/such/file"], 10],
      [["backup", "--codex-home", "/no/such/home"], 10],
      [["backup", "--nonsense"], 2],
      [[], 2],
    ];
    for (const [args, expected] of lines) {
      const { code, json, stderr } = await scene.run(args, { program });
      assert.deepEqual(
        [code, json.ok, typeof json.error],
        [expected, false, "string"],
        args.join(" "),
      );
      assert.equal(stderr, "");
    }
  }));
