import { openBackup, type ReadLimits } from "../../src/archive/mod.ts";
import type { Platform } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { membersFor, tarGzOf } from "../support/raw_tar.ts";
import { entryFor, manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";

type Changes = Record<string, unknown>;

const FILES = { a: "1" };
const GOOD = manifestFor(FILES);
const entry = (changes: Changes) => ({ entries: [{ ...GOOD.entries[0], ...changes }] });
const root = (changes: Changes) => ({
  roots: [{ id: "agents", kind: "folder", source: "/x", entries: [], ...changes }],
});
const paths = (...names: string[]) => ({ entries: names.map((name) => entryFor(name, "")) });
const link = (changes: Changes) => ({
  symlinks: [{ root: "home", relative_path: "l", target: "a", ...changes }],
});
const folder = (changes: Changes) => ({
  directories: [{ root: "home", relative_path: "d", mode: 0o700, mtime_ms: 1, ...changes }],
});

interface Reading {
  platform?: Platform;
  limits?: Partial<ReadLimits>;
}

async function load(path: string, folder: string, { platform, limits }: Reading) {
  const backup = await openBackup(testHost(folder, platform && { platform }), path, { limits });
  try {
    return { head: backup.head, manifest: await backup.loadManifest() };
  } finally {
    backup.close();
  }
}

/** Loads a manifest out of an archive, and of a folder where this system is meant. */
async function loadBoth(manifest: unknown, reading: Reading = {}, check = load): Promise<void> {
  await withTempDir(async (folder) => {
    const stored = storedEntries(FILES, manifest);
    await writeFolder(`${folder}/backup`, stored);
    await Deno.writeFile(`${folder}/b.tar.gz`, tarGzOf(membersFor(stored)));
    if (!reading.platform) await check(`${folder}/backup`, folder, reading);
    await check(`${folder}/b.tar.gz`, folder, reading);
    assert.deepEqual(Array.from(Deno.readDirSync(folder)).length, 2);
  });
}

function refused(code: string): typeof load {
  return async (path, folder, reading) => {
    await rejectsWith(() => load(path, folder, reading), code);
    return undefined as never;
  };
}

const TEXTS: Record<string, string> = {
  "nothing in it": "",
  "a list": "[]",
  "text": "hello",
  "half of itself": JSON.stringify(GOOD).slice(0, 400),
  "the byte 0": "\0".repeat(100),
  "a deep nesting": `{"schema_version":1,"entries":[],"x":${"[".repeat(50_000)}`,
  "a key twice": '{"schema_version":1,"entries":[],"home":"/a","home":"/b"}',
  "its entries twice": '{"schema_version":1,"entries":[],"entries":[]}',
  "no schema": '{"entries":[]}',
  "a schema that is text": '{"schema_version":"1","entries":[]}',
  "no entries": '{"schema_version":1}',
  "entries that are an object": '{"schema_version":1,"entries":{"a":1}}',
  "entries that are a number": '{"schema_version":1,"entries":5}',
  "roots that are an object": '{"schema_version":1,"entries":[],"roots":{"a":1}}',
};

for (const [what, text] of Object.entries(TEXTS)) {
  Deno.test(`a manifest with ${what} is bad_manifest`, () =>
    loadBoth(text, {}, refused("bad_manifest")));
}

for (const version of [0, 2, 99, 1.5, -1]) {
  Deno.test(`a manifest of schema ${version} is newer_schema`, () =>
    loadBoth({ ...GOOD, schema_version: version }, {}, refused("newer_schema")));
}

const WRONG_TYPES: Record<string, Changes> = {
  "created_at": { created_at: 5 },
  "profile": { profile: ["codex"] },
  "home": { home: {} },
  "backup_name": { backup_name: 1 },
  "archive_format": { archive_format: "rar" },
  "platform": { platform: "linux" },
  "platform.system": { platform: { system: 5 } },
  "exclusions": { exclusions: [] },
  "counts": { counts: 5 },
  "counts.files": { counts: { files: -1, sqlite_databases: 0, errors: 0 } },
  "mode": { mode: "other" },
  "status": { status: 1 },
  "label": { label: {} },
  "tool": { tool: "lifeboat" },
  "agent": { agent: { name: "codex" } },
  "kit": { kit: { "restore-standalone": "x" } },
  "kit's names": { kit: { "../x": "0".repeat(64) } },
  "kit's long names": { kit: { [`${"n/".repeat(1 << 19)}x`]: "0".repeat(64) } },
  "profile_data": { profile_data: { id: "x", name: "y", restore_skip: [1] } },
  "an entry": { entries: ["a"] },
  "an entry, null": { entries: [null] },
  "relative_path": entry({ relative_path: 5 }),
  "relative_path with a NUL": entry({ relative_path: "a\0b" }),
  "kind": entry({ kind: "directory" }),
  "bytes": entry({ bytes: "1" }),
  "negative bytes": entry({ bytes: -1 }),
  "bytes of 2^60": entry({ bytes: 2 ** 60 }),
  "sha256": entry({ sha256: "abc" }),
  "sha256, null": entry({ sha256: null }),
  "an entry's mode": entry({ mode: 0o10000 }),
  "mtime_ms": entry({ mtime_ms: "now" }),
  "mtime_ms beyond all time": entry({ mtime_ms: 1e17 }),
  "a root": { roots: ["agents"] },
  "a root's id": root({ id: 5 }),
  "a root's id with ..": root({ id: "../x" }),
  "a root's id that is ..": root({ id: ".." }),
  "a root's id with a slash": root({ id: "a/b" }),
  "a root's id that is absolute": root({ id: "/etc" }),
  "a root's id that is a device": root({ id: "nul" }),
  "a root that is called home": root({ id: "home" }),
  "a root twice": { roots: [root({}).roots[0], root({}).roots[0]] },
  "a root's kind": root({ kind: "device" }),
  "a root's source": root({ source: 5 }),
  "a root's entries": root({ entries: { a: 1 } }),
  "a root's entry": root({ entries: [5] }),
  "a root's entry without bytes": root({
    entries: [{ relative_path: "a", sha256: "0".repeat(64) }],
  }),
  "two files in a root of one": root({ kind: "file", entries: paths("a", "b").entries }),
  "a link's target": link({ target: 5 }),
  "an empty target": link({ target: "" }),
  "a link of an unknown root": link({ root: "other" }),
  "a folder's mode": folder({ mode: -1 }),
  "a folder's time": folder({ mtime_ms: null }),
  "a folder of an unknown root": folder({ root: "../x" }),
  "skipped": { skipped: [{ reason: 5 }] },
  "errors": { errors: [{ error: {} }] },
};

for (const [what, changes] of Object.entries(WRONG_TYPES)) {
  Deno.test(`a manifest with a wrong value for ${what} is bad_manifest`, () =>
    loadBoth({ ...GOOD, ...changes }, {}, refused("bad_manifest")));
}

const UNSAFE: Record<string, [Changes, Platform?]> = {
  "..": [paths("../x")],
  ".. further in": [paths("x/../../y")],
  "an absolute path": [paths("/etc/passwd")],
  "an empty path": [paths("")],
  "a . segment": [paths("./x")],
  "a drive letter": [paths("C:\\Windows\\x"), "windows"],
  "a UNC path": [paths("\\\\server\\share\\x"), "windows"],
  "backslashes": [paths("..\\..\\x"), "windows"],
  "backslashes further in": [paths("x\\..\\..\\y"), "windows"],
  "a drive letter with a slash": [paths("c:/x"), "windows"],
  "half of a surrogate pair": [paths("a\ud800")],
  "the same path twice": [paths("x", "x")],
  "a file below a file": [paths("x", "x/y")],
  "a file below a link": [{ ...link({ relative_path: "x" }), ...paths("x/y") }],
  "a file where a link is": [{ ...link({ relative_path: "x" }), ...paths("x") }],
  "a folder where a link is": [{ ...link({}), ...folder({ relative_path: "l" }) }],
  "a link that leads out by its path": [link({ relative_path: "../l" })],
  "a folder that leads out": [folder({ relative_path: "../../d" })],
  "a path of a root that leads out": [root({ entries: paths("../../x").entries })],
};

for (const [what, [changes, platform]] of Object.entries(UNSAFE)) {
  Deno.test(`a manifest that names ${what} is unsafe_archive`, () =>
    loadBoth({ ...GOOD, ...changes }, { platform }, refused("unsafe_archive")));
}

const IMPOSSIBLE = ["sub/aux.txt", "file:stream", "C:evil", "trailing.", "question?", "a\\b"];

for (const name of IMPOSSIBLE) {
  Deno.test(`a manifest with ${name}, which Windows does not allow, is read there all the same`, () =>
    loadBoth(
      { ...GOOD, ...paths(name) },
      { platform: "windows" },
      async (path, folder, reading) => {
        const loaded = await load(path, folder, reading);
        const [entry] = loaded.manifest.entries;
        assert.equal(entry.relative_path, name);
        return loaded;
      },
    ));
}

Deno.test("a root itself may stand among the folders, as nothing else may", async () => {
  await loadBoth({ ...GOOD, ...folder({ relative_path: "." }) });
  await loadBoth(
    { ...GOOD, ...folder({ relative_path: ".", root: "other" }) },
    {},
    refused("bad_manifest"),
  );
});

Deno.test("a link may aim anywhere, since the restorer decides about it", () =>
  loadBoth({ ...GOOD, ...link({ target: "../../etc/passwd" }) }, {}, async (path, folder) => {
    const loaded = await load(path, folder, {});
    assert.equal(loaded.manifest.symlinks[0].target, "../../etc/passwd");
    return loaded;
  }));

Deno.test("a key of JavaScript's own is a key like any other", () =>
  loadBoth(
    JSON.stringify(GOOD).replace("{", '{"__proto__":{"home":"/evil"},"constructor":1,'),
    {},
    async (path, folder) => {
      const loaded = await load(path, folder, {});
      assert.equal(loaded.head.home, GOOD.home);
      assert.equal(Object.getPrototypeOf(loaded.head), Object.prototype);
      return loaded;
    },
  ));

Deno.test("a manifest that is too large is bad_manifest, before it is read", () =>
  loadBoth(GOOD, { limits: { manifestBytes: 100 } }, refused("bad_manifest")));

Deno.test("a manifest that lists too much is bad_manifest", () =>
  loadBoth(
    { ...GOOD, skipped: Array(50).fill({ reason: "excluded" }) },
    { limits: { members: 10 } },
    refused("bad_manifest"),
  ));

Deno.test("a value of 5 MiB in a manifest is bad_manifest", () =>
  loadBoth({ ...GOOD, label: "x".repeat(5 << 20) }, {}, refused("bad_manifest")));
