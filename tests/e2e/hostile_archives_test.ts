/** Crafted archives: restoring each ends with its code, and nothing is written anywhere. */
import { assert } from "../assert.ts";
import {
  assertRefused,
  DAMAGED,
  everythingOf,
  type Refusal,
  UNSAFE,
} from "../support/hostile_restore.ts";
import {
  headerOf,
  join,
  membersOf,
  paxMember,
  type RawMember,
  tarGzOf,
  tarOf,
} from "../support/raw_tar.ts";
import { GZIP_HEADER } from "../../src/archive/format.ts";
import { deflateSegment } from "../support/forged.ts";
import { type RawZipEntry, zipOf } from "../support/raw_zip.ts";
import { CONFIRM, withScene } from "../support/scene.ts";
import { manifestFor } from "../support/stored_backups.ts";

/** A file that the sample home has too, so that restoring it would change that. */
const FILES = { "AGENTS.md": "hostile" };
const MANIFEST = JSON.stringify(manifestFor(FILES));
const FILE: RawMember = { name: "b/files/AGENTS.md", content: "hostile" };

/** What stands between a sound file and a sound manifest. */
const MEMBERS: Record<string, [RawMember[], Refusal?]> = {
  "a path with ..": [[{ name: "b/files/../../../evil", content: "x" }]],
  "an absolute path": [[{ name: "/tmp/lifeboat-evil", content: "x" }]],
  "an absolute path in PAX": [[paxMember({ path: "/tmp/lifeboat-evil" }), { name: "b/x" }]],
  "a long name with ..": [
    [{ name: "././@LongLink", typeflag: "L", content: "b/../../evil\0" }, { name: "b/x" }],
  ],
  "a symbolic link out of the home": [
    [{ name: "b/files/skills", typeflag: "2", linkname: "/tmp" }],
  ],
  "a file below a symbolic link": [[
    { name: "b/files/skills", typeflag: "2", linkname: "/tmp" },
    { name: "b/files/skills/lifeboat-evil", content: "x" },
  ]],
  "a hard link": [[{ name: "b/files/h", typeflag: "1", linkname: "b/files/AGENTS.md" }]],
  "a hard link to the outside": [[{ name: "b/files/h", typeflag: "1", linkname: "/etc/passwd" }]],
  "a character device": [[{ name: "b/files/null", typeflag: "3" }]],
  "a block device": [[{ name: "b/files/disk", typeflag: "4" }]],
  "a FIFO": [[{ name: "b/files/pipe", typeflag: "6" }]],
  "the same file twice": [[FILE]],
  "a second manifest": [[{ name: "b/manifest.json", content: MANIFEST }]],
  "a file where a folder is": [[{ name: "b/files", content: "x" }]],
  "several top folders": [[{ name: "c/files/x", content: "x" }]],
  "a size that no backup has": [[{ name: "b/files/x", size: 8 ** 11 - 1 }]],
  "a wrong checksum": [[{ name: "b/x", spoil: (header) => void (header[0] ^= 1) }], DAMAGED],
};

for (const [what, [members, refusal = UNSAFE]] of Object.entries(MEMBERS)) {
  const all = [FILE, ...members, { name: "b/manifest.json", content: MANIFEST }];
  Deno.test(`a tar.gz with ${what} is ${refusal.code}`, () =>
    withScene((scene) => assertRefused(scene, tarGzOf(all), refusal)));
}

const SOUND: RawZipEntry[] = [
  { name: "b/files/AGENTS.md", content: "hostile" },
  { name: "b/manifest.json", content: MANIFEST },
];
const LINK = 0o120777 * 0x10000;

const ENTRIES: Record<string, [RawZipEntry[], Refusal?]> = {
  "a path with ..": [[{ name: "b/files/../../../evil", content: "x" }]],
  "an absolute path": [[{ name: "/tmp/lifeboat-evil", content: "x" }]],
  "a symbolic link": [[{ name: "b/files/skills", content: "/tmp", attributes: LINK }]],
  "the same file twice": [[SOUND[0]]],
  "a bomb that says so": [
    ["one", "two"].map((name) => ({ name: `b/${name}`, content: "x", bytes: 0xffff_fff0 })),
  ],
  "a wrong checksum in its manifest": [
    [{ name: "b/manifest.json", content: MANIFEST, crc: 1 }],
    DAMAGED,
  ],
};

for (const [what, [entries, refusal = UNSAFE]] of Object.entries(ENTRIES)) {
  const names = new Set(entries.map(({ name }) => name));
  const others = what.includes("twice") ? SOUND : SOUND.filter(({ name }) => !names.has(name));
  Deno.test(`a zip with ${what} is ${refusal.code}`, () =>
    withScene((scene) => assertRefused(scene, zipOf([...others, ...entries]), refusal)));
}

const NOT_A_BACKUP = { exit: 2, code: "not_a_backup" };
const BAD_MANIFEST = { exit: 2, code: "bad_manifest" };
const text = (content: string) => new TextEncoder().encode(content);
const manifest = (content: string) => tarGzOf([FILE, { name: "b/manifest.json", content }]);

const WHOLE: Record<string, [() => Uint8Array, Refusal]> = {
  "an empty file": [() => new Uint8Array(), DAMAGED],
  "a text": [() => text("no archive\n".repeat(1000)), NOT_A_BACKUP],
  "an archive without a manifest": [() => tarGzOf([FILE]), NOT_A_BACKUP],
  "a tar without its end": [() => tarOf([FILE]).subarray(0, 700), DAMAGED],
  "a manifest that is not JSON": [() => manifest("{schema_version: 1"), BAD_MANIFEST],
  "a manifest that is a list": [() => manifest("[]"), BAD_MANIFEST],
  "a manifest of a newer schema": [
    () => manifest(JSON.stringify({ ...manifestFor(FILES), schema_version: 2 })),
    { exit: 2, code: "newer_schema" },
  ],
};

for (const [what, [make, refusal]] of Object.entries(WHOLE)) {
  Deno.test(`${what} is ${refusal.code}`, () =>
    withScene((scene) => assertRefused(scene, make(), refusal)));
}

/** 600 MB of spaces that fit into 600 kB; the archive ends without an end, which nobody reaches. */
function hugeManifest(): Uint8Array {
  const header = headerOf({ name: "b/manifest.json" }, 600 << 20);
  const spaces = deflateSegment(new Uint8Array(1 << 20).fill(0x20));
  const pieces = Array.from({ length: 600 }, () => spaces);
  return join([GZIP_HEADER, deflateSegment(join([membersOf([FILE]), header])), ...pieces]);
}

Deno.test("a manifest that is huge is bad_manifest", () =>
  withScene(async (scene) => {
    const path = `${scene.folder}/huge.tar.gz`;
    await Deno.writeFile(path, hugeManifest());
    const before = everythingOf(scene);
    const { code, json } = await scene.run(["restore", path, "--apply", CONFIRM, "--json"]);
    assert.deepEqual([code, json.error?.code], [2, "bad_manifest"]);
    assert.deepEqual(everythingOf(scene), before);
  }));

Deno.test("a backup that is not there is no_such_backup", () =>
  withScene(async (scene) => {
    for (const command of ["restore", "verify", "show"]) {
      for (const id of ["latest", "./nothing.tar.gz"]) {
        const { code, json } = await scene.run([command, id, "--json"]);
        assert.deepEqual([code, json.error?.code], [10, "no_such_backup"], `${command} ${id}`);
      }
    }
  }));
