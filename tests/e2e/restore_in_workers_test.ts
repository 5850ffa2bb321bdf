/** Homes that are large enough for workers to write what is restored. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { contentOf } from "../support/archives.ts";
import { homeState } from "../support/folder_state.ts";
import { CONFIRM, makeSmallHome, namesIn, type Scene, withScene } from "../support/scene.ts";
import { withSmallDisk } from "../support/small_disk.ts";
import { readTree, type Tree } from "../support/trees.ts";
import { sha256Of } from "../../src/base/mod.ts";

const MIB = 1 << 20;

/** With a transcript of several slices, one of a single slice, and small files. */
async function makeLargerHome(path: string) {
  const home = await makeSmallHome(path);
  Deno.writeFileSync(join(path, "sessions/huge.jsonl"), contentOf(13 * MIB + 5, 1));
  Deno.writeFileSync(join(path, "sessions/large.jsonl"), contentOf(3 * MIB, 2));
  for (let n = 0; n < 120; n++) {
    const folder = join(path, `skills/skill-${n % 7}`);
    Deno.mkdirSync(folder, { recursive: true });
    const file = `${folder}/${n}.md`;
    Deno.writeFileSync(file, contentOf(n * 613, n), { mode: 0o600 + (n % 2) * 0o44 });
    Deno.utimeSync(file, 1_700_000_000 + n, 1_700_000_000 + n + n / 1000);
  }
  return home;
}

const hashOf = (path: string) => sha256Of(Deno.readFileSync(path));

/** Of what is never left out of a backup. */
function treeOf(home: string): Tree[] {
  return ["sessions", "skills"].map((folder) => readTree(join(home, folder), [], hashOf));
}

function restore(scene: Scene, archive: string, ...args: string[]) {
  return scene.run([
    "restore",
    archive,
    "--apply",
    CONFIRM,
    "--allow-outside-links",
    "--json",
    ...args,
  ]);
}

for (const kind of ["plain", "encrypted"]) {
  Deno.test(`a larger home comes back byte for byte from a backup that is ${kind}, with modes and times`, () =>
    withScene(async (scene) => {
      if (kind === "encrypted") assert.equal((await scene.run(["keys", "create"])).code, 0);
      const keys = kind === "encrypted" ? ["--recipient", "main"] : [];
      const { archive } = await scene.backUp(...keys);
      const target = join(scene.folder, "target");
      const { code, stdout, stderr } = await restore(scene, archive!, "--target", target);
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(treeOf(join(target, "home")), treeOf(scene.home));
    }, makeLargerHome));
}

Deno.test("a larger home whose backup is damaged anywhere stays as it is, with nothing beside it", () =>
  withScene(async (scene) => {
    const { archive } = await scene.backUp("--no-directory");
    const whole = await Deno.readFile(archive!);
    const path = join(scene.folder, "damaged.tar.gz");
    await Deno.remove(join(scene.home, "skills"), { recursive: true });
    await Deno.remove(join(scene.home, "sessions"), { recursive: true });
    const old = homeState(scene.home);
    for (let part = 1; part < 4; part++) {
      const bytes = whole.slice();
      bytes[Math.floor(whole.length * part / 5)] ^= 1;
      await Deno.writeFile(path, bytes);
      const { code, json } = await restore(scene, path, "--missing-only");
      assert.deepEqual([code, json.error?.code], [3, "damaged_archive"], json.error?.message);
      assert.deepEqual(homeState(scene.home), old);
      assert.deepEqual(namesIn(join(scene.home, ".lifeboat")), []);
    }
  }, makeLargerHome));

if (Deno.build.os === "linux") {
  Deno.test("a larger restore onto a disk that fills up at any file leaves nothing there", () =>
    withScene(async (scene) => {
      const { archive } = await scene.backUp();
      await withSmallDisk(join(scene.folder, "disk"), 64 * MIB, async (disk) => {
        const target = join(disk.path, "target");
        for (const files of [6, 20, 40, 80, 130]) {
          await disk.leaveFiles(files);
          const { code, json } = await restore(scene, archive!, "--target", target);
          await disk.makeRoom();
          assert.deepEqual([code, json.error?.code], [3, "disk_full"], json.error?.message);
          assert.deepEqual(namesIn(disk.path), [], `room for ${files} files`);
        }
        const { code } = await restore(scene, archive!, "--target", target);
        assert.equal(code, 0);
        assert.deepEqual(treeOf(join(target, "home")), treeOf(scene.home));
      });
    }, makeLargerHome));
}
