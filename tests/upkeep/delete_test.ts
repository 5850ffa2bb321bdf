import { existsSync } from "node:fs";
import { deleteBackup, findItem } from "../../src/upkeep/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { withBackupScene } from "../support/backups.ts";

Deno.test("a backup is deleted with all that belongs to it, once that is confirmed", () =>
  withBackupScene(async ({ host, backUp, published }) => {
    const first = await backUp({ kit: "light" });
    const second = await backUp({ kit: "light" });
    const item = await findItem(host, first.backup_id, {});
    await rejectsWith(
      () => deleteBackup(host, item, { confirmed: false }),
      "confirmation_required",
    );
    assert.equal(published().length, 6);
    const { paths } = await deleteBackup(host, item, { confirmed: true });
    assert.deepEqual(paths, [first.backup_dir, first.archive, first.sha256_file]);
    assert.deepEqual(paths.filter((path) => existsSync(path)), []);
    assert.ok(existsSync(second.archive!));
    assert.equal(published().length, 3);
  }));

Deno.test("the last verified backup of a home is not deleted, a damaged one is", () =>
  withBackupScene(async ({ host, backUp }) => {
    const sound = await backUp({ kit: "light" });
    const damaged = await backUp({ kit: "light" });
    Deno.truncateSync(damaged.archive!, 1000);
    const soundItem = await findItem(host, sound.archive!, {});
    const refused = await rejectsWith(
      () => deleteBackup(host, soundItem, { confirmed: true }),
      "last_verified_backup",
    );
    assert.equal(refused.kind, "refused");
    assert.ok(existsSync(sound.archive!));
    const damagedItem = await findItem(host, damaged.archive!, {});
    await deleteBackup(host, damagedItem, { confirmed: true });
    assert.ok(!existsSync(damaged.archive!));
  }));

Deno.test("a file that is no backup is not deleted", () =>
  withBackupScene(async ({ host, folder, backUp }) => {
    await backUp({ kit: "light" });
    const other = `${folder}/notes.txt`;
    Deno.writeTextFileSync(other, "keep me");
    await rejectsWith(() => findItem(host, other, {}), "no_such_backup");
    await rejectsWith(() => findItem(host, "nothing-like-it", {}), "no_such_backup");
    assert.equal(Deno.readTextFileSync(other), "keep me");
  }));
