import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { openBackup, verifyBackup } from "../../src/archive/mod.ts";
import type { ArchiveIndex, Extent } from "../../src/archive/format.ts";
import { sha256Of } from "../../src/base/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { contentOf, writeArchive } from "../support/archives.ts";
import {
  deflateSegment,
  type Lies,
  type Piece,
  pieceOf,
  putTogether,
  runOf,
  takeApart,
} from "../support/forged.ts";
import { assertAccepted, assertRefused } from "../support/hostile.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { join } from "../support/raw_tar.ts";
import { manifestFor, storedEntries } from "../support/stored_backups.ts";

const FILES = {
  "a": "first",
  "b": "second",
  "large.bin": contentOf((4 << 20) + 1000),
  "z": "last",
};

async function ourArchive(): Promise<Uint8Array> {
  let archive: Uint8Array | undefined;
  await withTempDir(async (folder) => {
    const path = `${folder}/b.tar.gz`;
    await writeArchive(testHost(folder), path, storedEntries(FILES, manifestFor(FILES)));
    archive = await Deno.readFile(path);
  });
  return archive!;
}

const ARCHIVE = await ourArchive();
const PARTS = takeApart(ARCHIVE);

/** Lines of the table of {@linkcode ARCHIVE}, in order: run (a, b), head, two slices, run, manifest. */
const change = (at: number, changes: Record<string, unknown>): Lies => ({
  table: (lines) => lines.map((line, index) => index === at ? { ...line, ...changes } : line),
});
const index = (changes: Record<string, unknown>): Lies => ({
  index: (honest) => ({ ...honest, ...changes }),
});
const extent = (key: "manifest" | "segments", changes: Partial<Record<keyof Extent, unknown>>) => ({
  index: (honest: ArchiveIndex) => ({ ...honest, [key]: { ...honest[key], ...changes } }),
});
const reorder = (order: number[]): Lies => ({ table: (lines) => order.map((at) => lines[at]) });

Deno.test("an archive that is taken apart and put together again is the same", () => {
  assert.deepEqual(PARTS.pieces.map(({ line }) => line.kind), [
    "run",
    "head",
    "slice",
    "slice",
    "run",
    "run",
  ]);
  return assertAccepted(putTogether(PARTS));
});

const LIES: Record<string, Lies> = {
  "no extents": index({ manifest: null, segments: null }),
  "an extent that is a list": index({ manifest: [] }),
  "text instead of numbers": extent("manifest", { at: "10" }),
  "a negative place": extent("manifest", { at: -10 }),
  "a place between two bytes": extent("manifest", { at: 10.5 }),
  "a place before the header's end": extent("manifest", { at: 5 }),
  "a place outside the file": extent("segments", { at: 2 ** 40 }),
  "a length of 2^53": extent("manifest", { bytes: 2 ** 53 }),
  "a length of 2^53 - 1": extent("segments", { raw_bytes: 2 ** 53 - 1 }),
  "overlapping extents": extent("segments", { at: 10 }),
  "another place of the manifest in the tar": extent("manifest", { raw_at: 0 }),
  "a longer manifest": extent("manifest", { raw_bytes: 1 << 20 }),
  "a wrong checksum of the manifest": extent("manifest", { crc: "00000000" }),
  "a wrong checksum of the table": extent("segments", { crc: "00000000" }),
  "a checksum that is none": extent("segments", { crc: "xyz" }),
  "another manifest": index({ manifest_sha256: sha256Of("another") }),
  "a hash that is none": index({ manifest_sha256: "x" }),
  "more entries": index({ entries: 100 }),
  "a longer tar": index({ raw_bytes: 1 << 30 }),
  "a tar of 2^60 bytes": index({ raw_bytes: 2 ** 60 }),
  "another path of a file": change(0, {
    entries: [["files/b", 5, 0, 0, "x"], ["files/a", 6, 0, 0, "x"]],
  }),
  "another size of a file": change(0, {
    entries: [["files/a", 4, 0, 0, "x"], ["files/b", 6, 0, 0, "x"]],
  }),
  "a file that is not there": change(0, {
    entries: [["files/a", 5, 0, 0, "x"], ["files/b", 6, 0, 0, "x"], ["files/c", 6, 0, 0, "x"]],
  }),
  "no files": change(0, { entries: [] }),
  "a file less": change(4, { entries: [["files/y", 4, 0, 0, "x"]] }),
  "entries of wrong types": change(0, { entries: [[1, "x"], null] }),
  "another length of a segment": change(0, { raw: 512 }),
  "a segment of 0 bytes": change(0, { raw: 0 }),
  "a segment of 9 MiB": change(0, { raw: 9 << 20 }),
  "a segment of 2^53 bytes": change(0, { raw: 2 ** 53 }),
  "another checksum of a segment": change(0, { crc: "12345678" }),
  "a checksum of a segment that is none": change(0, { crc: 12345678 }),
  "a gap between segments": change(1, { at: 5000 }),
  "segments that overlap": change(1, { at: 10 }),
  "a segment outside the file": change(4, { bytes: 2 ** 40 }),
  "a kind that there is not": change(0, { kind: "more" }),
  "a run that is called head": change(0, { kind: "head" }),
  "a head that is called run": change(1, { kind: "run" }),
  "a slice of another file": change(2, { path: "files/z" }),
  "a slice at another place": change(3, { offset: 0 }),
  "a slice of another length": change(3, { length: 999 }),
  "a slice too few": reorder([0, 1, 2, 4, 5]),
  "a slice too many": reorder([0, 1, 2, 3, 3, 4, 5]),
  "a slice without a head": reorder([0, 2, 3, 4, 5]),
  "slices in another order": reorder([0, 1, 3, 2, 4, 5]),
  "nothing": { table: () => [] },
  "no manifest": reorder([0, 1, 2, 3, 4]),
  "no table": { table: () => "" },
  "no JSON": { table: () => '{"format":"lifeboat-segments","version":1}\n{"at":\n' },
  "another table": { table: () => '{"format":"other","version":1}\n' },
  "a table of version 2": { table: () => '{"format":"lifeboat-segments","version":2}\n' },
  "null": { table: () => "null\nnull\n" },
  "a line without an end": { table: () => '{"format":"lifeboat-segments","version":1}' },
  "a line of 17 MiB": { table: () => `"${" ".repeat(17 << 20)}"\n` },
};

for (const [what, lies] of Object.entries(LIES)) {
  Deno.test(`an index that tells of ${what} is damaged_archive`, async () => {
    await assertRefused(putTogether(PARTS, lies), "damaged_archive");
  });
}

Deno.test("an index that tells of a path that leads out is unsafe_archive", async () => {
  const lies = change(0, { entries: [["../a", 5, 0, 0, "x"], ["files/b", 6, 0, 0, "x"]] });
  await assertRefused(putTogether(PARTS, lies), "unsafe_archive");
});

/** Archives whose index is right about segments that are wrong. */
const SEGMENTS: Record<string, (pieces: Piece[]) => Piece[]> = {
  "a segment that ends the deflate stream": ([first, ...rest]) => [
    { ...first, deflated: new Uint8Array(deflateRawSync(Buffer.from(first.raw))) },
    ...rest,
  ],
  "a segment that ends the deflate stream and goes on": ([first, ...rest]) => [
    {
      ...first,
      deflated: join([
        new Uint8Array(deflateRawSync(Buffer.from(first.raw))),
        deflateSegment(new Uint8Array(100)),
      ]),
    },
    ...rest,
  ],
  "a segment that inflates to more than stated": ([first, ...rest]) => [
    { ...first, deflated: deflateSegment(new Uint8Array(50 << 20)) },
    ...rest,
  ],
  "a segment that is not aligned": ([first, ...rest]) => [
    { ...first, deflated: first.deflated.slice(0, -4) },
    ...rest,
  ],
  "a run that ends within an entry": ([first, ...rest]) => [
    pieceOf(first.line, first.raw.slice(0, -512)),
    ...rest,
  ],
  "a run with an unlisted entry": ([first, ...rest]) => [
    pieceOf(first.line, join([first.raw, runOf({ "files/c": "x" }).raw])),
    ...rest,
  ],
  "a run with another top folder": ([first, ...rest]) => [
    pieceOf(first.line, first.raw.map((byte) => byte === 0x70 ? 0x71 : byte)),
    ...rest,
  ],
  "a run that ends the tar": ([first, ...rest]) => [
    pieceOf(first.line, join([first.raw, new Uint8Array(1024)])),
    ...rest,
  ],
  "a head with content": ([first, head, ...rest]) => [
    first,
    pieceOf(head.line, join([head.raw, new Uint8Array(512)])),
    ...rest,
  ],
};

for (const [what, forge] of Object.entries(SEGMENTS)) {
  Deno.test(`an archive with ${what} is damaged_archive`, async () => {
    const { pieces, index } = PARTS;
    await assertRefused(putTogether({ pieces: forge(pieces), index }), "damaged_archive");
  });
}

Deno.test("an entry that the table lists twice is unsafe_archive", async () => {
  const { pieces, index } = PARTS;
  const twice = [runOf({ "files/b": "other" }), ...pieces];
  await assertRefused(putTogether({ pieces: twice, index }), "unsafe_archive");
});

Deno.test("an index of another version is not used, and the archive read all the same", () =>
  withTempDir(async (folder) => {
    const path = `${folder}/b.tar.gz`;
    await Deno.writeFile(path, putTogether(PARTS, index({ version: 2 })));
    const backup = await openBackup(testHost(folder), path);
    assert.equal(backup.indexed, false);
    assert.equal((await backup.loadManifest()).entries.length, 4);
    backup.close();
    assert.equal((await verifyBackup(testHost(folder), path)).ok, true);
  }));

Deno.test("a gzip header that does not go with the index is damaged_archive", async () => {
  const archive = ARCHIVE.slice();
  archive[3] = 8;
  await assertRefused(archive, "damaged_archive");
});

Deno.test("a trailer with another checksum or length is damaged_archive", async () => {
  for (let fromEnd = 1; fromEnd <= 8; fromEnd++) {
    const archive = ARCHIVE.slice();
    archive[archive.length - fromEnd] ^= 1;
    await assertRefused(archive, "damaged_archive");
  }
});

Deno.test("our archive is refused wherever it is cut", async () => {
  const places = [2, 9, 10, 11, 500, 5000, ARCHIVE.length >> 1];
  const end = [2062, 2061, 2060, 1544, 1032, 1024, 9, 8, 7, 4, 1].map((n) => ARCHIVE.length - n);
  for (const length of [...places, ...end]) {
    await assertRefused(ARCHIVE.slice(0, length), "damaged_archive");
  }
  await assertRefused(join([ARCHIVE, Uint8Array.of(1)]), "damaged_archive");
});

Deno.test("only the segments of wanted files are read", () =>
  withTempDir(async (folder) => {
    const path = `${folder}/b.tar.gz`;
    await Deno.writeFile(path, ARCHIVE);
    let read = 0;
    const host = testHost(folder);
    const { fs } = host;
    const counting = testHost(folder, {
      fs: {
        ...fs,
        open(path, options) {
          const file = fs.open(path, options);
          return {
            ...file,
            read(into) {
              const bytes = file.read(into);
              read += bytes;
              return bytes;
            },
          };
        },
      },
    });
    const backup = await openBackup(counting, path);
    assert.equal(backup.indexed, true);
    await backup.visit((stored) => stored === "files/z", async (file, chunks) => {
      let text = "";
      for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
      assert.deepEqual([file.path, file.bytes, text], ["files/z", 4, "last"]);
    });
    backup.close();
    assert.ok(ARCHIVE.length > 1 << 20 && read < 20_000, `${read} of ${ARCHIVE.length}`);
  }));

Deno.test("a damaged segment hurts nobody who does not want it", () =>
  withTempDir(async (folder) => {
    const path = `${folder}/b.tar.gz`;
    const archive = ARCHIVE.slice();
    archive[takeApart(ARCHIVE).pieces[2].line.at + 1000] ^= 1;
    await Deno.writeFile(path, archive);
    const backup = await openBackup(testHost(folder), path);
    const texts: string[] = [];
    const read = (name: string) =>
      backup.visit((stored) => stored === name, async (_, chunks) => {
        for await (const chunk of chunks) texts.push(new TextDecoder().decode(chunk));
      });
    await read("files/a");
    await read("files/z");
    assert.deepEqual(texts, ["first", "last"]);
    await rejectsWith(() => read("files/large.bin"), "damaged_archive");
    backup.close();
  }));
