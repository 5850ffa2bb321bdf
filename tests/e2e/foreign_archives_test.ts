import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ImportedBackup } from "../../src/backup/mod.ts";
import type { ListResult } from "../../src/catalog/mod.ts";
import type { RestoreResult } from "../../src/restore/mod.ts";
import type { ImportedSnapshots } from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import {
  clawBackupArchive,
  encryptAsClawBackup,
  FILES,
  member,
  openClawArchive,
  payload,
  STATE,
  writeClawBackupStore,
} from "../support/foreign_archives.ts";
import { manifestFor, storedEntries, writeFolder } from "../support/stored_backups.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

/** A user of OpenClaw with nothing but its configuration, and archives made elsewhere. */
function withOpenClaw(use: (scene: Scene) => Promise<void>): Promise<void> {
  return withScene(
    async (scene) => {
      const home = join(scene.user, ".openclaw");
      Deno.mkdirSync(home, { recursive: true });
      Deno.writeTextFileSync(
        join(home, "openclaw.json"),
        '{ /* mine */ agents: { list: [{ id: "main", workspace: "~/elsewhere/notes" }] }, }',
      );
      await use(scene);
    },
    () => Promise.resolve({ secrets: ["sk-never-print-this-0001", "hunter2-very-secret"] }),
  );
}

const NATIVE = "2026-11-20T10-00-00.000Z-openclaw-backup";
const CLAW = "2026-11-20T10-00-00-clawbackup";

Deno.test("OpenClaw's own archive is listed, verified, restored in place, and undone", () =>
  withOpenClaw(async (scene) => {
    const archive = join(scene.user, `${NATIVE}.tar.gz`);
    const skill = member(payload(`${STATE}/skills/x/SKILL.md`), { content: "do" });
    await Deno.writeFile(archive, openClawArchive(skill));
    const listed = await scene.run<ListResult>(["list", "--type", "native", "--json"]);
    assert.deepEqual(listed.json.backups.map(({ id, type }) => [id, type]), [[NATIVE, "openclaw"]]);
    const none = await scene.run<ListResult>(["list", "--type", "clawbackup", "--json"]);
    assert.deepEqual(none.json.backups, []);
    assert.equal((await scene.run(["verify", NATIVE])).code, 0);
    assert.equal((await scene.run(["show", archive, "--files"])).code, 0);

    const home = join(scene.user, ".openclaw");
    const before = Deno.readTextFileSync(join(home, "openclaw.json"));
    const untrusted = await scene.run(["restore", NATIVE, "--apply", CONFIRM, "--json"]);
    assert.equal(untrusted.code, 12, "it is not signed, and would activate things");
    assert.equal(Deno.readTextFileSync(join(home, "openclaw.json")), before);

    const restored = await scene.run<RestoreResult>(
      ["restore", NATIVE, "--apply", CONFIRM, "--trust", "--json"],
    );
    assert.equal(restored.code, 0, restored.stdout);
    assert.equal(
      Deno.readTextFileSync(join(home, "openclaw.json")),
      FILES[`${STATE}/openclaw.json`],
    );
    // Where the workspace goes, the configuration here decides, not the archive.
    assert.equal(
      Deno.readTextFileSync(join(scene.user, "elsewhere/notes/MEMORY.md")),
      "remember\n",
    );
    const undone = await scene.run(["undo", "--profile", "openclaw", "--apply", CONFIRM, "--json"]);
    assert.equal(undone.code, 0, undone.stdout);
    assert.equal(Deno.readTextFileSync(join(home, "openclaw.json")), before);
  }));

Deno.test("a workspace that nothing here knows is left out until it is said where it goes", () =>
  withOpenClaw(async (scene) => {
    Deno.writeTextFileSync(join(scene.user, ".openclaw/openclaw.json"), "{}");
    const archive = join(scene.folder, "renamed.tar.gz");
    await Deno.writeFile(archive, openClawArchive());
    const plan = await scene.run<RestoreResult>(["restore", archive, "--json"]);
    assert.deepEqual(
      plan.json.plan.skipped.map(({ root, reason }) => [root, reason]),
      [["workspace-notes", "unknown_root"]],
    );
    const chosen = join(scene.user, "chosen");
    const args = ["restore", archive, "--root", `workspace-notes=${chosen}`, "--trust"];
    assert.equal((await scene.run([...args, "--apply", CONFIRM])).code, 0);
    assert.deepEqual(namesIn(chosen).filter((name) => name !== ".lifeboat"), ["MEMORY.md"]);
  }));

Deno.test("a hostile archive changes nothing, in place or below a target", () =>
  withOpenClaw(async (scene) => {
    const archive = join(scene.folder, "evil.tar.gz");
    const config = Deno.readTextFileSync(join(scene.user, ".openclaw/openclaw.json"));
    for (const name of [payload("/home/alice/.ssh/x"), payload(`${STATE}/../x`), "/etc/x"]) {
      await Deno.writeFile(archive, openClawArchive(member(name, { content: "evil" })));
      for (const where of [[], ["--target", join(scene.folder, "t")]]) {
        const args = ["restore", archive, ...where, "--trust", "--apply", CONFIRM, "--json"];
        const refused = await scene.run(args);
        assert.deepEqual([refused.code, refused.json.error?.code], [2, "unsafe_archive"]);
      }
    }
    assert.equal(Deno.readTextFileSync(join(scene.user, ".openclaw/openclaw.json")), config);
    assert.deepEqual(namesIn(join(scene.folder, "t")), []);
    assert.deepEqual(namesIn(join(scene.user, ".openclaw")), ["openclaw.json"]);
  }));

/** ClawBackup's store with one encrypted archive, as it lies below the state folder. */
async function storeEncrypted(scene: Scene): Promise<string> {
  const archive = join(scene.user, `${CLAW}.tar.gz`);
  await Deno.writeFile(archive, encryptAsClawBackup(clawBackupArchive(), "hunter2-very-secret"));
  const encryption = { algorithm: "AES-256-CBC", keyDerivation: "PBKDF2", iterations: 100_000 };
  await writeClawBackupStore(join(scene.user, ".openclaw/clawbackups"), archive, { encryption });
  return archive;
}

Deno.test("ClawBackup's encrypted archive needs its password, and a wrong one writes nothing", () =>
  withOpenClaw(async (scene) => {
    await storeEncrypted(scene);
    const id = "bak_19aa0b1c2d3-0123456789abcdef";
    const { json } = await scene.run<ListResult>(["list", "--json"]);
    assert.deepEqual(
      json.backups.map(({ id, type, status, encrypted, label }) => [
        id,
        type,
        status,
        encrypted,
        label,
      ]),
      [[id, "clawbackup", "encrypted", true, "before the update"]],
    );
    const files = join(scene.folder, "password");
    Deno.writeTextFileSync(files, "hunter2-very-secret\n");
    const target = join(scene.folder, "out");
    const restore = ["restore", id, "--target", target, "--apply", CONFIRM, "--trust", "--json"];
    for (
      const [flags, env, code] of [
        [[], {}, "password_needed"],
        [["--password-env", "PW"], { PW: "wrong" }, "wrong_password"],
      ] as const
    ) {
      const refused = await scene.run([...restore, ...flags], { env });
      assert.deepEqual([refused.code, refused.json.error?.code], [12, code]);
      assert.deepEqual(namesIn(target), []);
    }
    const verified = await scene.run(["verify", id, "--password-file", files]);
    assert.equal(verified.code, 0, verified.stderr);
    const restored = await scene.run([...restore, "--password-file", files]);
    assert.equal(restored.code, 0, restored.stdout);
    const config = Deno.readTextFileSync(join(target, "home/openclaw.json"));
    assert.equal(config, FILES[`${STATE}/openclaw.json`]);
  }));

Deno.test("a whole store of ClawBackup is imported once, and its backups are then ours", () =>
  withOpenClaw(async (scene) => {
    await storeEncrypted(scene);
    const env = { PW: "hunter2-very-secret" };
    const args = ["import", "clawbackup", "--kit", "light", "--password-env", "PW", "--json"];
    type Imported = { backups: ImportedBackup[] };
    const first = await scene.run<Imported>(args, { env });
    assert.equal(first.code, 0, first.stdout);
    const [imported] = first.json.backups;
    assert.deepEqual([imported.origin, imported.files, imported.already_there], [
      "clawbackup",
      3,
      false,
    ]);
    const again = await scene.run<Imported>(args, { env });
    assert.deepEqual(again.json.backups.map((one) => [one.backup_id, one.already_there]), [
      [imported.backup_id, true],
    ]);

    const shown = await scene.run<Record<string, unknown>>(["show", imported.backup_id, "--json"]);
    const { origin, created_at, tool } = shown.json as Record<string, unknown>;
    assert.equal(Date.parse(created_at as string), Date.parse("2026-11-20T10:00:00Z"));
    assert.equal((origin as { name: string }).name, "bak_19aa0b1c2d3-0123456789abcdef");
    assert.equal((tool as { name: string }).name, "lifeboat");
    const verified = await scene.run(["verify", imported.backup_id]);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    const own = await scene.run<ListResult>(["list", "--type", "lifeboat", "--json"]);
    assert.deepEqual(own.json.backups.map((one) => one.id), [imported.backup_id]);
    assert.match(imported.backup_id, /^openclaw-backup-20261120-\d{6}$/);
  }));

Deno.test("ClawBackup's snapshots are imported, and a file comes back as it was then", () =>
  withOpenClaw(async (scene) => {
    const state = join(scene.user, ".openclaw");
    const [notes, store] = [join(state, "notes.md"), join(state, "clawbackups", "snapshots")];
    const hash = createHash("sha256").update("before").digest("hex");
    Deno.mkdirSync(join(store, "data", hash.slice(0, 2)), { recursive: true });
    Deno.writeTextFileSync(join(store, "data", hash.slice(0, 2), "snap-1.dat"), "before");
    Deno.writeTextFileSync(notes, "after");
    const event = {
      session_id: "claw",
      timestamp: "2026-11-20T10:00:00.000Z",
      operation_type: "UPDATE",
      file_path: notes,
      snapshot_id: "snap-1",
      file_hash: hash,
    };
    Deno.writeTextFileSync(join(store, "events.jsonl"), `${JSON.stringify(event)}\n{"torn`);
    type Imported = { snapshots: ImportedSnapshots };
    const { code, json, stdout } = await scene.run<Imported>(["import", store, "--json"]);
    assert.equal(code, 0, stdout);
    assert.deepEqual([json.snapshots.events, json.snapshots.skipped.bad_lines], [2, 1]);
    const to = ["--time", "2026-11-20T09:00:00Z", "--file", notes];
    const sure = ["--apply", "--i-understand-this-restores-sensitive-state"];
    const rolled = await scene.run(["snapshot", "rollback", ...to, ...sure, "--json"]);
    assert.equal(rolled.code, 0, rolled.stdout);
    assert.equal(Deno.readTextFileSync(notes), "before");
  }));

Deno.test("what cannot be imported is refused, and leaves nothing", () =>
  withOpenClaw(async (scene) => {
    const archive = join(scene.folder, "b.tar.gz");
    await Deno.writeFile(archive, openClawArchive([{ name: "/etc/x", content: "" }]));
    const hostile = await scene.run(["import", archive, "--json"]);
    assert.deepEqual([hostile.code, hostile.json.error?.code], [2, "unsafe_archive"]);
    const none = await scene.run(["import", "clawbackup", "--json"]);
    assert.deepEqual([none.code, none.json.error?.code], [10, "no_such_backup"]);
    await Deno.writeFile(archive, openClawArchive());
    const made = await scene.run<{ backups: ImportedBackup[] }>(
      ["import", archive, "--kit", "light", "--json"],
    );
    const ours = await scene.run(["import", made.json.backups[0].archive!, "--json"]);
    assert.deepEqual([ours.code, ours.json.error?.code], [2, "nothing_to_import"]);
    const folder = join(scene.user, "Documents/OpenClawBackups");
    assert.deepEqual(namesIn(folder).filter((name) => name.includes("partial")), []);
  }));

Deno.test("a folder of archives without an index is imported whole, under whatever names", () =>
  withOpenClaw(async (scene) => {
    const bucket = join(scene.folder, "bucket");
    const archive = join(bucket, "mine.tar.gz");
    Deno.mkdirSync(bucket);
    await Deno.writeFile(archive, clawBackupArchive());
    await writeClawBackupStore(bucket, archive); // and what ClawBackup's sync puts beside it
    Deno.removeSync(join(bucket, "clawbackups.json"));
    await Deno.writeFile(join(bucket, `${NATIVE}.tar.gz`), openClawArchive());
    Deno.writeTextFileSync(join(bucket, "other.tar.gz"), "of somebody else");
    const { code, json } = await scene.run<{ backups: ImportedBackup[] }>(
      ["import", bucket, "--kit", "light", "--json"],
    );
    assert.equal(code, 0, JSON.stringify(json));
    assert.deepEqual(json.backups.map(({ origin }) => origin).sort(), ["clawbackup", "openclaw"]);
  }));

/** A backup as codex-environment-backup makes it: its folder, and its archive. */
async function originalBackup(scene: Scene): Promise<string[]> {
  const name = "codex-environment-backup-20260301-101500";
  const files = { "config.toml": "model = 1\n", "skills/x/SKILL.md": "do" };
  const manifest = manifestFor(files, {
    created_at: "2026-03-01T10:15:00+08:00",
    backup_name: name,
    home: scene.home,
  });
  const { roots: _r, symlinks: _s, directories: _d, skipped: _k, ...original } = manifest;
  const folder = join(scene.folder, name);
  await writeFolder(folder, storedEntries(files, original));
  const archive = join(scene.folder, `${name}.tar.gz`);
  const args = ["-czf", archive, "-C", scene.folder, name];
  assert.equal((await new Deno.Command("tar", { args }).output()).code, 0);
  return [folder, archive];
}

Deno.test("a backup of codex-environment-backup is imported, once, and keeps its time", () =>
  withScene(async (scene) => {
    const [folder, archive] = await originalBackup(scene);
    type Imported = { backups: ImportedBackup[] };
    const run = (path: string) => scene.run<Imported>(["import", path, "--kit", "light", "--json"]);
    const first = await run(archive);
    assert.equal(first.code, 0, first.stdout);
    const [made] = first.json.backups;
    assert.deepEqual([made.origin, made.files, made.created_at], [
      "codex-environment-backup",
      2,
      "2026-03-01T10:15:00+08:00",
    ]);
    const again = await run(folder);
    assert.deepEqual(again.json.backups.map((one) => [one.backup_id, one.already_there]), [
      [made.backup_id, true],
    ]);
    assert.equal((await scene.run(["verify", made.backup_id])).code, 0);
    const apply = ["--trust", "--apply", CONFIRM, "--json"];
    const restored = await scene.run(["restore", made.backup_id, ...apply]);
    assert.equal(restored.code, 0, restored.stdout);
    assert.equal(Deno.readTextFileSync(join(scene.home, "config.toml")), "model = 1\n");
  }));
