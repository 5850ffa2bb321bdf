import { join } from "node:path";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import {
  type DiffItem,
  diffSnapshots,
  recordFiles,
  takeSnapshot,
  trackHome,
} from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { BY_HAND, byTool, withSnapshots } from "../support/snapshots.ts";
import { makeTree } from "../support/trees.ts";

function short({ path, change, hidden, diff }: DiffItem) {
  return [path, change, hidden, diff];
}

Deno.test("text is shown line by line, and of other files only that they changed", async () => {
  await withSnapshots(async ({ store, scope, at, work }) => {
    makeTree(work, {
      "a.txt": "one\ntwo\n",
      ".env": "KEY=1\n",
      "b.bin": "\0\x01",
      "gone.txt": "x\n",
    });
    const { snapshot } = await takeSnapshot(store, scope, BY_HAND);
    Deno.writeTextFileSync(at("a.txt"), "one\nTWO\n");
    Deno.writeTextFileSync(at(".env"), "KEY=2\n");
    Deno.writeTextFileSync(at("b.bin"), "\0\x02");
    Deno.removeSync(at("gone.txt"));
    Deno.writeTextFileSync(
      at("new.txt"),
      "token = sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789\n",
    );
    const { files } = await diffSnapshots(store, scope, { from: { snapshot: snapshot! } });
    assert.deepEqual(files.slice(0, 4).map(short), [
      [".env", "changed", "secret", null],
      ["a.txt", "changed", null, ["@@ -1,2 +1,2 @@", " one", "-two", "+TWO"]],
      ["b.bin", "changed", "binary", null],
      ["gone.txt", "deleted", null, ["@@ -1 +0,0 @@", "-x"]],
    ]);
    assert.equal(JSON.stringify(files[4]).includes("abcdefghijklmnop"), false);
  });
});

Deno.test("what a session changed is shown apart from what came later", async () => {
  await withSnapshots(async ({ store, scope, at }) => {
    Deno.writeTextFileSync(at("a.txt"), "a\n");
    await recordFiles(store, scope, { ...byTool("S"), cause: "other" }, [at("a.txt")]);
    Deno.writeTextFileSync(at("a.txt"), "by S\n");
    await recordFiles(store, scope, byTool("S"), [at("a.txt")]);
    Deno.writeTextFileSync(at("a.txt"), "later\n");
    await recordFiles(store, scope, byTool("T"), [at("a.txt")]);
    const { files } = await diffSnapshots(store, scope, {
      from: { session: "S" },
      to: { endOf: "S" },
    });
    assert.deepEqual(files.map(({ diff }) => diff), [["@@ -1 +1 @@", "-a", "+by S"]]);
  });
});

Deno.test("neither logins nor conversations of a home are shown", async () => {
  await withSnapshots(async ({ store, host, folder }) => {
    const path = join(folder, ".codex");
    const spec = { "auth.json": "{}", "sessions/r.jsonl": "{}\n", "AGENTS.md": "a\n" };
    makeTree(path, spec);
    const scope = trackHome(store, resolveHome(host, findProfile(host, "codex")));
    const { snapshot } = await takeSnapshot(store, scope, BY_HAND);
    for (const name of Object.keys(spec)) Deno.writeTextFileSync(join(path, name), "changed\n");
    const { files } = await diffSnapshots(store, scope, { from: { snapshot: snapshot! } });
    assert.deepEqual(files.map(({ path, hidden }) => [path, hidden]), [
      ["AGENTS.md", null],
      ["auth.json", "secret"],
      ["sessions/r.jsonl", "conversation"],
    ]);
  });
});
