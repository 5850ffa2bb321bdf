/** Restores, undos and remaps of which each step in turn fails, or is where they are killed. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { copyFolder, homeState } from "../support/folder_state.ts";
import { runWith, type Step, stepsOf } from "../support/killing.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { makeTree, type TreeSpec } from "../support/trees.ts";

/** As small as a home can be that has one of everything. */
const BACKED_UP: TreeSpec = {
  "config.toml": 'model = "new"\n',
  "memories/new.md": "only in the backup\n",
  "empty": { mode: 0o750 },
  "link.md": { link: "config.toml" },
};

const HERE: TreeSpec = {
  "config.toml": { text: 'model = "old"\n', mode: 0o600 },
  "memories/mine.md": "only here\n",
  "link.md": "no link\n",
};

const SURE = ["--apply", CONFIRM, "--json"];
const BACK_UP = ["backup", "--kit", "light", "--no-archive", "--json"];

/** What is killed. */
interface Victim {
  scene: Scene;
  args: string[];
  /** Runs it to its end; it must succeed. */
  again: () => Promise<void>;
  /** Brings everything back to where it starts from. */
  reset(): void;
}

function emptied(path: string): void {
  Deno.removeSync(path, { recursive: true });
}

async function succeed(scene: Scene, args: string[]): Promise<void> {
  const { code, stdout } = await scene.run(args);
  assert.equal(code, 0, stdout);
}

/** The restore of a backup over what is at `template`, or over nothing. */
async function restoreOf(scene: Scene, template?: string): Promise<Victim> {
  const { archive } = await scene.backUp();
  const args = ["restore", archive!, ...SURE];
  const keep = scene.published();
  return {
    scene,
    args,
    again: () => succeed(scene, args),
    reset() {
      if (namesIn(scene.user).includes(".codex")) emptied(scene.home);
      if (template) copyFolder(template, scene.home);
      const later = scene.published().filter((name) => !keep.includes(name));
      for (const name of later) emptied(join(scene.backups, name));
    },
  };
}

/** What a backup says of a home that has none of its files yet, which is fine after a kill. */
const NO_HOME = 10;

/** How a shell tells of SIGKILL. */
const KILLED = 128 + 9;

const ERRORS = ["ENOSPC", "EIO", "EACCES"];

/** A victim, its steps in the home, and what the home is before and after them. */
interface Trial extends Victim {
  steps: Step[];
  before: string[];
  after: string[];
}

async function trialOf(victim: Victim): Promise<Trial> {
  const { scene: { home }, args, again, reset } = victim;
  reset();
  const before = homeState(home);
  await again();
  const after = homeState(home);
  assert.notDeepEqual(after, before);
  reset();
  const steps = (await stepsOf(victim.scene, args)).filter(({ call }) => call.includes(home));
  assert.ok(steps.length > 25, `${steps.length} steps`);
  return { ...victim, steps, before, after };
}

/** Fails unless the home is one of the two; whether it is the one before. */
function isBefore({ scene, before, after }: Trial, where: string): boolean {
  const state = homeState(scene.home);
  if (state.join("\n") === before.join("\n")) return true;
  assert.deepEqual(state, after, where);
  return false;
}

/** Kills it at each step in turn: the next command leaves the state before it, or the one after it. */
async function killAtEach(trial: Trial): Promise<void> {
  const { scene, args, again, reset, steps, after } = trial;
  const found = new Set<boolean>();
  for (const step of steps) {
    reset();
    const { code: killed } = await runWith(scene, args, step, "signal=SIGKILL");
    assert.equal(killed, KILLED, step.call);
    const { code, stdout } = await scene.run(BACK_UP);
    if (code !== NO_HOME || homeState(scene.home).length > 0) {
      assert.equal(code, 0, step.call + stdout);
    }
    const wasBefore = isBefore(trial, step.call);
    found.add(wasBefore);
    const unfinished = namesIn(join(scene.home, ".lifeboat")).filter((name) => /^rest/.test(name));
    assert.deepEqual(unfinished, [], step.call);
    if (!wasBefore) continue;
    await again();
    assert.deepEqual(homeState(scene.home), after, step.call);
  }
  assert.deepEqual([...found], [true, false]);
}

/** Lets each step fail in turn: what is not carried out to its end has not been at all. */
async function failAtEach(trial: Trial): Promise<void> {
  const { scene, args, reset, steps } = trial;
  // A system that refuses to make links is one that has none: the rest is restored without them.
  const others = steps.filter(({ name }) => !name.startsWith("symlink"));
  for (const [at, step] of others.entries()) {
    reset();
    const error = ERRORS[at % ERRORS.length];
    const { code, stdout } = await runWith(scene, args, step, `error=${error}`);
    const where = `${error} at ${step.call}: ${stdout}`;
    assert.ok([0, 1, 3].includes(code), where);
    assert.equal(isBefore(trial, where), code === 3, where);
  }
}

function withTinyHome(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withScene(use, (path) => {
    makeTree(path, BACKED_UP);
    return Promise.resolve({ secrets: [] });
  });
}

async function undoOf(scene: Scene): Promise<Victim> {
  const restore = await restoreOf(scene, templateOf(scene));
  restore.reset();
  await restore.again();
  const template = join(scene.folder, "restored");
  copyFolder(scene.home, template);
  const args = ["undo", ...SURE];
  const victim = await restoreOf(scene, template);
  return { ...victim, args, again: () => succeed(scene, args) };
}

function templateOf(scene: Scene, tree = HERE): string {
  const template = join(scene.folder, "here");
  makeTree(template, tree);
  return template;
}

const ID = "01a1f89c-fb80-7d4e-b8eb-2af2f26165a8";
const META = JSON.stringify({ type: "session_meta", payload: { id: ID, cwd: "/old/app" } });

/** Two files that name a project folder. */
const PROJECT: TreeSpec = {
  "config.toml": '[projects."/old/app"]\ntrust_level = "trusted"\n',
  [`sessions/2026/11/20/rollout-2026-11-20T11-00-00-${ID}.jsonl`]: `${META}\n`,
};

async function remapOf(scene: Scene): Promise<Victim> {
  const args = ["sessions", "remap", "/old/app", "/new/place", "--apply", "--yes", "--json"];
  const victim = await restoreOf(scene, templateOf(scene, PROJECT));
  return { ...victim, args, again: () => succeed(scene, args) };
}

const VICTIMS: Record<string, (scene: Scene) => Promise<Victim>> = {
  "a restore over another home": (scene) => restoreOf(scene, templateOf(scene)),
  "a restore of a home that is gone": (scene) => restoreOf(scene),
  "an undo": undoOf,
  "a remap": remapOf,
};

for (const [what, make] of Deno.build.os === "linux" ? Object.entries(VICTIMS) : []) {
  Deno.test(`${what} that is killed at any step has happened as a whole, or not at all`, () =>
    withTinyHome(async (scene) => await killAtEach(await trialOf(await make(scene)))));

  Deno.test(`${what} of which any step fails has happened as a whole, or not at all`, () =>
    withTinyHome(async (scene) => await failAtEach(await trialOf(await make(scene)))));
}
