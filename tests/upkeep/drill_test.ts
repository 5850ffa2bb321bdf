import { join } from "node:path";
import { drill, statusOfHomes } from "../../src/upkeep/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { withBackupScene } from "../support/backups.ts";
import { readTree } from "../support/trees.ts";
import { namesIn } from "../support/scene.ts";

Deno.test("a drill restores the newest backup beside the home, leaves nothing and notes the day", () =>
  withBackupScene(async ({ host, home, backUp }) => {
    await backUp({ kit: "light" });
    const before = readTree(home.path);
    const result = await drill(host, home, {});
    assert.deepEqual([result.ok, result.faults], [true, []]);
    assert.ok(result.restored_files > 10);
    assert.deepEqual(readTree(home.path), before);
    assert.ok(!namesIn(host.folders.state).includes("drill"));
    assert.deepEqual(namesIn(join(host.folders.state, "restores")), []);
    const { homes: [status] } = await statusOfHomes(host, [home], {});
    assert.deepEqual(status.last_drill, {
      at: "2026-11-20T12:00:00+00:00",
      backup: result.backup,
      ok: true,
    });
    assert.deepEqual([status.ok, status.findings], [true, []]);
  }));

Deno.test("a drill of a damaged backup says so, and so does the status from then on", () =>
  withBackupScene(async ({ host, home, backUp }) => {
    const { archive } = await backUp({ kit: "light", directory: false });
    const bytes = Deno.readFileSync(archive!);
    bytes.fill(0x55, 2000, 3000);
    Deno.writeFileSync(archive!, bytes);
    const result = await drill(host, home, {});
    assert.equal(result.ok, false);
    assert.equal(result.faults.length, 1);
    assert.ok(!namesIn(host.folders.state).includes("drill"));
    const { ok, homes: [status] } = await statusOfHomes(host, [home], {});
    assert.equal(ok, false);
    assert.ok(status.findings.some(({ code }) => code === "drill_failed"));
  }));

Deno.test("without a backup there is nothing to try", () =>
  withBackupScene(async ({ host, home }) => {
    await rejectsWith(() => drill(host, home, {}), "no_such_backup");
    assert.deepEqual(namesIn(host.folders.state), []);
  }));

Deno.test("a record of drills that does not parse is no drill, and the next drill mends it", () =>
  withBackupScene(async ({ host, home, backUp }) => {
    await backUp({ kit: "light" });
    Deno.writeTextFileSync(join(host.folders.state, "drills.json"), '{"half');
    const status = async () => (await statusOfHomes(host, [home], {})).homes[0];
    assert.equal((await status()).last_drill, null);
    await drill(host, home, {});
    assert.equal((await status()).last_drill?.ok, true);
  }));
