import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert } from "../assert.ts";
import { withTempDir } from "./host.ts";
import { makeSampleClaudeHome, makeSampleCodexHome } from "./sample_home.ts";

Deno.test("a sample home is the same for the same seed and another for another seed", () =>
  withTempDir(async (folder) => {
    const [a, b, c] = ["a", "b", "c"].map((name) => join(folder, name));
    await makeSampleClaudeHome(a, { seed: 7 });
    await makeSampleClaudeHome(b, { seed: 7 });
    await makeSampleClaudeHome(c, { seed: 8 });
    assert.deepEqual(await contents(b), await contents(a));
    assert.notDeepEqual(await contents(c), await contents(a));
  }));

Deno.test("rows of a sample Codex home point at its rollouts", () =>
  withTempDir(async (folder) => {
    const { home, threads } = await makeSampleCodexHome(join(folder, "codex"));
    const rows = threadRows(join(home, "state_5.sqlite"));
    assert.deepEqual(new Set(rows), new Set(threads.map((thread) => thread.path)));
    for (const path of rows) assert.ok((await Deno.stat(path)).isFile);
  }));

Deno.test("a killed agent's rows are in the WAL alone", () =>
  withTempDir(async (folder) => {
    const { home } = await makeSampleCodexHome(join(folder, "codex"), { databases: "killed" });
    const database = join(home, "state_5.sqlite");
    const alone = join(folder, "alone.sqlite");
    await Deno.copyFile(database, alone);
    assert.throws(() => threadRows(alone), /no such table/);
    assert.equal(threadRows(database).length, 4);
  }));

Deno.test("the secrets of a sample home are in its files", () =>
  withTempDir(async (folder) => {
    const codex = await makeSampleCodexHome(join(folder, "codex"));
    const claude = await makeSampleClaudeHome(join(folder, "claude"));
    const all = [...(await contents(folder)).values()].join("\n");
    for (const secret of [...codex.secrets, ...claude.secrets]) assert.ok(all.includes(secret));
  }));

function threadRows(database: string): string[] {
  const db = new DatabaseSync(database);
  try {
    return db.prepare("SELECT rollout_path FROM threads").all().map((r) => String(r.rollout_path));
  } finally {
    db.close();
  }
}

/** Text of every file below `root`, without the place of the home in it. */
async function contents(root: string, folder = root): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      for (const [name, text] of await contents(root, path)) found.set(name, text);
    } else if (entry.isFile) {
      const text = await Deno.readTextFile(path);
      found.set(relative(root, path), text.replaceAll(root, "HOME"));
    }
  }
  return new Map([...found].sort());
}
