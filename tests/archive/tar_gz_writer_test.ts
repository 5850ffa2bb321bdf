import { constants, createGunzip, gunzipSync, inflateRawSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { crc32, sha256Of } from "../../src/base/mod.ts";
import type { ArchiveIndex, SegmentLine } from "../../src/archive/format.ts";
import { assert } from "../assert.ts";
import {
  contentOf,
  LARGE_ABOVE,
  oddEntries,
  type SampleEntry,
  TOP,
  writeArchive,
} from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { runTool, TOOLS } from "../support/oracles.ts";
import { assertTarExtracted, ON_POSIX, type Unpacker, unpackWith } from "../support/unpacking.ts";

const MIB = 1 << 20;
const ENTRIES = oddEntries();

interface Written {
  folder: string;
  path: string;
  bytes: Uint8Array;
}

/** Runs with an archive of these entries. */
function withArchive(
  entries: SampleEntry[],
  use: (archive: Written) => Promise<void> | void,
): Promise<void> {
  return withTempDir(async (folder) => {
    const path = `${folder}/a.tar.gz`;
    await writeArchive(testHost(folder), path, entries);
    await use({ folder, path, bytes: await Deno.readFile(path) });
  });
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function inflate(segment: Uint8Array): Uint8Array {
  return inflateRawSync(segment, { finishFlush: constants.Z_SYNC_FLUSH });
}

interface ParsedArchive {
  index: ArchiveIndex;
  header: unknown;
  lines: SegmentLine[];
  tar: Uint8Array;
}

/** Finds everything from the end of the file, as FORMAT.md says. */
function parseArchive(bytes: Uint8Array): ParsedArchive {
  const tail = bytes.subarray(bytes.length - 2061);
  const index: ArchiveIndex = JSON.parse(textOf(tail.subarray(5 + 512, 5 + 1024)));
  const { at, bytes: length } = index.segments;
  const tar = gunzipSync(bytes);
  const table = inflate(bytes.subarray(at, at + length));
  const size = parseInt(textOf(table.subarray(124, 135)), 8);
  const lines = textOf(table.subarray(512, 512 + size)).trimEnd().split("\n");
  const [header, ...segments] = lines.map((line) => JSON.parse(line));
  return { index, header, lines: segments, tar };
}

Deno.test("every program at hand unpacks an archive as it was stored", async (t) => {
  if (Deno.build.os === "linux") assert.ok(TOOLS.gnuTar && TOOLS.gunzip && TOOLS.python);
  await withArchive(ENTRIES, async ({ folder, path, bytes }) => {
    const unpackers: Unpacker[] = [
      {
        name: "GNU tar",
        there: TOOLS.gnuTar,
        command: ["tar", "-xpzf", path],
        fidelity: { timeStep: 1, modes: true },
      },
      {
        name: "bsdtar",
        there: TOOLS.bsdtar,
        command: ["bsdtar", "-xpf", path],
        fidelity: { timeStep: 1, modes: true },
      },
      {
        name: "Python",
        there: TOOLS.python,
        command: ["python3", "-c", UNPACK_IN_PYTHON, path],
        fidelity: { timeStep: 1000, modes: true }, // its times are floating-point seconds
      },
    ];
    for (const one of unpackers) {
      await unpackWith(t, folder, one, (target, fidelity) => {
        assertTarExtracted(target, ENTRIES, fidelity);
      });
    }
    await t.step({
      name: "7-Zip",
      ignore: !TOOLS.sevenZip || !ON_POSIX,
      async fn() {
        const tar = await runTool(["7z", "x", "-so", path]);
        await runTool(["7z", "x", "-si", "-ttar", `-o${folder}/7z`], { stdin: tar });
        assertTarExtracted(`${folder}/7z`, ENTRIES, {});
      },
    });
    await t.step({
      name: "gunzip -t",
      ignore: !TOOLS.gunzip,
      fn: async () => void await runTool(["gunzip", "-t", path]),
    });
    const tar = gunzipSync(bytes);
    await t.step("web DecompressionStream", async () => {
      const stream = new Blob([bytes.slice()]).stream();
      const inflated = stream.pipeThrough(new DecompressionStream("gzip"));
      assert.equal(sha256Of(await new Response(inflated).bytes()), sha256Of(tar));
    });
    await t.step("node:zlib createGunzip", async () => {
      const gunzip = createGunzip();
      gunzip.end(bytes);
      let length = 0;
      for await (const chunk of gunzip) length += chunk.length;
      assert.equal(length, tar.length);
    });
    await t.step("modern-tar in strict mode", async () => {
      const members = await unpackTar(tar.slice(), { strict: true });
      for (const { path, content, mtimeMs } of ENTRIES) {
        const name = `${TOP}/${path}`;
        const member = members.find(({ header }) => header.name.replace(/\/$/, "") === name)!;
        assert.equal(sha256Of(member.data ?? new Uint8Array()), sha256Of(content ?? ""), path);
        assert.equal(member.header.mtime!.getTime(), mtimeMs, path);
      }
    });
  });
});

Deno.test("busybox unpacks names that need no PAX", {
  ignore: !TOOLS.busybox || !ON_POSIX,
}, async () => {
  const short = ENTRIES.filter(({ path }) => path.length < 90);
  await withArchive(short, async ({ folder, path }) => {
    Deno.mkdirSync(`${folder}/out`);
    await runTool(["busybox", "tar", "-xpzf", path], { cwd: `${folder}/out` });
    assertTarExtracted(`${folder}/out`, short, {});
  });
});

const UNPACK_IN_PYTHON = `
import sys, tarfile
archive = tarfile.open(sys.argv[1])
archive.extraction_filter = lambda member, path: member
archive.extractall()
`;

Deno.test("the file begins and ends as the format says", async () => {
  await withArchive(ENTRIES, ({ bytes }) => {
    assert.deepEqual([...bytes.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    const tail = bytes.subarray(bytes.length - 2061);
    assert.deepEqual([...tail.subarray(0, 5)], [1, 0, 8, 0xff, 0xf7]);
    assert.equal(textOf(tail.subarray(5, 5 + 23)), `${TOP}/index.json`);
    assert.equal(textOf(tail.subarray(5 + 1023, 5 + 1024)), "\n");
    assert.ok(tail.subarray(5 + 1024, 5 + 2048).every((byte) => byte === 0));
    const tar = gunzipSync(bytes);
    const trailer = new DataView(tail.buffer, tail.byteOffset + 5 + 2048);
    assert.equal(trailer.getUint32(0, true), crc32(tar));
    assert.equal(trailer.getUint32(4, true), tar.length);
  });
});

Deno.test("the index leads to the manifest and the table", async () => {
  await withArchive(ENTRIES, ({ bytes }) => {
    const { index, tar, lines, header } = parseArchive(bytes);
    const { manifest, segments } = index;
    assert.equal(index.format, "lifeboat");
    assert.equal(index.version, 1);
    assert.equal(index.raw_bytes, tar.length);
    assert.equal(index.entries, ENTRIES.length + 1);
    assert.equal(segments.at, manifest.at + manifest.bytes);
    assert.equal(segments.at + segments.bytes, bytes.length - 2061);
    assert.equal(segments.raw_at, manifest.raw_at + manifest.raw_bytes);
    assert.equal(segments.raw_at + segments.raw_bytes + 2048, tar.length);
    for (const extent of [manifest, segments]) {
      const inflated = inflate(bytes.subarray(extent.at, extent.at + extent.bytes));
      const raw = tar.subarray(extent.raw_at, extent.raw_at + extent.raw_bytes);
      assert.equal(sha256Of(inflated), sha256Of(raw));
      assert.equal(parseInt(extent.crc, 16), crc32(raw));
    }
    const content = ENTRIES.at(-1)!.content!;
    assert.equal(index.manifest_sha256, sha256Of(content));
    assert.deepEqual(header, { format: "lifeboat-segments", version: 1 });
    const last = lines.at(-1)!;
    assert.equal(last.at + last.bytes, segments.at);
  });
});

Deno.test("every segment is inflated on its own and is what the table says", async () => {
  await withArchive(ENTRIES, ({ bytes }) => {
    const { lines, tar } = parseArchive(bytes);
    let at = 10;
    let rawAt = 0;
    for (const line of lines) {
      assert.equal(line.at, at);
      const compressed = bytes.subarray(at, at + line.bytes);
      assert.deepEqual([...compressed.subarray(-4)], [0, 0, 0xff, 0xff]);
      const raw = inflate(compressed);
      assert.equal(raw.length, line.raw);
      assert.equal(line.crc, crc32(raw).toString(16).padStart(8, "0"));
      assert.equal(sha256Of(raw), sha256Of(tar.subarray(rawAt, rawAt + line.raw)));
      assert.ok(line.raw <= 8 * MIB);
      at += line.bytes;
      rawAt += line.raw;
    }
  });
});

Deno.test("the table tells of every entry, and of large ones slice by slice", async () => {
  await withArchive(ENTRIES, ({ bytes }) => {
    const { lines } = parseArchive(bytes);
    const listed = lines.flatMap((line) => line.kind === "slice" ? [] : line.entries);
    const large = (entry: SampleEntry) => (entry.content?.length ?? 0) > LARGE_ABOVE;
    assert.deepEqual(listed, [
      ["/", 0, 0, 0o700, null],
      ...ENTRIES.map((entry) => [
        entry.content ? entry.path : `${entry.path}/`,
        entry.content?.length ?? 0,
        entry.mtimeMs,
        entry.mode,
        entry.content && !large(entry) ? sha256Of(entry.content) : null,
      ]),
    ]);
    for (const { path, content } of ENTRIES.filter(large)) {
      const slices = lines.filter((line) => line.kind === "slice" && line.path === path);
      assert.equal(slices.length, Math.ceil(content!.length / (4 * MIB)));
      for (const [index, line] of slices.entries()) {
        assert.ok(line.kind === "slice");
        assert.equal(line.offset, index * 4 * MIB);
        const slice = content!.subarray(line.offset, line.offset + line.length);
        assert.equal(line.sha256, sha256Of(slice));
        const last = index === slices.length - 1;
        assert.equal(line.length, last ? content!.length - line.offset : 4 * MIB);
        assert.equal(line.file_sha256, last ? sha256Of(content!) : undefined);
      }
    }
  });
});

Deno.test("the manifest shares its segment with nothing", async () => {
  const small = { path: "manifest.json", mode: 0o600, mtimeMs: 0, content: contentOf(100) };
  await withArchive([...ENTRIES.slice(0, 3), small], ({ bytes }) => {
    const { lines } = parseArchive(bytes);
    const last = lines.at(-1)!;
    assert.ok(last.kind === "run");
    assert.deepEqual(last.entries.map(([path]) => path), ["manifest.json"]);
  });
});

Deno.test("a table longer than a slice is found whole", async () => {
  const folders = Array.from({ length: 1500 }, (_, index): SampleEntry => ({
    path: `files/${String(index).padStart(4, "0")}${"long name/".repeat(300)}end`,
    mode: 0o700,
    mtimeMs: 0,
  }));
  await withArchive([...folders, ENTRIES.at(-1)!], ({ bytes }) => {
    const { index } = parseArchive(bytes);
    assert.ok(index.segments.raw_bytes > 4 * MIB);
    const { at, bytes: length } = index.segments;
    const table = inflate(bytes.subarray(at, at + length));
    const lines = textOf(table.subarray(512, table.indexOf(0, 512))).trimEnd().split("\n");
    const entries = lines.slice(1).flatMap((line) => JSON.parse(line).entries ?? []);
    const stored = folders.map(({ path }) => `${path}/`);
    assert.deepEqual(entries.map(([path]) => path), ["/", ...stored, "manifest.json"]);
  });
});
