import { join } from "node:path";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { lifeboat } from "../support/lifeboat.ts";
import { makeTree, readTree } from "../support/trees.ts";

const CONFIRMED = ["--apply", "--i-understand-this-restores-sensitive-state"];

interface Taken {
  snapshots: { id: string; changes: number; root: string }[];
}

interface RolledBack {
  before_snapshot: string;
  plan: { items: { path: string; action: string }[] };
}

/** Runs for a user with a project folder, in which the program is started. */
async function withProject(
  use: (
    project: string,
    run: <R>(...args: string[]) => ReturnType<typeof lifeboat<R>>,
  ) => Promise<void>,
): Promise<void> {
  await withTempDir(async (user) => {
    const project = join(user, "project");
    makeTree(project, { "a.txt": "one", ".env": "KEY=1", ".gitignore": ".env" });
    await use(project, (...args) => lifeboat(user, [...args, "--json"], { cwd: project }));
  });
}

Deno.test("what was changed and deleted in a project comes back, and goes again", async () => {
  await withProject(async (project, run) => {
    const taken = await run<Taken>("snapshot", "take", ".");
    assert.deepEqual([taken.code, taken.json.snapshots[0].changes], [0, 3]);
    const before = readTree(project);
    Deno.removeSync(join(project, ".env"));
    Deno.writeTextFileSync(join(project, "a.txt"), "two");
    const changed = readTree(project);
    const [{ id }] = taken.json.snapshots;
    const preview = await run<RolledBack>("snapshot", "rollback", id);
    assert.deepEqual(preview.json.plan.items.map(({ path }) => path).sort(), [".env", "a.txt"]);
    assert.deepEqual(readTree(project), changed);
    const unconfirmed = await run("snapshot", "rollback", id, "--apply");
    assert.deepEqual([unconfirmed.code, unconfirmed.json.error?.code], [
      2,
      "confirmation_required",
    ]);
    const done = await run<RolledBack>("snapshot", "rollback", id, ...CONFIRMED);
    assert.equal(done.code, 0);
    assert.deepEqual(readTree(project, [".lifeboat"]), before);
    await run("snapshot", "rollback", done.json.before_snapshot, ...CONFIRMED);
    assert.deepEqual(readTree(project, [".lifeboat"]), changed);
    assert.equal((await run("snapshot", "verify")).code, 0);
  });
});

Deno.test("a rollback of a home is taken back with undo", async () => {
  await withTempDir(async (user) => {
    const home = join(user, ".codex");
    makeTree(home, { "config.toml": "model = 'a'\n", "memories/one.md": "one" });
    const run = (...args: string[]) => lifeboat<Taken>(user, [...args, "--json"]);
    const { json } = await run("snapshot", "take");
    Deno.writeTextFileSync(join(home, "memories/one.md"), "two");
    await run("snapshot", "rollback", json.snapshots[0].id, ...CONFIRMED);
    assert.equal(Deno.readTextFileSync(join(home, "memories/one.md")), "one");
    assert.equal((await run("undo", ...CONFIRMED)).code, 0);
    assert.equal(Deno.readTextFileSync(join(home, "memories/one.md")), "two");
  });
});

Deno.test("without snapshots, and for ones that are not there, it says so with exit 10", async () => {
  await withProject(async (_project, run) => {
    const none = await run("snapshot", "list");
    assert.deepEqual([none.code, none.json.error?.code], [10, "no_snapshots"]);
    await run("snapshot", "take", ".");
    const wrong = await run("snapshot", "rollback", "1999");
    assert.deepEqual([wrong.code, wrong.json.error?.code], [10, "no_such_snapshot"]);
    const session = await run("snapshot", "rollback", "--session", "none");
    assert.deepEqual([session.code, session.json.error?.code], [10, "no_such_session"]);
    const wide = await run("snapshot", "take", "/");
    assert.deepEqual([wide.code, wide.json.error?.code], [2, "folder_too_wide"]);
  });
});
