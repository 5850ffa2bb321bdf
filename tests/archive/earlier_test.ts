import { assert } from "../assert.ts";
import { createArchiveWriter, openEarlier, readBack } from "../../src/archive/mod.ts";
import { createWorkerPool, sha256Of } from "../../src/base/mod.ts";
import {
  contentOf,
  oddEntries,
  type SampleEntry,
  storeEntries,
  TOP,
  writeArchive,
} from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { inlinePool } from "../support/inline_pool.ts";
import { runTool } from "../support/oracles.ts";

Deno.test("nothing is taken over from an archive with another top folder, nor from one without index", async () => {
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const path = `${folder}/a.tar.gz`;
    await writeArchive(host, path, oddEntries());
    const same = openEarlier(host, path, { top: TOP, form: "tar.gz" });
    assert.ok(same);
    same.close();
    assert.equal(openEarlier(host, path, { top: "another-backup", form: "tar.gz" }), undefined);
    const zip = `${folder}/a.zip`;
    await writeArchive(host, zip, oddEntries(), { format: "zip" });
    assert.equal(openEarlier(host, zip, { top: TOP, form: "tar.gz" }), undefined);
  });
});

const MIB = 1 << 20;

/** A manifest, and a transcript of so many bytes before it. */
function entriesWith(content: Uint8Array): SampleEntry[] {
  const file = (path: string, content: Uint8Array) => ({ path, mode: 0o600, mtimeMs: 0, content });
  return [file("files/talk.jsonl", content), file("manifest.json", new Uint8Array([0x7b, 0x7d]))];
}

/** Archives of a file at these lengths, each written with the one before; what each has copied. */
async function copiedAtLengths(
  format: "tar.gz" | "tar.zst",
  contents: Uint8Array[],
): Promise<number[]> {
  const copied: number[] = [];
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const pool = createWorkerPool(1);
    let before: string | undefined;
    for (const [n, content] of contents.entries()) {
      const path = `${folder}/${n}.${format}`;
      const earlier = before ? openEarlier(host, before, { top: TOP, form: format }) : undefined;
      const written = await writeArchive(host, path, entriesWith(content), { format, earlier });
      earlier?.close();
      copied.push(written.copied.values().reduce((sum, bytes) => sum + bytes, 0));
      await readBack(host, pool, { path }, written.copied);
      const tool = format === "tar.gz" ? "-xzf" : "--zstd -xf";
      await runTool(["tar", ...tool.split(" "), path, "-C", folder]);
      assert.deepEqual(Deno.readFileSync(`${folder}/${TOP}/files/talk.jsonl`), content);
      before = path;
    }
    pool.close();
  });
  return copied;
}

const TALK = contentOf(9 * MIB, 7);
const LENGTHS = [2 * MIB + 1, 2 * MIB + 2, 3 * MIB, 4 * MIB - 1, 5 * MIB + 3, 8 * MIB, 9 * MIB];

Deno.test("of a slice that grew only what is new is compressed, on and on", async () => {
  const copied = await copiedAtLengths("tar.gz", LENGTHS.map((length) => TALK.slice(0, length)));
  const whole = await copiedAtLengths("tar.gz", [TALK.slice(0, 8 * MIB), TALK]);
  assert.equal(copied[0], 0);
  for (let n = 1; n < copied.length; n++) {
    assert.ok(copied[n] > 0.3 * LENGTHS[n - 1], `${copied[n]} bytes were copied of ${LENGTHS[n]}`);
  }
  assert.ok(copied.at(-1)! < 1.01 * whole[1], "it is hardly longer for having come in pieces");
});

Deno.test("whole slices of a file that is known to have grown are copied, whatever is written of them", async () => {
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const before = TALK.slice(0, 8 * MIB + 5);
    await writeArchive(host, `${folder}/0.tar.gz`, entriesWith(before));
    const earlier = openEarlier(host, `${folder}/0.tar.gz`, { top: TOP, form: "tar.gz" })!;
    const [talk, manifest] = entriesWith(TALK);
    await writeArchive(host, `${folder}/1.tar.gz`, [talk, manifest], { earlier });
    earlier.close();
    // Zeros in their place come to the same: they are taken from the earlier archive.
    const again = openEarlier(host, `${folder}/0.tar.gz`, { top: TOP, form: "tar.gz" })!;
    const path = `${folder}/2.tar.gz`;
    const options = { path, format: "tar.gz", top: TOP, level: 1, pool: inlinePool() } as const;
    const writer = createArchiveWriter(host, { ...options, earlier: again });
    const meta = { path: talk.path, mode: talk.mode, mtimeMs: talk.mtimeMs, size: TALK.length };
    const begin = async () => await writer.beginFile(meta, await again.find(talk.path));
    const given = TALK.slice().fill(0, 0, 8 * MIB);
    const wrong = await begin();
    await wrong.write(given.subarray(0, 5 * MIB));
    await wrong.rollback();
    const sink = await begin();
    for (let at = 0; at < given.length; at += 300_007) {
      await sink.write(given.subarray(at, at + 300_007));
    }
    await sink.commit(sha256Of(TALK));
    await storeEntries(writer, [manifest]);
    await writer.finish();
    again.close();
    assert.deepEqual(Deno.readFileSync(path), Deno.readFileSync(`${folder}/1.tar.gz`));
  });
});

Deno.test("a slice that did not grow, but changed before its end, is compressed as a whole", async () => {
  const before = TALK.slice(0, 3 * MIB + 9);
  const changed = TALK.slice(0, 3 * MIB + 99);
  changed[MIB] ^= 1;
  const shorter = TALK.slice(0, 3 * MIB);
  for (const after of [changed, shorter]) {
    const [, copied] = await copiedAtLengths("tar.gz", [before, after]);
    assert.equal(copied, 0);
  }
});

Deno.test("a slice of a tar.zst, which is one frame, is compressed as a whole when it grew", async () => {
  const first = TALK.slice(0, 4 * MIB);
  const [, alone] = await copiedAtLengths("tar.zst", [first, TALK.slice(0, 5 * MIB)]);
  const [, copied] = await copiedAtLengths("tar.zst", [
    TALK.slice(0, 5 * MIB),
    TALK.slice(0, 6 * MIB),
  ]);
  assert.ok(copied > 0);
  assert.equal(copied, alone);
});
