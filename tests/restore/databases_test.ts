import { join } from "node:path";
import { assert } from "../assert.ts";
import { addNotes, countNotes, leaveBehind, makeDatabase } from "../support/databases.ts";
import { withTempDir } from "../support/host.ts";
import { readTree } from "../support/trees.ts";
import { apply, save, SPEC } from "./saved.ts";

Deno.test("a restored database has the backed-up rows, whatever WAL lay beside the newer one", async () => {
  await withTempDir(async (folder) => {
    const live = makeDatabase(join(folder, "live.sqlite"), "wal");
    const put = (home: string) => {
      leaveBehind(join(folder, "live.sqlite"), join(home, "state.sqlite"), "-wal", "-shm");
    };
    const saved = await save(folder, SPEC, put);
    const path = join(saved.home.path, "state.sqlite");
    addNotes(live, 50);
    for (const suffix of ["", "-wal", "-shm"]) Deno.removeSync(path + suffix);
    put(saved.home.path);
    live.close();
    const result = await apply(saved);
    assert.equal(result.plan.set_aside, 2);
    assert.equal(countNotes(path), 100);
    assert.deepEqual(
      Object.keys(readTree(saved.home.path)).filter((one) => /^state.*-/.test(one)),
      [],
    );
    const again = await apply(saved);
    assert.equal(again.plan.unchanged, again.plan.files + 1, "and the link");
  });
});

Deno.test("a database that is the same but for its WAL loses the WAL", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC, (home) => {
      makeDatabase(join(home, "state.sqlite"), "wal").close();
    });
    const path = join(saved.home.path, "state.sqlite");
    await apply(saved);
    Deno.writeTextFileSync(`${path}-wal`, "of another database");
    const { plan } = await apply(saved);
    assert.equal(plan.overwrite, 0);
    assert.equal(plan.set_aside, 1);
    assert.equal(countNotes(path), 100);
  });
});

Deno.test("a broken home is restored: a malformed database is kept as it is", async () => {
  await withTempDir(async (folder) => {
    const saved = await save(folder, SPEC, (home) => {
      makeDatabase(join(home, "state.sqlite")).close();
    });
    const path = join(saved.home.path, "state.sqlite");
    const file = Deno.openSync(path, { write: true });
    file.seekSync(100, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(8000).fill(7));
    file.close();
    const result = await apply(saved);
    assert.equal(result.ok, true);
    assert.equal(countNotes(path), 100);
  });
});
