import { dirname, join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { backupScope, findBackup, listBackups } from "../../src/catalog/mod.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { withBackupScene } from "../support/backups.ts";

Deno.test("list shows the newest first, with what the manifest says", async () => {
  await withBackupScene(async ({ host, backUp }) => {
    const at = (iso: string) => ({ ...host, now: () => new Date(iso) });
    await backUp({ directory: false, label: "first" }, at("2026-11-01T10:00:00Z"));
    const second = await backUp({}, at("2026-11-02T10:00:00Z"));
    const { backups } = await listBackups(host, {});
    assert.deepEqual(backups.map((item) => item.id === second.backup_name), [true, false]);
    const [newest, oldest] = backups;
    assert.equal(newest.backup_dir, second.backup_dir);
    assert.deepEqual([newest.status, newest.profile, newest.files], [
      "ok",
      "codex",
      second.counts.files,
    ]);
    assert.deepEqual([oldest.label, oldest.backup_dir], ["first", null]);
  });
});

Deno.test("a list without the catalog is the same list", async () => {
  await withBackupScene(async ({ host, backUp }) => {
    await backUp({ directory: false });
    const before = await listBackups(host, {});
    Deno.removeSync(host.folders.state, { recursive: true });
    assert.deepEqual(await listBackups(host, {}), before);
    Deno.writeTextFileSync(
      `${host.folders.state}/catalog.sqlite`,
      "not a database at all, but long",
    );
    assert.deepEqual(await listBackups(host, {}), before);
  });
});

Deno.test("an archive that cannot be read is listed as such and disturbs no other", async () => {
  await withBackupScene(async ({ host, backUp, root }) => {
    const good = await backUp({ directory: false });
    Deno.writeTextFileSync(`${root}/broken.tar.gz`, "nothing");
    const { backups } = await listBackups(host, {});
    const broken = backups.find((item) => item.id === "broken")!;
    assert.equal(broken.status, "unreadable");
    assert.ok(broken.error);
    assert.equal(backups.find((item) => item.id === good.backup_name)!.status, "ok");
  });
});

Deno.test("an ID is a name, a unique beginning, a path, or latest", async () => {
  await withBackupScene(async ({ host, backUp }) => {
    const at = (iso: string) => ({ ...host, now: () => new Date(iso) });
    const first = await backUp({ directory: false }, at("2026-11-01T10:00:00Z"));
    const second = await backUp({ directory: false }, at("2026-11-02T10:00:00Z"));
    const later = at("2026-11-03T10:00:00Z");
    await backUp({ directory: false, preRestore: { mustHold: [] } }, later);
    assert.equal(await findBackup(host, first.backup_name, {}), first.archive);
    assert.equal(await findBackup(host, "latest", {}), second.archive);
    assert.equal(await findBackup(host, first.archive!, {}), first.archive);
    assert.equal(await findBackup(host, "codex-backup-20261102", {}), second.archive);
    await rejectsWith(() => findBackup(host, "codex-backup", {}), "ambiguous_id");
    await rejectsWith(() => findBackup(host, "nothing-like-it", {}), "no_such_backup");
  });
});

Deno.test("latest means the usual home, and with a home that one, whichever was backed up last", () =>
  withBackupScene(async ({ host, folder, backUp }) => {
    const own = await backUp({ directory: false, kit: "light" });
    const path = join(folder, "other");
    Deno.mkdirSync(path);
    Deno.writeTextFileSync(join(path, "config.toml"), "");
    const home = resolveHome(host, findProfile(host, "codex"), { home: path });
    const later = { ...host, now: () => new Date("2026-11-29T10:00:00Z") };
    const other = await backUp({ home, directory: false, kit: "light" }, later);
    const latest = (named?: string) =>
      findBackup(host, "latest", backupScope(host, { profile: "codex", home: named }));
    assert.equal(await latest(), own.archive);
    assert.equal(await latest(path), other.archive);
    assert.equal(await latest(join(folder, "not there")), own.archive);
  }));

Deno.test("latest without any backup is missing, and says where was looked", async () => {
  await withBackupScene(async ({ host, root }) => {
    const error = await rejectsWith(() => findBackup(host, "latest", {}), "no_such_backup");
    assert.ok(error.hint?.includes(dirname(root)));
    const named = { backupRoot: root };
    const there = await rejectsWith(() => findBackup(host, "latest", named), "no_such_backup");
    assert.ok(there.hint?.includes(root));
  });
});
