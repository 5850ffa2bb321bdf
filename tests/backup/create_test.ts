import { assert, rejectsWith } from "../assert.ts";
import { openBackup, verifyBackup } from "../../src/archive/mod.ts";
import { previewBackup } from "../../src/backup/mod.ts";
import { realFs } from "../../src/base/mod.ts";
import { withBackupScene } from "../support/backups.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { toolText } from "../support/oracles.ts";

const NAME = /^codex-backup-\d{8}-\d{6}(-\d+)?$/;

Deno.test("a backup has folder, archive and hash file, and all of it verifies", async () => {
  await withBackupScene(async ({ host, backUp, published, root }) => {
    const result = await backUp();
    assert.ok(result.ok);
    assert.match(result.backup_name, NAME);
    const name = result.backup_name;
    assert.deepEqual(published(), [name, `${name}.tar.gz`, `${name}.tar.gz.sha256`]);
    for (const form of [name, `${name}.tar.gz`]) {
      const report = await verifyBackup(host, `${root}/${form}`, {});
      assert.deepEqual([report.ok, report.damaged, report.missing], [true, [], []]);
    }
  });
});

Deno.test("a second backup within the same second gets a name of its own", async () => {
  await withBackupScene(async ({ backUp }) => {
    const first = await backUp();
    const second = await backUp();
    assert.equal(second.backup_name, `${first.backup_name}-1`);
  });
});

Deno.test("an archive whose folder is left out, and a folder whose archive is left out", async () => {
  await withBackupScene(async ({ backUp, published }) => {
    const archive = await backUp({ directory: false });
    assert.equal(archive.backup_dir, null);
    const folder = await backUp({ archive: false });
    assert.equal(folder.archive, null);
    const name = archive.backup_name;
    assert.deepEqual(
      published(),
      [folder.backup_name, `${name}.tar.gz`, `${name}.tar.gz.sha256`]
        .sort(),
    );
  });
});

Deno.test("what the dry run lists is what the backup captures and skips", async () => {
  await withBackupScene(async ({ host, home, backUp }) => {
    const preview = previewBackup(host, { home });
    const result = await backUp();
    const backup = await openBackup(host, result.archive!);
    const manifest = await backup.loadManifest();
    backup.close();
    const paths = (entries: { relative_path: string }[]) =>
      entries.map((e) => e.relative_path).sort();
    const sidecars = manifest.skipped.filter((skip) => skip.reason === "database_sidecar");
    assert.deepEqual(paths(preview.captured), paths([...manifest.entries, ...sidecars]));
    const others = manifest.skipped.filter((skip) => skip.reason !== "database_sidecar");
    assert.deepEqual(paths(preview.skipped), paths(others));
  });
});

Deno.test("links and empty folders are recorded, and excluded folders are one record each", async () => {
  await withBackupScene(async ({ host, home, backUp }) => {
    Deno.mkdirSync(`${home.path}/empty/inner`, { recursive: true });
    const backup = await openBackup(host, (await backUp()).archive!);
    const manifest = await backup.loadManifest();
    backup.close();
    assert.ok(manifest.directories.some((folder) => folder.relative_path === "empty/inner"));
    const tops = manifest.directories.filter((folder) => folder.relative_path === ".");
    assert.deepEqual(tops.map(({ root }) => root), ["home"]);
    assert.equal(tops[0].mode, Deno.statSync(home.path).mode! & 0o7777);
    assert.ok(manifest.symlinks.length > 0);
    const cache = manifest.skipped.filter((skip) => /^cache(\/|$)/.test(skip.relative_path));
    assert.deepEqual(cache.map(({ relative_path, reason }) => [relative_path, reason]), [
      ["cache", "excluded"],
    ]);
  });
});

Deno.test("a malformed database is kept as raw bytes, and the backup is partial", async () => {
  await withBackupScene(async ({ host, home, backUp }) => {
    const broken = new Uint8Array(20_000).fill(7);
    broken.set(new TextEncoder().encode("SQLite format 3\0"));
    Deno.writeFileSync(`${home.path}/broken.sqlite`, broken);
    Deno.writeTextFileSync(`${home.path}/broken.sqlite-wal`, "its log");
    const result = await backUp();
    assert.deepEqual([result.ok, result.status], [false, "partial"]);
    assert.equal(result.errors[0].code, "malformed_database");
    const copies = `${result.backup_dir}/files/broken.sqlite`;
    assert.deepEqual(Deno.readFileSync(copies), broken);
    assert.equal(Deno.readTextFileSync(`${copies}-wal`), "its log");
    assert.ok((await verifyBackup(host, result.archive!, {})).ok);
  });
});

Deno.test("on a disk that keeps no permissions it is said who can read the backup", async () => {
  const isBackup = (path: string) => /\/codex-backup-[\d-]+(\.tar(\.gz)?)?$/.test(path);
  const lstat = (path: string) => {
    const info = realFs.lstat(path);
    return isBackup(path) ? { ...info, mode: 0o755 } : info;
  };
  const told = (warnings: string[]) => warnings.filter((one) => /keeps no permissions/.test(one));
  await withBackupScene(async ({ host, backUp }) => {
    assert.deepEqual(told((await backUp()).warnings), []);
    const exfat = { ...host, fs: { ...realFs, lstat } };
    for (const options of [{}, { archive: false }, { directory: false }]) {
      assert.equal(told((await backUp(options, exfat)).warnings).length, 1);
    }
    const readers = { kind: "passphrase", passphrase: "long enough a sentence" } as const;
    assert.deepEqual(told((await backUp({ seal: readers }, exfat)).warnings), []);
  });
});

Deno.test("a disk that fails when the backup is published does not make it fail", async () => {
  await withBackupScene(async ({ host, backUp, published }) => {
    let isPublished = false;
    const fs = faultyFs(realFs, ({ operation, path }) => {
      if (isPublished && operation === "lstat") return systemError("EIO");
      isPublished ||= operation === "rename" && /-\d{6}\.partial$/.test(path); // the folder, last
    });
    const { ok, warnings } = await backUp({}, { ...host, fs });
    assert.deepEqual([ok, warnings.filter((one) => one.includes("EIO")).length], [true, 1]);
    assert.equal(published().length, 3);
  });
});

Deno.test("a backup root inside the home, or reached through a link, is refused", async () => {
  await withBackupScene(async ({ folder, home, backUp }) => {
    Deno.symlinkSync(home.path, `${folder}/elsewhere`);
    for (const backupRoot of [`${home.path}/backups`, `${folder}/elsewhere/b/c`, home.path]) {
      await rejectsWith(() => backUp({ backupRoot }), "backup_root_inside_home");
    }
    await rejectsWith(() => backUp({ output: `${home.path}/x.tar.gz` }), "backup_root_inside_home");
  });
});

Deno.test("--output never replaces a file", async () => {
  await withBackupScene(async ({ folder, backUp }) => {
    const output = `${folder}/mine.tar.gz`;
    const result = await backUp({ output });
    assert.deepEqual([result.archive, result.backup_dir], [output, null]);
    const before = Deno.readFileSync(output);
    await rejectsWith(() => backUp({ output }), "output_exists");
    assert.deepEqual(Deno.readFileSync(output), before);
  });
});

Deno.test("what a killed run left is cleared and reported by the next one", async () => {
  await withBackupScene(async ({ root, backUp, published }) => {
    const dead = "codex-backup-20200101-000000";
    Deno.mkdirSync(`${root}/.${dead}.partial/files`, { recursive: true });
    Deno.writeTextFileSync(`${root}/.${dead}.tar.gz.partial`, "half");
    Deno.writeTextFileSync(`${root}/${dead}.tar.gz.sha256`, "hash");
    const mine = ".notes.partial";
    Deno.writeTextFileSync(`${root}/${mine}`, "not ours");
    const result = await backUp();
    assert.equal(result.warnings.filter((text) => text.includes(dead)).length, 2);
    const name = result.backup_name;
    assert.deepEqual(published(), [mine, name, `${name}.tar.gz`, `${name}.tar.gz.sha256`].sort());
  });
});

Deno.test("where what matters cannot be listed, nothing is published", async () => {
  await withBackupScene(async ({ host, backUp, published, home }) => {
    await backUp();
    const before = published();
    for (const unreadable of [home.path, `${home.path}/sessions`]) {
      const fs = faultyFs(realFs, ({ operation, path }) => {
        if (operation === "list" && path === unreadable) return systemError("EACCES");
      });
      await rejectsWith(() => backUp({}, { ...host, fs }), "home_not_readable");
      assert.deepEqual(published(), before);
    }
  });
});

Deno.test("the doctor's report is of what the backup holds", async () => {
  await withBackupScene(async ({ backUp, home }) => {
    Deno.mkdirSync(`${home.path}/sessions/empty`);
    const { backup_dir } = await backUp();
    const report = JSON.parse(Deno.readTextFileSync(`${backup_dir}/doctor-report.json`));
    const below = [...walkSync(`${backup_dir}/files/sessions`)];
    assert.equal(report.paths.sessions.files, below.filter((isFile) => isFile).length);
    assert.equal(report.paths.sessions.dirs, below.filter((isFile) => !isFile).length);
    assert.ok(report.core_ok && report.path_scan_ok);
  });
});

/** Whether each thing below a folder is a file. */
function* walkSync(folder: string): Generator<boolean> {
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    yield isFile;
    if (!isFile) yield* walkSync(`${folder}/${name}`);
  }
}

Deno.test("a disk that is full at any write leaves the backup root as it was", async () => {
  await withBackupScene(async ({ host, backUp, published, root }) => {
    await backUp({ directory: false });
    for (const form of [{ directory: false }, { archive: false }, {}]) {
      const before = published();
      for (const step of [0, 1, 2, 5, 9, 20, 40, 80]) {
        let writes = 0;
        const fs = faultyFs(realFs, ({ operation, path }) => {
          if (operation !== "write" || !path.startsWith(root) || writes++ < step) return;
          return systemError("ENOSPC");
        });
        let failed = false;
        await backUp(form, { ...host, fs }).catch(() => failed = true);
        if (!failed) break; // fewer writes than that
        assert.deepEqual(published(), before, `after write ${step}`);
      }
    }
  });
});

for (
  const [what, operation, errno] of [
    ["a file's name", "open", "EINVAL"],
    ["a file's name, as drivers in user space say it", "open", "ENOENT"],
    ["two names that differ in letter case alone", "open", "EEXIST"],
    ["a folder's name", "makeDir", "EINVAL"],
  ]
) {
  Deno.test(`where the disk cannot hold ${what}, there is an archive alone`, async () => {
    await withBackupScene(async ({ host, home, backUp, published, root }) => {
      Deno.mkdirSync(`${home.path}/skills/odd/deep`, { recursive: true });
      Deno.writeTextFileSync(`${home.path}/skills/odd/deep/odd.md`, "held");
      const fs = faultyFs(realFs, (call) => {
        if (call.operation !== operation || !call.path.startsWith(`${root}/.`)) return;
        return /odd(\.md)?$/.test(call.path) ? systemError(errno) : undefined;
      });
      const { backup_name: name, warnings } = await backUp({}, { ...host, fs });
      assert.deepEqual(published(), [`${name}.tar.gz`, `${name}.tar.gz.sha256`]);
      assert.match(warnings.join(), /^There is no folder beside .* name files\/skills\/odd\b/);
      const stored = "codex-backup/files/skills/odd/deep/odd.md";
      assert.equal(await toolText(["tar", "-xzOf", `${root}/${name}.tar.gz`, stored]), "held");
      const before = published();
      const folderOnly = () => backUp({ archive: false }, { ...host, fs });
      const { kind, hint } = await rejectsWith(folderOnly, "name_impossible");
      assert.deepEqual([kind, hint?.includes("--no-directory")], ["refused", true]);
      assert.deepEqual(published(), before);
    });
  });
}

Deno.test("when publishing fails at any step, what is visible is a valid state", async () => {
  await withBackupScene(async ({ host, backUp, published, root }) => {
    for (let step = 0; step < 6; step++) {
      let renames = 0;
      const fs = faultyFs(realFs, ({ operation, path }) => {
        const publishing = path.startsWith(`${root}/.codex`) || path === root;
        if (!publishing || !["rename", "syncDir"].includes(operation)) return;
        return renames++ === step ? systemError("EIO") : undefined;
      });
      await backUp({}, { ...host, fs }).catch(() => {});
      const names = published();
      assert.ok(!names.some((name) => name.endsWith(".partial")), names.join());
      for (const name of names.filter((name) => name.endsWith(".tar.gz"))) {
        assert.ok(names.includes(`${name}.sha256`));
        assert.ok((await verifyBackup(host, `${root}/${name}`, {})).ok);
      }
    }
  });
});

Deno.test("before a restore, a file that will be replaced is held although a rule leaves it out", async () => {
  await withBackupScene(async ({ home, backUp }) => {
    Deno.mkdirSync(`${home.path}/cache/deep`, { recursive: true });
    Deno.writeTextFileSync(`${home.path}/cache/deep/held`, "held");
    Deno.writeTextFileSync(`${home.path}/cache/deep/other`, "other");
    const mustHold = [{ root: "home", path: "cache/deep/held" }];
    const result = await backUp({ preRestore: { mustHold } });
    assert.match(result.backup_name, /^pre-restore-codex-backup-/);
    const files = `${result.backup_dir}/files/cache/deep`;
    assert.deepEqual([...Deno.readDirSync(files)].map((entry) => entry.name), ["held"]);
  });
});

Deno.test("before a restore, a file that cannot be held stops everything", async () => {
  await withBackupScene(async ({ host, home, backUp, published, root }) => {
    const fs = faultyFs(
      realFs,
      ({ operation, path }) =>
        operation === "open" && path === `${home.path}/AGENTS.md`
          ? systemError("EACCES")
          : undefined,
    );
    const unreadable = { ...host, fs };
    Deno.mkdirSync(root, { recursive: true });
    const mustHold = [{ root: "home", path: "AGENTS.md" }];
    await rejectsWith(() => backUp({ preRestore: { mustHold } }, unreadable), "pre_restore_failed");
    assert.deepEqual(published(), []);
    const others = await backUp({ preRestore: { mustHold: [] } }, unreadable);
    assert.equal(others.status, "partial");
  });
});

Deno.test("an interrupted backup leaves nothing", async () => {
  await withBackupScene(async ({ host, backUp, published }) => {
    const stop = new AbortController();
    const interrupted = {
      ...host,
      signal: stop.signal,
      progress: ({ files }: { files: number }) => files > 5 && stop.abort(),
    };
    await rejectsWith(() => backUp({}, interrupted), "interrupted");
    assert.deepEqual(published(), []);
  });
});
