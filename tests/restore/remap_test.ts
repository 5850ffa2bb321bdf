import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Home } from "../../src/profiles/mod.ts";
import { planRestore, type RestoreOptions, type RestoreResult } from "../../src/restore/mod.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { pathMapping, type TranscriptAgent } from "../../src/sessions/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { type MemoryBackup, memoryBackup } from "../support/memory_backup.ts";
import { makeTree, readTree, type TreeSpec } from "../support/trees.ts";
import { quickHost, testHome, testProfile } from "./fixture.ts";

const ID = "01a1fe8b-ec7b-79b2-8dcd-0fa9e0f15bba";
const OTHER_ID = "84c70698-a111-49d6-b0b9-f04dbe9dae92";
const ROLLOUT = `sessions/2026/11/21/rollout-2026-11-21T14-39-05-${ID}.jsonl`;

interface Scene {
  folder: string;
  home: Home;
  backup: MemoryBackup;
}

/** A backup of a home at `folder/source`, and a home at `folder/home` to restore it to. */
function sceneIn(
  folder: string,
  agent: TranscriptAgent,
  spec: (source: string) => TreeSpec,
  prepare = (_source: string) => {},
): Scene {
  const source = join(folder, "source");
  makeTree(source, spec(source));
  prepare(source);
  const backup = memoryBackup(source);
  Deno.removeSync(source, { recursive: true });
  return { folder, home: homeOf(folder, agent), backup };
}

function homeOf(folder: string, agent: TranscriptAgent): Home {
  return testHome(folder, { profile: testProfile({ transcripts: agent }), roots: [] });
}

type Options = Partial<RestoreOptions>;

function plan({ folder, home, backup }: Scene, options: Options = {}): Promise<RestoreResult> {
  return planRestore(quickHost(folder), { backup, home, listFiles: true, ...options });
}

async function apply({ folder, home, backup }: Scene, options: Options = {}): Promise<void> {
  const host = quickHost(folder);
  const made = await makePlan(host, { backup, home, ...options });
  try {
    await carryPlan(host, made.backup, made);
  } finally {
    made.close();
  }
  const scratch = join(folder, ".local/state/lifeboat/restoring");
  assert.deepEqual(Object.keys(readTree(scratch)), [], "no scratch file stays");
}

const textAt = ({ home }: Scene, path: string) => Deno.readTextFileSync(join(home.path, path));

const line = (cwd: string, text: string) =>
  JSON.stringify({ type: "turn_context", payload: { cwd, user_instructions: text } }) + "\n";

const from = (
  { plan: { remap } }: RestoreResult,
) => [...new Set(remap.map((step) => `${step.from} ${step.to}`))];

Deno.test("where the home lies elsewhere now, its paths are mapped by themselves, and said so", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", (source) => ({
      [ROLLOUT]: line(`${source}/worktrees/1`, `see ${source}`) + line("/elsewhere", source),
      "config.toml": `# ${source}\n[projects."${source}/worktrees/1"]\ntrust_level = "trusted"\n`,
    }));
    const result = await plan(scene);
    const [old, now] = [join(folder, "source"), scene.home.path];
    const step = { root: "home", from: old, to: now, count: 1 };
    assert.deepEqual(result.plan.remap, [
      { what: "configuration keys", path: "config.toml", ...step },
      { what: "conversations", path: "sessions", ...step },
    ]);
    await apply(scene);
    assert.equal(
      textAt(scene, ROLLOUT),
      line(`${now}/worktrees/1`, `see ${old}`) + line("/elsewhere", old),
    );
    assert.match(textAt(scene, "config.toml"), new RegExp(`^# ${old}\n\\[projects."${now}/`));
    const again = await plan(scene);
    assert.deepEqual([again.plan.unchanged, again.plan.write_bytes], [2, 0], "as it was planned");
  }));

Deno.test("nothing is mapped by itself into a folder apart, when declined, or in the same place", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", (source) => ({ [ROLLOUT]: line(source, "x") }));
    assert.equal(from(await plan(scene)).length, 1);
    assert.deepEqual(from(await plan(scene, { offerMappings: false })), []);
    assert.deepEqual(from(await plan(scene, { targetDir: join(folder, "apart") })), []);
    const mapPaths = [pathMapping(join(folder, "source"), "/srv")!];
    assert.deepEqual(from(await plan(scene, { targetDir: join(folder, "apart"), mapPaths })), [
      `${folder}/source /srv`,
    ]);
    scene.backup.manifest.home = scene.home.path;
    assert.deepEqual(from(await plan(scene)), []);
    scene.backup.manifest.home = join(folder, "source");
    scene.backup.manifest.profile = "other";
    const home = { ...scene.home, isOwn: false };
    assert.deepEqual(from(await plan({ ...scene, home })), [], "another agent's home");
  }));

Deno.test("what the user says comes before what is offered, and adds to it", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", (source) => ({
      [ROLLOUT]: line(source, "x") + line("/old/app", "x") + line(`${source}/deep`, "x"),
    }));
    const mapPaths = [pathMapping("/old/app", "C:\\app")!];
    await apply(scene, { mapPaths });
    const { path } = scene.home;
    assert.equal(
      textAt(scene, ROLLOUT),
      line(path, "x") + line("C:\\app", "x") + line(`${path}/deep`, "x"),
    );
    const instead = [pathMapping(join(folder, "source"), "/srv")!];
    assert.deepEqual(from(await plan(scene, { mapPaths: instead })), [`${folder}/source /srv`]);
  }));

Deno.test("the user's whole folder is mapped where both homes are the usual ones, and the old one is gone", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", () => ({
      [ROLLOUT]: line("/Users/Ada/app", "x") + line("/Users/Adam/app", "x"),
    }));
    const usual = { ...scene, home: { ...scene.home, path: join(folder, ".test") } };
    scene.backup.manifest.home = "/Users/Ada/.test";
    assert.deepEqual(from(await plan(usual)), [`/Users/Ada ${folder}`]);
    assert.deepEqual(
      from(await plan(scene)),
      [],
      "a home in another place says nothing of the user",
    );
    Deno.mkdirSync(join(folder, "Ada"));
    scene.backup.manifest.home = join(folder, "Ada/.test");
    makeTree(join(folder, "again/source"), { [ROLLOUT]: line(join(folder, "Ada/app"), "x") });
    const here = memoryBackup(join(folder, "again/source"));
    here.manifest.home = scene.backup.manifest.home;
    assert.deepEqual(
      from(await plan({ ...usual, backup: here })),
      [],
      "it is here, and may be meant",
    );
  }));

for (
  const [what, home] of [
    ["NUL", "/a\0b"],
    ["the top", "/"],
    ["far too long", `/${"a".repeat(9000)}/.test`],
    ["relative", "x"],
    ["empty", ""],
  ]
) {
  Deno.test(`a manifest whose home is made up is no trouble: ${what}`, () =>
    withTempDir(async (folder) => {
      const scene = sceneIn(folder, "codex", () => ({ [ROLLOUT]: line("/a", "x") }));
      scene.backup.manifest.home = home;
      const usual = { ...scene, home: { ...scene.home, path: join(folder, ".test") } };
      assert.deepEqual(from(await plan(usual)), []);
    }));
}

Deno.test("rows of the state database name the new places, and its old WAL leaves", () =>
  withTempDir(async (folder) => {
    const makeState = (source: string) => {
      const database = new DatabaseSync(join(source, "state_5.sqlite"));
      database.exec("CREATE TABLE threads (id TEXT, rollout_path TEXT, title TEXT)");
      database.prepare("INSERT INTO threads VALUES ('1', ?, ?)").run(`${source}/r`, `${source}/r`);
      database.close();
    };
    const scene = sceneIn(folder, "codex", () => ({}), makeState);
    makeTree(scene.home.path, { "state_5.sqlite": "SQLite format 3\0", "state_5.sqlite-wal": "x" });
    const { plan: { remap, set_aside, write_bytes } } = await plan(scene);
    assert.deepEqual(remap.map(({ what, path, count }) => [what, path, count]), [
      ["database rows", "state_5.sqlite", 1],
    ]);
    assert.equal(set_aside, 1);
    await apply(scene);
    const path = join(scene.home.path, "state_5.sqlite");
    assert.equal(Deno.statSync(path).size, write_bytes);
    const database = new DatabaseSync(path, { readOnly: true });
    assert.deepEqual({ ...database.prepare("SELECT rollout_path, title FROM threads").get() }, {
      rollout_path: `${scene.home.path}/r`,
      title: join(folder, "source/r"),
    });
    database.close();
  }));

Deno.test("a database that cannot be changed comes back as it is, with a warning", () =>
  withTempDir(async (folder) => {
    const text = "SQLite format 3\0 and then nothing that is one";
    const scene = sceneIn(folder, "codex", () => ({ "state_5.sqlite": text }));
    const { warnings } = await plan(scene);
    assert.ok(warnings.some((one) => one.startsWith("state_5.sqlite keeps its old paths")));
    await apply(scene);
    assert.equal(textAt(scene, "state_5.sqlite"), text);
  }));

Deno.test("an index into rollouts that change does not come back, and the one here leaves", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", (source) => ({
      [ROLLOUT]: line(source, "x"),
      "thread_history_1.sqlite": "theirs",
    }));
    makeTree(scene.home.path, {
      "thread_history_1.sqlite": "ours",
      "thread_history_1.sqlite-wal": "ours",
      "sqlite/thread_history_2.sqlite": "ours",
      "sqlite/other.sqlite": "ours",
    });
    const { plan: { skipped, items } } = await plan(scene);
    assert.deepEqual(skipped.map(({ path, reason }) => [path, reason]), [
      ["thread_history_1.sqlite", "derived_index"],
    ]);
    const leaving = items!.filter(({ action }) => action === "set_aside").map(({ path }) => path);
    assert.deepEqual(leaving.sort(), [
      "sqlite/thread_history_2.sqlite",
      "thread_history_1.sqlite",
      "thread_history_1.sqlite-wal",
    ]);
    const { plan: unmapped } = await plan(scene, { offerMappings: false });
    assert.deepEqual(unmapped.skipped, [], "where no rollout changes, it fits");
  }));

Deno.test("compressed rollouts are changed too, and are the same bytes where nothing is", () =>
  withTempDir(async (folder) => {
    const other = ROLLOUT.replace(ID, OTHER_ID);
    const unrelated = zstdCompressSync(line("/elsewhere", "source"));
    const scene = sceneIn(folder, "codex", () => ({}), (source) => {
      Deno.mkdirSync(join(source, ROLLOUT, ".."), { recursive: true });
      Deno.writeFileSync(join(source, `${ROLLOUT}.zst`), zstdCompressSync(line(source, source)));
      Deno.writeFileSync(join(source, `${other}.zst`), unrelated);
    });
    await apply(scene);
    const bytes = (path: string) => Deno.readFileSync(join(scene.home.path, `${path}.zst`));
    const text = new TextDecoder().decode(zstdDecompressSync(bytes(ROLLOUT)));
    assert.equal(text, line(scene.home.path, join(folder, "source")));
    assert.deepEqual(bytes(other), new Uint8Array(unrelated));
  }));

Deno.test("a compressed rollout that is damaged comes back as it is, with a warning", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", () => ({ [`${ROLLOUT}.zst`]: "no zstd" }));
    const { warnings } = await plan(scene);
    assert.ok(warnings.some((one) => one.startsWith(`${ROLLOUT}.zst keeps its old paths`)));
    await apply(scene);
    assert.equal(textAt(scene, `${ROLLOUT}.zst`), "no zstd");
    assert.deepEqual(Object.keys(readTree(join(folder, ".local/state/lifeboat/restoring"))), []);
  }));

const said = (cwd: string, content?: string) =>
  JSON.stringify({ type: "user", cwd, content }) + "\n";

Deno.test("project folders get the names of the new places, each by its own conversations", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "claude-code", (source) => ({
      [`projects/-old-app/${ID}.jsonl`]: said("/old/app/deep"),
      [`projects/-old-app/${ID}/subagents/agent-1.jsonl`]: said("/old/app"),
      [`projects/-old-app/${ID}/tool-results/1.txt`]: "/old/app",
      "projects/-old-app/memory/MEMORY.md": "mine",
      "projects/-old-app/sessions-index.json": JSON.stringify({
        entries: [{ fullPath: `${source}/projects/-old-app/${ID}.jsonl` }],
      }),
      [`projects/-other/${ID}.jsonl`]: said("/other"),
    }));
    const mapPaths = [pathMapping("/old", "/new")!];
    const { plan: { remap } } = await plan(scene, { mapPaths });
    assert.deepEqual(remap.find(({ what }) => what === "project folder"), {
      what: "project folder",
      root: "home",
      path: "projects/-old-app",
      from: "projects/-old-app",
      to: "projects/-new-app",
      count: 5,
    });
    await apply(scene, { mapPaths });
    const names = Array.from(
      Deno.readDirSync(join(scene.home.path, "projects")),
      (one) => one.name,
    );
    assert.deepEqual(names.sort(), ["-new-app", "-other"]);
    assert.equal(textAt(scene, `projects/-new-app/${ID}.jsonl`), said("/new/app/deep"));
    assert.equal(
      textAt(scene, `projects/-new-app/${ID}/subagents/agent-1.jsonl`),
      said("/new/app"),
    );
    assert.equal(textAt(scene, `projects/-new-app/${ID}/tool-results/1.txt`), "/old/app");
    const index = JSON.parse(textAt(scene, "projects/-new-app/sessions-index.json"));
    assert.equal(index.entries[0].fullPath, `${scene.home.path}/projects/-new-app/${ID}.jsonl`);
  }));

Deno.test("a folder of two projects is parted: only the conversations of one move", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "claude-code", () => ({
      [`projects/-a-b-c/${ID}.jsonl`]: said("/a/b/c"),
      [`projects/-a-b-c/${ID}/tool-results/1.txt`]: "1",
      [`projects/-a-b-c/${OTHER_ID}.jsonl`]: said("/a/b-c"),
      "projects/-a-b-c/memory/MEMORY.md": "of both",
    }));
    await apply(scene, { mapPaths: [pathMapping("/a/b/c", "/n")!] });
    const files = Object.entries(readTree(join(scene.home.path, "projects")))
      .filter(([, what]) => what.startsWith("file")).map(([path]) => path);
    assert.deepEqual(files.sort(), [
      `-a-b-c/${OTHER_ID}.jsonl`,
      "-a-b-c/memory/MEMORY.md",
      `-n/${ID}.jsonl`,
      `-n/${ID}/tool-results/1.txt`,
    ]);
  }));

Deno.test("a file whose new place the backup has already stays, and is named", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "claude-code", () => ({
      [`projects/-old/${ID}.jsonl`]: said("/old"),
      "projects/-old/memory/MEMORY.md": "of the old place",
      [`projects/-new/${OTHER_ID}.jsonl`]: said("/new"),
      "projects/-new/memory/MEMORY.md": "of the new place",
    }));
    const mapPaths = [pathMapping("/old", "/new")!];
    const { warnings, plan: { conflicts } } = await plan(scene, { mapPaths });
    assert.deepEqual(conflicts, []);
    assert.deepEqual(warnings.filter((one) => one.includes("taken")), [
      "projects/-old/memory/MEMORY.md stays there: projects/-new/memory/MEMORY.md is taken",
    ]);
    await apply(scene, { mapPaths });
    assert.equal(textAt(scene, "projects/-old/memory/MEMORY.md"), "of the old place");
    assert.equal(textAt(scene, "projects/-new/memory/MEMORY.md"), "of the new place");
    assert.equal(textAt(scene, `projects/-new/${ID}.jsonl`), said("/new"));
  }));

Deno.test("a folder without conversations moves with the project that has settings", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "claude-code", () => ({
      "projects/-old-app/memory/MEMORY.md": "mine",
      "projects/-unknown/memory/MEMORY.md": "mine",
      ".claude.json": JSON.stringify({ projects: { "/old/app": {} } }),
    }));
    await apply(scene, { mapPaths: [pathMapping("/old", "/new")!] });
    assert.equal(textAt(scene, "projects/-new-app/memory/MEMORY.md"), "mine");
    assert.equal(textAt(scene, "projects/-unknown/memory/MEMORY.md"), "mine");
    assert.equal(textAt(scene, ".claude.json"), JSON.stringify({ projects: { "/new/app": {} } }));
  }));

for (
  const state of [
    "",
    "null",
    "7",
    '{"projects":null}',
    '{"projects":[1]}',
    '{"projects":{"__proto__":1}}',
  ]
) {
  Deno.test(`settings that are not what they should be are no trouble: ${state || "empty"}`, () =>
    withTempDir(async (folder) => {
      const broken = `projects/-old/${ID}.jsonl`;
      const scene = sceneIn(folder, "claude-code", () => ({
        ".claude.json": state,
        [broken]: '{"cwd":7}\n{"cwd":"/old\n\0\n',
        "projects/stray": "/old",
      }));
      await apply(scene, { mapPaths: [pathMapping("/old", "/new")!] });
      assert.equal(textAt(scene, ".claude.json"), state);
      assert.equal(textAt(scene, broken), '{"cwd":7}\n{"cwd":"/old\n\0\n');
    }));
}

Deno.test("links to what lies elsewhere now lead there", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", (source) => ({
      "skills/one": { link: `${source}/elsewhere` },
      "skills/two": { link: "one" },
    }));
    const { plan: { remap, skipped } } = await plan(scene);
    assert.deepEqual([remap.map(({ what }) => what), skipped], [["links"], []]);
    await apply(scene);
    assert.equal(
      Deno.readLinkSync(join(scene.home.path, "skills/one")),
      `${scene.home.path}/elsewhere`,
    );
  }));

Deno.test("what is not chosen is not read, and what is there stays with missing-only", () =>
  withTempDir(async (folder) => {
    const scene = sceneIn(folder, "codex", (source) => ({
      [ROLLOUT]: line(source, "x"),
      "config.toml": `[projects."${source}"]\n`,
    }));
    const chosen = await plan(scene, { only: ["config.toml"] });
    assert.deepEqual(chosen.plan.remap.map(({ what }) => what), ["configuration keys"]);
    makeTree(scene.home.path, { "config.toml": "mine" });
    const missing = await plan(scene, { missingOnly: true });
    assert.deepEqual(missing.plan.remap.map(({ what }) => what), ["conversations"]);
    await apply(scene, { missingOnly: true });
    assert.equal(textAt(scene, "config.toml"), "mine");
    assert.equal(textAt(scene, ROLLOUT), line(scene.home.path, "x"));
  }));

Deno.test("a home from Windows comes back with the paths of this system", () =>
  withTempDir(async (folder) => {
    const windows = "C:\\Users\\Ada";
    const scene = sceneIn(folder, "claude-code", () => ({
      [`projects/C--Users-Ada-app/${ID}.jsonl`]: said("C:\\Users\\Ada\\app\\deep", `${windows}\\x`),
      "history.jsonl": JSON.stringify({ project: "c:\\users\\ada\\app" }) + "\n",
      ".claude.json": JSON.stringify({ projects: { "C:/Users/Ada/app": {} } }),
    }));
    scene.backup.manifest.home = `${windows}\\.test`;
    const usual = { ...scene, home: { ...scene.home, path: join(folder, ".test") } };
    await apply(usual);
    const slug = join(folder, "app").replaceAll(/[^A-Za-z0-9]/g, "-");
    assert.equal(
      textAt(usual, `projects/${slug}/${ID}.jsonl`),
      said(join(folder, "app/deep"), `${windows}\\x`),
    );
    assert.deepEqual(JSON.parse(textAt(usual, "history.jsonl")), { project: join(folder, "app") });
    assert.deepEqual(JSON.parse(textAt(usual, ".claude.json")), {
      projects: { [join(folder, "app")]: {} },
    });
  }));
