import { dirname, join } from "node:path";
import {
  openSnapshotStore,
  recordFiles,
  takeSnapshot,
  trackHome,
  trackWorkspace,
} from "../../src/snapshots/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { BY_HAND } from "../support/snapshots.ts";

/** Files by path; a number is a size. */
type Files = Record<string, string | number>;

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(folder, path)), { recursive: true });
    const text = typeof content === "string" ? content : "x".repeat(content);
    Deno.writeTextFileSync(join(folder, path), text);
  }
}

/** The files of a workspace that a snapshot has, with `[snapshots]` of the configuration. */
async function recorded(files: Files, settings = "", isHome = false): Promise<string[]> {
  let paths: string[] = [];
  await withTempDir(async (folder) => {
    const host = testHost(folder, { now: () => new Date() });
    write(host.folders.config, { "config.toml": `[snapshots]\n${settings}\n` });
    const work = join(folder, isHome ? ".codex" : "work");
    write(work, files);
    const store = await openSnapshotStore(host);
    try {
      const scope = isHome
        ? trackHome(store, resolveHome(host, findProfile(host, "codex")))
        : trackWorkspace(store, work);
      await takeSnapshot(store, scope, BY_HAND);
      const sql = "SELECT path FROM states WHERE kind = 'file' ORDER BY path";
      const byWalk = store.all<{ path: string }>(sql).map(({ path }) => path);
      assert.deepEqual(await byHook(folder, files, work, isHome), byWalk);
      paths = byWalk;
    } finally {
      store.close();
    }
  });
  return paths;
}

/** What a hook records when it is told the name of each: the same rules hold. */
async function byHook(folder: string, files: Files, work: string, isHome: boolean) {
  const host = testHost(folder, { now: () => new Date() });
  const state = join(folder, "another-state");
  const store = await openSnapshotStore({ ...host, folders: { ...host.folders, state } });
  try {
    const scope = isHome
      ? trackHome(store, resolveHome(host, findProfile(host, "codex")))
      : trackWorkspace(store, work);
    await recordFiles(store, scope, BY_HAND, Object.keys(files).map((path) => join(work, path)));
    const sql = "SELECT path FROM states WHERE kind = 'file' ORDER BY path";
    return store.all<{ path: string }>(sql).map(({ path }) => path);
  } finally {
    store.close();
  }
}

const KB = 1000;

Deno.test("a workspace's files above the largest size are left out, transcripts are not", async () => {
  const files = { "small.txt": 9 * KB, "large.txt": 11 * KB, "large.jsonl": 11 * KB };
  assert.deepEqual(await recorded(files, 'max_file_size = "10kB"'), ["large.jsonl", "small.txt"]);
  assert.deepEqual(await recorded(files), ["large.jsonl", "large.txt", "small.txt"]);
});

Deno.test("extensions are left out, or are the only ones, whatever their case", async () => {
  const files = { "a.txt": "", "b.LOG": "", "c.o": "", "d.png": "", "sub/e.txt": "", "txt": "" };
  assert.deepEqual(await recorded(files), ["a.txt", "b.LOG", "d.png", "sub/e.txt", "txt"]);
  const without = 'exclude_extensions = ["log", ".png", "*.txt"]';
  assert.deepEqual(await recorded(files, without), ["txt"]);
  assert.deepEqual(await recorded(files, 'include_extensions = [".txt"]'), ["a.txt", "sub/e.txt"]);
});

Deno.test("globs leave out at every depth, anchored or not, and include brings back", async () => {
  const files = {
    "a.log": "",
    "sub/b.log": "",
    "sub/deep/c.log": "",
    "logs/d.txt": "",
    "sub/logs/e.txt": "",
    "kept.txt": "",
    "node_modules/left-pad/index.js": "",
  };
  const rest = ["a.log", "kept.txt", "logs/d.txt", "sub/b.log", "sub/deep/c.log", "sub/logs/e.txt"];
  assert.deepEqual(await recorded(files), rest);
  const without = async (exclude: string, include = "[]") => {
    const left = await recorded(files, `exclude = ${exclude}\ninclude = ${include}`);
    return rest.filter((path) => !left.includes(path));
  };
  const logs = ["a.log", "sub/b.log", "sub/deep/c.log"];
  assert.deepEqual(await without('["**/*.log"]'), logs);
  assert.deepEqual(await without('["*.log"]'), logs);
  assert.deepEqual(await without('["sub/*.log"]'), ["sub/b.log"]);
  assert.deepEqual(await without('["logs/"]'), ["logs/d.txt", "sub/logs/e.txt"]);
  assert.deepEqual(await without('["**/logs/**"]'), ["logs/d.txt", "sub/logs/e.txt"]);
  assert.deepEqual(await without('["**/*.log"]', '["sub/deep/c.log"]'), ["a.log", "sub/b.log"]);
  const all = await recorded(files, 'include = ["node_modules"]');
  assert.ok(all.includes("node_modules/left-pad/index.js"));
});

Deno.test("what git ignores is kept up to 1 MB, so that .env is not lost", async () => {
  const files = {
    ".gitignore": ".env\n*.bin\ndist/\n",
    ".env": "KEY=1",
    "small.bin": 1 << 20,
    "large.bin": (1 << 20) + 1,
    "large.txt": (1 << 20) + 1,
    "dist/bundle.js": "built",
    "src/dist.ts": "",
    "sub/.gitignore": "!large.bin\n",
    "sub/large.bin": (1 << 20) + 1,
  };
  assert.deepEqual(await recorded(files), [
    ".env",
    ".gitignore",
    "large.txt",
    "small.bin",
    "src/dist.ts",
    "sub/.gitignore",
    "sub/large.bin",
  ]);
});

Deno.test("what is built is kept where git does not ignore it", async () => {
  assert.deepEqual(await recorded({ "dist/page.html": "" }), ["dist/page.html"]);
});

Deno.test(".lifeboatignore leaves out whatever it says, in workspaces and homes", async () => {
  const ignore = "*.secret\n/top\n!kept.secret\n";
  const files = {
    ".lifeboatignore": ignore,
    "a.secret": "",
    "kept.secret": "",
    "top/x": "",
    "sub/top/y": "",
    "sub/b.secret": "",
  };
  assert.deepEqual(await recorded(files), [".lifeboatignore", "kept.secret", "sub/top/y"]);
  const home = {
    "config.toml": "",
    ".lifeboatignore": "notes\n",
    "notes/x.md": "",
    "AGENTS.md": "",
  };
  const left = [".lifeboatignore", "AGENTS.md", "config.toml"];
  assert.deepEqual(await recorded(home, "", true), left);
});

Deno.test("a home leaves out what its backups leave out, and nothing by size", async () => {
  const files = {
    "config.toml": "",
    "cache/x": "",
    "auth.json": "{}",
    "sessions/big.txt": 20 * KB,
  };
  const kept = ["auth.json", "config.toml", "sessions/big.txt"];
  assert.deepEqual(await recorded(files, 'max_file_size = "10kB"', true), kept);
});
