import { join } from "node:path";
import { openBackup } from "../../src/archive/mod.ts";
import { createBackup, previewBackup } from "../../src/backup/mod.ts";
import { findProfile, type Home, partOfHome, resolveHome } from "../../src/profiles/mod.ts";
import {
  applyRestore,
  applyUndo,
  planRestore,
  type RestoreOptions,
} from "../../src/restore/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { changeState, dumpOf, dumpWithout, makeState } from "../support/openclaw_state.ts";
import { askSqlite } from "../support/sqlite_oracle.ts";
import { makeTree } from "../support/trees.ts";
import { quickHost } from "./fixture.ts";

const STATE = ".openclaw/state/openclaw.sqlite";
const ROWS = "state/openclaw.agent-writer.sqlite";

interface Scene {
  folder: string;
  /** The shared database. */
  state: string;
}

/** An installation of two agents. */
function withState(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const entries = { main: {}, writer: {} };
    makeTree(folder, {
      ".openclaw/openclaw.json": JSON.stringify({ agents: { entries } }),
      ".openclaw/agents/main/sessions/a.jsonl": "{}\n",
      ".openclaw/agents/writer/sessions/b.jsonl": "{}\n",
      ".openclaw/workspace-writer/MEMORY.md": "remember",
      ".openclaw/state": {},
    });
    const state = makeState(join(folder, STATE), join(folder, ".openclaw"));
    await use({ folder, state });
  });
}

function homeOf(folder: string): Home {
  const host = quickHost(folder);
  return resolveHome(host, findProfile(host, "openclaw"));
}

function partIn(folder: string) {
  const scope = { agent: "writer" };
  return {
    ...partOfHome(quickHost(folder), homeOf(folder), scope),
    backupRoot: join(folder, "backups"),
    kit: "light" as const,
  };
}

/** Makes a backup of one agent, or of all; gives back its path and what it warned of. */
async function backUp({ folder }: Scene, what: "writer" | "all", directory = false) {
  const options = partIn(folder);
  const made = await createBackup(quickHost(folder), {
    ...options,
    ...(what === "all" && { home: homeOf(folder), part: undefined }),
    directory,
  });
  return { path: made.archive!, folder: made.backup_dir, made };
}

async function withBackup<Result>(
  { folder }: Scene,
  path: string,
  options: Partial<RestoreOptions>,
  use: (options: RestoreOptions) => Promise<Result>,
): Promise<Result> {
  const backup = await openBackup(quickHost(folder), path);
  try {
    return await use({ backup, home: homeOf(folder), trust: true, ...options });
  } finally {
    backup.close();
  }
}

function apply(scene: Scene, path: string, options: Partial<RestoreOptions> = {}) {
  const { folder } = scene;
  const more = { confirmed: true, backupRoot: join(folder, "backups") };
  return withBackup(
    scene,
    path,
    options,
    (all) => applyRestore(quickHost(folder), { ...all, ...more }),
  );
}

/** The writer's rows are lost, and those of main have gone on. */
function lose(state: string): void {
  changeState(
    state,
    `DELETE FROM cron_jobs WHERE agent_id = 'writer';
     DELETE FROM agent_provenance WHERE agent_id = 'writer';
     INSERT INTO agent_deletion_journal VALUES ('writer', '/x', 1);
     UPDATE cron_job_scratch SET content = 'main went on' WHERE job_id = 'job-main';`,
  );
}

/** What the writer has of tables that come back. */
async function ofWriter(state: string): Promise<string[]> {
  return (await dumpOf(state, "writer")).filter((line) => !line.includes("deletion_journal"))
    .sort();
}

Deno.test("a backup of one agent holds its rows of the shared database, and nobody else's", () =>
  withState(async (scene) => {
    const { folder } = scene;
    const { captured } = previewBackup(quickHost(folder), partIn(folder));
    assert.ok(captured.some(({ relative_path }) => relative_path === ROWS));
    const { folder: made, made: { warnings, errors } } = await backUp(scene, "writer", true);
    assert.deepEqual(errors, []);
    assert.match(warnings.join(), /writer, the rows of these tables.*task_runs \(1\)/);
    const copy = join(made!, "files", ROWS);
    const names = [...Deno.readDirSync(join(made!, "files/state"))].map(({ name }) => name);
    assert.deepEqual(names, ["openclaw.agent-writer.sqlite"]);
    assert.equal((await dumpOf(copy, "writer")).length, 7);
    assert.deepEqual(await dumpOf(copy, "main"), []);
    assert.ok(!new TextDecoder("latin1").decode(await Deno.readFile(copy)).includes("job-main"));
  }));

for (const what of ["writer", "all"] as const) {
  Deno.test(`one agent's rows come back from a backup of ${what}, and can be taken back`, () =>
    withState(async (scene) => {
      const { folder, state } = scene;
      const wanted = await ofWriter(state);
      const { path } = await backUp(scene, what);
      lose(state);
      const [others, before] = [await dumpWithout(state, "writer"), await Deno.readFile(state)];
      const result = await apply(scene, path, { agent: { id: "writer" } });
      assert.deepEqual(result.plan.merged, [
        { root: "home", path: "state/openclaw.sqlite", what: "rows", count: 3 },
      ]);
      assert.match(result.warnings.join(), /had noted that the agent writer was deleted/);
      const { activates } = result.plan;
      assert.ok(activates.some((one) => one.path === "state/openclaw.sqlite"), "jobs run again");
      assert.deepEqual(await dumpWithout(state, "writer"), others);
      assert.deepEqual(await ofWriter(state), wanted);
      const names = [...Deno.readDirSync(join(folder, ".openclaw/state"))].map((one) => one.name);
      assert.deepEqual(names.filter((name) => name !== ".lifeboat"), ["openclaw.sqlite"]);

      const again = await withBackup(
        scene,
        path,
        { agent: { id: "writer" } },
        (options) => planRestore(quickHost(folder), options),
      );
      assert.equal(again.plan.merged, undefined);
      assert.equal(again.plan.overwrite + again.plan.create + again.plan.set_aside, 0);

      await applyUndo(quickHost(folder), { home: homeOf(folder), confirmed: true });
      assert.deepEqual(await Deno.readFile(state), before);
    }));
}

Deno.test("a backup of one agent that is restored as it is replaces nobody's rows", () =>
  withState(async (scene) => {
    const { state } = scene;
    const { path } = await backUp(scene, "writer");
    const wanted = await ofWriter(state);
    lose(state);
    const others = await dumpWithout(state, "writer");
    await apply(scene, path);
    assert.deepEqual(await dumpWithout(state, "writer"), others);
    assert.deepEqual(await ofWriter(state), wanted);
  }));

Deno.test("where there is no shared database, the agent's rows are all of the one that is made", () =>
  withState(async (scene) => {
    const { state } = scene;
    const { path } = await backUp(scene, "all");
    const gone = /task_runs|agent_databases/;
    const wanted = (await ofWriter(state)).filter((line) => !gone.test(line));
    await Deno.remove(state);
    await apply(scene, path, { agent: { id: "writer" } });
    const numbered = (lines: string[]) => lines.map((line) => line.replace(/\(\d+,/, "(N,"));
    assert.deepEqual(numbered(await ofWriter(state)), numbered(wanted));
    assert.deepEqual(await dumpOf(state, "main"), []);
    assert.deepEqual(await dumpOf(state, "a secret of nobody"), []);
    assert.equal((await Deno.stat(state)).mode! & 0o777, 0o600);
  }));

Deno.test("a clone gets rows of its own, and is told which it does without", () =>
  withState(async (scene) => {
    const { folder, state } = scene;
    const { path } = await backUp(scene, "all");
    const before = await dumpWithout(state, "no such word");
    const { warnings } = await apply(scene, path, { agent: { id: "writer", as: "poet" } });
    assert.deepEqual(await dumpWithout(state, "poet"), before);
    assert.deepEqual(await dumpOf(state, "poet"), [
      "INSERT INTO agent_provenance VALUES('poet','operator',NULL,9007199254740993);",
      `INSERT INTO acp_sessions VALUES('agent:poet:acp:1','codex','${folder}/.openclaw/workspace-poet');`,
    ]);
    assert.match(warnings.join(), /do not come back: .*cron_jobs \(1\)/);
  }));

Deno.test("a shared database of another version stays, and the rest of the agent comes back", () =>
  withState(async (scene) => {
    const { folder, state } = scene;
    const { path } = await backUp(scene, "all");
    changeState(state, "PRAGMA user_version = 19");
    await Deno.remove(join(folder, ".openclaw/workspace-writer"), { recursive: true });
    const before = await Deno.readFile(state);
    const { warnings, plan } = await apply(scene, path, { agent: { id: "writer" } });
    assert.match(warnings.join(), /openclaw\.sqlite stays as it is.*schema 19 is not known/);
    assert.equal(plan.merged, undefined);
    assert.deepEqual(await Deno.readFile(state), before);
    const memory = join(folder, ".openclaw/workspace-writer/MEMORY.md");
    assert.equal(await Deno.readTextFile(memory), "remember");

    const { made } = await backUp(scene, "writer", true);
    assert.match(made.warnings.join(), /writer is not in the backup: its schema 19 is not known/);
    assert.deepEqual(made.status, "ok");
    const backup = await openBackup(quickHost(folder), made.archive!);
    try {
      const { entries } = await backup.loadManifest();
      assert.ok(!entries.values().some(({ relative_path }) => relative_path.startsWith("state/")));
    } finally {
      backup.close();
    }
  }));

Deno.test("a malformed shared database makes the backup partial, or stays as it is", () =>
  withState(async (scene) => {
    const { state } = scene;
    const { path } = await backUp(scene, "all");
    const bytes = await Deno.readFile(state);
    bytes.fill(0xff, 4096, 12_288);
    await Deno.writeFile(state, bytes);
    const { made } = await backUp(scene, "writer");
    assert.equal(made.status, "partial");
    assert.deepEqual(made.errors.map(({ relative_path, code }) => [relative_path, code]), [
      ["state/openclaw.sqlite", "malformed_database"],
    ]);
    const { warnings } = await apply(scene, path, { agent: { id: "writer" } });
    assert.match(warnings.join(), /openclaw\.sqlite stays as it is/);
    assert.deepEqual(await Deno.readFile(state), bytes);
  }));

Deno.test("where only what is gone comes back, a shared database that is there is left alone", () =>
  withState(async (scene) => {
    const { folder, state } = scene;
    const { path } = await backUp(scene, "all");
    lose(state);
    await Deno.remove(join(folder, ".openclaw/workspace-writer"), { recursive: true });
    const before = await Deno.readFile(state);
    const { plan } = await apply(scene, path, { agent: { id: "writer" }, missingOnly: true });
    assert.deepEqual([plan.merged, plan.create], [undefined, 1]);
    assert.deepEqual(await Deno.readFile(state), before);
  }));

Deno.test("all of a home that lies elsewhere now has its jobs there, unless the version is not known", () =>
  withState(async (scene) => {
    const { folder, state } = scene;
    for (const [version, place] of [[18, "new"], [19, "newer"]] as const) {
      changeState(state, `PRAGMA user_version = ${version}`);
      const { path } = await backUp(scene, "all");
      const host = quickHost(folder, { env: { OPENCLAW_STATE_DIR: join(folder, place) } });
      const home = resolveHome(host, findProfile(host, "openclaw"));
      const backup = await openBackup(host, path);
      const backupRoot = join(folder, "backups");
      const options = { backup, home, trust: true, confirmed: true, backupRoot };
      const { warnings } = await applyRestore(host, options);
      backup.close();
      const keys = await askSqlite(
        join(folder, place, "state/openclaw.sqlite"),
        "SELECT DISTINCT store_key FROM cron_jobs",
      );
      const kept = version === 18 ? place : ".openclaw";
      assert.deepEqual(keys, [join(folder, kept, "cron/jobs.json")]);
      const told = /openclaw\.sqlite keeps its old paths: its schema 19 is not known/;
      assert.equal(told.test(warnings.join()), version === 19);
    }
  }));
