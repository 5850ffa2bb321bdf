import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { assert } from "../assert.ts";
import { openBackup, verifyBackup } from "../../src/archive/mod.ts";
import { realFs, sha256Of } from "../../src/base/mod.ts";
import type { BackupResult } from "../../src/backup/mod.ts";
import { type BackupScene, withBackupScene } from "../support/backups.ts";
import { faultyFs } from "../support/faulty_fs.ts";

/** Times of the backups: each long after the files of the one before were written. */
function at(scene: BackupScene, day: number) {
  return { ...scene.host, now: () => new Date(Date.UTC(2027, 0, day)) };
}

function backUpOn(scene: BackupScene, day: number, options = {}): Promise<BackupResult> {
  return scene.backUp(options, at(scene, day));
}

/** Content of everything captured, by stored path, as the archive has it. */
async function contentOf(scene: BackupScene, archive: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const backup = await openBackup(scene.host, archive);
  await backup.visit((path) => /^(files|extra)\//.test(path), async ({ path }, chunks) => {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk.slice());
    found.set(path, await new Blob(pieces as BlobPart[]).text());
  });
  backup.close();
  return found;
}

Deno.test("an unchanged home is not read again, and its backup is complete", async () => {
  await withBackupScene(async (scene) => {
    const first = await backUpOn(scene, 1);
    const opened: string[] = [];
    const fs = faultyFs(realFs, ({ operation, path }) => {
      if (operation === "open") opened.push(path);
    });
    const second = await scene.backUp({}, { ...at(scene, 2), fs });
    const rollouts = opened.filter((path) =>
      path.startsWith(scene.home.path) && /jsonl$/.test(path)
    );
    const sessions = rollouts.filter((path) => path.includes("/sessions/2"));
    assert.ok(new Set(sessions).size <= 1, "only the doctor looks, at the newest rollout");
    assert.ok(second.bytes.reused > 0.3 * second.bytes.stored);
    assert.ok((await verifyBackup(scene.host, second.archive!, {})).ok);
    assert.deepEqual(
      await contentOf(scene, second.archive!),
      await contentOf(scene, first.archive!),
    );
  });
});

Deno.test("what changed between two backups is in the second, also when its size is the same", async () => {
  await withBackupScene(async (scene) => {
    const { path } = scene.home;
    await backUpOn(scene, 1);
    const agents = Deno.readTextFileSync(`${path}/AGENTS.md`);
    Deno.writeTextFileSync(`${path}/AGENTS.md`, agents.replaceAll(/[a-z]/g, "x"));
    Deno.writeTextFileSync(`${path}/new-file`, "new");
    Deno.removeSync(`${path}/session_index.jsonl`);
    const second = await backUpOn(scene, 2);
    const content = await contentOf(scene, second.archive!);
    assert.equal(content.get("files/AGENTS.md"), agents.replaceAll(/[a-z]/g, "x"));
    assert.equal(content.get("files/new-file"), "new");
    assert.ok(!content.has("files/session_index.jsonl"));
    assert.ok((await verifyBackup(scene.host, second.archive!, {})).ok);
    assert.ok((await verifyBackup(scene.host, second.backup_dir!, {})).ok);
  });
});

Deno.test("a file written just before its last capture is read again although its time is the same", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/note`;
    const time = new Date(Date.UTC(2027, 0, 1) - 1000);
    Deno.writeTextFileSync(path, "before");
    Deno.utimeSync(path, time, time);
    await backUpOn(scene, 1);
    Deno.writeTextFileSync(path, "after!");
    Deno.utimeSync(path, time, time);
    const second = await backUpOn(scene, 2);
    assert.equal((await contentOf(scene, second.archive!)).get("files/note"), "after!");
  });
});

Deno.test("--rescan finds a change that left size and time as they were", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/note`;
    const time = new Date(Date.UTC(2026, 0, 1));
    Deno.writeTextFileSync(path, "before");
    Deno.utimeSync(path, time, time);
    await backUpOn(scene, 1);
    Deno.writeTextFileSync(path, "after!");
    Deno.utimeSync(path, time, time);
    const trusting = await backUpOn(scene, 2);
    assert.equal((await contentOf(scene, trusting.archive!)).get("files/note"), "before");
    const thorough = await backUpOn(scene, 3, { rescan: true });
    assert.equal((await contentOf(scene, thorough.archive!)).get("files/note"), "after!");
  });
});

Deno.test("a transcript that grew has only its tail compressed again, also when it was moved", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/sessions/big.jsonl`;
    const line = (i: number) => `{"n":${i},"x":"${(i * 2654435761 % 2 ** 32).toString(36)}"}\n`;
    const text = Array.from({ length: 400_000 }, (_, i) => line(i)).join("");
    Deno.writeTextFileSync(path, text);
    const first = await backUpOn(scene, 1);
    Deno.writeTextFileSync(path, "one more line\n", { append: true });
    Deno.renameSync(path, `${scene.home.path}/archived_sessions/moved.jsonl`);
    const second = await backUpOn(scene, 2);
    const fresh = second.bytes.stored - second.bytes.reused;
    assert.ok(fresh < first.bytes.stored / 2, `${fresh} of ${first.bytes.stored} bytes are new`);
    const moved = (await contentOf(scene, second.archive!)).get(
      "files/archived_sessions/moved.jsonl",
    );
    assert.equal(moved, text + "one more line\n");
    assert.ok((await verifyBackup(scene.host, second.archive!, {})).ok);
  });
});

Deno.test("a transcript that grew and is another one before is captured as it is now", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/sessions/big.jsonl`;
    const line = (i: number) => `{"n":${i},"x":"${(i * 2654435761 % 2 ** 32).toString(36)}"}\n`;
    const text = Array.from({ length: 400_000 }, (_, i) => line(i)).join("");
    Deno.writeTextFileSync(path, text);
    await backUpOn(scene, 1);
    // In the first slice, in the second, in the last, and all of it.
    const places = [10, 5 << 20, text.length - 10, 0];
    for (const [n, place] of places.entries()) {
      const start = place === 0 ? text.replaceAll("n", "m") : text;
      const changed = `${start.slice(0, place)}!${start.slice(place + 1)}${line(n)}`;
      Deno.writeTextFileSync(path, changed);
      const { archive, backup_dir } = await backUpOn(scene, 2 + 2 * n, { rescan: n === 1 });
      assert.equal((await contentOf(scene, archive!)).get("files/sessions/big.jsonl"), changed);
      assert.equal(Deno.readTextFileSync(`${backup_dir}/files/sessions/big.jsonl`), changed);
      assert.ok((await verifyBackup(scene.host, archive!, {})).ok);
      Deno.writeTextFileSync(path, text);
      await backUpOn(scene, 3 + 2 * n);
    }
  });
});

Deno.test("the folder form shares unchanged files with the backup before, never with the home", async () => {
  await withBackupScene(async (scene) => {
    const first = await backUpOn(scene, 1);
    const second = await backUpOn(scene, 2);
    const inode = (path: string) => Deno.statSync(path).ino;
    const shared = "files/history.jsonl";
    assert.equal(inode(`${second.backup_dir}/${shared}`), inode(`${first.backup_dir}/${shared}`));
    assert.notEqual(
      inode(`${first.backup_dir}/${shared}`),
      inode(`${scene.home.path}/history.jsonl`),
    );
  });
});

Deno.test("deleting any backup never harms another", async () => {
  await withBackupScene(async (scene) => {
    const backups = [];
    for (const day of [1, 2, 3]) {
      Deno.writeTextFileSync(`${scene.home.path}/day`, String(day));
      backups.push(await backUpOn(scene, day));
    }
    for (const gone of [1, 0]) {
      Deno.removeSync(backups[gone].backup_dir!, { recursive: true });
      Deno.removeSync(backups[gone].archive!);
    }
    for (const path of [backups[2].archive!, backups[2].backup_dir!]) {
      assert.ok((await verifyBackup(scene.host, path, {})).ok);
    }
  });
});

Deno.test("nothing is taken over from a backup that has rotted", async () => {
  await withBackupScene(async (scene) => {
    const first = await backUpOn(scene, 1, { directory: false });
    const bytes = Deno.readFileSync(first.archive!);
    bytes[200] ^= 0x10; // in the first segment
    Deno.writeFileSync(first.archive!, bytes);
    const second = await backUpOn(scene, 2, { directory: false });
    assert.ok(second.warnings.some((text) => text.includes(first.backup_name)));
    assert.equal(second.bytes.reused, 0);
    assert.ok((await verifyBackup(scene.host, second.archive!, {})).ok);
  });
});

/** Content of every tar entry by its name, folders too. */
async function entriesOf(archive: string): Promise<Map<string, string>> {
  const entries = await unpackTar(gunzipSync(Deno.readFileSync(archive)));
  return new Map(entries.map(({ header, data }) => {
    const { name, mode, mtime, type, size } = header;
    return [name, JSON.stringify({ mode, mtime, type, size, hash: sha256Of(data ?? "") })];
  }));
}

Deno.test("two backups of an unchanged home differ only in what carries the time", async () => {
  await withBackupScene(async (scene) => {
    const first = await backUpOn(scene, 1, { directory: false, rescan: true });
    Deno.renameSync(first.archive!, `${scene.folder}/first.tar.gz`);
    const second = await backUpOn(scene, 2, { directory: false, rescan: true });
    const paths = [`${scene.folder}/first.tar.gz`, second.archive!];
    const [a, b] = paths.map((path) => Deno.readFileSync(path));
    let same = 0;
    while (a[same] === b[same]) same++;
    const home = await contentOf(scene, second.archive!);
    const text = [...home.values()].join("").length;
    assert.ok(same > text / 20, `the first ${same} bytes are the same`);
    const [before, after] = await Promise.all(paths.map(entriesOf));
    assert.deepEqual([...before.keys()], [...after.keys()]);
    const different = [...before.keys()].filter((name) => before.get(name) !== after.get(name));
    const withTime = ["RESTORE.md", "RESTORE_INSTRUCTIONS.txt", "environment-snapshot.txt"]
      .concat("sqlite-integrity-check.json", "doctor-report.json", "backup-summary.txt")
      .concat("signature.json", "manifest.json", "segments.jsonl", "index.json")
      .concat([...before.keys()].filter((name) => /\/restore-environment\./.test(name)));
    const unexpected = different.filter((name) => !withTime.some((one) => name.endsWith(one)));
    assert.deepEqual(unexpected, []);
    assert.ok([...after.keys()].some((name) => name.includes("/files/")));
  });
});

Deno.test("the executable is compressed once per version, and then copied into each archive", async () => {
  await withBackupScene(async (scene) => {
    const executable = `${scene.folder}/big-program`;
    const program = new Uint8Array(3 << 20).map((_, i) => (i * i) >> 7);
    Deno.writeFileSync(executable, program);
    const host = { ...scene.host, executable };
    const first = await scene.backUp({}, host);
    assert.ok(first.bytes.reused > 0, "already the first backup copies it from the cache");
    const elsewhere = await scene.backUp({ backupRoot: `${scene.folder}/other` }, host);
    assert.equal(elsewhere.bytes.reused, first.bytes.reused);
    const restorer = `${elsewhere.backup_dir}/restore-standalone`;
    assert.deepEqual(Deno.readFileSync(restorer), program);
    assert.ok(Deno.statSync(restorer).mode! & 0o100);
    assert.ok((await verifyBackup(scene.host, elsewhere.archive!, {})).ok);
  });
});

Deno.test("configuration that lost most of its content since the last backup is warned about", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/.codex-global-state.json`;
    Deno.writeTextFileSync(path, JSON.stringify({ projects: "x".repeat(50_000) }));
    assert.deepEqual((await backUpOn(scene, 1)).warnings, []);
    Deno.writeTextFileSync(path, JSON.stringify({ projects: "x".repeat(40_000) }));
    assert.deepEqual((await backUpOn(scene, 2)).warnings, []);
    Deno.writeTextFileSync(path, "{}");
    const { warnings } = await backUpOn(scene, 3);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0],
      /global-state.json has shrunk from \d+ to 2 bytes since codex-backup/,
    );
  });
});

Deno.test("a home that lost most of its files since the last backup is warned about", async () => {
  await withBackupScene(async (scene) => {
    await backUpOn(scene, 1);
    for (const { name } of Deno.readDirSync(scene.home.path)) {
      Deno.removeSync(`${scene.home.path}/${name}`, { recursive: true });
    }
    Deno.writeTextFileSync(`${scene.home.path}/config.toml`, "");
    const { warnings } = await backUpOn(scene, 2);
    assert.ok(warnings.some((text) => /1 files were found, and \d+ in codex-backup/.test(text)));
  });
});

/** Leaves a database as an agent that was killed does, its latest rows still in the WAL. */
function leaveDatabase(path: string, rows: number): void {
  const draft = `${path}.draft`;
  const database = new DatabaseSync(draft);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS items (n INTEGER)");
  const insert = database.prepare("INSERT INTO items VALUES (?)");
  for (let n = 0; n < rows; n++) insert.run(n);
  for (const suffix of ["", "-wal"]) Deno.copyFileSync(draft + suffix, path + suffix);
  database.close();
  Deno.removeSync(draft);
  const time = new Date(Date.UTC(2026, 0, 1));
  for (const suffix of ["", "-wal"]) Deno.utimeSync(path + suffix, time, time);
}

function rowsOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const { n } = database.prepare("SELECT count(*) AS n FROM items").get() as { n: number };
  database.close();
  return n;
}

Deno.test("a database is not copied again while it and its WAL are as they were", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/left.sqlite`;
    const copyOf = ({ backup_dir }: BackupResult) => `${backup_dir}/files/left.sqlite`;
    leaveDatabase(path, 10);
    const first = await backUpOn(scene, 1);
    const second = await backUpOn(scene, 2);
    assert.equal(Deno.statSync(copyOf(second)).ino, Deno.statSync(copyOf(first)).ino);
    assert.equal(second.counts.sqlite_databases, first.counts.sqlite_databases);
    const main = Deno.readFileSync(path);
    leaveDatabase(path, 300); // the WAL alone has another length
    assert.deepEqual(Deno.readFileSync(path), main);
    const third = await backUpOn(scene, 3);
    assert.equal(rowsOf(copyOf(third)), 300);
    Deno.removeSync(`${path}-wal`);
    const fourth = await backUpOn(scene, 4);
    assert.notEqual(Deno.statSync(copyOf(fourth)).ino, Deno.statSync(copyOf(third)).ino);
    for (const { archive } of [second, third, fourth]) {
      assert.ok((await verifyBackup(scene.host, archive!, {})).ok);
    }
  });
});

Deno.test("a database with a rollback journal is copied again", async () => {
  await withBackupScene(async (scene) => {
    const path = `${scene.home.path}/left.sqlite`;
    new DatabaseSync(path).prepare("CREATE TABLE items (n INTEGER)").run();
    const time = new Date(Date.UTC(2026, 0, 1));
    Deno.utimeSync(path, time, time);
    const inode = ({ backup_dir }: BackupResult) =>
      Deno.statSync(`${backup_dir}/files/left.sqlite`).ino;
    const first = await backUpOn(scene, 1);
    assert.equal(inode(await backUpOn(scene, 2)), inode(first));
    Deno.writeFileSync(`${path}-journal`, new Uint8Array(600));
    assert.notEqual(inode(await backUpOn(scene, 3)), inode(first));
  });
});
