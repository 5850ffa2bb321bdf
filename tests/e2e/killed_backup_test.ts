/** Backups that are killed at random moments; what the next command finds, and leaves. */
import { join } from "node:path";
import { realFs, sha256OfFile } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { folderState } from "../support/folder_state.ts";
import { fastest, killDuring, type Moment, randomNumbers } from "../support/killing.ts";
import { namesIn, type Scene, withScene } from "../support/scene.ts";

const KILLS = 50;
/** A run that has ended before its moment is no kill; so many may be in vain. */
const MOST_ROUNDS = 250;
/** Every so many-th is a backup with the restorer in it, which takes longer. */
const FULL_KIT_EVERY = 12;

/** What appears in the backup root, one after the other, while a backup is published. */
const STAGES = [
  /^\..*\.sha256\.partial$/,
  /^[^.].*\.tar\.gz\.sha256$/,
  /^[^.].*\.tar\.gz$/,
  /^[^.]+$/,
];

/** Half of the moments lie anywhere in the run, half of them while it publishes. */
function momentOf(scene: Scene, round: number, random: () => number, durationMs: number): Moment {
  if (round % 2 === 0) return { delayMs: random() * durationMs };
  const before = new Set(scene.published());
  const stage = STAGES[((round - 1) / 2) % STAGES.length];
  const isNew = (name: string) => !before.has(name) && stage.test(name);
  return { seen: () => namesIn(scene.backups).some(isNew), delayMs: random() };
}

/** Every archive that can be seen is whole, every folder has its archive, the rest is hidden. */
async function assertAllowedState(scene: Scene, earlier: string[]): Promise<void> {
  const names = scene.published();
  for (const name of names.filter((name) => !name.endsWith(".sha256"))) {
    const path = join(scene.backups, name);
    if (name.startsWith(".")) assert.match(name, /^\.codex-backup-[\w.-]+\.partial$/);
    else if (name.endsWith(".tar.gz")) {
      const [stated] = (await Deno.readTextFile(`${path}.sha256`)).split(" ");
      assert.equal(sha256OfFile(realFs, path), stated, name);
      if (!earlier.includes(name)) await assertVerifies(scene, path);
    } else assert.ok(names.includes(`${name}.tar.gz`), `folder ${name} without its archive`);
  }
}

async function assertVerifies(scene: Scene, path: string): Promise<void> {
  const { code, stdout } = await scene.run(["verify", path, "--json"]);
  assert.equal(code, 0, stdout);
}

function isLeftover(name: string, _: number, names: string[]): boolean {
  if (name.startsWith(".")) return true;
  return name.endsWith(".sha256") && !names.includes(name.slice(0, -".sha256".length));
}

/** Makes the next backup, which clears up, and says so if there was something to clear. */
async function assertClearsUp(scene: Scene): Promise<void> {
  const leftovers = scene.published().filter(isLeftover);
  const { warnings } = await scene.backUp();
  for (const name of leftovers.filter((name) => name.startsWith("."))) {
    assert.ok(warnings.some((warning) => warning.includes(name)), `${name} is not reported`);
  }
  assert.deepEqual(warnings.length > 0, leftovers.length > 0, warnings.join("\n"));
  assert.deepEqual(scene.published().filter(isLeftover), []);
}

async function removeAllBut(scene: Scene, earlier: string[]): Promise<void> {
  for (const name of scene.published().filter((name) => !earlier.includes(name))) {
    await Deno.remove(join(scene.backups, name), { recursive: true });
  }
}

Deno.test("50 backups that are killed leave earlier ones and the home alone, and only allowed states", () =>
  withScene(async (scene) => {
    const random = randomNumbers(50);
    const { backup_dir, archive } = await scene.backUp();
    const earlier = scene.published();
    const durationMs = await fastest(3, () => scene.backUp());
    const fullMs = await fastest(1, () => scene.backUp("--kit", "full"));
    await removeAllBut(scene, earlier);
    const home = folderState(scene.home);
    const kept = folderState(backup_dir!);
    let kills = 0;
    for (let round = 0; kills < KILLS; round++) {
      assert.ok(round < MOST_ROUNDS, `only ${kills} were killed before they had ended`);
      const full = round % FULL_KIT_EVERY === 0;
      const moment = momentOf(scene, round, random, full ? fullMs : durationMs);
      const args = ["backup", "--kit", full ? "full" : "light"];
      if (await killDuring(scene, args, moment)) kills++;
      await assertAllowedState(scene, earlier);
      await assertClearsUp(scene);
      assert.deepEqual(folderState(backup_dir!), kept);
      await removeAllBut(scene, earlier);
    }
    assert.deepEqual(folderState(scene.home), home);
    await assertVerifies(scene, archive!);
  }));
