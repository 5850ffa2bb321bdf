import { verifyBackup, type VerifyReport } from "../../src/archive/mod.ts";
import { type Host, sha256Of } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { contentOf, type SampleEntry, writeArchive } from "../support/archives.ts";
import { takeApart } from "../support/forged.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { membersFor, tarGzOf, tarOf } from "../support/raw_tar.ts";
import { zipOf } from "../support/raw_zip.ts";
import { entryFor, manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";

const FILES = {
  "auth.json": "{}",
  "large.bin": contentOf((1 << 20) + 5),
  "sessions/a.jsonl": "{}\n",
};
const OTHERS = {
  "extra/agents/x": "agent",
  "restore-standalone": "program",
  "RESTORE.md": "# Restore",
  "backup-summary.txt": "summary",
  "doctor-report.json": "{}",
  "environment-snapshot.txt": "",
  "sqlite-integrity-check.json": "[]",
};
const KIT = {
  "restore-standalone": sha256Of("program"),
  "RESTORE.md": sha256Of("# Restore"),
};
const MANIFEST = manifestFor(FILES, {
  kit: KIT,
  roots: [{ id: "agents", kind: "folder", source: "/a", entries: [entryFor("x", "agent")] }],
});
const STORED = storedEntries(FILES, MANIFEST, OTHERS);
const GOOD = { damaged: [], missing: [], extra: [], kit_ok: true, signature: null };

type Write = (host: Host, folder: string, entries: SampleEntry[]) => Promise<string>;

const FORMS: Record<string, Write> = {
  async folder(_, folder, entries) {
    await writeFolder(`${folder}/b`, entries);
    return `${folder}/b`;
  },
  async "tar.gz"(host, folder, entries) {
    await writeArchive(host, `${folder}/b.tar.gz`, entries);
    return `${folder}/b.tar.gz`;
  },
  async "foreign tar.gz"(_, folder, entries) {
    await Deno.writeFile(`${folder}/b.tgz`, tarGzOf(membersFor(entries)));
    return `${folder}/b.tgz`;
  },
  async tar(_, folder, entries) {
    await Deno.writeFile(`${folder}/b.tar`, tarOf(membersFor(entries)));
    return `${folder}/b.tar`;
  },
  async zip(_, folder, entries) {
    const zipped = entries.map(({ path, content }) => ({ name: `b/${path}`, content }));
    await Deno.writeFile(`${folder}/b.zip`, zipOf(zipped));
    return `${folder}/b.zip`;
  },
};

/** Stores changed entries in every form and verifies each. */
async function verifyAll(
  entries: SampleEntry[],
  check: (report: VerifyReport, form: string) => void,
  quick = false,
): Promise<void> {
  for (const [form, write] of Object.entries(FORMS)) {
    await withTempDir(async (folder) => {
      const host = testHost(folder);
      check(await verifyBackup(host, await write(host, folder, entries), { quick }), form);
    });
  }
}

function without(path: string): SampleEntry[] {
  return STORED.filter((entry) => entry.path !== path);
}

function withContent(path: string, text: string): SampleEntry[] {
  const content = new TextEncoder().encode(text);
  return STORED.map((entry) => entry.path === path ? { ...entry, content } : entry);
}

const found = ({ damaged, missing, extra, kit_ok, signature }: VerifyReport) => ({
  damaged,
  missing,
  extra,
  kit_ok,
  signature,
});

Deno.test("a sound backup is ok in every form, and every byte was read", () =>
  verifyAll(STORED, (report, form) => {
    assert.equal(report.ok, true, form);
    assert.deepEqual(found(report), GOOD);
    assert.equal(report.id, MANIFEST.backup_name);
    assert.equal(report.files_checked, 6);
    assert.ok(report.bytes_checked > (1 << 20));
    assert.equal(report.archive_sha256, "absent");
  }));

Deno.test("a changed file is named, with both hashes", () =>
  verifyAll(withContent("files/auth.json", "[]"), (report) => {
    assert.equal(report.ok, false);
    assert.deepEqual(report.damaged, [{
      path: "files/auth.json",
      expected_sha256: sha256Of("{}"),
      actual_sha256: sha256Of("[]"),
    }]);
    assert.equal(report.kit_ok, true);
  }));

Deno.test("a missing file is named, also when only the structure is checked", async () => {
  for (const quick of [false, true]) {
    await verifyAll(without("extra/agents/x"), (report) => {
      assert.equal(report.ok, false);
      assert.deepEqual(report.missing, ["extra/agents/x"]);
    }, quick);
  }
});

Deno.test("a file that nobody lists is named, and is no fault", async () => {
  const stray = storedEntries({}, MANIFEST, { "files/stray": "x", ".DS_Store": "" }).slice(0, 2);
  for (const quick of [false, true]) {
    await verifyAll([...stray, ...STORED], (report) => {
      assert.equal(report.ok, true);
      assert.deepEqual(report.extra.sort(), [".DS_Store", "files/stray"]);
    }, quick);
  }
});

Deno.test("a swapped restorer is damage", () =>
  verifyAll(withContent("restore-standalone", "another program"), (report) => {
    assert.equal(report.ok, false);
    assert.equal(report.kit_ok, false);
    assert.deepEqual(report.damaged.map(({ path }) => path), ["restore-standalone"]);
  }));

Deno.test("a restorer that is gone is damage", () =>
  verifyAll(without("restore-standalone"), (report) => {
    assert.equal(report.kit_ok, false);
    assert.deepEqual(report.missing, ["restore-standalone"]);
  }));

Deno.test("a restorer that was added is damage", () => {
  const added = storedEntries({}, MANIFEST, { "restore-standalone.exe": "evil" }).slice(0, 1);
  return verifyAll([...added, ...STORED], (report) => {
    assert.equal(report.ok, false);
    assert.equal(report.kit_ok, false);
    assert.deepEqual(report.extra, ["restore-standalone.exe"]);
  });
});

Deno.test("a backup that says nothing of its kit may have one", () => {
  const { kit: _, ...manifest } = MANIFEST;
  const stored = storedEntries(FILES, manifest, {
    ...OTHERS,
    "restore-standalone.py": "#!",
    "restore-environment.sh": "#!",
  });
  return verifyAll(stored, (report) => {
    assert.equal(report.ok, true);
    assert.deepEqual(found(report), { ...GOOD, kit_ok: null });
  });
});

Deno.test("a manifest that is broken is damage, not an error", () =>
  verifyAll(withContent("manifest.json", "{"), (report) => {
    assert.equal(report.ok, false);
    assert.match(report.damaged[0].reason!, /manifest/);
  }));

Deno.test("a manifest of a newer schema cannot be verified", async () => {
  const stored = withContent("manifest.json", '{"schema_version":2,"entries":[]}');
  for (const write of Object.values(FORMS)) {
    await withTempDir(async (folder) => {
      const path = await write(testHost(folder), folder, stored);
      await rejectsWith(() => verifyBackup(testHost(folder), path), "newer_schema");
    });
  }
});

Deno.test("a path that only another system refuses does not keep from verifying", () =>
  withTempDir(async (folder) => {
    const files = { "a:b": "1", "A": "2", "a": "3" };
    const stored = storedEntries(files, manifestFor(files));
    const path = await FORMS["tar.gz"](testHost(folder), folder, stored);
    for (const platform of ["linux", "darwin", "windows"] as const) {
      assert.equal((await verifyBackup(testHost(folder, { platform }), path)).ok, true);
    }
  }));

Deno.test("the .sha256 file beside an archive is held against it", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = await FORMS["tar.gz"](host, folder, STORED);
    const actual = sha256Of(await Deno.readFile(path));
    const state = async (text: string, quick: boolean) => {
      await Deno.writeTextFile(`${path}.sha256`, text);
      const { ok, archive_sha256, damaged } = await verifyBackup(host, path, { quick });
      return [ok, archive_sha256, damaged];
    };
    for (const quick of [true, false]) {
      assert.deepEqual(await state(`${actual}  b.tar.gz\n`, quick), [true, "matches", []]);
      assert.deepEqual(await state(`${actual.toLowerCase()} *old name`, quick), [
        true,
        "matches",
        [],
      ]);
      const wrong = "0".repeat(64);
      assert.deepEqual(await state(`${wrong}  b.tar.gz\n`, quick), [false, "differs", [
        { path: "b.tar.gz", expected_sha256: wrong, actual_sha256: actual },
      ]]);
      for (const text of ["", "hello", actual.slice(1), `${actual}0`, "x".repeat(100_000)]) {
        assert.deepEqual(await state(text, quick), [false, "unreadable", [
          { path: "b.tar.gz.sha256", reason: "it holds no SHA-256" },
        ]]);
      }
    }
  }));

Deno.test("of an archive with a broken segment, exactly the files in it are named", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = await FORMS["tar.gz"](host, folder, STORED);
    const archive = await Deno.readFile(path);
    const { pieces } = takeApart(archive);
    const last = pieces.length - 1;
    for (const [at, { line }] of pieces.entries()) {
      if (at === last) continue;
      const broken = archive.slice();
      broken[line.at + (line.bytes >> 1)] ^= 0x10;
      await Deno.writeFile(path, broken);
      const report = await verifyBackup(host, path);
      const expected = line.kind === "slice"
        ? [line.path]
        : line.entries.map(([stored]) => stored).filter((stored) => !stored.endsWith("/"));
      assert.deepEqual(report.damaged.map((damage) => damage.path), expected);
      assert.equal(report.ok, false);
      assert.deepEqual(report.missing, []);
    }
  }));

Deno.test("of a zip with a broken entry, exactly that file is named", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = await FORMS.zip(host, folder, STORED);
    const zip = await Deno.readFile(path);
    zip[10_000] ^= 1; // within large.bin
    await Deno.writeFile(path, zip);
    const report = await verifyBackup(host, path);
    assert.deepEqual(report.damaged.map((damage) => damage.path), ["files/large.bin"]);
    assert.deepEqual(report.missing, []);
  }));

Deno.test("of an archive without an index, the files that cannot be reached are named", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const manifestFirst = [...STORED.slice(-1), ...STORED.slice(0, -1)];
    const path = await FORMS.tar(host, folder, manifestFirst);
    const tar = await Deno.readFile(path);
    await Deno.writeFile(path, tar.subarray(0, 1 << 20));
    const report = await verifyBackup(host, path);
    assert.equal(report.ok, false);
    assert.match(report.damaged.at(-1)!.reason!, /cut off/);
    assert.equal(report.damaged.at(-1)!.path, "b.tar");
  }));

Deno.test("an archive that cannot be opened at all is reported under its own name", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = await FORMS["tar.gz"](host, folder, STORED);
    for (const length of [200_000, 100, 5, 0]) {
      await Deno.writeFile(path, (await Deno.readFile(path)).subarray(0, length));
      const report = await verifyBackup(host, path);
      assert.equal(report.ok, false);
      assert.equal(report.id, "b");
      assert.equal(report.damaged[0].path, "b.tar.gz");
    }
  }));

Deno.test("what stands in a folder in a file's place is named", {
  ignore: Deno.build.os === "windows",
}, () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = await FORMS.folder(host, folder, STORED);
    await Deno.rename(`${path}/files/auth.json`, `${folder}/outside`);
    await Deno.symlink(`${folder}/outside`, `${path}/files/auth.json`);
    await Deno.symlink("/", `${path}/files/root`);
    const { success } = await new Deno.Command("mkfifo", { args: [`${path}/files/pipe`] }).output();
    assert.ok(success);
    const report = await verifyBackup(host, path);
    assert.deepEqual(report.damaged.map((damage) => damage.path), [
      "files/auth.json",
      "files/pipe",
      "files/root",
    ]);
    assert.match(report.damaged[0].reason!, /is a symlink/);
    assert.match(report.damaged[1].reason!, /is a fifo/);
  }));

Deno.test("a file of a folder that cannot be read is named, and the others are checked", {
  ignore: Deno.build.os === "windows",
}, () =>
  withTempDir(async (folder) => {
    const real = testHost(folder);
    const path = await FORMS.folder(real, folder, STORED);
    const host = testHost(folder, {
      fs: {
        ...real.fs,
        open(path, options) {
          if (path.endsWith("auth.json")) throw Object.assign(new Error("EIO"), { code: "EIO" });
          return real.fs.open(path, options);
        },
      },
    });
    const report = await verifyBackup(host, path);
    assert.deepEqual(report.damaged.map((damage) => damage.path), ["files/auth.json"]);
    assert.equal(report.files_checked, 5);
  }));

Deno.test("verifying stops when the user wants to", async () => {
  for (const write of Object.values(FORMS)) {
    await withTempDir(async (folder) => {
      const stop = new AbortController();
      const host = testHost(folder, { signal: stop.signal, progress: () => stop.abort() });
      const path = await write(testHost(folder), folder, STORED);
      await rejectsWith(() => verifyBackup(host, path), "interrupted");
    });
  }
});
