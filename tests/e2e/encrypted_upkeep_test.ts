/** Keeping encrypted backups: which home they are of, whether they hold, and which may go. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { type AgeKey, ageKey } from "../support/age.ts";
import { homeState } from "../support/folder_state.ts";
import { namesIn, type Scene, withScene } from "../support/scene.ts";

// deno-lint-ignore no-explicit-any -- the shapes are what is tested
async function ok(scene: Scene, args: string[], code = 0): Promise<any> {
  const outcome = await scene.run([...args, "--json"]);
  assert.equal(outcome.code, code, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.json;
}

/** A user whose backups nobody can read here but with the key's file. */
function withKey(use: (scene: Scene, key: AgeKey, ids: string[]) => Promise<void>): Promise<void> {
  return withScene(async (scene) => {
    const key = await ageKey(join(scene.folder, "key.txt"));
    const ids: string[] = [];
    for (let made = 0; made < 2; made++) {
      ids.push((await scene.backUp("--recipient", key.recipient)).backup_id);
    }
    await use(scene, key, ids);
  });
}

Deno.test("an encrypted backup is known to be of its home by this machine, and by nobody else", () =>
  withKey(async (scene, _key, [, newest]) => {
    const { homes } = await ok(scene, ["status"]);
    assert.deepEqual([homes[0].last_backup.id, homes[0].backups], [newest, 2]);
    const { backups } = await ok(scene, ["list"]);
    assert.equal(backups[0].home, scene.home);
    const tar = await Deno.readFile(join(scene.backups, `${newest}.tar`));
    assert.ok(!new TextDecoder("latin1").decode(tar).includes(scene.user));
    Deno.removeSync(join(scene.user, ".config", "lifeboat", "keys"), { recursive: true });
    const unknown = await ok(scene, ["list"]);
    assert.deepEqual([unknown.backups[0].home, unknown.backups[0].signed_by?.slice(0, 11)], [
      null,
      "unknown key",
    ]);
  }));

Deno.test("a drill restores an encrypted backup, and says so where it has no key", () =>
  withKey(async (scene, key) => {
    const before = homeState(scene.home);
    const keyless = await ok(scene, ["drill", "--profile", "codex"], 1);
    assert.match(keyless.faults[0], /None of the keys here opens/);
    const drilled = await ok(scene, ["drill", "--profile", "codex", "--identity", key.file]);
    assert.ok(drilled.ok && drilled.restored_files > 5);
    assert.deepEqual(homeState(scene.home), before);
    assert.deepEqual(namesIn(join(scene.user, ".local", "state", "lifeboat", "drill")), []);
  }));

Deno.test("prune goes by the rules where no key opens the backups, and keeps the last whole one", () =>
  withKey(async (scene, _key, [first, second]) => {
    const rules = ["prune", "--keep-last", "1"];
    const planned = await ok(scene, rules);
    assert.deepEqual(planned.remove.map(({ id }: { id: string }) => id), [first]);
    const archive = join(scene.backups, `${second}.tar`);
    const bytes = Deno.readFileSync(archive);
    bytes[bytes.length >> 1] ^= 1;
    Deno.writeFileSync(archive, bytes);
    const { keep, remove } = await ok(scene, rules);
    assert.deepEqual(remove, []);
    assert.equal(keep.length, 2);
  }));

Deno.test("delete keeps the last encrypted backup that holds, and removes another", () =>
  withKey(async (scene, _key, [first, second]) => {
    await ok(scene, ["delete", first, "--yes"]);
    const { error } = await ok(scene, ["delete", second, "--yes"], 2);
    assert.equal(error.code, "last_verified_backup");
    assert.deepEqual(scene.published(), [`${second}.tar`, `${second}.tar.sha256`]);
  }));
