/** Records at a backend: what is written comes back, and what others put there does no harm. */
import { join } from "node:path";
import type { Backend } from "../../src/remote/backend.ts";
import { openRemoteBackup } from "../../src/remote/download.ts";
import { folderBackend, markFolder } from "../../src/remote/folder.ts";
import { type BackupRecord, listRecords, writeRecord } from "../../src/remote/record.ts";
import { thisMachine } from "../../src/remote/machine.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { type Host, sha256Of } from "../../src/base/mod.ts";
import { namesIn } from "../support/scene.ts";

const RECORD: BackupRecord = {
  format: "lifeboat-remote",
  version: 1,
  machine: { id: "laptop-1", name: "laptop" },
  uploaded_at: "2026-11-20T12:00:00+00:00",
  public_key: null,
  backup: {
    id: "codex-backup-20261120-120000",
    type: "lifeboat",
    status: "ok",
    schema_version: 1,
    profile: "codex",
    label: null,
    part: null,
    home_mark: null,
    isolated: null,
    home: "/home/u/.codex",
    created_at: "2026-11-20T12:00:00+00:00",
    files: 5,
    sqlite_databases: 1,
    errors: 0,
    malformed_configs: 0,
    encrypted: false,
  },
  archive: { name: "codex-backup-20261120-120000.tar.gz", bytes: 5, sha256: "A".repeat(64) },
  hash_file: null,
};

function withBackend(use: (backend: Backend, host: Host, disk: string) => Promise<void>) {
  return withTempDir(async (folder) => {
    const host = testHost(folder);
    const disk = join(folder, "disk");
    Deno.mkdirSync(disk);
    markFolder(host, disk);
    await use(folderBackend(host, disk), host, disk);
  });
}

Deno.test("a record that was written comes back as it was", () =>
  withBackend(async (backend) => {
    await writeRecord(backend, RECORD);
    assert.deepEqual(await listRecords(backend), { records: [RECORD], bad: [] });
    assert.deepEqual(await listRecords(backend, "laptop-1"), { records: [RECORD], bad: [] });
    assert.deepEqual(await listRecords(backend, "laptop"), { records: [], bad: [] });
  }));

/** Changes that make a record one that is not accepted. */
const HOSTILE: [name: string, change: (record: BackupRecord) => unknown][] = [
  ["another format", (record) => ({ ...record, format: "other" })],
  ["a newer version", (record) => ({ ...record, version: 2 })],
  ["a path as the archive's name", (record) => {
    return { ...record, archive: { ...record.archive, name: "../../.bashrc" } };
  }],
  ["a hidden file as the archive's name", (record) => {
    return { ...record, archive: { ...record.archive, name: ".bashrc" } };
  }],
  ["a time that is none", (record) => {
    return { ...record, backup: { ...record.backup, created_at: "20261120-12" } };
  }],
  ["a count that is none", (record) => {
    return { ...record, backup: { ...record.backup, files: "many" } };
  }],
  ["a hash that is none", (record) => {
    return { ...record, archive: { ...record.archive, sha256: "x" } };
  }],
  ["a size that is none", (record) => {
    return { ...record, archive: { ...record.archive, bytes: -1 } };
  }],
  ["a hash file with a path", (record) => {
    return { ...record, hash_file: { ...record.archive, name: "a/b" } };
  }],
  ["the name of another machine", (record) => ({ ...record, machine: { id: "m", name: "m" } })],
  ["a machine that is a path", (record) => ({ ...record, machine: { id: "../x", name: "x" } })],
  ["the name of another backup", (record) => {
    return { ...record, backup: { ...record.backup, id: "codex-backup-20261120-120001" } };
  }],
  ["no backup", (record) => ({ ...record, backup: null })],
  ["no object at all", () => [1, 2]],
];

for (const [name, change] of HOSTILE) {
  Deno.test(`a record with ${name} is told of, and hides no other`, () =>
    withBackend(async (backend) => {
      await writeRecord(backend, RECORD);
      const key = "machines/laptop-1/codex-backup-20261120-120000.lifeboat.json";
      const good = { ...RECORD, backup: { ...RECORD.backup, id: "other" } };
      await writeRecord(backend, good);
      await backend.put(key, new TextEncoder().encode(JSON.stringify(change(RECORD))));
      const { records, bad } = await listRecords(backend);
      assert.deepEqual(records.map(({ backup }) => backup.id), ["other"]);
      assert.deepEqual(bad, [key]);
    }));
}

Deno.test("an archive that is not what its record says is refused, and leaves nothing here", () =>
  withBackend(async (backend, host) => {
    await backend.put(
      `machines/laptop-1/${RECORD.archive.name}`,
      new TextEncoder().encode("hello"),
    );
    await rejectsWith(() => openRemoteBackup(host, backend, RECORD), "damaged_archive");
    assert.deepEqual(namesIn(join(host.folders.state, "downloads")), []);
  }));

Deno.test("what is no archive is named by where it lies, and not by the copy that was read", () =>
  withBackend(async (backend, host) => {
    const content = new TextEncoder().encode("hello");
    const archive = { ...RECORD.archive, sha256: sha256Of(content) };
    await backend.put(`machines/laptop-1/${archive.name}`, content);
    const open = () => openRemoteBackup(host, backend, { ...RECORD, archive });
    const { message, hint } = await rejectsWith(open, "not_a_backup");
    assert.ok(message.includes(`${archive.name} at ${backend.place}`), message);
    assert.ok(!`${message} ${hint}`.includes("downloads"), `${message} ${hint}`);
    const short = { ...RECORD, archive: { ...RECORD.archive, bytes: 9 } };
    await rejectsWith(() => openRemoteBackup(host, backend, short), "short_read");
    const gone = { ...RECORD, archive: { ...RECORD.archive, name: "gone.tar.gz" } };
    await rejectsWith(() => openRemoteBackup(host, backend, gone), "no_such_object");
    assert.deepEqual(namesIn(join(host.folders.state, "downloads")), []);
  }));

Deno.test("a record of an archive that no disk can hold is refused before anything is fetched", () =>
  withBackend(async (backend, host) => {
    const endless = { ...RECORD, archive: { ...RECORD.archive, bytes: Number.MAX_SAFE_INTEGER } };
    await assert.rejects(() => openRemoteBackup(host, backend, endless));
    assert.deepEqual(namesIn(join(host.folders.state, "downloads")), []);
  }));

Deno.test("a machine keeps its id, and one whose file is damaged gets another", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const first = thisMachine(host);
    assert.match(first.id, /^[a-z0-9][a-z0-9-]{0,63}$/);
    assert.deepEqual(thisMachine(host), first);
    Deno.writeTextFileSync(join(host.folders.state, "machine.json"), '{"id": "../../x"}');
    assert.notEqual(thisMachine(host).id, first.id);
  }));
