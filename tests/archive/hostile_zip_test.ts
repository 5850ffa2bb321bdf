import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { assert } from "../assert.ts";
import { assertAccepted, assertRefused, type Reading } from "../support/hostile.ts";
import { type RawZipEnd, type RawZipEntry, zipOf } from "../support/raw_zip.ts";
import { manifestFor } from "../support/stored_backups.ts";
import { contentOf } from "../support/archives.ts";

const MANIFEST: RawZipEntry = {
  name: "b/manifest.json",
  content: JSON.stringify(manifestFor({ a: "1" })),
};
const FILE: RawZipEntry = { name: "b/files/a", content: "1" };
const unix = (type: number) => (type | 0o600) * 0x10000;
const LARGE = contentOf(5 << 20);

const CASES: Record<string, [RawZipEntry[], string, Reading?]> = {
  "a path with ..": [[{ name: "b/../../evil" }], "unsafe_archive"],
  "a path that goes up behind the top folder": [[{ name: "b/.." }], "unsafe_archive"],
  "an absolute path": [[{ name: "/etc/evil" }], "unsafe_archive"],
  "an empty name": [[{ name: "" }], "unsafe_archive"],
  "a NUL in a name": [[{ name: "b/files/a\0b" }], "unsafe_archive"],
  "a drive letter": [[{ name: "b/files/C:evil" }], "unsafe_archive", { platform: "windows" }],
  "a backslash": [[{ name: "b/files/..\\x" }], "unsafe_archive", { platform: "windows" }],
  "a reserved name": [[{ name: "b/files/nul" }], "unsafe_archive", { platform: "windows" }],
  "a second top folder": [[{ name: "c/x" }], "unsafe_archive"],
  "a file next to the top folder": [[{ name: "evil" }], "not_a_backup"],
  "a symbolic link": [
    [{ name: "b/files/l", content: "/etc", attributes: unix(0o120000) }],
    "unsafe_archive",
  ],
  "a device": [[{ name: "b/files/d", attributes: unix(0o060000) }], "unsafe_archive"],
  "a FIFO": [[{ name: "b/files/f", attributes: unix(0o010000) }], "unsafe_archive"],
  "a folder without a slash": [
    [{ name: "b/files/d", attributes: unix(0o040000) }],
    "unsafe_archive",
  ],
  "the same file twice": [[FILE], "unsafe_archive"],
  "a file below a file": [[{ name: "b/files/a/x" }], "unsafe_archive"],
  "names that differ in case, on macOS": [
    [{ name: "b/files/A" }],
    "unsafe_archive",
    { platform: "darwin" },
  ],
  "an encrypted entry": [[{ name: "b/files/x", flags: 0x801 }], "unsafe_archive"],
  "an unknown compression": [[{ name: "b/files/x", method: 14 }], "unsafe_archive"],
  "a name that is not UTF-8": [
    [{ name: Uint8Array.of(0x62, 0x2f, 0xff), flags: 0 }],
    "damaged_archive",
  ],
  "another name in the local header": [
    [{ name: "b/files/x", localName: "b/files/y" }],
    "damaged_archive",
  ],
  "a wrong checksum": [[{ name: "b/files/x", content: "x", crc: 1 }], "damaged_archive"],
  "a wrong checksum of something stored": [
    [{ name: "b/files/x", content: "x", crc: 1, method: 0 }],
    "damaged_archive",
  ],
  "a wrong checksum of something large": [
    [{ name: "b/files/x", content: LARGE, crc: 1 }],
    "damaged_archive",
  ],
  "less content than stated": [
    [{ name: "b/files/x", content: "x", bytes: 2 }],
    "damaged_archive",
  ],
  "more content than stated": [
    [{ name: "b/files/x", content: "xx".repeat(5000), bytes: 2 }],
    "damaged_archive",
  ],
  "more large content than stated": [
    [{ name: "b/files/x", content: LARGE, bytes: (4 << 20) + 1 }],
    "damaged_archive",
  ],
  "two sizes of something stored": [
    [{ name: "b/files/x", content: "xx", bytes: 1, method: 0 }],
    "damaged_archive",
  ],
  "a compressed size beyond the end": [
    [{ name: "b/files/x", content: "x", packed: 99_999 }],
    "damaged_archive",
  ],
  "a compressed size that takes in the next entry": [
    [{ name: "b/files/x", content: "x", packed: 40 }, { name: "b/files/y", content: "y" }],
    "damaged_archive",
  ],
  "entries that share their bytes": [
    [{ name: "b/files/x", at: 0, withoutContent: true }],
    "damaged_archive",
  ],
  "an entry outside the file": [
    [{ name: "b/files/x", at: 0x7fffffff, withoutContent: true }],
    "damaged_archive",
  ],
  "an extra field that is cut": [
    [{ name: "b/files/x", extra: Uint8Array.of(1, 0, 200, 0) }],
    "damaged_archive",
  ],
  "a zip64 size that is missing": [
    [{ name: "b/files/x", bytes: 0xffffffff, extra: Uint8Array.of(1, 0, 0, 0) }],
    "damaged_archive",
  ],
  "a zip64 size of 2^63": [
    [{
      name: "b/files/x",
      bytes: 0xffffffff,
      extra: Uint8Array.of(1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0x80),
    }],
    "damaged_archive",
  ],
  "more entries than allowed": [
    Array.from({ length: 20 }, (_, index) => ({ name: `b/files/${index}` })),
    "unsafe_archive",
    { limits: { members: 10 } },
  ],
};

for (const [what, [entries, code, reading]] of Object.entries(CASES)) {
  Deno.test(`a zip with ${what} is ${code}`, async () => {
    await assertRefused(zipOf([FILE, MANIFEST, ...entries]), code, reading);
  });
}

Deno.test("a zip with an entry inside another is damaged_archive", async () => {
  const inner = { name: "b/files/y", content: "inside", method: 0 };
  const record = zipOf([inner]).subarray(0, 30 + inner.name.length + inner.content.length);
  const outer = { name: "b/files/x", content: record, method: 0 };
  const nested = (at: number) =>
    zipOf([FILE, MANIFEST, outer, { ...inner, at, withoutContent: true }]);
  const at = Buffer.from(nested(0)).indexOf(Buffer.from(record));
  const error = await assertRefused(nested(at), "damaged_archive");
  assert.match(error.message, /overlap/);
});

const ENDS: Record<string, [RawZipEnd, string]> = {
  "more entries than there are": [{ entries: 3 }, "damaged_archive"],
  "fewer entries than there are": [{ entries: 1 }, "damaged_archive"],
  "a directory elsewhere": [{ directoryAt: 5 }, "damaged_archive"],
  "a directory outside the file": [{ directoryAt: 0x7fffffff }, "damaged_archive"],
  "a longer directory": [{ directoryBytes: 4000 }, "damaged_archive"],
  "a zip64 end that is not there": [{ entries: 0xffff }, "damaged_archive"],
};

for (const [what, [end, code]] of Object.entries(ENDS)) {
  Deno.test(`a zip whose end states ${what} is ${code}`, async () => {
    await assertRefused(zipOf([FILE, MANIFEST], end), code);
  });
}

Deno.test("a zip is refused wherever it is cut", async () => {
  const archive = zipOf([FILE, MANIFEST]);
  for (let length = 4; length < archive.length; length += 3) {
    await assertRefused(archive.slice(0, length), "damaged_archive");
  }
  await assertRefused(archive.slice(0, 3), "not_a_backup");
});

Deno.test("a zip without entries is not_a_backup", async () => {
  await assertRefused(zipOf([]), "not_a_backup");
});

Deno.test("a zip that claims to hold too much is unsafe_archive before anything is inflated", async () => {
  const bomb = { name: "b/files/x", content: new Uint8Array(8 << 20), crc: 0 };
  const limits = { freeBytes: 1 << 20, ratio: 10 };
  await assertRefused(zipOf([FILE, MANIFEST, bomb]), "unsafe_archive", { limits });
});

Deno.test("a zip made on Windows, without modes and with a comment, is read", async () => {
  const entries = [{ name: "b/files/", method: 0 }, FILE, MANIFEST];
  const made = entries.map((entry) => ({ ...entry, madeBy: 20, attributes: 0x20 }));
  await assertAccepted(zipOf(made, { comment: "PK\x05\x06 and more" }));
});

Deno.test("a zip64 archive is read, and one whose end lies is not", async () => {
  const content = "zip64";
  const packed = new Uint8Array(deflateRawSync(content)).length;
  const extra = Uint8Array.of(
    1,
    0,
    16,
    0,
    content.length,
    ...Array(7).fill(0),
    packed,
    ...Array(7).fill(0),
  );
  const entry = { name: "b/files/x", content, bytes: 0xffffffff, packed: 0xffffffff, extra };
  await assertAccepted(zipOf([FILE, MANIFEST, entry], { zip64: true }));
  for (const end of [{ entries: 7 }, { directoryAt: 1 }, { directoryBytes: 9999 }]) {
    const archive = zipOf([FILE, MANIFEST, entry], { zip64: true, ...end });
    await assertRefused(archive, "damaged_archive");
  }
});
