/** Homes of which a part is mounted: a folder on another disk, and a single file, as containers have. */
import { join } from "node:path";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { homeState } from "../support/folder_state.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";
import { asRoot, withSmallDisk } from "../support/small_disk.ts";
import { makeTree } from "../support/trees.ts";

const SURE = ["--apply", CONFIRM, "--json"];

/** Mounts a file, or a folder, over another. */
async function withMounted(what: string, over: string, use: () => Promise<void>) {
  await asRoot("mount", "--bind", what, over);
  try {
    await use();
  } finally {
    await asRoot("umount", over);
  }
}

/** A home whose `memories` is a disk of its own, and whose `config.toml` is mounted. */
function withMounts(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withScene(async (scene) => {
    const memories = join(scene.home, "memories");
    await withSmallDisk(memories, 4 << 20, async () => {
      makeTree(scene.home, {
        "config.toml": 'model = "old"\n',
        "AGENTS.md": "backed up\n",
        "memories/one.md": "backed up\n",
        "memories/deep/two.md": "backed up\n",
      });
      const mounted = join(scene.folder, "config.toml");
      Deno.copyFileSync(join(scene.home, "config.toml"), mounted);
      await withMounted(mounted, join(scene.home, "config.toml"), () => use(scene));
    });
  }, (path) => {
    makeTree(path, {});
    return Promise.resolve({ secrets: [] });
  });
}

if (Deno.build.os === "linux") {
  Deno.test("what is mounted is restored in its place, and undone", () =>
    withMounts(async ({ run, backUp, home }) => {
      const { archive } = await backUp();
      const backedUp = homeState(home);
      const change = (path: string) => Deno.writeTextFileSync(join(home, path), "changed\n");
      ["config.toml", "AGENTS.md", "memories/one.md", "memories/new.md"].forEach(change);
      Deno.removeSync(join(home, "memories/deep"), { recursive: true });
      const before = homeState(home);
      const restore = ["restore", archive!, "--mirror", ...SURE];
      const { code, json } = await run<RestoreResult>(restore);
      assert.equal(code, 0, JSON.stringify(json));
      assert.deepEqual(homeState(home), backedUp);
      assert.equal((await run(["undo", ...SURE])).code, 0);
      assert.deepEqual(homeState(home), before);
    }));

  Deno.test("mounted folders that a mirror would remove stay, empty", () =>
    withMounts(async ({ run, backUp, home, folder }) => {
      const { archive } = await backUp();
      const [disk, bound] = ["disk", "bound"].map((name) => join(home, "more", name));
      const source = join(folder, "source");
      [bound, source].forEach((path) => Deno.mkdirSync(path, { recursive: true }));
      await withMounted(source, bound, () =>
        withSmallDisk(disk, 1 << 20, async () => {
          for (const path of [disk, bound]) Deno.writeTextFileSync(join(path, "file"), "here\n");
          const before = homeState(home);
          const mirror = ["restore", archive!, "--mirror", ...SURE];
          const { code, json } = await run<RestoreResult>(mirror);
          assert.equal(code, 0, JSON.stringify(json.error));
          const skipped = json.plan.skipped.filter(({ reason }) => reason === "mount_point");
          assert.deepEqual(skipped.map(({ path }) => path), ["more/disk"]);
          assert.deepEqual([disk, bound].flatMap((path) => [...Deno.readDirSync(path)]), []);
          assert.equal((await run(["undo", ...SURE])).code, 0);
          assert.deepEqual(homeState(home), before);
        }));
    }));
}
