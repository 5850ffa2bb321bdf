import fc from "fast-check";
import { createOpList } from "../../src/restore/op_list.ts";
import { waitingFiles } from "../../src/restore/waiting.ts";
import { assert } from "../assert.ts";

const SHA256 = "AB".repeat(32);
const STAGING = { mode: 0o600 };
type Ends = Parameters<typeof waitingFiles>[0];

const ends = {
  manifest: { roots: [{ id: "json", entries: [{ relative_path: "stored.json" }] }] },
  target: {
    roots: [
      { id: "home", kind: "folder", path: "/home" },
      { id: "rules", kind: "folder", path: "/rules" },
      { id: "json", kind: "file", path: "/here.json" },
    ],
  },
} as unknown as Ends;

function fileOp(root: string, path: string) {
  return { op: "file", root, path, old: { kind: "absent" }, size: 1, sha256: SHA256 } as const;
}

const names = fc.constantFrom("a", "b", "-", ".", "0", "ä", "\u{1f600}", "long".repeat(20));
const path = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const places = fc.uniqueArray(fc.tuple(fc.constantFrom("home", "rules"), path), {
  selector: ([root, path]) => `${root}:${path}`,
});

const stored = (root: string, path: string) =>
  (root === "home" ? "files/" : `extra/${root}/`) + path;

Deno.test("files that wait are found as a Map finds them, in whatever order they are asked for", () => {
  fc.assert(fc.property(places, fc.array(fc.tuple(fc.boolean(), fc.nat())), (all, calls) => {
    const ops = createOpList();
    const map = new Map<string, number>();
    for (const [root, path] of all) {
      map.set(stored(root, path), ops.length);
      ops.push(fileOp(root, path), STAGING);
    }
    const keys = [
      ...map.keys(),
      "files/none",
      "extra/rules/none",
      "extra/other/a",
      "manifest.json",
    ];
    const files = waitingFiles(ends, ops);
    for (const [isDelete, at] of calls) {
      const key = keys[at % keys.length];
      assert.equal(files.has(key), map.has(key));
      assert.equal(files.get(key)?.number, map.get(key));
      if (isDelete) {
        files.delete(key);
        map.delete(key);
      }
      assert.equal(files.size, map.size);
    }
    assert.deepEqual(files.values().map(({ file }) => file.stored).toArray(), [...map.keys()]);
  }));
});

Deno.test("what is not staged does not hide the file that takes its place", () => {
  const ops = createOpList([
    { op: "remove_folder", root: "home", path: "a", old: { mode: 0o700, mtime_ms: 1 } },
  ]);
  ops.push(fileOp("home", "a"), STAGING);
  assert.equal(waitingFiles(ends, ops).get("files/a")?.number, 1);
});

Deno.test("the one file of a root is found by the name that it has in the backup", () => {
  const ops = createOpList();
  ops.push(fileOp("json", "here.json"), STAGING);
  const files = waitingFiles(ends, ops);
  assert.equal(files.get("extra/json/stored.json")?.op.path, "here.json");
  assert.equal(files.has("extra/json/here.json"), false);
});
