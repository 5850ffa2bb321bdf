/** Our own archives, cut and with flipped bits: found by `verify`, and never half restored. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { copyFolder, homeState } from "../support/folder_state.ts";
import { randomNumbers } from "../support/killing.ts";
import { CONFIRM, makeSmallHome, type Scene, withScene } from "../support/scene.ts";

const FLIPS = 10;
const CUTS = 4;

/** The archive with damage of each kind, and what was done to it. */
function* damagedCopies(whole: Uint8Array): Generator<[what: string, bytes: Uint8Array]> {
  const random = randomNumbers(7);
  for (let i = 0; i < FLIPS; i++) {
    const at = Math.floor(random() * whole.length);
    const bit = Math.floor(random() * 8);
    const copy = whole.slice();
    copy[at] ^= 1 << bit;
    yield [`bit ${bit} of byte ${at} of ${whole.length} flipped`, copy];
  }
  for (let i = 0; i < CUTS; i++) {
    const length = i === 0 ? whole.length - 1 : Math.floor(random() * whole.length);
    yield [`cut to ${length} of ${whole.length} bytes`, whole.slice(0, length)];
  }
}

/** Changes some of what a backup holds, and takes some away. */
async function changeHome({ home }: Scene): Promise<void> {
  await Deno.writeTextFile(join(home, "AGENTS.md"), "changed since");
  await Deno.writeTextFile(join(home, "new.md"), "made since");
  for (const lost of ["sessions", "skills", "goals_1.sqlite"]) {
    await Deno.remove(join(home, lost), { recursive: true });
  }
}

/**
 * Local headers of a zip repeat what the directory says, times too, which no checksum covers: there
 * the hash file is needed. In a tar.gz every bit counts.
 */
const NEEDS_HASH_FILE = ["zip"];

for (const format of ["tar.gz", "zip"]) {
  Deno.test(`a damaged ${format} is found by verify, and restores all that it should or nothing`, () =>
    withScene(async (scene) => {
      const { archive } = await scene.backUp("--no-directory", "--format", format);
      const whole = await Deno.readFile(archive!);
      await changeHome(scene);
      const template = join(scene.folder, "template");
      copyFolder(scene.home, template);
      const setBack = async () => {
        await Deno.remove(scene.home, { recursive: true });
        copyFolder(template, scene.home);
      };
      const path = join(scene.folder, `damaged.${format}`);
      if (NEEDS_HASH_FILE.includes(format)) {
        await Deno.rename(`${archive}.sha256`, `${path}.sha256`);
      }
      const restore = ["restore", path, "--apply", CONFIRM, "--json"];
      const oldHome = homeState(scene.home);
      await Deno.writeFile(path, whole);
      assert.equal((await scene.run(restore)).code, 0);
      const newHome = homeState(scene.home);
      for (const [what, bytes] of damagedCopies(whole)) {
        await setBack();
        await Deno.writeFile(path, bytes);
        const verified = await scene.run(["verify", path, "--json"]);
        assert.ok(verified.code !== 0 && verified.json.ok === false, `verify: ${what}`);
        const { code, json } = await scene.run(restore);
        assert.equal(json.ok, code === 0, what);
        assert.deepEqual(homeState(scene.home), code === 0 ? newHome : oldHome, what);
        if (code !== 0) assert.notEqual(json.error?.code, "unexpected", json.error?.message);
      }
    }, makeSmallHome));
}
