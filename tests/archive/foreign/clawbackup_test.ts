import { openBackup, verifyBackup } from "../../../src/archive/mod.ts";
import { LifeboatError } from "../../../src/base/mod.ts";
import { assert } from "../../assert.ts";
import {
  clawBackupArchive,
  encryptAsClawBackup,
  FILES,
  member,
  STATE,
  WORKSPACE,
  writeClawBackupStore,
} from "../../support/foreign_archives.ts";
import { testHost, withTempDir } from "../../support/host.ts";
import type { RawMember } from "../../support/raw_tar.ts";

const NAME = "2026-11-20T10-00-00-clawbackup.tar.gz";

interface Settings {
  password?: string;
  /** What lies beside it before it is opened. */
  prepare?: (folder: string, archive: string) => Promise<void>;
}

/** The stored files of an archive and their content, or the code with which it is refused. */
async function read(bytes: Uint8Array, { password, prepare }: Settings = {}) {
  let found: Record<string, string> | string = {};
  await withTempDir(async (folder) => {
    const archive = `${folder}/${NAME}`;
    await Deno.writeFile(archive, bytes);
    await prepare?.(folder, archive);
    try {
      found = await contents(folder, archive, password);
    } catch (error) {
      assert.ok(error instanceof LifeboatError, String(error));
      found = error.code;
    }
    const others = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name !== NAME && name !== ".openclaw" && !name.includes("clawbackups"));
    assert.deepEqual(others.filter((name) => !name.startsWith("bak_")), [], "nothing is written");
  });
  return found;
}

async function contents(folder: string, archive: string, password?: string) {
  const options = { password: () => Promise.resolve(password) };
  const backup = await openBackup(testHost(folder), archive, options);
  const files: Record<string, string> = {};
  try {
    assert.equal(backup.head.origin?.format, "clawbackup");
    await backup.loadManifest();
    await backup.visit(() => true, async ({ path }, chunks) => {
      let text = "";
      for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
      files[path] = text;
    });
  } finally {
    backup.close();
  }
  return files;
}

const EXPECTED = {
  "files/openclaw.json": FILES[`${STATE}/openclaw.json`],
  "files/credentials/oauth.json": FILES[`${STATE}/credentials/oauth.json`],
  "extra/workspace-notes/MEMORY.md": FILES[`${WORKSPACE}/MEMORY.md`],
};

Deno.test("a ClawBackup archive is read by what its assets were, wherever they lie in it", async () => {
  assert.deepEqual(await read(clawBackupArchive()), EXPECTED);
  const asDocumented = { place: (path: string) => `posix${path}` };
  assert.deepEqual(await read(clawBackupArchive([], asDocumented)), EXPECTED);
});

Deno.test("ClawBackup's own store is left out of what its archive restores", async () => {
  const more = [
    { name: `${STATE}/clawbackups/`, typeflag: "5" },
    ...member(`${STATE}/clawbackups/.encryption_key`, { content: "secret" }),
  ];
  assert.deepEqual(await read(clawBackupArchive(more)), EXPECTED);
});

Deno.test("a hard link is found although nobody knows what its target is relative to", async () => {
  const more = member(`${STATE}/b.json`, {
    typeflag: "1",
    linkname: "../../alice/.openclaw/openclaw.json",
  });
  const files = await read(clawBackupArchive(more));
  const content = EXPECTED["files/openclaw.json"];
  assert.deepEqual(files, { ...EXPECTED, "files/b.json": content });
});

Deno.test("an encrypted one opens with its password, and without leaves no trace", async () => {
  const encrypted = encryptAsClawBackup(clawBackupArchive(), "correct horse");
  assert.deepEqual(await read(encrypted, { password: "correct horse" }), EXPECTED);
  assert.equal(await read(encrypted, { password: "wrong" }), "wrong_password");
  assert.equal(await read(encrypted, { password: "" }), "wrong_password");
  assert.equal(await read(encrypted), "password_needed");
});

Deno.test("a changed or cut encrypted archive is refused before anything of it is used", async () => {
  const password = "p";
  const encrypted = encryptAsClawBackup(clawBackupArchive(), password);
  for (const at of [48, Math.floor(encrypted.length / 2), encrypted.length - 20]) {
    const changed = encrypted.slice();
    changed[at] ^= 1;
    const found = await read(changed, { password });
    assert.ok(
      ["damaged_archive", "unsafe_archive", "bad_manifest"].includes(String(found)),
      `${at}`,
    );
  }
  const cut = encrypted.slice(0, encrypted.length - 16);
  assert.equal(await read(cut, { password }), "damaged_archive");
  assert.equal(await read(encrypted.slice(0, encrypted.length - 5), { password }), "not_a_backup");
});

Deno.test("the hash that ClawBackup wrote down must be that of the file", async () => {
  const archive = clawBackupArchive();
  const beside = (changes: Record<string, unknown> = {}) => (folder: string, path: string) =>
    writeClawBackupStore(folder, path, changes);
  assert.deepEqual(await read(archive, { prepare: beside() }), EXPECTED);
  const other = { prepare: beside({ contentHash: "0".repeat(64) }) };
  assert.equal(await read(archive, other), "damaged_archive");
  const inStore = {
    prepare: (folder: string, path: string) =>
      writeClawBackupStore(`${folder}/.openclaw/clawbackups`, path, {
        contentHash: "1".repeat(64),
      }),
  };
  assert.equal(await read(archive, inStore), "damaged_archive");
});

Deno.test("verify says which archive is not the one that was written down", () =>
  withTempDir(async (folder) => {
    const path = `${folder}/${NAME}`;
    await Deno.writeFile(path, clawBackupArchive());
    await writeClawBackupStore(folder, path, { contentHash: "0".repeat(64) });
    const { ok, damaged } = await verifyBackup(testHost(folder), path);
    assert.deepEqual([ok, damaged.map((one) => one.path)], [false, [NAME]]);
  }));

const HOSTILE: Record<string, RawMember[]> = {
  "an absolute path outside its assets": [{ name: "/etc/cron.d/evil", content: "" }],
  "a path that climbs out of an asset": [{ name: `${STATE}/../.ssh/authorized_keys` }],
  "a neighbour with the same beginning": [{ name: `${STATE}-other/x` }],
  "a path twice": member(`${STATE}/openclaw.json`),
  "a path twice, written differently": [{ name: `/${STATE}/openclaw.json` }],
  "a hard link to nothing in it": member(`${STATE}/h`, { typeflag: "1", linkname: "/etc/shadow" }),
  "something below a link": [
    ...member(`${STATE}/l`, { typeflag: "2", linkname: "/etc" }),
    ...member(`${STATE}/l/passwd`),
  ],
  "a FIFO": member(`${STATE}/f`, { typeflag: "6" }),
};

for (const [what, members] of Object.entries(HOSTILE)) {
  Deno.test(`a ClawBackup archive with ${what} is refused`, async () => {
    assert.equal(await read(clawBackupArchive(members)), "unsafe_archive");
  });
}
