import { type Host, realFs } from "../../src/base/mod.ts";
import { compileRules, walk } from "../../src/capture/mod.ts";
import { findProfile, type HomeRoot } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs, type FsCall, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";

const rules = compileRules(findProfile(testHost("/nowhere"), "codex"), "compact", []);

function write(folder: string, ...paths: string[]): void {
  for (const path of paths) {
    const full = `${folder}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    if (!path.endsWith("/")) Deno.writeTextFileSync(full, path);
  }
}

function homeAt(path: string): HomeRoot {
  return { id: "home", kind: "folder", name: "home", path };
}

/** The walk as short lines: `file a`, `skipped tmp excluded`. */
function lines(host: Host, root: HomeRoot): string[] {
  return Array.from(walk(host, root, rules), (item) => {
    const why = "reason" in item ? ` ${item.reason}` : "code" in item ? ` ${item.code}` : "";
    const target = item.type === "symlink" ? ` -> ${item.target}` : "";
    return `${item.type} ${item.path}${why}${target}`;
  });
}

/** Each entry is looked at by itself, as where a listing does not tell what its entries are. */
function meddled(folder: string, meddle: (call: FsCall) => Error | void): Host {
  const plain = { ...realFs, list: (path: string) => realFs.list(path) };
  return testHost(folder, { fs: faultyFs(plain, meddle) });
}

Deno.test("a walk goes depth first, sorted by name at each level, empty folders included", () =>
  withTempDir((folder) => {
    write(folder, "b/z", "b/a/x", "b-1", "a.txt", "empty/");
    assert.deepEqual(lines(testHost(folder), homeAt(folder)), [
      "file a.txt",
      "directory b",
      "directory b/a",
      "file b/a/x",
      "file b/z",
      "file b-1",
      "directory empty",
    ]);
  }));

Deno.test("folders and files carry mode, time and size", () =>
  withTempDir((folder) => {
    write(folder, "d/f");
    Deno.utimeSync(`${folder}/d`, 1_700_000_000, 1_700_000_000);
    const [directory, file] = walk(testHost(folder), homeAt(folder), rules);
    assert.ok(directory.type === "directory" && file.type === "file");
    assert.equal(directory.info.mtimeMs, 1_700_000_000_000);
    assert.equal(file.info.size, 3);
  }));

Deno.test("an excluded folder is one record and is not entered", () =>
  withTempDir((folder) => {
    write(folder, "cache/a/b", "skills/x/node_modules/y", "log/today", "config.toml");
    const host = meddled(folder, ({ operation, path }) => {
      if (operation === "list" && /cache|node_modules|log/.test(path)) return systemError("EIO");
    });
    assert.deepEqual(lines(host, homeAt(folder)), [
      "skipped cache excluded",
      "file config.toml",
      "skipped log excluded",
      "directory skills",
      "directory skills/x",
      "skipped skills/x/node_modules excluded",
    ]);
    const [first] = walk(host, homeAt(folder), rules);
    assert.equal(first.type === "skipped" && first.rule, "cache");
  }));

Deno.test("links are told and never followed, also those that lead round in a circle", () =>
  withTempDir((folder) => {
    write(folder, "real/f");
    Deno.symlinkSync("..", `${folder}/real/loop`);
    Deno.symlinkSync("missing", `${folder}/dangling`);
    assert.deepEqual(lines(testHost(folder), homeAt(folder)), [
      "symlink dangling -> missing",
      "directory real",
      "file real/f",
      "symlink real/loop -> ..",
    ]);
  }));

Deno.test("sockets, pipes and devices are skipped", () =>
  withTempDir((folder) => {
    write(folder, "a");
    const listener = Deno.build.os === "windows"
      ? undefined
      : Deno.listen({ transport: "unix", path: `${folder}/socket` });
    const expected = listener ? ["file a", "skipped socket special_file"] : ["file a"];
    assert.deepEqual(lines(testHost(folder), homeAt(folder)), expected);
    listener?.close();
  }));

Deno.test("Lifeboat's own folder at the top is never walked, one of that name below is", () =>
  withTempDir((folder) => {
    write(folder, ".lifeboat/staging/x", "skills/.lifeboat/y");
    assert.deepEqual(lines(testHost(folder), homeAt(folder)), [
      "directory skills",
      "directory skills/.lifeboat",
      "file skills/.lifeboat/y",
    ]);
  }));

Deno.test("a folder that cannot be read fails, and the walk goes on", () =>
  withTempDir((folder) => {
    write(folder, "a/x", "b/y");
    const host = meddled(folder, ({ operation, path }) => {
      if (operation === "list" && path.endsWith("/a")) return systemError("EACCES");
    });
    assert.deepEqual(lines(host, homeAt(folder)), [
      "directory a",
      "failed a unreadable",
      "directory b",
      "file b/y",
    ]);
  }));

Deno.test("a file or folder that is gone before it is looked at has vanished", () =>
  withTempDir((folder) => {
    write(folder, "a/x", "b", "c");
    const host = meddled(folder, ({ operation, path }) => {
      if (operation === "lstat" && path.endsWith("/b")) Deno.removeSync(path);
      if (operation === "list" && path.endsWith("/a")) Deno.removeSync(path, { recursive: true });
    });
    assert.deepEqual(lines(host, homeAt(folder)), [
      "skipped a vanished",
      "skipped b vanished",
      "file c",
    ]);
  }));

Deno.test("a file that cannot be looked at fails with the system's reason", () =>
  withTempDir((folder) => {
    write(folder, "a");
    const host = meddled(folder, ({ operation, path }) => {
      if (operation === "lstat" && path.endsWith("/a")) return systemError("EIO");
    });
    const [item] = walk(host, homeAt(folder), rules);
    assert.ok(item.type === "failed");
    assert.deepEqual([item.code, item.error], ["unreadable", "EIO: simulated"]);
  }));

Deno.test("on Linux nothing is looked at that its folder's listing has told of", () =>
  withTempDir((folder) => {
    write(folder, "a/x", "b");
    const looked: string[] = [];
    const fs = faultyFs(realFs, ({ operation, path }) => {
      if (operation === "lstat") looked.push(path);
    });
    assert.equal(lines(testHost(folder, { fs }), homeAt(folder)).length, 3);
    if (Deno.build.os === "linux") assert.deepEqual(looked, [folder]);
  }));

Deno.test("names with newlines, quotes and control characters are walked like others", () =>
  withTempDir((folder) => {
    const names = Deno.build.os === "windows" ? ["it's"] : ["a\nb", 'q"q', "\x1b[31m", "\u202egnp"];
    write(folder, ...names);
    const seen = Array.from(walk(testHost(folder), homeAt(folder), rules), ({ path }) => path);
    assert.deepEqual(seen, names.toSorted());
  }));

Deno.test("a name that is not UTF-8 fails and is told escaped", () =>
  withTempDir((folder) => {
    write(folder, "a");
    // Other systems do not store such names.
    if (Deno.build.os !== "linux") return;
    const script = `: > "$1/$(printf 'b\\377')"`;
    new Deno.Command("sh", { args: ["-c", script, "sh", folder] }).outputSync();
    assert.deepEqual(lines(testHost(folder), homeAt(folder)), [
      "file a",
      "failed b\\xff name_not_utf8",
    ]);
  }));

Deno.test("a root that is a file has that file, under its own name", () =>
  withTempDir((folder) => {
    write(folder, "dotfile");
    const root = (path: string): HomeRoot => ({
      id: "claude-json",
      kind: "file",
      name: ".claude.json",
      path: `${folder}/${path}`,
    });
    assert.deepEqual(lines(testHost(folder), root("dotfile")), ["file .claude.json"]);
    assert.deepEqual(lines(testHost(folder), root("missing")), []);
    assert.deepEqual(lines(testHost(folder), root("")), ["failed .claude.json unreadable"]);
  }));

Deno.test("a root that is missing has nothing; one that is no folder or unreadable fails", () =>
  withTempDir((folder) => {
    write(folder, "file");
    const host = meddled(folder, ({ operation }) => {
      if (operation === "list") return systemError("EACCES");
    });
    assert.deepEqual(lines(testHost(folder), homeAt(`${folder}/missing`)), []);
    assert.deepEqual(lines(testHost(folder), homeAt(`${folder}/file`)), ["failed . unreadable"]);
    assert.deepEqual(lines(host, homeAt(folder)), ["failed . unreadable"]);
  }));

Deno.test("of a shared folder only the agent's own files are walked", () =>
  withTempDir((folder) => {
    write(folder, "state_5.sqlite", "Pictures/cat.png");
    const root: HomeRoot = { id: "sqlite", kind: "folder", name: "db", path: folder };
    assert.deepEqual(lines(testHost(folder), root), ["file state_5.sqlite"]);
  }));
