/** The store of snapshots under many processes at once, and under processes that are killed. */
import { basename, join } from "node:path";
import { sha256Of } from "../../src/base/mod.ts";
import { openSnapshotStore, verifyStore } from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { testHost } from "../support/host.ts";
import { callHook } from "../support/hook_call.ts";
import { fastest, killDuring, randomNumbers } from "../support/killing.ts";
import { makeSmallHome, type Scene, withScene } from "../support/scene.ts";

const PROCESSES = 8;
const VERSIONS = 5;
const KILLS = 200;

function makeProject(scene: Scene): string {
  const project = join(scene.user, "project");
  Deno.mkdirSync(project);
  return project;
}

/** What a tool of an agent has just written is recorded by its hook. */
async function recordWritten(scene: Scene, file_path: string, cwd: string): Promise<void> {
  const hook_event_name = "PostToolUse";
  const call = { session_id: "s", cwd, hook_event_name, tool_name: "Write" };
  const outcome = await callHook(scene, "claude-code", { ...call, tool_input: { file_path } });
  assert.deepEqual(outcome, { code: 0, said: "" });
}

type History = { total: number; history: { after: { object: string | null } }[] };

async function versionsOf(scene: Scene, file: string): Promise<(string | null)[]> {
  const { json } = await scene.run<History>(["snapshot", "history", file, "--json"]);
  return [...new Set(json.history.map(({ after }) => after.object))];
}

/** Writes a file in one step: a process that looks meanwhile sees it before or after, never empty. */
function replace({ temp }: Scene, file: string, content: string): void {
  const written = join(temp, basename(file));
  Deno.writeTextFileSync(written, content);
  Deno.renameSync(written, file);
}

Deno.test("eight processes record the same folder at once, and no version is lost", () =>
  withScene(async (scene) => {
    const project = makeProject(scene);
    await scene.run(["snapshot", "take", project]);
    const files = Array.from({ length: PROCESSES }, (_, index) => join(project, `file-${index}`));
    await Promise.all(files.map(async (file, index) => {
      for (let version = 0; version < VERSIONS; version++) {
        replace(scene, file, `${version} of ${index}`);
        if (index % 2 === 0) await recordWritten(scene, file, project);
        else {
          const { code, stderr } = await scene.run(["snapshot", "take", project]);
          assert.equal(code, 0, stderr);
        }
      }
    }));
    for (const [index, file] of files.entries()) {
      const written = Array.from({ length: VERSIONS }, (_, n) => sha256Of(`${n} of ${index}`));
      assert.deepEqual((await versionsOf(scene, file)).sort(), written.sort(), file);
    }
    const verified = await scene.run<{ ok: boolean; incomplete: number }>(
      ["snapshot", "verify", "--json"],
    );
    assert.deepEqual([verified.json.ok, verified.json.incomplete], [true, 0]);
    const log = join(scene.user, ".local", "state", "lifeboat", "hooks.log");
    assert.throws(() => Deno.readTextFileSync(log), Deno.errors.NotFound);
  }, makeSmallHome));

const FILES = 40;

/** Every file becomes something new. */
function rewrite(project: string, round: number): void {
  for (let i = 0; i < FILES; i++) {
    Deno.writeTextFileSync(join(project, `file-${i}`), `${i} in round ${round}\n`.repeat(50));
  }
}

/** The store opens, and nothing that the history needs is missing or damaged. */
async function assertWhole({ user }: Scene): Promise<void> {
  const store = await openSnapshotStore(testHost(user, { now: () => new Date() }));
  try {
    const { damaged, database_faults } = await verifyStore(store);
    assert.deepEqual([damaged, database_faults], [[], []]);
  } finally {
    store.close();
  }
}

Deno.test(`a process that is killed leaves a store that is whole, ${KILLS} times`, () =>
  withScene(async (scene) => {
    const project = makeProject(scene);
    const random = randomNumbers(7);
    const take = ["snapshot", "take", project];
    const commands = [
      take,
      take,
      ["snapshot", "rollback", "--workspace", project, "--time", "1s", "--apply"],
      ["snapshot", "cleanup", "--max-size", "200kB", "--apply"],
    ];
    commands[2].push("--i-understand-this-restores-sensitive-state");
    rewrite(project, 0);
    const durationMs = await fastest(2, () => scene.run(take)) + 40;
    let kills = 0;
    for (let round = 1; kills < KILLS; round++) {
      assert.ok(round < 3 * KILLS, `only ${kills} of ${round} were killed`);
      rewrite(project, round);
      const args = commands[round % commands.length];
      if (await killDuring(scene, args, { delayMs: random() * durationMs })) kills++;
      if (round % 10 === 0) await assertWhole(scene);
    }
    const { code, json } = await scene.run<{ snapshots: { id: string }[] }>([...take, "--json"]);
    assert.equal(code, 0);
    rewrite(project, 0);
    const to = ["snapshot", "rollback", json.snapshots[0].id, "--apply"];
    const back = await scene.run([...to, "--i-understand-this-restores-sensitive-state"]);
    assert.equal(back.code, 0, back.stderr);
    assert.ok(!Deno.readTextFileSync(join(project, "file-0")).includes("in round 0\n"));
    await assertWhole(scene);
  }, makeSmallHome));
