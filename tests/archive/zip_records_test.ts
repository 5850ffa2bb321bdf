import {
  centralRecord,
  dataDescriptor,
  endRecords,
  localHeader,
  type ZipMember,
} from "../../src/archive/zip_records.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { TOOLS, toolText } from "../support/oracles.ts";

const GIB = 2 ** 30;

const MEMBER: ZipMember = {
  kind: "file",
  name: new TextEncoder().encode("top/ü"),
  mode: 0o640,
  mtimeMs: Date.UTC(2026, 10, 20, 12, 0, 1),
  size: 1000,
  compressed: 400,
  crc: 0xdeadbeef,
  offset: 0,
  streamed: false,
};

/** A 32-bit field. */
function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer).getUint32(at, true);
}

Deno.test("sizes stand in the local header unless the entry is streamed", () => {
  const known = localHeader(MEMBER);
  assert.deepEqual([u32(known, 14), u32(known, 18), u32(known, 22)], [0xdeadbeef, 400, 1000]);
  const streamed = localHeader({ ...MEMBER, streamed: true });
  assert.deepEqual([u32(streamed, 14), u32(streamed, 18), u32(streamed, 22)], [0, 0, 0]);
  assert.equal(dataDescriptor(MEMBER).length, 16);
});

Deno.test("a streamed entry near 4 GiB has 64-bit sizes everywhere", () => {
  const big = { ...MEMBER, streamed: true, size: 0xf0000000 };
  assert.equal(dataDescriptor(big).length, 24);
  const local = localHeader(big);
  assert.deepEqual([u32(local, 18), u32(local, 22)], [0xffffffff, 0xffffffff]);
  assert.equal(u32(local, 30 + MEMBER.name.length), 0x00100001);
  const central = centralRecord(big);
  assert.deepEqual([u32(central, 20), u32(central, 24)], [0xffffffff, 0xffffffff]);
  assert.equal(dataDescriptor({ ...big, size: 0xf0000000 - 1 }).length, 16);
});

Deno.test("Python reads places and sizes above 4 GiB", {
  ignore: !TOOLS.python || Deno.build.os === "windows", // where the file would not be sparse
}, async () => {
  const members: ZipMember[] = [
    { ...MEMBER, offset: 0xfffffffe },
    { ...MEMBER, offset: 0xffffffff },
    { ...MEMBER, offset: 5 * GIB },
    { ...MEMBER, streamed: true, size: 9 * GIB, compressed: 6 * GIB, offset: 7 * GIB },
    { ...MEMBER, streamed: true, size: 0xf0000000, compressed: 5, offset: 1 },
  ];
  await withTempDir(async (folder) => {
    // Sparse: the central directory lies behind 20 GiB of nothing.
    const offset = 20 * GIB;
    const records = members.map(centralRecord);
    const size = records.reduce((sum, { length }) => sum + length, 0);
    using file = Deno.openSync(`${folder}/a.zip`, { createNew: true, write: true });
    file.seekSync(offset, Deno.SeekMode.Start);
    for (const record of records) file.writeSync(record);
    file.writeSync(endRecords({ entries: members.length, offset, size }));
    const script = `
import json, sys, zipfile
print(json.dumps([[m.file_size, m.compress_size, m.header_offset, m.CRC]
                  for m in zipfile.ZipFile(sys.argv[1]).infolist()]))
`;
    const seen = JSON.parse(await toolText(["python3", "-c", script, `${folder}/a.zip`]));
    assert.deepEqual(seen, members.map((m) => [m.size, m.compressed, m.offset, m.crc]));
  });
});

Deno.test("the end is zip64 only where a value does not fit", () => {
  const plain = { entries: 65_534, offset: 0xfffffffe, size: 0xfffffffe };
  assert.equal(endRecords(plain).length, 22);
  for (const one of [{ entries: 65_535 }, { offset: 0xffffffff }, { size: 0xffffffff }]) {
    assert.equal(endRecords({ ...plain, ...one }).length, 22 + 20 + 56);
  }
});

Deno.test("DOS times stay within the years that they can say", () => {
  const dos = (year: number) => {
    const mtimeMs = new Date(year, 5, 15, 13, 14, 17).getTime();
    return u32(localHeader({ ...MEMBER, mtimeMs }), 10);
  };
  const time = (13 << 11) | (14 << 5) | 8;
  assert.equal(dos(1969), (1 << 5 | 1) * 0x10000);
  assert.equal(dos(1980), ((0 << 9) | (6 << 5) | 15) * 0x10000 + time);
  assert.equal(dos(2107), ((127 << 9) | (6 << 5) | 15) * 0x10000 + time);
  assert.equal(dos(2200), ((127 << 9) | (12 << 5) | 31) * 0x10000 + ((23 << 11) | (59 << 5) | 29));
});
