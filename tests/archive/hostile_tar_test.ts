import { gzipSync } from "node:zlib";
import { assert } from "../assert.ts";
import { assertAccepted, assertRefused, type Reading } from "../support/hostile.ts";
import { join, membersOf, paxMember, type RawMember, tarGzOf, tarOf } from "../support/raw_tar.ts";
import { manifestFor } from "../support/stored_backups.ts";

const MANIFEST: RawMember = {
  name: "b/manifest.json",
  content: JSON.stringify(manifestFor({ a: "1" })),
};
const FILE: RawMember = { name: "b/files/a", content: "1" };
const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const sized = (size: number[]) => (header: Uint8Array) => {
  header.set(size, 124);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(latin1(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
};

/** What stands beside a sound file and manifest, and the code that it must end with. */
const CASES: Record<string, [RawMember[], string, Reading?]> = {
  "a path with ..": [[{ name: "b/../../evil", content: "x" }], "unsafe_archive"],
  "a path that is ..": [[{ name: "..", typeflag: "5" }], "unsafe_archive"],
  "a path that goes up behind the top folder": [[{ name: "b/.." }], "unsafe_archive"],
  "an empty name": [[{ name: "", content: "x" }], "unsafe_archive"],
  "a . segment": [[{ name: "b/./x" }], "unsafe_archive"],
  "an empty segment": [[{ name: "b//x" }], "unsafe_archive"],
  "an absolute path": [[{ name: "/etc/evil", content: "x" }], "unsafe_archive"],
  "a drive letter": [[{ name: "b/files/C:evil" }], "unsafe_archive", { platform: "windows" }],
  "a UNC path": [
    [{ name: "b/files/\\\\server\\share\\x" }],
    "unsafe_archive",
    { platform: "windows" },
  ],
  "a backslash": [[{ name: "b/files/..\\..\\x" }], "unsafe_archive", { platform: "windows" }],
  "a reserved name": [[{ name: "b/files/con.txt" }], "unsafe_archive", { platform: "windows" }],
  "a trailing dot": [[{ name: "b/files/x." }], "unsafe_archive", { platform: "windows" }],
  "a file next to the top folder": [[{ name: "evil", content: "x" }], "not_a_backup"],
  "a second top folder": [[{ name: "c/files/x", content: "x" }], "unsafe_archive"],
  "a path in PAX with ..": [
    [paxMember({ path: "b/../../evil" }), { name: "b/x", content: "x" }],
    "unsafe_archive",
  ],
  "an absolute path in PAX": [[paxMember({ path: "/evil" }), { name: "b/x" }], "unsafe_archive"],
  "a path in PAX with a NUL": [[paxMember({ path: "b/a\0b" }), { name: "b/x" }], "unsafe_archive"],
  "a long name of GNU with ..": [
    [{ name: "././@LongLink", typeflag: "L", content: "b/../../evil\0" }, { name: "b/x" }],
    "unsafe_archive",
  ],
  "a prefix with ..": [[{ name: "evil", prefix: "b/../.." }], "unsafe_archive"],
  "a symbolic link": [
    [{ name: "b/files/l", typeflag: "2", linkname: "/etc" }],
    "unsafe_archive",
  ],
  "a symbolic link and a file below it": [
    [{ name: "b/files/l", typeflag: "2", linkname: "/tmp" }, { name: "b/files/l/x" }],
    "unsafe_archive",
  ],
  "a hard link": [[{ name: "b/files/h", typeflag: "1", linkname: "b/x" }], "unsafe_archive"],
  "a character device": [[{ name: "b/files/d", typeflag: "3" }], "unsafe_archive"],
  "a block device": [[{ name: "b/files/d", typeflag: "4" }], "unsafe_archive"],
  "a FIFO": [[{ name: "b/files/f", typeflag: "6" }], "unsafe_archive"],
  "a sparse file of GNU": [[{ name: "b/files/s", typeflag: "S" }], "unsafe_archive"],
  "a sparse file in PAX": [
    [paxMember({ "GNU.sparse.major": "1" }), { name: "b/files/s" }],
    "damaged_archive",
  ],
  "a continuation of another volume": [[{ name: "b/files/m", typeflag: "M" }], "unsafe_archive"],
  "the same file twice": [[FILE], "unsafe_archive"],
  "a second manifest": [[MANIFEST], "unsafe_archive"],
  "a file below a file": [[{ name: "b/files/a/x", content: "x" }], "unsafe_archive"],
  "a file where a folder is": [[{ name: "b/files", content: "x" }], "unsafe_archive"],
  "names that differ in case, on macOS": [
    [{ name: "b/files/A", content: "x" }],
    "unsafe_archive",
    { platform: "darwin" },
  ],
  "names that differ in case, on Windows": [
    [{ name: "b/files/A", content: "x" }],
    "unsafe_archive",
    { platform: "windows" },
  ],
  "folders that differ in case, one of them a file": [
    [{ name: "b/FILES", content: "x" }],
    "unsafe_archive",
    { platform: "darwin" },
  ],
  "names that differ in Unicode form, on macOS": [
    [{ name: "b/files/\u00e4" }, { name: "b/files/a\u0308" }],
    "unsafe_archive",
    { platform: "darwin" },
  ],
  "ß and ss, on macOS": [
    [{ name: "b/files/stra\u00dfe" }, { name: "b/files/strasse" }],
    "unsafe_archive",
    { platform: "darwin" },
  ],
  "a name that is not UTF-8": [[{ name: latin1("b/files/\xff") }], "damaged_archive"],
  "a name longer than any system has": [
    [paxMember({ path: `b/files/${"x".repeat(40_000)}` }), { name: "b/x" }],
    "unsafe_archive",
  ],
  "a size beyond all bounds": [[{ name: "b/files/x", size: 2 ** 32 }], "unsafe_archive", {
    limits: { freeBytes: 1 << 20, ratio: 1 },
  }],
  "a size of 2^62": [
    [{ name: "b/files/x", spoil: sized([0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]) }],
    "damaged_archive",
  ],
  "a negative size": [
    [{ name: "b/files/x", spoil: sized(Array(12).fill(0xff)) }],
    "damaged_archive",
  ],
  "a size that is no number": [
    [{ name: "b/files/x", spoil: sized([...latin1("9999999999x ")]) }],
    "damaged_archive",
  ],
  "a size in PAX that is no number": [
    [paxMember({ size: "1e9" }), { name: "b/x" }],
    "damaged_archive",
  ],
  "a size in PAX beyond the end": [
    [paxMember({ size: "9999" }), { name: "b/x" }],
    "damaged_archive",
  ],
  "a wrong checksum": [
    [{ name: "b/files/x", spoil: (header) => void (header[0] ^= 1) }],
    "damaged_archive",
  ],
  "a PAX record that is not one": [
    [{ name: "PaxHeader", typeflag: "x", content: "99 path=b/x\n" }, { name: "b/x" }],
    "damaged_archive",
  ],
  "a PAX record of length 0": [
    [{ name: "PaxHeader", typeflag: "x", content: "0 path=b/x\n" }, { name: "b/x" }],
    "damaged_archive",
  ],
  "a PAX header of 2 MiB": [
    [{ name: "PaxHeader", typeflag: "x", content: new Uint8Array(2 << 20) }],
    "unsafe_archive",
  ],
  "a global header that renames": [[paxMember({ path: "b/y" }, "g")], "unsafe_archive"],
  "a PAX header for nothing": [[paxMember({ path: "b/y" })], "damaged_archive"],
  "a folder with content": [[{ name: "b/d/", typeflag: "5", content: "x" }], "damaged_archive"],
  "more entries than allowed": [
    Array.from({ length: 20 }, (_, index) => ({ name: `b/files/${index}` })),
    "unsafe_archive",
    { limits: { members: 10 } },
  ],
};

for (const [what, [members, code, reading]] of Object.entries(CASES)) {
  Deno.test(`a tar with ${what} is ${code}`, async () => {
    await assertRefused(tarOf([FILE, MANIFEST, ...members]), code, reading);
    await assertRefused(tarGzOf([FILE, MANIFEST, ...members]), code, reading);
  });
}

Deno.test("what is harmful elsewhere only is read here", async () => {
  const members = [
    { name: "b/files/A", content: "x" },
    { name: "b/files/con.txt" },
    { name: "b/files/a:b\\c." },
    { name: "b/files/\u00e4" },
    { name: "b/files/a\u0308" },
  ];
  await assertAccepted(tarGzOf([FILE, MANIFEST, ...members]));
});

Deno.test("a global header with a comment, as git writes it, is passed over", () =>
  assertAccepted(tarGzOf([paxMember({ comment: "0123abc" }, "g"), FILE, MANIFEST])));

Deno.test("folders may be named before and after what is in them", () =>
  assertAccepted(tarGzOf([
    { name: "b/", typeflag: "5" },
    FILE,
    { name: "b/files/", typeflag: "5" },
    { name: "b/old/", typeflag: "0" },
    MANIFEST,
  ])));

/** A tar's end is the only place where it may end. */
const ENDINGS: Record<string, [Uint8Array, string]> = {
  "no end marker": [new Uint8Array(), "damaged_archive"],
  "one zero block": [new Uint8Array(512), "damaged_archive"],
  "half of the second zero block": [new Uint8Array(700), "damaged_archive"],
  "half a header": [membersOf([{ name: "b/x" }]).subarray(0, 300), "damaged_archive"],
  "a header without its content": [
    membersOf([{ name: "b/x", content: "12" }]).subarray(0, 512),
    "damaged_archive",
  ],
  "a file behind the end marker": [
    join([new Uint8Array(1024), membersOf([{ name: "b/x" }])]),
    "damaged_archive",
  ],
  "a zero block and a file": [
    join([new Uint8Array(512), membersOf([{ name: "b/x" }]), new Uint8Array(1024)]),
    "damaged_archive",
  ],
  "a byte behind the end marker": [
    join([new Uint8Array(1024), Uint8Array.of(1)]),
    "damaged_archive",
  ],
};

for (const [what, [ending, code]] of Object.entries(ENDINGS)) {
  Deno.test(`a tar that ends with ${what} is ${code}`, async () => {
    const tar = join([membersOf([FILE, MANIFEST]), ending]);
    await assertRefused(tar, code);
    await assertRefused(new Uint8Array(gzipSync(tar)), code);
  });
}

Deno.test("zeros behind the end, as tar pads with, are fine", () =>
  assertAccepted(new Uint8Array(gzipSync(join([tarOf([FILE, MANIFEST]), new Uint8Array(9000)])))));

Deno.test("an empty file is damaged_archive", async () => {
  const error = await assertRefused(new Uint8Array(), "damaged_archive");
  assert.match(error.message, /empty/);
});

Deno.test("a tar.gz is damaged_archive wherever it is cut", async () => {
  const archive = tarGzOf([FILE, MANIFEST]);
  for (let length = 2; length < archive.length; length += 3) {
    await assertRefused(archive.subarray(0, length).slice(), "damaged_archive");
  }
  await assertRefused(archive.slice(0, 1), "not_a_backup");
});

Deno.test("a tar is refused wherever it is cut", async () => {
  const archive = tarOf([FILE, MANIFEST]);
  for (let length = 512; length < archive.length; length += 170) {
    await assertRefused(archive.subarray(0, length).slice(), "damaged_archive");
  }
  await assertRefused(archive.slice(0, 511), "not_a_backup");
});

Deno.test("something behind the last gzip member is damaged_archive", async () => {
  const archive = join([tarGzOf([FILE, MANIFEST]), latin1("something else")]);
  await assertRefused(archive, "damaged_archive");
});

Deno.test("a gzip bomb is unsafe_archive before it has filled anything", async () => {
  const limits = { freeBytes: 1 << 20, ratio: 10 };
  // Every member inflates to 1 MiB from 1 KiB, as often as one likes.
  const zeros = new Uint8Array(gzipSync(new Uint8Array(1 << 20)));
  const header = membersOf([{ name: "b/files/x", size: 0o77777777 }]).subarray(0, 512);
  const bomb = join([new Uint8Array(gzipSync(header)), ...Array(64).fill(zeros)]);
  await assertRefused(bomb, "unsafe_archive", { limits });
  const padding = join([tarGzOf([FILE, MANIFEST]), ...Array(64).fill(zeros)]);
  await assertRefused(padding, "unsafe_archive", { limits });
});
