/** What ClawBackup has copied to a bucket is listed, opened and restored from there. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Host } from "../../src/base/mod.ts";
import type { Backend } from "../../src/remote/backend.ts";
import { listClawBackups } from "../../src/remote/clawbackup_records.ts";
import { openRemoteBackup } from "../../src/remote/download.ts";
import { folderBackend, markFolder } from "../../src/remote/folder.ts";
import { findRemote } from "../../src/remote/list.ts";
import { assert, rejectsWith } from "../assert.ts";
import {
  clawBackupArchive,
  clawBackupManifest,
  encryptAsClawBackup,
  FILES,
  STATE,
} from "../support/foreign_archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { namesIn } from "../support/scene.ts";

const ID = "bak_19aa0b1c2d3-0123456789abcdef";
const NAME = "2026-11-20T10-00-00-clawbackup.tar.gz";

/** A bucket as ClawBackup's `sync` leaves it, with changes to the manifest. */
async function withBucket(
  { password, ...changes }: Record<string, unknown> & { password?: string },
  use: (backend: Backend, host: Host) => Promise<void>,
): Promise<void> {
  await withTempDir(async (folder) => {
    const host = testHost(folder);
    const disk = join(folder, "bucket");
    Deno.mkdirSync(disk);
    markFolder(host, disk);
    const backend = folderBackend(host, disk);
    const plain = clawBackupArchive();
    const archive = new Uint8Array(password ? encryptAsClawBackup(plain, password) : plain);
    const contentHash = createHash("sha256").update(archive).digest("hex");
    const encryption = password && { algorithm: "AES-256-CBC", iterations: 100_000 };
    const storagePath = `/home/alice/${NAME}`;
    const manifest = clawBackupManifest({ contentHash, storagePath, encryption, ...changes });
    await backend.put(NAME, archive);
    await backend.put(
      `${ID}.manifest.json`,
      new TextEncoder().encode(JSON.stringify(manifest, null, 2)),
    );
    await use(backend, host);
  });
}

for (const password of [undefined, "hunter2"]) {
  const what = password ? "an encrypted" : "a";
  Deno.test(`${what} backup of ClawBackup is found at a backend by its id, and opened`, () =>
    withBucket({ password }, async (backend, host) => {
      const record = await findRemote(host, backend, "bak_19aa");
      assert.deepEqual([record.backup.id, record.backup.type], [ID, "clawbackup"]);
      assert.deepEqual([record.backup.label, record.backup.encrypted], [
        "before the update",
        password !== undefined,
      ]);
      const ask = () => Promise.resolve(password);
      const backup = await openRemoteBackup(host, backend, record, { password: ask });
      const read = new Map<string, string>();
      await backup.visit(() => true, async ({ path }, chunks) => {
        const text = await new Response(ReadableStream.from(chunks)).text();
        read.set(path, text);
      });
      backup.close();
      assert.equal(read.get("files/openclaw.json"), FILES[`${STATE}/openclaw.json`]);
      assert.deepEqual(namesIn(join(host.folders.state, "downloads")), []);
    }));
}

Deno.test("an archive at a backend that is not the one written down is refused", () =>
  withBucket({ contentHash: "A".repeat(64) }, async (backend, host) => {
    const record = await findRemote(host, backend, ID);
    await rejectsWith(() => openRemoteBackup(host, backend, record), "damaged_archive");
    await rejectsWith(() => findRemote(host, backend, "latest"), "no_such_backup");
  }));

for (
  const [what, changes] of Object.entries({
    "a hidden archive": { storagePath: "/x/.ssh" },
    "no hash": { contentHash: "x" },
    "another id": { backupId: "bak_1-0000000000000000" },
    "an archive that is not there": { storagePath: "/x/gone.tar.gz" },
    "no time": { createdAt: "yesterday" },
  })
) {
  Deno.test(`a manifest of ClawBackup with ${what} is told of, and hides no other`, () =>
    withBucket(changes, async (backend) => {
      const good = `bak_1-${"1".repeat(16)}`;
      const contentHash = "B".repeat(64);
      const manifest = clawBackupManifest({ backupId: good, contentHash, storagePath: NAME });
      const text = new TextEncoder().encode(JSON.stringify(manifest));
      await backend.put(`${good}.manifest.json`, text);
      const { records, bad } = await listClawBackups(backend);
      assert.deepEqual(records.map(({ backup }) => backup.id), [good]);
      assert.deepEqual(bad, [`${ID}.manifest.json`]);
    }));
}
