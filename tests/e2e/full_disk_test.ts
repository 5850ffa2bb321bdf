/** Disks that fill up at any point of a backup or a restore: real ones, if small. Linux only. */
import { join } from "node:path";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { folderState, homeState } from "../support/folder_state.ts";
import type { Outcome } from "../support/lifeboat.ts";
import { CONFIRM, makeSmallHome, namesIn, type Scene, withScene } from "../support/scene.ts";
import { type SmallDisk, withSmallDisk } from "../support/small_disk.ts";

const MIB = 1 << 20;
const STEPS = 10;

/** A backup onto a disk that fills up when `part` of it is written; another one is there already. */
async function assertBackupFails(scene: Scene, disk: SmallDisk, room: number): Promise<void> {
  const home = folderState(scene.home);
  const before = folderState(disk.path).slice(1);
  await disk.leaveBytes(room);
  const args = ["backup", "--kit", "light", "--backup-root", disk.path, "--json"];
  const { code, json, stdout } = await scene.run(args);
  await disk.makeRoom();
  assert.deepEqual([code, json.error?.code], [3, "disk_full"], `${room} bytes left: ${stdout}`);
  assert.match(json.error!.hint, /--backup-root/);
  assert.ok(json.error!.message.includes(disk.path), json.error!.message);
  assert.deepEqual(folderState(disk.path).slice(1), before, `${room} bytes left`);
  assert.deepEqual(folderState(scene.home), home);
}

if (Deno.build.os === "linux") {
  Deno.test("a backup onto a disk that fills up publishes nothing and leaves nothing", () =>
    withScene((scene) =>
      withSmallDisk(join(scene.folder, "disk"), 32 * MIB, async (disk) => {
        const empty = await disk.used();
        await scene.backUp("--backup-root", disk.path);
        const needed = await disk.used() - empty;
        for (let step = 0; step < STEPS; step++) {
          await assertBackupFails(scene, disk, Math.floor(needed * 0.98 * step / STEPS));
        }
        const again = await scene.backUp("--backup-root", disk.path);
        assert.deepEqual(again.warnings, []);
      })
    ));

  Deno.test("a restore that does not fit is refused before it begins", () =>
    withHomeOnDisk(async ({ scene, disk, old, restore }) => {
      await disk.leaveBytes(64 << 10);
      const { code, json } = await restore();
      await disk.makeRoom();
      assert.deepEqual([code, json.error?.code], [2, "disk_full"]);
      assert.deepEqual(homeState(scene.home), old);
      assert.deepEqual(scene.published().filter((name) => name.includes("pre-restore")), []);
    }));

  Deno.test("a restore onto a disk that fills up at any file leaves the old home", () =>
    withHomeOnDisk(async ({ scene, disk, old, restore }) => {
      let failed = 0;
      for (let files = 0;; files += 5) {
        await disk.leaveFiles(files);
        const { code, json } = await restore();
        await disk.makeRoom();
        if (code === 0) break;
        assert.deepEqual([code, json.error?.code], [3, "disk_full"], json.error?.message);
        assert.deepEqual(homeState(scene.home), old, `room for ${files} files`);
        assert.deepEqual(namesIn(join(scene.home, ".lifeboat")), []);
        failed++;
      }
      assert.ok(failed > 3, `it failed only ${failed} times`);
      const restored = await Deno.readTextFile(join(scene.home, "AGENTS.md"));
      assert.notEqual(restored, "changed since");
    }));
}

interface HomeOnDisk {
  scene: Scene;
  disk: SmallDisk;
  /** The home before the restore. */
  old: string[];
  restore(): Promise<Outcome<RestoreResult>>;
}

/** A home on a disk of its own that has lost files and changed others since its backup. */
function withHomeOnDisk(use: (home: HomeOnDisk) => Promise<void>): Promise<void> {
  return withScene((scene) =>
    withSmallDisk(scene.home, 32 * MIB, async (disk) => {
      scene.secrets.push(...(await makeSmallHome(scene.home)).secrets);
      const { archive } = await scene.backUp();
      await Deno.writeTextFile(join(scene.home, "AGENTS.md"), "changed since");
      for (const lost of ["sessions", "rules", "skills", "state_5.sqlite"]) {
        await Deno.remove(join(scene.home, lost), { recursive: true });
      }
      const args = ["restore", archive!, "--apply", CONFIRM, "--json"];
      await use({
        scene,
        disk,
        old: homeState(scene.home),
        restore: () => scene.run<RestoreResult>(args),
      });
    }), () => Promise.resolve({ secrets: [] }));
}
