import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Home } from "../../src/profiles/mod.ts";
import { applyUndo } from "../../src/restore/mod.ts";
import { applyHomeRemap, planHomeRemap } from "../../src/restore/remap_home.ts";
import { pathMapping, type TranscriptAgent } from "../../src/sessions/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { holdOpen, whileHeld } from "../support/holding.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree, type Tree, type TreeSpec } from "../support/trees.ts";
import { changes } from "./attempts.ts";
import { quickHost, testHome, testProfile } from "./fixture.ts";

const ID = "01a1fe8b-ec7b-79b2-8dcd-0fa9e0f15bba";
const OTHER_ID = "84c70698-a111-49d6-b0b9-f04dbe9dae92";
const MAPPING = pathMapping("/old/app", "/new/app")!;

const said = (cwd: string, text = "x") =>
  JSON.stringify({ type: "user", cwd, content: text }) + "\n";

const CLAUDE: TreeSpec = {
  [`projects/-old-app/${ID}.jsonl`]: { text: said("/old/app", "/old/app"), mode: 0o600 },
  [`projects/-old-app/${ID}/tool-results/1.txt`]: { text: "/old/app", mode: 0o400 },
  "projects/-old-app/memory": { mode: 0o750 },
  "projects/-old-app": { mode: 0o700 },
  [`projects/-other/${OTHER_ID}.jsonl`]: said("/other"),
  "history.jsonl": JSON.stringify({ display: "/old/app", project: "/old/app" }) + "\n",
  ".claude.json": JSON.stringify({ projects: { "/old/app": {}, "/other": {} } }),
  "settings.json": '{"cwd":"/old/app"}',
  "plugins/node_modules/x.js": "/old/app",
};

function homeOf(folder: string, agent: TranscriptAgent): Home {
  return testHome(folder, { profile: testProfile({ transcripts: agent }), roots: [] });
}

/** The home by its bytes, modes and times. */
function treeOf({ path }: Home): Tree {
  return readTree(path, [".lifeboat"], (file) => Deno.readFileSync(file).toString());
}

Deno.test("conversations are found in the project's new place, and nothing else is touched", () =>
  withTempDir(async (folder) => {
    const [host, home] = [quickHost(folder), homeOf(folder, "claude-code")];
    makeTree(home.path, CLAUDE);
    const before = readTree(home.path);
    const planned = await planHomeRemap(host, { home, mapping: MAPPING });
    assert.deepEqual(readTree(home.path), before, "a dry run changes nothing");
    const done = await applyHomeRemap(host, { home, mapping: MAPPING });
    const same = ["remap", "create", "overwrite", "set_aside", "write_bytes", "items"] as const;
    for (const key of same) assert.deepEqual(done[key], planned[key], key);
    const after = readTree(home.path, [".lifeboat"]);
    const changed = Object.keys({ ...before, ...after })
      .filter((path) => before[path] !== after[path]).sort();
    assert.deepEqual(
      changed,
      [
        ".claude.json",
        "history.jsonl",
        ...Object.keys(before).filter((path) => path.startsWith("projects/-old-app")),
        ...Object.keys(after).filter((path) => path.startsWith("projects/-new-app")),
      ].sort(),
    );
    const moved = after[`projects/-new-app/${ID}.jsonl`];
    assert.equal(moved, `file 600 1700000000000 ${JSON.stringify(said("/new/app", "/old/app"))}`);
    assert.equal(after["projects/-new-app/memory"], before["projects/-old-app/memory"]);
  }));

Deno.test("undo gives back the exact home, and a second remap finds nothing to do", () =>
  withTempDir(async (folder) => {
    const [host, home] = [quickHost(folder), homeOf(folder, "claude-code")];
    makeTree(home.path, CLAUDE);
    const before = treeOf(home);
    const { undo_id } = await applyHomeRemap(host, { home, mapping: MAPPING });
    assert.ok(undo_id);
    const again = await applyHomeRemap(host, { home, mapping: MAPPING });
    assert.deepEqual([again.remap, again.undo_id, again.items], [[], null, []]);
    await applyUndo(host, { home, confirmed: true });
    assert.deepEqual(treeOf(home), before);
  }));

Deno.test("what has the new place already keeps it, and what is in its way stays", () =>
  withTempDir(async (folder) => {
    const [host, home] = [quickHost(folder), homeOf(folder, "claude-code")];
    makeTree(home.path, {
      ...CLAUDE,
      "projects/-old-app/memory/MEMORY.md": "old",
      [`projects/-new-app/${OTHER_ID}.jsonl`]: said("/new/app"),
      "projects/-new-app/memory/MEMORY.md": "new",
    });
    const { warnings } = await applyHomeRemap(host, { home, mapping: MAPPING });
    assert.equal(warnings.filter((one) => one.includes("is taken")).length, 1);
    const text = (path: string) => Deno.readTextFileSync(join(home.path, "projects", path));
    assert.equal(text("-old-app/memory/MEMORY.md"), "old");
    assert.equal(text("-new-app/memory/MEMORY.md"), "new");
    assert.equal(text(`-new-app/${ID}.jsonl`), said("/new/app", "/old/app"));
  }));

Deno.test("rows of a live database change with what is still in its WAL", () =>
  withTempDir(async (folder) => {
    const [host, home] = [quickHost(folder), homeOf(folder, "codex")];
    makeTree(home.path, { "thread_history_1.sqlite": "an index", "AGENTS.md": "/old/app" });
    const path = join(home.path, "state_5.sqlite");
    const writer = new DatabaseSync(path);
    writer.exec(`PRAGMA journal_mode = wal; CREATE TABLE threads (cwd TEXT);
      INSERT INTO threads VALUES ('/old/app/deep'), ('/other')`);
    for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, `${path}${suffix}.copy`);
    writer.close();
    for (const suffix of ["", "-wal"]) Deno.renameSync(`${path}${suffix}.copy`, path + suffix);
    const { remap, undo_id } = await applyHomeRemap(host, { home, mapping: MAPPING });
    assert.deepEqual(remap.map((step) => [step.what, step.path, step.count]), [
      ["database rows", "state_5.sqlite", 1],
    ]);
    assert.ok(undo_id);
    const names = Array.from(Deno.readDirSync(home.path), ({ name }) => name).sort();
    assert.deepEqual(names, [
      ".lifeboat",
      "AGENTS.md",
      "state_5.sqlite",
      "thread_history_1.sqlite",
    ]);
    const reader = new DatabaseSync(path, { readOnly: true });
    const rows = reader.prepare("SELECT cwd FROM threads").all().map(({ cwd }) => cwd);
    reader.close();
    assert.deepEqual(rows, ["/new/app/deep", "/other"]);
  }));

Deno.test(
  "a home in use is refused, and left as it is",
  { ignore: Deno.build.os !== "linux" },
  () =>
    withTempDir(async (folder) => {
      const [host, home] = [quickHost(folder), homeOf(folder, "claude-code")];
      makeTree(home.path, CLAUDE);
      const before = treeOf(home);
      await whileHeld(holdOpen(join(home.path, "history.jsonl")), async ({ pid }) => {
        const { running } = await planHomeRemap(host, { home, mapping: MAPPING });
        assert.deepEqual(running.map((one) => one.pid), [pid]);
        await rejectsWith(() => applyHomeRemap(host, { home, mapping: MAPPING }), "agent_running");
      });
      assert.deepEqual(treeOf(home), before);
      await applyHomeRemap(host, { home, mapping: MAPPING });
    }),
);

/** Remaps a home of its own, with a fault at one of the calls that change something. */
async function remapWithFault(folder: string, failing?: number) {
  const home = homeOf(folder, "claude-code");
  makeTree(home.path, CLAUDE);
  const quick = quickHost(folder);
  let count = 0;
  const fs = faultyFs(quick.fs, ({ operation, path }) => {
    // How many processes are looked at differs from run to run.
    if (!path.startsWith(folder) || !changes(operation)) return;
    if (count++ === failing) return systemError("ENOSPC");
  });
  const host = { ...quick, fs };
  const failed = await applyHomeRemap(host, { home, mapping: MAPPING }).then(
    () => false,
    () => true,
  );
  return { tree: treeOf(home), failed, count };
}

Deno.test("a disk that fills up at any moment leaves the old home or the new one", () =>
  withTempDir(async (folder) => {
    const { tree: after, count } = await remapWithFault(join(folder, "whole"));
    makeTree(join(folder, "before/home"), CLAUDE);
    const before = treeOf(homeOf(join(folder, "before"), "claude-code"));
    for (let k = 0; k < count; k += 7) {
      const at = join(folder, `${k}`);
      const { tree, failed } = await remapWithFault(at, k);
      assert.deepEqual(tree, failed ? before : after, `call ${k}`);
      Deno.removeSync(at, { recursive: true });
    }
  }));
