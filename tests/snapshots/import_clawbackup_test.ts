import { createHash } from "node:crypto";
import { join } from "node:path";
import { planRollback, recordFiles, takeSnapshot } from "../../src/snapshots/mod.ts";
import {
  importClawSnapshots,
  listSnapshots,
  readContent,
  stateAt,
  verifyStore,
} from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { BY_HAND, byTool, type SnapshotScene, withSnapshots } from "../support/snapshots.ts";

const DAY = Date.UTC(2026, 10, 1);

/** A store as ClawBackup writes it, event after event. */
class ClawFolder {
  readonly folder: string;
  #lines = "";
  #count = 0;

  constructor({ folder }: SnapshotScene) {
    this.folder = join(folder, "clawbackups", "snapshots");
    Deno.mkdirSync(this.folder, { recursive: true });
  }

  /** An event `minute` minutes into the day; `before` is what was at the path, null: nothing. */
  add(session: string, minute: number, file_path: string, before: string | null): this {
    const hash = before === null ? null : createHash("sha256").update(before).digest("hex");
    const snapshot = before === null ? null : `snap-${++this.#count}`;
    if (before !== null) {
      const data = join(this.folder, "data", hash!.slice(0, 2));
      Deno.mkdirSync(data, { recursive: true });
      Deno.writeTextFileSync(join(data, `${snapshot}.dat`), before);
    }
    return this.addLine(JSON.stringify({
      event_id: `evt-${this.#lines.length}`,
      session_id: session,
      timestamp: new Date(DAY + minute * 60_000).toISOString(),
      operation_type: before === null ? "CREATE" : "UPDATE",
      file_path,
      snapshot_id: snapshot,
      file_hash: hash,
      file_size: before?.length ?? 0,
    }));
  }

  addLine(line: string): this {
    this.#lines += `${line}\n`;
    Deno.writeTextFileSync(join(this.folder, "events.jsonl"), this.#lines);
    return this;
  }
}

/** The texts of all files at a moment. */
function textsAt({ store, scope }: SnapshotScene, event: number): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [path, entry] of stateAt(store, scope.main, event)) {
    if (entry.kind !== "file") continue;
    const pieces = [...readContent(store.objects, entry.object)];
    texts[path] = pieces.map((piece) => new TextDecoder().decode(piece)).join("");
  }
  return texts;
}

async function textsAtMinute(scene: SnapshotScene, minute: number) {
  const { store, scope } = scene;
  const timeMs = DAY + minute * 60_000;
  const { moment } = await planRollback(store, scope, { moment: { timeMs } });
  return textsAt(scene, moment.event);
}

Deno.test("what ClawBackup kept is there at every time, and torn lines hide nothing", () =>
  withSnapshots(async (scene) => {
    const { store, at, folder } = scene;
    Deno.writeTextFileSync(at("a.md"), "third");
    Deno.writeTextFileSync(at("made.md"), "made");
    const claw = new ClawFolder(scene)
      .add("one", 10, at("a.md"), "first")
      .addLine('{"event_id":"evt-torn","session_i')
      .add("one", 11, at("made.md"), null)
      .addLine("[]")
      .add("two", 20, at("a.md"), "second")
      .add("two", 21, at("gone.md"), "gone")
      .add("two", 22, join(folder, "elsewhere.md"), "not tracked");
    const imported = await importClawSnapshots(store, claw.folder);
    assert.deepEqual(imported, {
      source: claw.folder,
      events: 6,
      sessions: 2,
      files: 3,
      skipped: { bad_lines: 2, outside: 1, unknown: 0, already_there: 0 },
    });
    assert.deepEqual(await textsAtMinute(scene, 5), { "a.md": "first", "gone.md": "gone" });
    const between = { "a.md": "second", "gone.md": "gone", "made.md": "made" };
    assert.deepEqual(await textsAtMinute(scene, 15), between);
    assert.deepEqual(await textsAtMinute(scene, 30), { "a.md": "third", "made.md": "made" });
    const { ok, damaged } = await verifyStore(store);
    assert.deepEqual([ok, damaged], [true, []]);
  }));

Deno.test("a session of ClawBackup is taken back like one of ours", () =>
  withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    Deno.writeTextFileSync(at("a.md"), "third");
    const claw = new ClawFolder(scene)
      .add("one", 10, at("a.md"), "first").add("two", 20, at("a.md"), "second");
    await importClawSnapshots(store, claw.folder);
    const { moment, items } = await planRollback(store, scope, { moment: { session: "two" } });
    assert.deepEqual(textsAt(scene, moment.event), { "a.md": "second" });
    assert.deepEqual(items.map(({ path }) => path), ["a.md"]);
  }));

Deno.test("imported changes come before ours, and what ours lead to stays", () =>
  withSnapshots(async (scene) => {
    const { store, scope, at } = scene;
    Deno.writeTextFileSync(at("a.md"), "third");
    Deno.writeTextFileSync(at("b.md"), "b");
    await takeSnapshot(store, scope, BY_HAND);
    const { snapshot: ours } = await takeSnapshot(store, scope, BY_HAND);
    Deno.writeTextFileSync(at("b.md"), "changed");
    await recordFiles(store, scope, byTool("S"), [at("b.md")]);
    const claw = new ClawFolder(scene)
      .add("one", 10, at("a.md"), "first").add("two", 20, at("a.md"), "second");
    await importClawSnapshots(store, claw.folder);
    const momentOf = async (moment: { snapshot: string } | { session: string }) =>
      textsAt(scene, (await planRollback(store, scope, { moment })).moment.event);
    assert.deepEqual(await momentOf({ snapshot: ours! }), { "a.md": "third", "b.md": "b" });
    assert.deepEqual(await momentOf({ session: "S" }), { "a.md": "third", "b.md": "b" });
    assert.deepEqual(await textsAtMinute(scene, 15), { "a.md": "second", "b.md": "b" });
    const { snapshots } = listSnapshots(store, { limit: 100 });
    assert.deepEqual(snapshots.slice(-3).map(({ made_by }) => made_by).sort(), [
      "import",
      "import",
      "import",
    ]);
    const { snapshot } = await takeSnapshot(store, scope, BY_HAND);
    assert.deepEqual(await momentOf({ snapshot: snapshot! }), {
      "a.md": "third",
      "b.md": "changed",
    });
  }));

Deno.test("what is imported again is there once, and what has come since is added", () =>
  withSnapshots(async (scene) => {
    const { store, at } = scene;
    Deno.writeTextFileSync(at("a.md"), "third");
    const claw = new ClawFolder(scene).add("one", 10, at("a.md"), "first");
    await importClawSnapshots(store, claw.folder);
    claw.add("two", 20, at("b.md"), "new");
    const again = await importClawSnapshots(store, claw.folder);
    assert.deepEqual([again.events, again.skipped.already_there], [2, 1]);
    assert.deepEqual(await textsAtMinute(scene, 15), { "a.md": "third", "b.md": "new" });
  }));

Deno.test("content that is damaged, missing or named by a path is not imported", () =>
  withSnapshots(async (scene) => {
    const { store, at, folder } = scene;
    Deno.writeTextFileSync(at("a.md"), "now");
    Deno.writeTextFileSync(join(folder, "secret.dat"), "secret");
    const hash = createHash("sha256").update("secret").digest("hex");
    const claw = new ClawFolder(scene).add("one", 10, at("a.md"), "first");
    const data = join(claw.folder, "data");
    const [shard] = [...Deno.readDirSync(data)];
    Deno.writeTextFileSync(join(data, shard.name, "snap-1.dat"), "damaged");
    const base = { session_id: "s", timestamp: new Date(DAY).toISOString(), file_path: at("a.md") };
    const named = { ...base, operation_type: "UPDATE", file_hash: hash };
    claw.addLine(JSON.stringify({ ...named, snapshot_id: "../../../../secret" }));
    claw.addLine(JSON.stringify({ ...named, snapshot_id: "snap-9" }));
    const { skipped, events } = await importClawSnapshots(store, claw.folder);
    assert.deepEqual([skipped.unknown, events], [3, 0]);
    assert.deepEqual(await textsAtMinute(scene, 5), { "a.md": "now" });
  }));
