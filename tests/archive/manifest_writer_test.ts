import {
  createManifestWriter,
  type FileEntry,
  HOME_ROOT,
  type ManifestHead,
  type ManifestWriter,
  type RootHead,
} from "../../src/archive/mod.ts";
import { realFs, sha256Of } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { type Fault, faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";

const HEAD: ManifestHead = {
  schema_version: 1,
  created_at: "2026-11-20T12:00:00+00:00",
  profile: "codex",
  home: "/home/a/.codex",
  backup_name: "codex-backup-20261120-120000",
  archive_format: "tar.gz",
  sensitive_note: "Contains secrets.",
  platform: { system: "Linux", release: "6.1", machine: "x86_64" },
  exclusions: { mode: "compact" },
  counts: { files: 2, sqlite_databases: 0, errors: 0 },
  mode: "compact",
  status: "ok",
  label: undefined,
};

const ROOTS: RootHead[] = [
  { id: "agents", kind: "folder", source: "/home/a/.agents" },
  { id: "claude-json", kind: "file", source: "/home/a/.claude.json" },
];

function entry(path: string): FileEntry {
  const sha256 = sha256Of(path);
  return { relative_path: path, kind: "file", bytes: 1, sha256, method: "copy2", mode: 0o600 };
}

/** Gives the writer two of everything, of the home `files` files, in mixed order. */
function fill(writer: ManifestWriter, files: number): void {
  for (let index = 0; index < files; index++) {
    writer.entry(HOME_ROOT, entry(`sessions/${index}\n"ü"\u2028.jsonl`));
  }
  for (const name of ["a", "b"]) {
    writer.entry("agents", entry(name));
    writer.symlink({ root: HOME_ROOT, relative_path: name, target: "../x" });
    writer.directory({ root: HOME_ROOT, relative_path: name, mode: 0o700, mtime_ms: 1 });
    writer.skipped({ root: HOME_ROOT, relative_path: name, reason: "excluded", rule: "cache" });
    writer.error({
      root: HOME_ROOT,
      relative_path: name,
      method: "copy2",
      code: "unreadable",
      error: "EACCES",
    });
  }
}

Deno.test("the manifest is valid JSON with everything in it, in the order it came", async () => {
  await withTempDir((folder) => {
    const path = `${folder}/manifest.json`;
    const writer = createManifestWriter(testHost(folder), path, ROOTS);
    fill(writer, 3);
    const written = writer.finish(HEAD);
    const bytes = Deno.readFileSync(path);
    assert.deepEqual(written, { bytes: bytes.length, sha256: sha256Of(bytes) });
    const manifest = JSON.parse(new TextDecoder().decode(bytes));
    const { label: _label, ...head } = HEAD;
    const lists = ["entries", "roots", "symlinks", "directories", "skipped", "errors"];
    assert.deepEqual(Object.keys(manifest), [...Object.keys(head), ...lists]);
    for (const [key, value] of Object.entries(head)) assert.deepEqual(manifest[key], value);
    const home = [0, 1, 2].map((index) => entry(`sessions/${index}\n"ü"\u2028.jsonl`));
    assert.deepEqual(manifest.entries, home);
    assert.deepEqual(manifest.roots, [
      { ...ROOTS[0], entries: [entry("a"), entry("b")] },
      { ...ROOTS[1], entries: [] },
    ]);
    for (const list of ["symlinks", "directories", "skipped", "errors"]) {
      const names = manifest[list].map((item: { relative_path: string }) => item.relative_path);
      assert.deepEqual(names, ["a", "b"]);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["manifest.json"]);
  });
});

Deno.test("each element of a list stands on a line of its own", async () => {
  await withTempDir((folder) => {
    const path = `${folder}/manifest.json`;
    const writer = createManifestWriter(testHost(folder), path, ROOTS);
    fill(writer, 3);
    writer.finish(HEAD);
    const lines = Deno.readTextFileSync(path).split("\n");
    const elements = lines.filter((line) => line.startsWith("    {"));
    assert.equal(elements.length, 3 + 5 * 2);
    for (const line of elements) JSON.parse(line.replace(/,$/, ""));
  });
});

Deno.test("a manifest of nothing is valid too", async () => {
  await withTempDir((folder) => {
    const path = `${folder}/manifest.json`;
    createManifestWriter(testHost(folder), path, []).finish(HEAD);
    const manifest = JSON.parse(Deno.readTextFileSync(path));
    assert.deepEqual(manifest.entries, []);
    assert.deepEqual(manifest.roots, []);
  });
});

Deno.test("memory does not grow with the number of files", async () => {
  await withTempDir((folder) => {
    const path = `${folder}/manifest.json`;
    const writer = createManifestWriter(testHost(folder), path, ROOTS);
    const count = 30_000;
    const before = Deno.memoryUsage().external;
    fill(writer, count);
    const spooled = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(spooled, ["manifest.json.entries.spool"]);
    assert.ok(Deno.memoryUsage().external - before < 32 << 20);
    writer.finish(HEAD);
    assert.equal(JSON.parse(Deno.readTextFileSync(path)).entries.length, count);
  });
});

/** Writes a manifest whose list of files does not fit in memory, while a call fails. */
function writeWithFault(fault: Fault, code?: string): Promise<void> {
  return withTempDir(async (folder) => {
    const host = testHost(folder, { fs: faultyFs(realFs, fault) });
    const writer = createManifestWriter(host, `${folder}/manifest.json`, ROOTS);
    const write = () => {
      fill(writer, 2500);
      writer.finish(HEAD);
    };
    if (!code) return write();
    const error = await rejectsWith(write, code);
    assert.match(error.message, /manifest\.json/);
    await rejectsWith(() => writer.entry(HOME_ROOT, entry("later")), code);
    await rejectsWith(() => writer.finish(HEAD), code);
    writer.abort();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
}

for (const [errno, code] of [["ENOSPC", "disk_full"], ["EIO", "write_failed"]]) {
  Deno.test(`${errno} at any call is told and leaves nothing behind`, async () => {
    let calls = 0;
    await writeWithFault(() => void calls++);
    assert.ok(calls > 20);
    for (let failing = 0; failing < calls; failing++) {
      const fault: Fault = ({ index }) => index === failing ? systemError(errno) : undefined;
      await writeWithFault(fault, code);
    }
  });
}

Deno.test("a manifest that is there is not replaced, and a finished one not aborted", async () => {
  await withTempDir(async (folder) => {
    const path = `${folder}/manifest.json`;
    const first = createManifestWriter(testHost(folder), path, []);
    first.finish(HEAD);
    first.abort();
    const second = createManifestWriter(testHost(folder), path, []);
    await rejectsWith(() => second.finish(HEAD), "output_exists");
    second.abort();
    JSON.parse(Deno.readTextFileSync(path));
  });
});

Deno.test("a file of an unknown root is a fault of the program", async () => {
  await withTempDir(async (folder) => {
    const writer = createManifestWriter(testHost(folder), `${folder}/manifest.json`, []);
    await rejectsWith(() => writer.entry("agents", entry("a")), "archive_misused");
  });
});
