/** Random changes, snapshots, rollbacks and kills against plain copies of the folder. */
import type { Host } from "../../src/base/mod.ts";
import { applyRollback } from "../../src/restore/mod.ts";
import {
  applyCleanup,
  listSnapshots,
  openSnapshotStore,
  type SnapshotStore,
  takeSnapshot,
  trackWorkspace,
  verifyStore,
} from "../../src/snapshots/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { randomNumbers } from "../support/killing.ts";
import { type PlainTree, plainTree, RandomTree } from "../support/random_tree.ts";
import { quickHost } from "./fixture.ts";
import { BY_HAND } from "../support/snapshots.ts";

const STEPS = 2000;

/** A process of lifeboat that may be killed: from some call on, none does anything any more. */
function mortalHost(folder: string, diesAfter: number): Host {
  const fs = faultyFs(
    quickHost(folder).fs,
    ({ index, operation }) =>
      index >= diesAfter && operation !== "close" ? systemError("EKILLED") : undefined,
  );
  return testHost(folder, { fs, now: () => new Date() });
}

class Model {
  readonly #trees = new Map<string, PlainTree>();
  readonly #random: () => number;
  readonly #tree: RandomTree;
  readonly #work: string;
  rollbacks = 0;
  kills = 0;
  cleanups = 0;

  constructor(readonly folder: string, seed: number) {
    this.#random = randomNumbers(seed);
    this.#work = `${folder}/work`;
    Deno.mkdirSync(this.#work);
    this.#tree = new RandomTree(this.#work, this.#random);
  }

  /** Runs as a process would; says whether it lived. */
  async #asProcess(
    diesAfter: number,
    act: (host: Host, store: SnapshotStore) => Promise<void>,
  ): Promise<boolean> {
    const host = mortalHost(this.folder, diesAfter);
    let store: SnapshotStore | undefined;
    try {
      store = await openSnapshotStore(host);
      await act(host, store);
      return true;
    } catch (error) {
      if (diesAfter === Infinity) throw error;
      return false;
    } finally {
      store?.close();
    }
  }

  /** What is there when a snapshot is complete is what it must bring back. */
  async #take(diesAfter = Infinity): Promise<void> {
    await this.#asProcess(diesAfter, async (_host, store) => {
      const taken = await takeSnapshot(store, trackWorkspace(store, this.#work), BY_HAND);
      if (taken.skipped.length > 0) return; // it died, and could read no more
      this.#trees.set(taken.snapshot!, plainTree(this.#work));
    });
  }

  async #rollBack(snapshot: string, diesAfter = Infinity): Promise<boolean> {
    return await this.#asProcess(diesAfter, async (host, store) => {
      const scope = trackWorkspace(store, this.#work);
      const before = plainTree(this.#work);
      const choice = { moment: { snapshot } };
      const result = await applyRollback(host, { store, scope, choice, confirmed: true });
      assert.deepEqual(result.plan.conflicts, []);
      if (result.warnings.length > 0) return;
      this.#trees.set(result.before_snapshot!, before);
      this.#trees.set(result.after_snapshot!, plainTree(this.#work));
    });
  }

  #anySnapshot(): string | undefined {
    const all = [...this.#trees.keys()];
    return all[Math.floor(this.#random() * all.length)];
  }

  async #rollBackSomewhere(): Promise<void> {
    const snapshot = this.#anySnapshot();
    if (!snapshot) return;
    await this.#rollBack(snapshot);
    assert.deepEqual(plainTree(this.#work), this.#trees.get(snapshot), `rollback to ${snapshot}`);
    this.rollbacks++;
  }

  /** After a rollback that was killed, the next one first brings the folder to one state. */
  async #rollBackAndDie(): Promise<void> {
    const snapshot = this.#anySnapshot();
    if (!snapshot) return;
    const died = !await this.#rollBack(snapshot, Math.floor(this.#random() * 800));
    if (died) this.kills++;
    await this.#rollBack(snapshot);
    assert.deepEqual(plainTree(this.#work), this.#trees.get(snapshot), `killed ${snapshot}`);
  }

  /** What a clean-up has not forgotten must still come back exactly. */
  async #cleanUp(): Promise<void> {
    await this.#asProcess(Infinity, (_host, store) => {
      applyCleanup(store, { maxTotalSize: Math.floor(this.#random() * 200_000) });
      const { snapshots } = listSnapshots(store, { limit: 1e6 });
      const left = new Set(snapshots.filter(({ complete }) => complete).map(({ id }) => id));
      for (const id of this.#trees.keys()) if (!left.has(id)) this.#trees.delete(id);
      this.cleanups++;
      return Promise.resolve();
    });
  }

  async step(): Promise<void> {
    const at = this.#random();
    if (at < 0.88) this.#tree.change();
    else if (at < 0.94) await this.#take();
    else if (at < 0.96) await this.#take(Math.floor(this.#random() * 400));
    else if (at < 0.965) await this.#cleanUp();
    else if (at < 0.98) await this.#rollBackSomewhere();
    else await this.#rollBackAndDie();
  }

  async verify(): Promise<void> {
    await this.#asProcess(Infinity, async (_host, store) => {
      const { damaged, database_faults } = await verifyStore(store);
      assert.deepEqual([damaged, database_faults], [[], []]);
    });
  }
}

for (const seed of [1, 2]) {
  Deno.test(`every rollback brings back exactly what was there, seed ${seed}`, async () => {
    await withTempDir(async (folder) => {
      const model = new Model(folder, seed);
      for (let step = 0; step < STEPS; step++) await model.step();
      await model.verify();
      assert.ok(model.rollbacks > 10 && model.kills > 10 && model.cleanups > 3);
    });
  });
}
