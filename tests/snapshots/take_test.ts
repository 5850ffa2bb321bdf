import { realFs } from "../../src/base/mod.ts";
import { recordFiles, takeSnapshot } from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs } from "../support/faulty_fs.ts";
import { age, BY_HAND, byTool, eventsOf, withSnapshots } from "../support/snapshots.ts";

Deno.test("a snapshot has what changed since the one before", async () => {
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    Deno.writeTextFileSync(at("kept.txt"), "kept");
    Deno.writeTextFileSync(at("gone.txt"), "gone");
    Deno.mkdirSync(at("sub"));
    Deno.symlinkSync("kept.txt", at("link"));
    const first = await takeSnapshot(store, scope, BY_HAND);
    assert.equal(first.changes, 4);
    Deno.removeSync(at("gone.txt"));
    Deno.writeTextFileSync(at("sub/new.txt"), "new");
    Deno.chmodSync(at("kept.txt"), 0o600);
    const second = await takeSnapshot(store, scope, BY_HAND);
    assert.equal(second.changes, 3);
    assert.deepEqual(eventsOf(scene).slice(4).sort(), [
      "create sub/new.txt",
      "delete gone.txt",
      "update kept.txt",
    ]);
    assert.equal((await takeSnapshot(store, scope, BY_HAND)).changes, 0);
  });
});

Deno.test("a renamed file is told as renamed, and its content is stored once", async () => {
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    Deno.writeTextFileSync(at("old.txt"), "content");
    await takeSnapshot(store, scope, BY_HAND);
    Deno.renameSync(at("old.txt"), at("new.txt"));
    await takeSnapshot(store, scope, BY_HAND);
    assert.deepEqual(eventsOf(scene), ["seen old.txt", "rename old.txt", "rename new.txt"]);
    assert.equal(Deno.readDirSync(`${store.folder}/objects`).toArray().length, 1);
  });
});

Deno.test("an unchanged file is not opened again", async () => {
  let opened: string[] = [];
  const fs = faultyFs(realFs, ({ operation, path }) => {
    if (operation === "open" && path.endsWith(".txt")) opened.push(path);
  });
  await withSnapshots(async ({ store, scope, at }) => {
    Deno.writeTextFileSync(at("a.txt"), "a");
    age(at("a.txt"));
    await takeSnapshot(store, scope, BY_HAND);
    assert.notEqual(opened.length, 0);
    opened = [];
    await takeSnapshot(store, scope, BY_HAND);
    assert.deepEqual(opened, []);
  }, { fs });
});

Deno.test("a file that was written within its time stamp's step is found although it looks the same", async () => {
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    const time = new Date();
    const write = (text: string) => {
      Deno.writeTextFileSync(at("a.txt"), text);
      Deno.utimeSync(at("a.txt"), time, time);
    };
    write("one");
    await takeSnapshot(store, scope, BY_HAND);
    write("two");
    await takeSnapshot(store, scope, BY_HAND);
    assert.deepEqual(eventsOf(scene), ["seen a.txt", "update a.txt"]);
  });
});

Deno.test("a long transcript that grows costs a slice, and only its ends are read", async () => {
  let read = 0;
  const fs = {
    ...realFs,
    open(path: string, options = {}) {
      const file = realFs.open(path, options);
      if (!path.endsWith("t.jsonl")) return file;
      return { ...file, read: (into: Uint8Array) => (read += into.length, file.read(into)) };
    },
  };
  await withSnapshots(async ({ store, scope, at }) => {
    const line = `${JSON.stringify({ text: "x".repeat(980) })}\n`;
    Deno.writeTextFileSync(at("t.jsonl"), line.repeat(4000));
    await takeSnapshot(store, scope, BY_HAND);
    const before = objectCount(store.folder);
    Deno.writeTextFileSync(at("t.jsonl"), line, { append: true });
    read = 0;
    await takeSnapshot(store, scope, BY_HAND);
    assert.equal(objectCount(store.folder) - before, 2); // the last slice, and the list
    assert.ok(read <= 5 * (256 << 10), `${read} bytes were read`);
  }, { fs });
});

function objectCount(folder: string): number {
  let count = 0;
  for (const { name } of Deno.readDirSync(`${folder}/objects`)) {
    count += [...Deno.readDirSync(`${folder}/objects/${name}`)].length;
  }
  return count;
}

Deno.test("a transcript that was written anew is read as a whole", async () => {
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    const lines = (first: string) => `${first}\n${`${"y".repeat(999)}\n`.repeat(1000)}`;
    Deno.writeTextFileSync(at("t.jsonl"), lines("a"));
    await takeSnapshot(store, scope, BY_HAND);
    Deno.writeTextFileSync(at("t.jsonl"), `${lines("b")}more\n`);
    await takeSnapshot(store, scope, BY_HAND);
    assert.deepEqual(eventsOf(scene), ["seen t.jsonl", "update t.jsonl"]);
  });
});

Deno.test("a hook records a file before and after a tool, and nothing outside the workspace", async () => {
  await withSnapshots(async (scene) => {
    const { store, scope, at, folder } = scene;
    Deno.writeTextFileSync(`${folder}/outside.txt`, "secret");
    Deno.symlinkSync(folder, at("way-out"));
    Deno.writeTextFileSync(at("a.txt"), "before");
    const paths = [
      at("a.txt"),
      at("new/b.txt"),
      `${folder}/outside.txt`,
      at("way-out/outside.txt"),
    ];
    const before = await recordFiles(store, scope, { ...byTool("S"), cause: "other" }, paths);
    assert.deepEqual(before.skipped.map(({ reason }) => reason), ["outside", "outside"]);
    Deno.writeTextFileSync(at("a.txt"), "after");
    Deno.mkdirSync(at("new"));
    Deno.writeTextFileSync(at("new/b.txt"), "b");
    await recordFiles(store, scope, byTool("S"), paths);
    assert.deepEqual(eventsOf(scene), [
      "seen a.txt",
      "seen new",
      "seen new/b.txt",
      "update a.txt",
      "create new",
      "create new/b.txt",
    ]);
    const again = await recordFiles(store, scope, byTool("S"), paths);
    assert.deepEqual([again.snapshot, again.changes], [null, 0]);
  });
});

Deno.test("a folder that cannot be read does not count as deleted", async () => {
  let locked = "";
  const fs = faultyFs(realFs, ({ operation, path }) => {
    if (operation === "list" && path === locked) {
      return Object.assign(new Error(), { code: "EACCES" });
    }
  });
  await withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    Deno.mkdirSync(at("sub"));
    Deno.writeTextFileSync(at("sub/a.txt"), "a");
    await takeSnapshot(store, scope, BY_HAND);
    locked = at("sub");
    const { changes, skipped } = await takeSnapshot(store, scope, BY_HAND);
    assert.equal(changes, 0);
    assert.deepEqual(skipped.map(({ reason }) => reason), ["unreadable"]);
  }, { fs });
});
