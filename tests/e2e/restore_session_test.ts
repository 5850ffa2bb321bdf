/** One conversation comes back, as a user of the compiled program sees it. */
import type { RestoreResult } from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { makeSampleClaudeHome } from "../support/sample_home.ts";
import { makeSmallHome, withScene } from "../support/scene.ts";
import { readTree } from "../support/trees.ts";
import { CONFIRM } from "../support/scene.ts";

const OWN = [".lifeboat"];

Deno.test("a conversation that was found in a backup comes back, and leaves again with an undo", async () => {
  let id = "";
  let path = "";
  await withScene(async ({ run, backUp, home }) => {
    await backUp();
    await Deno.remove(path);
    const before = readTree(home, OWN);
    const dry = await run<RestoreResult>(["restore", "latest", "--session", id, "--json"]);
    assert.deepEqual([dry.code, dry.json.dry_run, readTree(home, OWN)], [0, true, before]);
    const shown = await run(["restore", "latest", "--session", id.slice(0, 23)]);
    assert.match(shown.stdout, /Conversations\n {2}\S+ {2}comes back/);
    assert.match(shown.stdout, /restore \S+ --session \S+ --apply\n/);
    const apply = ["--session", id, "--apply", CONFIRM];
    const { code, json } = await run<RestoreResult>(["restore", "latest", ...apply, "--json"]);
    assert.equal(code, 0);
    assert.deepEqual(json.plan, dry.json.plan);
    assert.ok((await Deno.stat(path)).isFile);
    await run(["undo", "--apply", CONFIRM]);
    assert.deepEqual(readTree(home, OWN), before);
  }, async (place) => {
    const sample = await makeSmallHome(place);
    [{ id, path }] = sample.threads;
    return sample;
  });
});

Deno.test("a conversation that is not there, or is not told from others, is a plain error", () =>
  withScene(async ({ run, backUp, home }) => {
    await backUp();
    const before = readTree(home, OWN);
    const answer = async (...args: string[]) => {
      const { code, json } = await run(["restore", "latest", ...args, "--json"]);
      return [code, json.error?.code];
    };
    assert.deepEqual(await answer("--session", "ffffffff"), [10, "no_such_session"]);
    assert.deepEqual(await answer("--session", "0"), [2, "ambiguous_id"]);
    assert.deepEqual(await answer("--session", "0", "--mirror"), [2, "usage"]);
    assert.deepEqual(await answer("--session", "0", "--only", "skills"), [2, "usage"]);
    assert.deepEqual(readTree(home, OWN), before);
  }));

Deno.test("a conversation of Claude Code comes back into a settings file that has gone on", () =>
  withScene(async ({ run, backUp, user, secrets }) => {
    const sample = await makeSampleClaudeHome(user, { conversations: 2, turns: 2 });
    secrets.push(...sample.secrets);
    const [{ id, cwd, path }] = sample.sessions;
    await backUp("--profile", "claude-code");
    const state = JSON.parse(await Deno.readTextFile(sample.stateFile));
    delete state.projects[cwd];
    await Deno.writeTextFile(sample.stateFile, JSON.stringify({ ...state, newer: true }, null, 2));
    await Deno.remove(path);
    const args = ["restore", "latest", "--profile", "claude-code", "--session", id];
    const { code, json } = await run<RestoreResult>([...args, "--apply", CONFIRM, "--json"]);
    assert.equal(code, 0, JSON.stringify(json.error));
    assert.deepEqual(json.plan.merged!.map(({ what }) => what), ["project"]);
    const now = JSON.parse(await Deno.readTextFile(sample.stateFile));
    assert.deepEqual([now.newer, cwd in now.projects, "mcpServers" in now], [true, true, true]);
    assert.ok((await Deno.stat(path)).isFile);
  }));

Deno.test("a whole restore keeps what only the settings file here has, unless it is a mirror", () =>
  withScene(async ({ run, backUp, user, secrets }) => {
    const sample = await makeSampleClaudeHome(user, { conversations: 1, turns: 1 });
    secrets.push(...sample.secrets);
    const read = () => Deno.readTextFileSync(sample.stateFile);
    const backedUp = read();
    await backUp("--profile", "claude-code");
    const { projects, ...others } = JSON.parse(backedUp);
    const [[known, entry]] = Object.entries<object>(projects);
    const newer = { [known]: { ...entry, lastCost: 9 }, "/newer": entry };
    const here = JSON.stringify({ ...others, projects: newer, newer: true }, null, 2);
    Deno.writeTextFileSync(sample.stateFile, here, { mode: 0o600 });
    const args = ["restore", "latest", "--profile", "claude-code", "--json"];
    const planned = await run<RestoreResult>(args);
    const merged = [{ root: "claude-json", path: ".claude.json", what: "keys", count: 2 }];
    assert.deepEqual(planned.json.plan.merged, merged);
    const { code, json } = await run<RestoreResult>([...args, "--apply", CONFIRM]);
    assert.equal(code, 0, JSON.stringify(json.error));
    assert.deepEqual(json.plan.merged, merged);
    const now = JSON.parse(read());
    assert.deepEqual(now, {
      ...JSON.parse(backedUp),
      projects: { ...projects, "/newer": entry },
      newer: true,
    });
    const again = await run<RestoreResult>([...args.slice(0, 1), backupOf(json), ...args.slice(2)]);
    assert.deepEqual([again.json.plan.create, again.json.plan.overwrite], [0, 0]);
    const undo = ["undo", "--profile", "claude-code", "--apply", CONFIRM];
    assert.equal((await run(undo)).code, 0);
    assert.equal(read(), here);
    const mirror = await run<RestoreResult>([...args, "--mirror"]);
    assert.equal(mirror.json.plan.merged, undefined);
  }));

/** The backup that was restored; the newest is the one made before that. */
function backupOf({ plan }: RestoreResult): string {
  return plan.backup_dir;
}
