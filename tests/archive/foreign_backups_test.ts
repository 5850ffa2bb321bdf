import { packTar } from "modern-tar";
import { openBackup, verifyBackup } from "../../src/archive/mod.ts";
import { sha256Of } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { contentOf } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { runTool, TOOLS } from "../support/oracles.ts";
import { manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";

const FILES = {
  "empty": "",
  "config.toml": "a = 1\n",
  "sessions/größe 日本 🚀.jsonl": "{}\n".repeat(1000),
  [`${"long/".repeat(30)}${"n".repeat(120)}`]: "deep",
  // Cut within a character where only 100 bytes of the name fit into the header.
  [`${"ü".repeat(120)}`]: "umlauts",
  "big.bin": contentOf((1 << 20) + 77),
};
const MANIFEST = manifestFor(FILES);
const STORED = storedEntries(FILES, MANIFEST, { "RESTORE.md": "# Restore" });
const NAME = "codex-backup-20261120-120000";

/** The original's own way of making archives (its source, not its code): whole folder, one top. */
const PYTHON_TAR = `
import sys, tarfile
with tarfile.open(sys.argv[2], sys.argv[3], format=getattr(tarfile, sys.argv[4])) as tar:
    tar.add(sys.argv[1], arcname=sys.argv[1].rsplit("/", 1)[1])
`;
const PYTHON_ZIP = `
import sys, zipfile
from pathlib import Path
folder = Path(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], "w", compression=zipfile.ZIP_DEFLATED) as archive:
    for path in folder.rglob("*"):
        if sys.argv[3] == "folders" or path.is_file():
            archive.write(path, path.relative_to(folder.parent))
`;
const python = (script: string, ...args: string[]) => runTool(["python3", "-c", script, ...args]);

/** Programs that pack a folder, by what they are. */
const PACKERS: Record<string, [boolean, (folder: string, to: string) => Promise<unknown>]> = {
  "Python's tarfile": [TOOLS.python, (f, to) => python(PYTHON_TAR, f, to, "w:gz", "PAX_FORMAT")],
  "Python's tarfile in GNU format": [
    TOOLS.python,
    (f, to) => python(PYTHON_TAR, f, to, "w:gz", "GNU_FORMAT"),
  ],
  "Python's tarfile without gzip": [
    TOOLS.python,
    (f, to) => python(PYTHON_TAR, f, to, "w:", "PAX_FORMAT"),
  ],
  "Python's zipfile": [TOOLS.python, (f, to) => python(PYTHON_ZIP, f, to, "files")],
  "Python's zipfile with folders": [TOOLS.python, (f, to) => python(PYTHON_ZIP, f, to, "folders")],
  "GNU tar": [TOOLS.gnuTar, (f, to) => runTool(["tar", "-czf", to, "-C", `${f}/..`, NAME])],
  "GNU tar in POSIX format": [
    TOOLS.gnuTar,
    (f, to) => runTool(["tar", "--format=posix", "-czf", to, "-C", `${f}/..`, NAME]),
  ],
  "GNU tar with sorted names and a leading ./": [
    TOOLS.gnuTar,
    (f, to) => runTool(["tar", "--sort=name", "-cf", to, "-C", `${f}/..`, `./${NAME}`]),
  ],
  "bsdtar": [TOOLS.bsdtar, (f, to) => runTool(["bsdtar", "-czf", to, "-C", `${f}/..`, NAME])],
  "7-Zip": [
    TOOLS.sevenZip,
    (f, to) =>
      runTool(["7z", "a", "-tzip", "-bd", `${to}.zip`, f]).then(() => Deno.rename(`${to}.zip`, to)),
  ],
};

for (const [name, [isThere, pack]] of Object.entries(PACKERS)) {
  Deno.test(
    `a backup packed by ${name} is read and verified`,
    { ignore: !isThere },
    () =>
      withTempDir(async (folder) => {
        const host = testHost(folder);
        await writeFolder(`${folder}/${NAME}`, STORED);
        const path = `${folder}/backup`;
        await pack(`${folder}/${NAME}`, path);
        const hash = sha256Of(await Deno.readFile(path));
        await Deno.writeTextFile(`${path}.sha256`, `${hash}  backup\n`);
        const report = await verifyBackup(host, path);
        assert.deepEqual(report.damaged, []);
        assert.deepEqual([report.ok, report.missing, report.extra], [true, [], []]);
        assert.deepEqual([report.files_checked, report.archive_sha256], [6, "matches"]);
        const stat = await Deno.stat(`${folder}/${NAME}/files/config.toml`);
        const backup = await openBackup(host, path);
        await backup.visit((stored) => stored === "files/config.toml", async (file, chunks) => {
          assert.equal(file.bytes, 6);
          assert.ok(file.mtimeMs === undefined || Math.abs(file.mtimeMs - +stat.mtime!) < 2500);
          assert.ok(file.mode === undefined || file.mode === (stat.mode! & 0o7777));
          for await (const chunk of chunks) {
            assert.equal(new TextDecoder().decode(chunk), FILES["config.toml"]);
          }
        });
        backup.close();
      }),
  );
}

Deno.test("a backup packed by modern-tar is read and verified", () =>
  withTempDir(async (folder) => {
    const entries = STORED.map(({ path, content }) => ({
      header: { name: `${NAME}/${path}`, size: content!.length, type: "file" as const },
      body: content!,
    }));
    await Deno.writeFile(`${folder}/b.tar`, await packTar(entries));
    const report = await verifyBackup(testHost(folder), `${folder}/b.tar`);
    assert.deepEqual([report.ok, report.damaged, report.files_checked], [true, [], 6]);
  }));

Deno.test(
  "a sparse file packed by GNU tar is refused, not misread",
  { ignore: !TOOLS.gnuTar },
  () =>
    withTempDir(async (folder) => {
      await writeFolder(`${folder}/${NAME}`, STORED);
      const file = await Deno.open(`${folder}/${NAME}/files/sparse`, { write: true, create: true });
      await file.truncate(10 << 20);
      await file.seek(5 << 20, Deno.SeekMode.Start);
      await file.write(new Uint8Array(4096).fill(1));
      file.close();
      for (const format of ["gnu", "posix"]) {
        const path = `${folder}/${format}.tar`;
        await runTool(["tar", "-S", `--format=${format}`, "-cf", path, "-C", folder, NAME]);
        const problem = await openBackup(testHost(folder), path).then(
          () => "none",
          (e) => e.message,
        );
        assert.match(problem, /sparse/, format);
      }
    }),
);
