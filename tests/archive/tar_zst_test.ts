import { openBackup, openEarlier, verifyBackup } from "../../src/archive/mod.ts";
import { TAIL_RAW_BYTES } from "../../src/archive/format.ts";
import { requireZstd } from "../../src/archive/zstd.ts";
import { assert, rejectsWith } from "../assert.ts";
import { withBackupScene } from "../support/backups.ts";
import { oddEntries, TOP, writeArchive } from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { runTool, TOOLS } from "../support/oracles.ts";
import { assertTarExtracted, type Unpacker, unpackWith } from "../support/unpacking.ts";

Deno.test("programs that know zstd unpack a tar.zst as it was stored", async (t) => {
  if (Deno.build.os === "linux") assert.ok(TOOLS.gnuTar && TOOLS.zstd);
  await withTempDir(async (folder) => {
    const path = `${folder}/a.tar.zst`;
    const entries = oddEntries();
    await writeArchive(testHost(folder), path, entries, { format: "tar.zst" });
    const fidelity = { timeStep: 1, modes: true };
    const [tar, bsdtar] = [["tar", "--zstd", "-xpf", path], ["bsdtar", "-xpf", path]];
    const unpackers: Unpacker[] = [
      { name: "tar", there: TOOLS.gnuTar && TOOLS.zstd, command: tar, fidelity },
      { name: "bsdtar", there: TOOLS.bsdtar, command: bsdtar, fidelity },
    ];
    for (const one of unpackers) {
      await unpackWith(t, folder, one, (target) => assertTarExtracted(target, entries, fidelity));
    }
    await t.step({
      name: "zstd reads it to its last byte",
      ignore: !TOOLS.zstd,
      fn: async () => void await runTool(["zstd", "-qt", path]),
    });
  });
});

Deno.test("a tar.zst has an index, and only a tar.zst takes segments over from it", async () => {
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = `${folder}/a.tar.zst`;
    await writeArchive(host, path, oddEntries(), { format: "tar.zst" });
    const same = openEarlier(host, path, { top: TOP, form: "tar.zst" });
    assert.ok(same);
    same.close();
    assert.equal(openEarlier(host, path, { top: TOP, form: "tar.gz" }), undefined);
  });
});

Deno.test("a backup as tar.zst is read, verified, and taken over by the next one", async () => {
  await withBackupScene(async (scene) => {
    const host = (day: number) => ({ ...scene.host, now: () => new Date(Date.UTC(2027, 0, day)) });
    const options = { format: "tar.zst", directory: false } as const;
    const gzip = await scene.backUp({ directory: false }, host(1));
    const first = await scene.backUp(options, host(2));
    assert.equal(first.bytes.reused, 0, "nothing of a tar.gz");
    assert.ok(first.bytes.stored < gzip.bytes.stored);
    const second = await scene.backUp(options, host(3));
    assert.ok(second.bytes.reused > 0.3 * second.bytes.stored);
    const backup = await openBackup(scene.host, second.archive!);
    assert.deepEqual([backup.form, backup.indexed], ["tar.zst", true]);
    assert.equal(backup.head.archive_format, "tar.zst");
    backup.close();
    for (const { archive } of [first, second]) {
      const { ok, id } = await verifyBackup(scene.host, archive!, {});
      assert.deepEqual([ok, `${id}.tar.zst`], [true, archive!.split("/").at(-1)]);
    }
  });
});

const MIXED =
  "without its index a tar.zst is read from front to back, and when it is cut it is damage";

Deno.test(MIXED, { ignore: !TOOLS.gnuTar || !TOOLS.zstd }, async () => {
  await withBackupScene(async ({ backUp, host, folder }) => {
    const { archive } = await backUp({ format: "tar.zst", directory: false });
    const bytes = Deno.readFileSync(archive!);
    const foreign = `${folder}/foreign.tar.zst`;
    Deno.mkdirSync(`${folder}/out`);
    await runTool(["tar", "--zstd", "-xpf", archive!, "-C", `${folder}/out`]);
    const own = ["segments.jsonl", "index.json"].map((name) => `--exclude=${TOP}/${name}`);
    await runTool(["tar", "--zstd", "-cf", foreign, "-C", `${folder}/out`, ...own, TOP]);
    const opened = await openBackup(host, foreign);
    assert.deepEqual([opened.form, opened.indexed], ["tar.zst", false]);
    opened.close();
    assert.ok((await verifyBackup(host, foreign, {})).ok);
    for (const length of [bytes.length - 1, bytes.length - 2100, bytes.length >> 1, 100]) {
      Deno.writeFileSync(foreign, bytes.subarray(0, length));
      assert.ok(!(await verifyBackup(host, foreign, {})).ok, `cut to ${length} bytes`);
    }
  });
});

Deno.test("a byte that changes in a tar.zst is found, or changes nothing", async () => {
  await withBackupScene(async ({ backUp, host, folder }) => {
    const { archive } = await backUp({ format: "tar.zst", directory: false, kit: "light" });
    const bytes = Deno.readFileSync(archive!);
    const path = `${folder}/flipped.tar.zst`;
    const isFound = async (at: number) => {
      const flipped = bytes.slice();
      flipped[at] ^= 0x20;
      Deno.writeFileSync(path, flipped);
      return !await verifyBackup(host, path, {}).then(({ ok }) => ok, () => false);
    };
    // A frame's header and the index have bits on which nothing that is read depends.
    const content = bytes.length - TAIL_RAW_BYTES;
    const places = Array.from({ length: 60 }, (_, i) => Math.floor(i * content / 60));
    let found = 0;
    for (const at of places) if (await isFound(at)) found++;
    assert.ok(found >= 55, `${found} of 60 were found`);
    for (const back of [1, 500, 1024, 2054]) {
      assert.ok(await isFound(bytes.length - back), `${back} bytes before the end`);
    }
  });
});

Deno.test("a runtime without zstd refuses a tar.zst with a hint, and a backup as one", async () => {
  const error = await rejectsWith(() => requireZstd({ deflateRawSync() {} }), "zstd_unavailable");
  assert.equal(error.kind, "refused");
  assert.match(error.hint!, /--format tar\.gz/);
});
