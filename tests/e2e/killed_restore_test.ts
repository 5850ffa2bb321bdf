/** Restores that are killed at random moments: the next command leaves the old home or the new one. */
import { basename, dirname, join } from "node:path";
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { copyFolder, homeState } from "../support/folder_state.ts";
import { fastest, killDuring, type Moment, randomNumbers } from "../support/killing.ts";
import { makeSampleCodexHome } from "../support/sample_home.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

/** So many kills in each lane; lanes have homes of their own, and are at work at the same time. */
const KILLS = { overAnother: 30, fromNothing: 120 };
const LANES = [1, 2];
/** A run that has ended before its moment is no kill; so many of them may be in vain. */
const MOST_IN_VAIN = 40;

/** A home that is restored over, and what must be there afterwards. */
interface Stage {
  scene: Scene;
  /** A copy of the home before the restore; nothing where there is to be none. */
  template?: string;
  oldHome: string[];
  newHome: string[];
  /** What lies in the place of backups: the one that is restored. */
  keep: string[];
  /** The restore that is killed. */
  args: string[];
  durationMs: number;
}

/** Enough files that a restore takes a moment. */
function makeHome(path: string, seed = 1, databases: "closed" | "killed" = "closed") {
  return makeSampleCodexHome(path, { conversations: 10, turns: 1, seed, databases });
}

/** Removes what a restore brought, and backups that were made since. */
async function setBack({ scene, template, keep }: Stage): Promise<void> {
  await Deno.remove(scene.home, { recursive: true }).catch(() => {});
  if (template) copyFolder(template, scene.home);
  const later = scene.published().filter((name) => !keep.includes(name));
  for (const name of later) await Deno.remove(join(scene.backups, name), { recursive: true });
}

/** What is seen in the home while a restore is at work, one after the other. */
function signsOf({ scene: { home }, template, oldHome, newHome }: Stage): (() => boolean)[] {
  const own = join(home, ".lifeboat");
  const work = () => namesIn(own).filter((name) => name.startsWith("restore-"));
  const inWork = (folder: string) => work().flatMap((name) => namesIn(join(own, name, folder)));
  const pathsIn = (state: string[]) =>
    state.flatMap((line) => / file \d/.test(line) ? [line.split(" file ")[0]] : []);
  const before = new Set(pathsIn(oldHome));
  const added = pathsIn(newHome).filter((path) => !before.has(path));
  const isThere = (path: string) => () => namesIn(dirname(path)).includes(basename(path));
  return [
    () => work().length > 0,
    () => inWork("staged").length > 10,
    ...(template ? [() => inWork("kept").length > 0] : []),
    isThere(added[0]),
    isThere(added[added.length >> 1]),
    isThere(added.at(-1)!),
    () => namesIn(own).some((name) => name.startsWith("undo-")),
  ];
}

/** Every so many-th moment lies anywhere in the run; the others where the home changes. */
const ANYWHERE_EVERY = 5;

function momentOf(stage: Stage, round: number, random: () => number): Moment {
  if (round % ANYWHERE_EVERY === 0) return { delayMs: random() * stage.durationMs };
  const signs = signsOf(stage);
  return { seen: signs[round % signs.length], delayMs: random() * 4 };
}

/** A backup, which first recovers; where nothing is left of a home, there may be none to back up. */
async function backUpNext({ scene }: Stage): Promise<void> {
  const { code, stdout } = await scene.run(["backup", "--kit", "light", "--json"]);
  if (code !== 10 || homeState(scene.home).length > 0) assert.equal(code, 0, stdout);
}

/** Every so many-th time, the restore is what comes next; it must then succeed. Else a backup. */
const AGAIN_EVERY = 3;

/** The next command after a kill. */
async function runNext(stage: Stage, round: number): Promise<void> {
  const { scene, args, oldHome, newHome } = stage;
  if (round % AGAIN_EVERY !== 0) {
    await backUpNext(stage);
    const found = homeState(scene.home);
    if (found.length !== oldHome.length || found.some((line, at) => line !== oldHome[at])) {
      assert.deepEqual(found, newHome);
    }
  } else {
    const { code, stdout } = await scene.run(args);
    assert.equal(code, 0, stdout);
    assert.deepEqual(homeState(scene.home), newHome);
  }
  const unfinished = namesIn(join(scene.home, ".lifeboat")).filter((name) => /^restore/.test(name));
  assert.deepEqual(unfinished, []);
}

async function killMany(stage: Stage, wanted: number, seed: number): Promise<void> {
  const { scene } = stage;
  const random = randomNumbers(seed);
  let kills = 0;
  for (let round = 0; kills < wanted; round++) {
    assert.ok(round < wanted + MOST_IN_VAIN, `only ${kills} were killed before they had ended`);
    await setBack(stage);
    if (await killDuring(scene, stage.args, momentOf(stage, round, random))) kills++;
    await runNext(stage, round);
  }
}

/** Backs a home up, puts another into its place, and restores once, to know what must come of it. */
async function prepare(scene: Scene, template?: string): Promise<Stage> {
  const { archive } = await scene.backUp("--mode", "full");
  const args = ["restore", archive!, "--apply", CONFIRM, "--json"];
  const stage = { scene, template, args, keep: scene.published(), durationMs: 0 };
  await setBack({ ...stage, oldHome: [], newHome: [] });
  const oldHome = homeState(scene.home);
  const durationMs = await fastest(1, async () => {
    const { code, stdout, json } = await scene.run<RestoreResult>(args);
    assert.equal(code, 0, stdout);
    assert.ok(json.restore!.restored_files > 10);
  });
  return { ...stage, oldHome, newHome: homeState(scene.home), durationMs };
}

async function inLanes(use: (scene: Scene, lane: number) => Promise<void>): Promise<void> {
  await Promise.all(LANES.map((lane) => withScene((scene) => use(scene, lane), makeHome)));
}

Deno.test("60 restores over another home that are killed leave the old home or the new one", () =>
  inLanes(async (scene, lane) => {
    const template = join(scene.folder, "other");
    const other = await makeHome(template, 2, "killed");
    scene.secrets.push(...other.secrets);
    const stage = await prepare(scene, template);
    const isSide = (line: string) => /\.sqlite-(wal|shm) /.test(line);
    assert.ok(stage.oldHome.some(isSide) && !stage.newHome.some(isSide));
    await killMany(stage, KILLS.overAnother, 20 + lane);
  }));

Deno.test("240 restores of a home that is gone and that are killed leave none or all of it", () =>
  inLanes(async (scene, lane) => {
    const stage = await prepare(scene);
    assert.deepEqual(stage.oldHome, []);
    await killMany(stage, KILLS.fromNothing, 30 + lane);
  }));
