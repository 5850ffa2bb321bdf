/** Restores to another home, and projects that have moved, with the compiled program. */
import { join } from "node:path";
import type { RemapReport, RestoreResult } from "../../src/restore/mod.ts";
import { hashesBelow } from "../../scripts/demo/compare.ts";
import { assert } from "../assert.ts";
import { holdOpen, whileHeld } from "../support/holding.ts";
import { makeSampleClaudeHome, type SampleClaudeHome } from "../support/sample_home.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";

const APPLY = ["--apply", CONFIRM, "--json"];

Deno.test("a home restored elsewhere names its new place, unless that is declined", () =>
  withScene(async ({ run, backUp, folder, home }) => {
    await backUp();
    const plan = async (...args: string[]) => {
      const at = ["--home", join(folder, "other"), ...args, "--json"];
      return (await run<RestoreResult>(["restore", "latest", ...at])).json.plan;
    };
    const offered = await plan();
    assert.deepEqual(
      offered.remap.map(({ what, path, from }) => [what, path, from]),
      [
        ["configuration keys", "config.toml", home],
        ["database rows", "state_5.sqlite", home],
      ].filter(([, path]) => offered.remap.some((step) => step.path === path)),
    );
    assert.ok(
      offered.remap.some(({ what, to }) =>
        what === "database rows" && to === join(folder, "other")
      ),
    );
    assert.deepEqual((await plan("--map-path", "none")).remap, []);
    const { stdout } = await run(["restore", "latest", "--home", join(folder, "other")]);
    assert.match(stdout, /Paths that lie elsewhere now\n +.*database rows.* -> /);
    const wrong = await run(["restore", "latest", "--map-path", "here", "--json"]);
    assert.deepEqual([wrong.code, wrong.json.error?.code], [2, "usage"]);
    Deno.removeSync(home, { recursive: true });
    const applied = await run<RestoreResult>([
      ...["restore", "latest", "--home", join(folder, "other"), ...APPLY],
    ]);
    assert.equal(applied.code, 0, JSON.stringify(applied.json.error));
    assert.deepEqual(applied.json.plan.remap, offered.remap);
    assert.equal(applied.json.post_restore_doctor!.sessions.rows_without_file, 0);
  }));

Deno.test("without the mapping, rows of a restored database lead nowhere", () =>
  withScene(async ({ run, backUp, folder, home }) => {
    await backUp();
    Deno.removeSync(home, { recursive: true });
    const at = ["--home", join(folder, "other"), "--map-path", "none"];
    const { json } = await run<RestoreResult>(["restore", "latest", ...at, ...APPLY]);
    assert.ok(json.post_restore_doctor!.sessions.rows_without_file! > 0);
  }));

/** A user of Claude Code alone. */
function withClaude(use: (scene: Scene, claude: SampleClaudeHome) => Promise<void>): Promise<void> {
  return withScene(async (scene) => {
    const claude = await makeSampleClaudeHome(scene.user, { conversations: 4, turns: 2 });
    scene.secrets.push(...claude.secrets.filter((secret) => !secret.startsWith("question")));
    await use(scene, claude);
  }, () => Promise.resolve({ secrets: [] }));
}

Deno.test("conversations follow a project that has moved, and undo takes them back", () =>
  withClaude(async ({ run, user }, { home, stateFile, sessions }) => {
    const hashes = () => [
      ...[...hashesBelow(home)].filter(([path]) => !path.startsWith(".lifeboat")),
      Deno.readTextFileSync(stateFile),
    ];
    const before = hashes();
    const [{ cwd }] = sessions;
    const args = ["sessions", "remap", cwd, join(user, "moved")];
    const planned = await run<RemapReport>([...args, "--json"]);
    assert.deepEqual([planned.code, planned.json.dry_run], [0, true]);
    assert.deepEqual(hashes(), before, "a dry run changes nothing");
    const whats = planned.json.homes[0].remap.map(({ what, root }) => `${what} ${root}`);
    assert.deepEqual([...new Set(whats)].sort(), [
      "conversations home",
      "project folder home",
      "project settings claude-json",
      "typed prompts home",
    ]);
    assert.ok(planned.json.warnings.some((one) => one.includes("is not there")));
    Deno.mkdirSync(join(user, "moved"));
    const applied = await run<RemapReport>([...args, "--apply", "--yes", "--json"]);
    assert.equal(applied.code, 0, JSON.stringify(applied.json.error));
    assert.deepEqual(applied.json.homes[0].remap, planned.json.homes[0].remap);
    assert.ok(Object.hasOwn(
      JSON.parse(Deno.readTextFileSync(stateFile)).projects,
      join(user, "moved"),
    ));
    const listed = await run<{ sessions: { project: string }[] }>(["sessions", "list", "--json"]);
    const projects = listed.json.sessions.map(({ project }) => project);
    assert.equal(projects.filter((project) => project === join(user, "moved")).length, 2);
    assert.ok(!projects.includes(cwd));
    assert.match((await run(args)).stdout, /nothing to change[^]*Nothing here names/);
    const undo = ["undo", "--profile", "claude-code", "--apply", CONFIRM];
    assert.equal((await run(undo)).code, 0);
    assert.deepEqual(hashes(), before);
  }));

Deno.test("the next backup has what a remap changed, also where size and time are as before", () =>
  withScene(async ({ run, backUp, home }) => {
    const [rollout] = [...hashesBelow(home).keys()].filter((path) => /rollout-.*l$/.test(path));
    const text = () => Deno.readTextFileSync(join(home, rollout));
    const { cwd } = JSON.parse(text().split("\n", 1)[0]).payload;
    await backUp();
    const to = cwd.replace(/.$/, "_");
    const { size, mtime } = Deno.statSync(join(home, rollout));
    assert.equal((await run(["sessions", "remap", cwd, to, "--apply", "--yes"])).code, 0);
    const after = Deno.statSync(join(home, rollout));
    assert.deepEqual([after.size, after.mtime], [size, mtime]);
    const { backup_dir } = await backUp();
    assert.ok(text().includes(to));
    assert.equal(Deno.readTextFileSync(join(backup_dir!, "files", rollout)), text());
  }));

Deno.test("a remap is refused where folders or homes are not what they should be", () =>
  withClaude(async ({ run, folder }) => {
    const code = async (...args: string[]) => {
      const { code, json } = await run(["sessions", "remap", ...args, "--json"]);
      return [code, json.error?.code];
    };
    assert.deepEqual(await code("/a", "/a"), [2, "usage"]);
    assert.deepEqual(await code("/", "/a"), [2, "usage"]);
    assert.deepEqual(await code("/a", "/b", "--home", folder), [2, "usage"]);
    assert.deepEqual(await code("/a", "/b", "--profile", "codex"), [10, "no_such_home"]);
    assert.deepEqual(await code("/a"), [2, "usage"]);
    assert.deepEqual(await code("/a", "/b", "--apply"), [2, "confirmation_required"]);
  }));

Deno.test("where one home cannot be changed, it is said how to take back what was changed before", () =>
  withScene(async (scene) => {
    const { run, home, user, folder } = scene;
    const { sessions: [{ cwd }] } = await makeSampleClaudeHome(user, {
      conversations: 1,
      turns: 1,
    });
    const old = join(folder, "elsewhere");
    Deno.mkdirSync(old);
    Deno.symlinkSync(old, join(home, ".lifeboat"));
    const { code, json } = await run(["sessions", "remap", cwd, old, "--apply", "--yes", "--json"]);
    assert.deepEqual([code, json.error?.code], [2, "unsafe_target"]);
    assert.match(json.error!.hint, /lifeboat undo --profile claude-code/);
    assert.deepEqual([...Deno.readDirSync(old)], []);
  }));

if (Deno.build.os === "linux") {
  Deno.test("a remap is refused while the agent is at work, before any home is changed", () =>
    withClaude(async ({ run, user }, { home, sessions: [{ cwd }] }) => {
      const args = ["sessions", "remap", cwd, join(user, "moved"), "--apply", "--yes", "--json"];
      const before = [...hashesBelow(home)];
      await whileHeld(holdOpen(join(home, "history.jsonl")), async () => {
        const { code, json } = await run(args);
        assert.deepEqual([code, json.error?.code], [11, "agent_running"]);
      });
      assert.deepEqual([...hashesBelow(home)], before);
    }));
}
