/** Archives at a backend that lifeboat has not put there: by hand, or by another tool. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { clawBackupArchive, encryptAsClawBackup } from "../support/foreign_archives.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";

const CLAW = "2026-11-20T10-00-00-clawbackup";
const PASSWORD = "hunter2-very-secret";

// deno-lint-ignore no-explicit-any -- the shapes are what is tested
async function json(scene: Scene, args: string[], code = 0): Promise<any> {
  const outcome = await scene.run([...args, "--json"]);
  assert.equal(outcome.code, code, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.json;
}

/** A backend on a disk that holds, besides one copy, an archive copied by hand and one of ClawBackup. */
async function withDisk(use: (scene: Scene, disk: string, id: string) => Promise<void>) {
  await withScene(async (scene) => {
    scene.secrets.push(PASSWORD);
    const disk = join(scene.folder, "disk");
    Deno.mkdirSync(join(disk, "claw"), { recursive: true });
    await json(scene, ["backends", "add", "folder", "--path", disk, "--name", "nas"]);
    const { archive, backup_id } = await scene.backUp("--no-directory");
    await json(scene, ["sync", "latest", "--allow-plaintext"]);
    Deno.copyFileSync(archive!, join(disk, "by-hand.tar.gz"));
    const claw = encryptAsClawBackup(clawBackupArchive(), PASSWORD);
    Deno.writeFileSync(join(disk, "claw", `${CLAW}.tar.gz`), claw);
    Deno.writeTextFileSync(join(disk, "broken.zip"), "nothing of the kind");
    Deno.writeTextFileSync(join(disk, "letter.txt"), "none of our business");
    await use(scene, disk, backup_id);
  });
}

type Listed = Record<string, unknown>;

Deno.test("archives that were put at a backend by other means are listed where they are asked for", () =>
  withDisk(async (scene, _, id) => {
    const list = ["list", "--remote", "nas"];
    const plain = (await json(scene, list)).backups;
    assert.deepEqual(plain.map((item: Listed) => item.id), [id]);
    const all: Listed[] = (await json(scene, [...list, "--type", "all"])).backups;
    const byId = new Map(all.map((item) => [item.id, item]));
    assert.deepEqual([...byId.keys()].sort(), [CLAW, "broken", "by-hand", id].sort());
    const [hand, copy] = [byId.get("by-hand")!, byId.get(id)!];
    for (const key of ["status", "profile", "home", "created_at", "files", "bytes", "signed_by"]) {
      assert.deepEqual(hand[key], copy[key], key);
    }
    assert.deepEqual(byId.get("broken")!.status, "unreadable");
    const claw = (await json(scene, [...list, "--type", "clawbackup"])).backups;
    assert.deepEqual(claw.map((item: Listed) => [item.id, item.type]), [[CLAW, "clawbackup"]]);
    assert.match((await scene.run([...list, "--type", "all"])).stdout, /by-hand .* -\n/);
  }));

Deno.test("an archive that was put there by hand is verified and restored by its name", () =>
  withDisk(async (scene) => {
    const report = await json(scene, ["verify", "by-hand", "--remote", "nas", "--data"]);
    assert.ok(report.ok && report.files_checked > 5);
    assert.match(report.unchecked[0], /no SHA-256 was stored with it/);
    const before = Deno.readTextFileSync(join(scene.home, "config.toml"));
    Deno.removeSync(scene.home, { recursive: true });
    await json(scene, ["restore", "by-hand", "--from-remote", "nas", "--apply", CONFIRM]);
    assert.equal(Deno.readTextFileSync(join(scene.home, "config.toml")), before);
    const { error } = await json(scene, ["delete", "by-hand", "--remote", "nas", "--yes"], 2);
    assert.equal(error.code, "no_record");
    await json(scene, ["restore", "broken", "--from-remote", "nas"], 2);
    await json(scene, ["restore", "letter", "--from-remote", "nas"], 10);
  }));

Deno.test("what ClawBackup has uploaded is restored with its password", () =>
  withDisk(async (scene) => {
    const password = join(scene.folder, "password");
    Deno.writeTextFileSync(password, `${PASSWORD}\n`);
    const from = ["restore", `claw/${CLAW}`, "--from-remote", "nas", "--password-file", password];
    const target = join(scene.folder, "looked-at");
    await json(scene, [...from, "--target", target, "--apply", CONFIRM], 12);
    await json(scene, [...from, "--target", target, "--apply", CONFIRM, "--trust"]);
    assert.ok(namesIn(join(target, "home")).includes("openclaw.json"));
  }));
