/** Single conversations come back beside whatever is there (`--session`). */
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Host } from "../../src/base/mod.ts";
import { findProfile, type Home, resolveHome } from "../../src/profiles/mod.ts";
import {
  applyRestore,
  applyUndo,
  planRestore,
  type RestoreOptions,
  type RestoreResult,
} from "../../src/restore/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { type MemoryBackup, memoryBackup } from "../support/memory_backup.ts";
import {
  makeSampleClaudeHome,
  makeSampleCodexHome,
  type SampleCodexHome,
} from "../support/sample_home.ts";
import { readTree, type Tree } from "../support/trees.ts";
import { quickHost } from "./fixture.ts";

interface Scene<Sample> {
  folder: string;
  host: Host;
  home: Home;
  sample: Sample;
  backup: MemoryBackup;
  plan(ids: string[], changes?: Partial<RestoreOptions>): Promise<RestoreResult>;
  /** Applies what a dry run says; fails when they differ. */
  restore(...ids: string[]): Promise<RestoreResult>;
  undo(): Promise<unknown>;
  tree(): Tree;
}

type Claude = Awaited<ReturnType<typeof makeSampleClaudeHome>>;

function sceneOf<Sample>(folder: string, profile: string, sample: Sample): Scene<Sample> {
  const host = quickHost(folder);
  const home = resolveHome(host, findProfile(host, profile));
  const roots = home.roots.filter(({ path }) => readable(path));
  const backup = memoryBackup(home.path, roots, profile);
  const optionsFor = (sessions: string[]) => ({
    backup,
    home,
    sessions,
    listFiles: true,
    trust: true,
  });
  const plan = (sessions: string[], changes = {}) =>
    planRestore(host, { ...optionsFor(sessions), ...changes });
  return {
    folder,
    host,
    home,
    sample,
    backup,
    plan,
    async restore(...ids) {
      const dry = await plan(ids);
      const result = await applyRestore(host, {
        ...optionsFor(ids),
        confirmed: true,
      });
      assert.deepEqual(result.plan, dry.plan);
      assert.deepEqual(Object.keys(readTree(join(host.folders.state, "restoring"))), []);
      return result;
    },
    undo: () => applyUndo(host, { home, confirmed: true }),
    tree: () => readTree(home.path, [".lifeboat"]),
  };
}

function readable(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

function withCodex(use: (scene: Scene<SampleCodexHome>) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const sample = await makeSampleCodexHome(join(folder, ".codex"), { turns: 2 });
    await use(sceneOf(folder, "codex", sample));
  });
}

function withClaude(use: (scene: Scene<Claude>) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const sample = await makeSampleClaudeHome(folder, { turns: 2 });
    await use(sceneOf(folder, "claude-code", sample));
  });
}

const stepsOf = ({ plan }: RestoreResult) => plan.sessions!.map(({ action }) => action);
const mergedIn = ({ plan }: RestoreResult) =>
  plan.merged!.map(({ path, what, count }) => `${path} ${what} ${count}`).sort();

function inDatabase(home: string, sql: string, name = "state_5.sqlite"): Record<string, unknown>[] {
  const db = new DatabaseSync(join(home, name));
  try {
    return db.prepare(sql).all().map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

/** What a user, or another program, does to a conversation that is to be missed. */
function forget(home: string, { id, path }: { id: string; path: string }): void {
  Deno.removeSync(path);
  inDatabase(home, `DELETE FROM threads WHERE id = '${id}'`);
  inDatabase(home, `DELETE FROM thread_goals WHERE thread_id = '${id}'`, "goals_1.sqlite");
  for (const list of ["history.jsonl", "session_index.jsonl"]) {
    const lines = Deno.readTextFileSync(join(home, list)).split(/(?<=\n)/);
    Deno.writeTextFileSync(join(home, list), lines.filter((one) => !one.includes(id)).join(""));
  }
}

/** A tree without some files, and without what changes of the folders above them. */
function others(tree: Tree, ...without: string[]): Tree {
  const isMeant = (path: string, what: string) =>
    !what.startsWith("folder") && !without.some((one) => path.includes(one));
  return Object.fromEntries(Object.entries(tree).filter(([path, what]) => isMeant(path, what)));
}

Deno.test("a Codex conversation comes back with its prompts, name, rows and goal, and nothing else", () =>
  withCodex(async ({ home, sample: { threads: [thread] }, restore, undo, tree }) => {
    const whole = tree();
    const rows = inDatabase(home.path, "SELECT * FROM threads ORDER BY id");
    forget(home.path, thread);
    Deno.chmodSync(join(home.path, "history.jsonl"), 0o640);
    Deno.chmodSync(join(home.path, "sessions"), 0o750);
    const before = tree();
    const result = await restore(thread.id);
    assert.deepEqual(stepsOf(result), ["create"]);
    assert.deepEqual(mergedIn(result), [
      "goals_1.sqlite rows 1",
      "history.jsonl lines 2",
      "session_index.jsonl lines 1",
      "state_5.sqlite rows 1",
      "thread_history_1.sqlite cursors 1",
    ]);
    const changed = ["state_5", "goals_1", "thread_history", "history.jsonl", "session_index"];
    assert.deepEqual(others(tree(), ...changed), others(whole, ...changed));
    assert.deepEqual(inDatabase(home.path, "SELECT * FROM threads ORDER BY id"), rows);
    const lines = (path: string) =>
      Deno.readTextFileSync(join(home.path, path)).split("\n").sort().join("\n");
    assert.ok(lines("history.jsonl").includes(thread.id));
    const modeOf = (path: string) => Deno.lstatSync(join(home.path, path)).mode! & 0o777;
    assert.deepEqual([modeOf("history.jsonl"), modeOf("sessions")], [0o640, 0o750]);
    await undo();
    assert.deepEqual(tree(), before);
  }));

Deno.test("what Codex noted about a rollout that is gone is forgotten, also where paths are mapped", () =>
  withCodex(async ({ home, sample: { threads: [thread, other] }, plan }) => {
    Deno.removeSync(thread.path);
    const mapPaths = [{ from: thread.cwd, to: "/srv/elsewhere" }];
    const { plan: { sessions, merged, items } } = await plan([thread.id], { mapPaths });
    assert.equal(sessions![0].project, "/srv/elsewhere");
    assert.deepEqual(merged!.map(({ path, what }) => `${path} ${what}`), [
      "thread_history_1.sqlite cursors",
    ]);
    assert.equal(items!.some(({ action }) => action === "set_aside"), false);
    assert.notEqual(other.cwd, thread.cwd);
    assert.ok(readable(join(home.path, "thread_history_1.sqlite")));
  }));

Deno.test("what is all there is left as it is, and a second restore does nothing", () =>
  withCodex(async ({ sample: { threads: [one, two, three] }, restore, tree }) => {
    const before = tree();
    const result = await restore(one.id, two.id, three.id);
    assert.deepEqual(stepsOf(result), ["unchanged", "unchanged", "unchanged"]);
    const { create, overwrite, kept, set_aside, merged } = result.plan;
    assert.deepEqual([create, overwrite, kept, set_aside, merged], [0, 0, 3, 0, []]);
    assert.deepEqual(tree(), before);
  }));

Deno.test("a conversation that went on here stays as it is, even where it is compressed there", () =>
  withCodex(async ({ sample: { threads: [one, , three] }, restore, tree }) => {
    Deno.writeTextFileSync(one.path, '{"more":1}\n', { append: true });
    const plain = three.path.slice(0, -".zst".length);
    Deno.writeFileSync(plain, zstdDecompressSync(Deno.readFileSync(three.path)));
    Deno.writeTextFileSync(plain, '{"more":1}\n', { append: true });
    Deno.removeSync(three.path);
    const before = tree();
    const result = await restore(one.id, three.id);
    assert.deepEqual(stepsOf(result), ["kept", "kept"]);
    assert.deepEqual(tree(), before);
  }));

Deno.test("a conversation that is longer in the backup replaces its own beginning, where that is", () =>
  withCodex(async ({ home, sample: { threads: [one, , three, four] }, restore, undo, tree }) => {
    const half = (bytes: Uint8Array) => bytes.subarray(0, bytes.indexOf(10, bytes.length / 2) + 1);
    const whole = Deno.readFileSync(one.path);
    const moved = join(home.path, "archived_sessions", one.path.split("/").at(-1)!);
    Deno.writeFileSync(moved, half(whole));
    Deno.removeSync(one.path);
    // The third is compressed in the backup and not here, the fourth the other way round.
    const third = zstdDecompressSync(Deno.readFileSync(three.path));
    const plain = three.path.slice(0, -".zst".length);
    Deno.writeFileSync(plain, half(third));
    Deno.removeSync(three.path);
    const fourth = Deno.readFileSync(four.path);
    Deno.writeFileSync(`${four.path}.zst`, zstdCompressSync(half(fourth)));
    Deno.removeSync(four.path);
    const before = tree();
    const result = await restore(one.id, three.id, four.id);
    assert.deepEqual(stepsOf(result), ["replace", "replace", "replace"]);
    assert.deepEqual(Deno.readFileSync(moved), whole);
    assert.deepEqual(new Uint8Array(Deno.readFileSync(plain)), new Uint8Array(third));
    assert.deepEqual(Deno.readFileSync(four.path), fourth);
    for (const gone of [one.path, three.path, `${four.path}.zst`]) assert.ok(!readable(gone));
    await undo();
    assert.deepEqual(tree(), before);
  }));

Deno.test("a compressed rollout that went on in two ways comes back beside, not compressed", () =>
  withCodex(async ({ home, sample: { threads: [, , three] }, restore, tree }) => {
    const text = zstdDecompressSync(Deno.readFileSync(three.path)).toString();
    const lines = text.split(/(?<=\n)/);
    const other = lines.slice(0, -1).join("") + '{"other":1}\n';
    Deno.writeFileSync(three.path, zstdCompressSync(new TextEncoder().encode(other)));
    Deno.writeTextFileSync(join(home.path, "history.jsonl"), "");
    const before = tree();
    const result = await restore(three.id);
    const [{ action, new_id, path }] = result.plan.sessions!;
    assert.equal(action, "beside");
    assert.equal(
      path,
      `archived_sessions/${three.path.split("/").at(-1)!}`
        .replace(three.id, new_id!).slice(0, -".zst".length),
    );
    const restored = Deno.readTextFileSync(join(home.path, path));
    assert.equal(restored, text.replaceAll(`"${three.id}"`, `"${new_id}"`));
    const changed = [new_id!, "history.jsonl", "session_index.jsonl", "state_5", "goals_1"];
    assert.deepEqual(others(tree(), ...changed), others(before, ...changed));
    assert.deepEqual(
      inDatabase(home.path, `SELECT archived, rollout_path FROM threads WHERE id = '${new_id}'`),
      [{ archived: 1, rollout_path: join(home.path, `${path}.zst`) }],
    );
    const prompts = Deno.readTextFileSync(join(home.path, "history.jsonl"));
    assert.deepEqual(prompts.match(/"session_id":"[^"]*"/g), [
      `"session_id":"${new_id}"`,
      `"session_id":"${new_id}"`,
    ]);
    const again = await restore(three.id);
    assert.deepEqual([stepsOf(again), mergedIn(again)], [["unchanged"], []]);
    Deno.writeTextFileSync(join(home.path, path), '{"more":1}\n', { append: true });
    assert.deepEqual(stepsOf(await restore(three.id)), ["kept"]);
  }));

Deno.test("a home whose database wants more than the backup has gets the transcript alone", () =>
  withCodex(async ({ home, sample: { threads: [thread] }, restore }) => {
    forget(home.path, thread);
    inDatabase(home.path, "DELETE FROM threads");
    inDatabase(home.path, "ALTER TABLE threads RENAME TO old");
    inDatabase(
      home.path,
      "CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT, " +
        "newer TEXT NOT NULL)",
    );
    const before = Deno.readFileSync(join(home.path, "state_5.sqlite"));
    const result = await restore(thread.id);
    assert.ok(result.warnings.some((one) => one.includes("nothing for threads.newer")));
    assert.deepEqual(Deno.readFileSync(join(home.path, "state_5.sqlite")), before);
    assert.ok(readable(thread.path));
  }));

Deno.test("rows go into the newest database here, whatever its number, with its WAL", () =>
  withCodex(async ({ home, sample: { threads: [thread, other] }, restore, undo, tree }) => {
    forget(home.path, thread);
    const [old, newer] = ["state_5.sqlite", "state_6.sqlite"].map((name) => join(home.path, name));
    Deno.renameSync(old, newer);
    const db = new DatabaseSync(newer);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
      UPDATE threads SET title = 'only in the WAL' WHERE id = '${other.id}'`);
    for (const one of ["", "-wal", "-shm"]) Deno.copyFileSync(newer + one, `${newer}.saved${one}`);
    db.close();
    for (const one of ["", "-wal", "-shm"]) Deno.renameSync(`${newer}.saved${one}`, newer + one);
    const before = tree();
    assert.ok(mergedIn(await restore(thread.id)).includes("state_6.sqlite rows 1"));
    assert.deepEqual(
      inDatabase(
        home.path,
        "SELECT id FROM threads WHERE title = 'only in the WAL' OR id = " +
          `'${thread.id}' ORDER BY id`,
        "state_6.sqlite",
      ).map(({ id }) => id),
      [thread.id, other.id].sort(),
    );
    assert.ok(!readable(old));
    for (const one of ["-wal", "-shm"]) if (readable(newer + one)) Deno.removeSync(newer + one);
    await undo();
    assert.deepEqual(others(tree(), "-shm"), others(before, "-shm"));
  }));

Deno.test("a damaged database here stays, and the transcript comes back", () =>
  withCodex(async ({ home, sample: { threads: [thread] }, restore }) => {
    forget(home.path, thread);
    const path = join(home.path, "state_5.sqlite");
    const bytes = Deno.readFileSync(path).fill(0x41, 100, 9000);
    Deno.writeFileSync(path, bytes);
    const result = await restore(thread.id);
    assert.ok(result.warnings.some((one) => one.startsWith("state_5.sqlite stays as it is: ")));
    assert.deepEqual(Deno.readFileSync(path), bytes);
    assert.ok(readable(thread.path));
  }));

Deno.test("a Claude Code conversation comes back with all that belongs to it, and nothing else", () =>
  withClaude(async ({ home, sample, restore, undo, tree }) => {
    const [{ id, cwd }] = sample.sessions;
    const whole = tree();
    const mine = (path: string) => path.includes(id);
    for (const path of Object.keys(whole).filter(mine).reverse()) {
      Deno.removeSync(join(home.path, path));
    }
    const history = join(home.path, "history.jsonl");
    const lines = Deno.readTextFileSync(history);
    const left = lines.split(/(?<=\n)/).filter((line) => !line.includes(id)).join("");
    Deno.writeTextFileSync(history, left + '{"display":"newer","timestamp":1790000000000}\n');
    const state = JSON.parse(Deno.readTextFileSync(sample.stateFile));
    delete state.projects[cwd];
    state.numStartups = 99;
    Deno.writeTextFileSync(sample.stateFile, JSON.stringify(state, null, 2));
    const before = [tree(), Deno.readTextFileSync(sample.stateFile)];
    const result = await restore(id.slice(0, 8));
    assert.deepEqual(mergedIn(result), [".claude.json project 1", "history.jsonl lines 2"]);
    assert.deepEqual(result.plan.activates.map(({ keys }) => keys), [["projects"]]);
    const after = tree();
    const files = (all: Tree) => Object.keys(others(all)).filter(mine);
    assert.deepEqual(files(after), files(whole));
    assert.deepEqual(others(after, id, "history.jsonl"), others(whole, id, "history.jsonl"));
    const restored = JSON.parse(Deno.readTextFileSync(sample.stateFile));
    assert.deepEqual([restored.numStartups, Object.keys(restored.projects).length], [99, 2]);
    await undo();
    assert.deepEqual([tree(), Deno.readTextFileSync(sample.stateFile)], before);
  }));

Deno.test("where a Claude Code conversation went on in two ways, what belongs to it gets the new id", () =>
  withClaude(async ({ home, sample, restore, tree }) => {
    const [{ id, path }] = sample.sessions;
    const text = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, text.split(/(?<=\n)/).slice(0, -1).join("") + '{"other":1}\n');
    const before = tree();
    const result = await restore(id);
    const [{ new_id }] = result.plan.sessions!;
    const after = tree();
    const named = (all: Tree, one: string) =>
      Object.keys(others(all)).filter((each) => each.includes(one)).sort();
    assert.deepEqual(
      named(after, new_id!),
      named(before, id).map((each) => each.replace(id, new_id!)).sort(),
    );
    assert.deepEqual(others(after, new_id!), others(before, new_id!));
    const folder = join(dirname(path), new_id!, "subagents");
    const [agent] = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith("l"));
    assert.ok(Deno.readTextFileSync(join(folder, agent.name)).includes(`"sessionId":"${new_id}"`));
    assert.deepEqual(stepsOf(await restore(id)), ["unchanged"]);
    assert.deepEqual(tree(), after);
    assert.equal(Deno.lstatSync(join(home.path, "projects")).isDirectory, true);
  }));

Deno.test("what belongs to a conversation and has changed here stays as it is, and is named", () =>
  withClaude(async ({ home, sample, restore, tree }) => {
    const [{ id }] = sample.sessions;
    const task = join(home.path, "tasks", id, "1.json");
    Deno.writeTextFileSync(task, '{"status":"done"}');
    const before = tree();
    const result = await restore(id);
    assert.ok(result.warnings.some((one) => one.startsWith(`tasks/${id}/1.json stays as it is`)));
    assert.deepEqual(tree(), before);
  }));

Deno.test("a missing .claude.json is not made, nor one that is broken touched", () =>
  withClaude(async ({ sample, restore }) => {
    const [{ id, path }] = sample.sessions;
    Deno.removeSync(sample.stateFile);
    Deno.removeSync(path);
    assert.deepEqual(mergedIn(await restore(id)), []);
    assert.ok(!readable(sample.stateFile));
    Deno.writeTextFileSync(sample.stateFile, '{"half":');
    Deno.removeSync(path);
    assert.deepEqual(mergedIn(await restore(id)), []);
    assert.equal(Deno.readTextFileSync(sample.stateFile), '{"half":');
  }));

Deno.test("old transcripts that come back get the present time, so that no sweep takes them", () =>
  withClaude(async ({ host, sample, restore }) => {
    const { id, path } = sample.sessions[2];
    Deno.removeSync(path);
    await restore(id);
    assert.equal(Deno.lstatSync(path).mtime!.getTime(), host.now().getTime());
  }));

Deno.test("a conversation is not to be had twice: of two transcripts the longer comes back", () =>
  withClaude(async ({ backup, sample, restore, tree }) => {
    const [{ id, path }] = sample.sessions;
    const entry = backup.manifest.entries.find(({ relative_path }) =>
      relative_path.endsWith(`${id}.jsonl`)
    )!;
    const copy = `projects/-copy/${id}.jsonl`;
    const bytes = backup.content.get(`files/${entry.relative_path}`)!;
    backup.manifest.entries.push({ ...entry, relative_path: copy, bytes: bytes.length - 1 });
    backup.content.set(`files/${copy}`, bytes.subarray(1));
    Deno.removeSync(path);
    const { warnings } = await restore(id);
    assert.ok(warnings.some((one) => one.startsWith(`${copy} is not restored`)));
    assert.deepEqual(Object.keys(tree()).filter((one) => one.endsWith(`${id}.jsonl`)), [
      entry.relative_path,
    ]);
  }));

Deno.test("sub-agents that are conversations of their own come back, with whose they are", () =>
  withTempDir(async (folder) => {
    const sample = await makeSampleCodexHome(join(folder, ".codex"), { turns: 2 });
    const [thread] = sample.threads;
    const child = { id: thread.id.replace(/.{12}$/, "0123456789ab"), path: "" };
    child.path = thread.path.replace(thread.id, child.id);
    const payload = { id: child.id, cwd: thread.cwd, parent_thread_id: thread.id };
    Deno.writeTextFileSync(child.path, JSON.stringify({ type: "session_meta", payload }) + "\n");
    inDatabase(
      sample.home,
      `INSERT INTO thread_spawn_edges VALUES ('${thread.id}', '${child.id}', 'x')`,
    );
    const { home, restore, tree } = sceneOf(folder, "codex", sample);
    forget(home.path, thread);
    forget(home.path, child);
    inDatabase(home.path, "DELETE FROM thread_spawn_edges");
    const { plan } = await restore(thread.id);
    assert.deepEqual(
      plan.sessions!.map(({ id, parent_id, action }) => [id, parent_id, action]).sort(),
      [[thread.id, null, "create"], [child.id, thread.id, "create"]].sort(),
    );
    assert.deepEqual(
      inDatabase(home.path, "SELECT parent_thread_id AS p FROM thread_spawn_edges"),
      [
        { p: thread.id },
      ],
    );
    assert.ok(Object.keys(tree()).some((path) => path.endsWith(`${child.id}.jsonl`)));
  }));

Deno.test("what an agent says between the plan and the restore is not replaced", () =>
  withCodex(async ({ host, home, backup, sample: { threads: [thread] }, tree }) => {
    forget(home.path, thread);
    const list = join(home.path, "history.jsonl");
    const said = '{"session_id":"x","ts":1790000000,"text":"just now"}\n';
    let [isPlanned, before] = [false, undefined as Tree | undefined];
    const meddling: Host = {
      ...host,
      progress({ phase }) {
        isPlanned ||= phase === "comparing";
        if (phase !== "reading" || !isPlanned || before) return;
        Deno.writeTextFileSync(list, said, { append: true });
        before = tree();
      },
    };
    const options = { backup, home, sessions: [thread.id], confirmed: true };
    await rejectsWith(() => applyRestore(meddling, options), "changed_meanwhile");
    assert.deepEqual(tree(), before);
  }));

Deno.test("a selection of another kind, an unknown id and a damaged backup change nothing", () =>
  withCodex(async ({ host, home, backup, sample: { threads: [thread] }, plan, tree }) => {
    forget(home.path, thread);
    const before = tree();
    for (const changes of [{ only: ["skills"] }, { missingOnly: true }, { mirror: true }]) {
      await rejectsWith(() => plan([thread.id], changes), "usage");
    }
    await rejectsWith(() => plan(["ffffffff"]), "no_such_session");
    await rejectsWith(() => plan(["0"]), "ambiguous_id");
    const stored = `files/${thread.path.slice(home.path.length + 1)}`;
    for (const damaged of [stored, "files/history.jsonl", "files/state_5.sqlite"]) {
      const bytes = backup.content.get(damaged)!;
      backup.content.set(damaged, bytes.map((byte, at) => at === bytes.length - 2 ? 0x7a : byte));
      const options = { backup, home, sessions: [thread.id], confirmed: true };
      await rejectsWith(() => applyRestore(host, options), "damaged_archive");
      backup.content.set(damaged, bytes);
    }
    assert.deepEqual(tree(), before);
    assert.deepEqual(Object.keys(readTree(join(host.folders.state, "restoring"))), []);
  }));

Deno.test("below another folder a conversation comes back without what it would be merged with", () =>
  withClaude(async ({ folder, sample, plan }) => {
    const [{ id }] = sample.sessions;
    const { plan: { sessions, merged, items }, warnings } = await plan([id], {
      targetDir: join(folder, "look"),
    });
    assert.deepEqual(sessions!.map(({ action }) => action), ["create"]);
    assert.deepEqual(merged!.map(({ path }) => path), ["history.jsonl"]);
    assert.equal(items!.some(({ path }) => path === "settings.json"), false);
    assert.deepEqual(warnings.filter((one) => !one.includes("present time")), []);
  }));
