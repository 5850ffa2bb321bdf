import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { changeBenchHome } from "../../scripts/bench/change.ts";
import { type BenchHome, makeBenchHome } from "../../scripts/bench/home.ts";
import { hashesBelow } from "../../scripts/demo/compare.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const PROJECT = dirname(dirname(import.meta.dirname!));
const SIZE = 6e6;

function make(folder: string, seed = 1, project = PROJECT): BenchHome {
  return makeBenchHome({ folder, size: SIZE, seed, project });
}

/** A project whose texts nobody changes meanwhile. */
async function makeProject(folder: string): Promise<string> {
  for (const name of ["src", "tests", "scripts"]) await Deno.mkdir(join(folder, name));
  await cp(join(PROJECT, "kit"), join(folder, "kit"), { recursive: true });
  return folder;
}

/** Bytes of every file by its path below the home, and the same compressed. */
function weigh({ folder }: BenchHome): { bytes: number; gzipped: number; files: number } {
  const paths = [...hashesBelow(folder).keys()];
  const contents = paths.map((path) => Deno.readFileSync(join(folder, path)));
  const bytes = contents.reduce((sum, content) => sum + content.length, 0);
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const content of contents) {
    whole.set(content, at);
    at += content.length;
  }
  return { bytes, gzipped: gzipSync(whole, { level: 6 }).length, files: paths.length };
}

function countItems(path: string, options: string): number {
  const database = new DatabaseSync(`file:${path}?${options}`, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS n FROM items").get()!.n);
  } finally {
    database.close();
  }
}

Deno.test("a home for the benchmark has the size that was asked for, and compresses like text", () =>
  withTempDir((temp) => {
    const home = make(join(temp, ".codex"));
    const { bytes, gzipped, files } = weigh(home);
    assert.deepEqual({ bytes: home.bytes, files: home.files }, { bytes, files });
    assert.ok(bytes > SIZE && bytes < SIZE * 1.15, `${bytes} bytes`);
    assert.ok(bytes / gzipped > 3 && bytes / gzipped < 5, `compresses ${bytes / gzipped} times`);
    assert.ok(home.small.length >= SIZE / 10 / 4000, `${home.small.length} small files`);
  }));

Deno.test("one transcript is at least a twentieth of the home, and all are lines of JSON", () =>
  withTempDir((temp) => {
    const { transcripts, bytes } = make(join(temp, ".codex"));
    const sizes = transcripts.map((path) => Deno.statSync(path).size);
    assert.equal(Math.max(...sizes), sizes[0]);
    assert.ok(sizes[0] >= bytes / 20, `${sizes[0]} of ${bytes} bytes`);
    for (const path of transcripts) {
      assert.match(path, /\/sessions\/2026\/\d\d\/\d\d\/rollout-2026-[\dT-]+-[\da-f-]{36}\.jsonl$/);
      const lines = Deno.readTextFileSync(path).split("\n");
      assert.equal(lines.pop(), "");
      for (const line of lines) assert.equal(JSON.parse(line).type, "response_item");
    }
  }));

Deno.test("its databases are in WAL mode, their latest rows only in the WAL", () =>
  withTempDir((temp) => {
    const { folder, transcripts } = make(join(temp, ".codex"));
    for (const name of ["state_5.sqlite", "memories_1.sqlite"]) {
      const path = join(folder, name);
      assert.deepEqual([...Deno.readFileSync(path).subarray(18, 20)], [2, 2]);
      assert.ok(Deno.statSync(`${path}-shm`).size > 0);
      const [withWal, without] = [countItems(path, "mode=ro"), countItems(path, "immutable=1")];
      assert.ok(without > 0 && withWal > without, `${withWal} and ${without} rows`);
    }
    const state = new DatabaseSync(join(folder, "state_5.sqlite"), { readOnly: true });
    const rows = state.prepare("SELECT rollout_path FROM threads").all();
    state.close();
    assert.deepEqual(rows.map((row) => row.rollout_path).sort(), transcripts.toSorted());
    assert.deepEqual([...Deno.readDirSync(temp)].map(({ name }) => name), [".codex"]);
  }));

Deno.test("the same seed makes the same home, another seed another, and all of it looks old", () =>
  withTempDir(async (temp) => {
    const project = await makeProject(temp);
    const hashes = ["one", "two", "three"].map((name, i) => {
      make(join(temp, name), i === 2 ? 2 : 1, project);
      return [...hashesBelow(join(temp, name))].filter(([path]) => !path.includes(".sqlite"))
        .sort();
    });
    assert.deepEqual(hashes[0], hashes[1]);
    assert.notDeepEqual(hashes[0], hashes[2]);
    for (const [path] of hashes[0]) {
      assert.ok(Deno.statSync(join(temp, "one", path)).mtime! < new Date("2026-11-02"), path);
    }
  }));

Deno.test("a change appends to transcripts and edits small files, and leaves the rest alone", () =>
  withTempDir((temp) => {
    const home = make(join(temp, ".codex"));
    const before = hashesBelow(home.folder);
    const starts = home.transcripts.map((path) => Deno.readFileSync(path));
    const sizes = new Map(home.small.map((path) => [path, Deno.statSync(path).size]));
    const wanted = home.bytes * 0.01;
    const change = changeBenchHome(home, 0.01);
    assert.ok(change.bytes >= wanted && change.bytes < wanted * 1.6, `${change.bytes}`);
    const after = hashesBelow(home.folder);
    assert.deepEqual([...after.keys()], [...before.keys()]);
    const changed = [...after].filter(([path, hash]) => before.get(path) !== hash);
    const named = [...change.appended, ...change.edited].sort();
    assert.deepEqual(changed.map(([path]) => join(home.folder, path)).sort(), named);
    assert.ok(change.edited.length > 0 && change.appended.includes(home.transcripts[0]));
    home.transcripts.forEach((path, i) => {
      assert.deepEqual(Deno.readFileSync(path).subarray(0, starts[i].length), starts[i]);
    });
    for (const path of change.edited) assert.ok(Deno.statSync(path).size > sizes.get(path)!);
    assert.equal(weigh(home).bytes, home.bytes);
  }));
