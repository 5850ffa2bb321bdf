/** Sessions are named by their ids, or by the beginning of one. */
import {
  diffSnapshots,
  fileHistory,
  listSnapshots,
  oneScope,
  planRollback,
  recordFiles,
} from "../../src/snapshots/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { byTool, type SnapshotScene, withSnapshots } from "../support/snapshots.ts";

const [ONE, TWO] = ["01a1fe8b-ec7b-79b2", "01a1ffff-0000-79b2"];

/** A file that two sessions have written, one after the other. */
async function write({ store, scope, at }: SnapshotScene): Promise<string> {
  const file = at("a.txt");
  for (const session of [ONE, TWO]) {
    Deno.writeTextFileSync(file, `before ${session}\n`);
    await recordFiles(store, scope, { ...byTool(session), cause: "other" }, [file]);
    Deno.writeTextFileSync(file, `by ${session}\n`);
    await recordFiles(store, scope, byTool(session), [file]);
  }
  return file;
}

Deno.test("a unique beginning of a session's id means that session, wherever one is named", () =>
  withSnapshots(async (scene) => {
    const { store, scope } = scene;
    const file = await write(scene);
    for (const session of ["01a1fe", ONE]) {
      const { snapshots, total } = listSnapshots(store, { session });
      assert.deepEqual([...new Set(snapshots.map((one) => one.session)), total], [ONE, 2]);
      const { history } = fileHistory(store, file, { session });
      assert.deepEqual(history.map((one) => one.session), [ONE, ONE]);
      assert.equal(oneScope(store, { session }).main.id, scope.main.id);
      const { moment } = await planRollback(store, scope, { moment: { session } });
      assert.deepEqual([moment.name, moment.session], [`before session ${ONE}`, ONE]);
      const choice = { from: { session }, to: { endOf: session } };
      const { files } = await diffSnapshots(store, scope, choice);
      assert.deepEqual(files[0].diff, ["@@ -1 +1 @@", `-before ${ONE}`, `+by ${ONE}`]);
    }
  }));

Deno.test("a beginning that several sessions have is refused, and one that none has finds nothing", () =>
  withSnapshots(async (scene) => {
    const { store, scope } = scene;
    const file = await write(scene);
    const error = await rejectsWith(
      () => listSnapshots(store, { session: "01a1f" }),
      "ambiguous_id",
    );
    assert.equal(error.hint, `Write more of the id: ${ONE}, ${TWO}`);
    const session = "01a1f";
    await rejectsWith(() => fileHistory(store, file, { session }), "ambiguous_id");
    await rejectsWith(() => oneScope(store, { session }), "ambiguous_id");
    await rejectsWith(() => planRollback(store, scope, { moment: { session } }), "ambiguous_id");
    for (const none of ["2", "01a1fe8b-ec7b-79b2-", "%", "01_1"]) {
      assert.equal(listSnapshots(store, { session: none }).total, 0, none);
      await rejectsWith(() => oneScope(store, { session: none }), "no_such_session");
    }
  }));

Deno.test("a session whose whole id another one begins with is meant by it", () =>
  withSnapshots(async ({ store, scope, at }) => {
    for (const session of ["S", "S2"]) {
      Deno.writeTextFileSync(at("a.txt"), session);
      await recordFiles(store, scope, byTool(session), [at("a.txt")]);
    }
    assert.equal(listSnapshots(store, { session: "S" }).snapshots[0].session, "S");
  }));
