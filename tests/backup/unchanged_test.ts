import { assert } from "../assert.ts";
import type { EarlierFile } from "../../src/archive/mod.ts";
import { hasSameTail, proofNeeded, type Trust } from "../../src/backup/unchanged.ts";
import { type FileInfo, realFs, sha256Of } from "../../src/base/mod.ts";
import { withTempDir } from "../support/host.ts";

type Entry = EarlierFile["entry"];

const STARTED = 1_000_000_000;
const HASH = "A".repeat(64);
const ENTRY: Entry = ["files/a", 10, 5000, 0o600, HASH];
const INFO: FileInfo = {
  kind: "file",
  size: 10,
  mtimeMs: 5000,
  changedMs: 0,
  mode: 0o600,
  inode: 1,
  device: 1,
  links: 1,
};

function proof(trust: Trust, info: Partial<FileInfo> = {}, entry: Entry = ENTRY) {
  return proofNeeded({ trust, startedMs: STARTED }, entry, { ...INFO, ...info });
}

Deno.test("where times can be trusted, size, time and permissions decide", () => {
  assert.equal(proof("times"), "none");
  assert.equal(proof("times", { size: 11 }), "whole");
  assert.equal(proof("times", { mtimeMs: 5001 }), "whole");
  assert.equal(proof("times", { mode: 0o644 }), "whole");
});

Deno.test("where they cannot, the end of a file is compared, and a database is read", () => {
  assert.equal(proof("tails"), "tail");
  assert.equal(proof("tails", { size: 11 }), "whole");
  assert.equal(proof("tails", { mtimeMs: 5001 }), "whole");
  assert.equal(proof("tails", {}, ["files/a", 10, 5000, 0o600, HASH, "sqlite_backup"]), "whole");
});

Deno.test("with --rescan everything is read", () => {
  assert.equal(proof("nothing"), "whole");
});

Deno.test("a time just before the earlier backup, or after it, proves nothing", () => {
  for (const trust of ["times", "tails"] as const) {
    for (
      const [before, expected] of [[2001, trust === "times" ? "none" : "tail"], [1999, "whole"]]
    ) {
      const mtimeMs = STARTED - Number(before);
      const entry: Entry = ["files/a", 10, mtimeMs, 0o600, HASH];
      assert.equal(proof(trust, { mtimeMs }, entry), expected, `${trust} ${before}`);
    }
    const mtimeMs = STARTED + 1;
    assert.equal(proof(trust, { mtimeMs }, ["files/a", 10, mtimeMs, 0o600, HASH]), "whole");
  }
});

Deno.test("a file that got its old time back since then is read", () => {
  for (const [before, expected] of [[1000, "none"], [999, "whole"], [-5000, "whole"]] as const) {
    assert.equal(proof("times", { changedMs: STARTED - before }), expected, `${before}`);
  }
});

Deno.test("what was captured raw, or has no hash, is read", () => {
  assert.equal(proof("times", {}, ["files/a", 10, 5000, 0o600, HASH, "raw_database"]), "whole");
  assert.equal(proof("times", {}, ["files/a", 10, 5000, 0o600, null]), "whole");
});

Deno.test("a database is held against its size in the home, not that of its copy", () => {
  const entry: Entry = ["files/a", 4096, 5000, 0o600, HASH, "sqlite_backup", 10, 99, 4000];
  assert.equal(proof("times", {}, entry), "none");
  assert.equal(proof("times", { size: 4096 }, entry), "whole");
});

function earlierFile(lines: unknown[], entry: Entry): EarlierFile {
  return { entry, group: { lines, entries: [entry] } } as unknown as EarlierFile;
}

Deno.test("the last slice of a large file is its tail, all of a small one", async () => {
  await withTempDir((folder) => {
    const path = `${folder}/file`;
    Deno.writeTextFileSync(path, "begin-end");
    const entry: Entry = ["files/a", 9, 0, 0o600, sha256Of("begin-end")];
    const slice = { kind: "slice", offset: 6, length: 3, sha256: sha256Of("end") };
    const large = earlierFile([{ kind: "head" }, slice], entry);
    const small = earlierFile([{ kind: "run" }], entry);
    assert.ok(hasSameTail(realFs, path, large));
    assert.ok(hasSameTail(realFs, path, small));
    Deno.writeTextFileSync(path, "BEGIN-end");
    assert.ok(hasSameTail(realFs, path, large));
    assert.ok(!hasSameTail(realFs, path, small));
    Deno.writeTextFileSync(path, "begin-END");
    assert.ok(!hasSameTail(realFs, path, large));
    Deno.writeTextFileSync(path, "begin-e");
    assert.ok(!hasSameTail(realFs, path, large));
    Deno.removeSync(path);
    assert.ok(!hasSameTail(realFs, path, large));
    return Promise.resolve();
  });
});
