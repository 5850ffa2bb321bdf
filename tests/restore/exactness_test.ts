import { join } from "node:path";
import fc from "fast-check";
import { assert } from "../assert.ts";
import type { Host, LifeboatError } from "../../src/base/mod.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import type { Home } from "../../src/profiles/mod.ts";
import {
  applyUndo,
  type PlanItem,
  planRestore,
  type RestoreOptions,
} from "../../src/restore/mod.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { withTempDir } from "../support/host.ts";
import { memoryBackup } from "../support/memory_backup.ts";
import { makeTree, readTree, type Tree, type TreeSpec } from "../support/trees.ts";
import { quickHost, testHome } from "./fixture.ts";

/** A leaf, or a folder of nodes. */
type Node = string | { link: string } | { in: Record<string, Node> };

const name = fc.constantFrom("a", "b", "c", "ü", "a b", "line\nbreak", "x.sqlite", "x.sqlite-wal");
const text = fc.constantFrom("", "1", "2", "22", "SQLite format 3\0 1", "SQLite format 3\0 2");
const link = fc.record({ link: fc.constantFrom("a", "b", "a b") });

const { folder } = fc.letrec<{ node: Node; folder: Record<string, Node> }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: link },
    { weight: 2, arbitrary: fc.record({ in: tie("folder") }) },
  ),
  folder: fc.dictionary(name, tie("node"), { maxKeys: 5, depthIdentifier: "tree" }),
}));

function specOf(nodes: Record<string, Node>, above = ""): TreeSpec {
  const spec: TreeSpec = {};
  for (const [name, node] of Object.entries(nodes)) {
    const path = above + name;
    if (typeof node === "string" || "link" in node) spec[path] = node;
    else Object.assign(spec, { [path]: {} }, specOf(node.in, `${path}/`));
  }
  return spec;
}

/** Restores come after all that was made before; links have the time at which they were made. */
function laterHost(at: string): Host {
  return { ...quickHost(at), now: () => new Date(Date.now() + 5000) };
}

/** What differs between two trees, as a plan counts it. */
function difference(before: Tree, after: Tree) {
  const counts = { create: 0, overwrite: 0, set_aside: 0, create_folders: 0 };
  for (const [path, now] of Object.entries(after)) {
    const was = before[path];
    if (now.startsWith("folder")) counts.create_folders += was === undefined ? 1 : 0;
    else if (was === undefined) counts.create++;
    else if (was !== now) counts.overwrite++;
  }
  for (const path of Object.keys(before)) if (!(path in after)) counts.set_aside++;
  return counts;
}

Deno.test("what a plan says is what apply does, on random trees", async () => {
  await fc.assert(
    fc.asyncProperty(folder, folder, (before, backedUp) =>
      withTempDir(async (at) => {
        makeTree(join(at, "source"), specOf(backedUp), 1_700_000_000_000);
        makeTree(join(at, "home"), specOf(before), 1_710_000_000_000);
        const backup = memoryBackup(join(at, "source"));
        const [host, home] = [laterHost(at), testHome(at, { roots: [] })];
        const was = readTree(home.path);
        const { plan: said } = await planRestore(host, { backup, home, listFiles: true });
        const { restoredFiles, setAside } = await carryPlan(
          host,
          backup,
          await makePlan(host, { backup, home }),
        );
        const { create, overwrite, set_aside, create_folders } = said;
        assert.deepEqual(
          { create, overwrite, set_aside, create_folders },
          difference(was, readTree(home.path, [".lifeboat"])),
        );
        assert.equal(restoredFiles, create + overwrite);
        assert.deepEqual(setAside, []);
        const { plan: again } = await planRestore(host, { backup, home });
        assert.deepEqual(
          [again.create, again.overwrite, again.create_folders, again.set_aside],
          [0, 0, 0, 0],
        );
        assert.deepEqual(again.conflicts, said.conflicts);
        if (said.conflicts.length === 0) {
          assertHolds(readTree(home.path), readTree(backup.head.home));
        }
        if (said.conflicts.length === 0) await assertUndone(host, home, was);
      })),
    { numRuns: Deno.env.get("SLOW") ? 1000 : 60 },
  );
});

/** A selection, and what it has to do with each path, said in another way than the program does. */
interface Chosen {
  options: Pick<RestoreOptions, "only" | "missingOnly" | "mirror">;
  isMeant: RegExp;
}

const ONLY: [glob: string, isMeant: RegExp][] = [
  ["a", /(^|\/)a(\/|$)/],
  ["/a", /^a(\/|$)/],
  ["**/b", /(^|\/)b(\/|$)/],
  ["a/**", /^a\/./],
  ["*.sqlite", /(^|\/)[^/]*\.sqlite(\/|$)/],
  ["c/*/b", /^c\/[^/]+\/b(\/|$)/],
];

const chosen: fc.Arbitrary<Chosen> = fc.record({
  only: fc.option(fc.uniqueArray(fc.constantFrom(...ONLY), { minLength: 1, maxLength: 2 })),
  how: fc.constantFrom({}, { missingOnly: true }, { mirror: true }),
}).map(({ only, how }) => ({
  options: { ...how, ...(only ? { only: only.map(([glob]) => glob) } : {}) },
  isMeant: new RegExp(only?.map(([, { source }]) => source).join("|") ?? ""),
}));

const isSidecar = (path: string) => /\.sqlite-wal(\/|$)/.test(path);
const withoutTime = (what?: string) => what?.replace(/^(file|folder) (\d+) \d+/, "$1 $2");
const content = (what?: string) => what?.replace(/^(file|folder) \d+ \d+/, "$1");

/** Holds what is there after a restore against what the plan said of every single path. */
function assertAsSaid(items: PlanItem[], before: Tree, after: Tree, backedUp: Tree): void {
  const said = new Map(items.map((item) => [item.path, item]));
  assert.equal(said.size, items.length, "each path is told once");
  for (const path of new Set([...Object.keys(before), ...Object.keys(after), ...said.keys()])) {
    const [was, is, stored] = [before[path], after[path], backedUp[path]];
    const action = said.get(path)?.action;
    const about = `${action} ${path}`;
    if (action === undefined || action === "kept") assert.equal(content(is), content(was), about);
    if (action === "kept") assert.equal(withoutTime(is), withoutTime(was), about);
    if (action === "unchanged") assert.equal(content(is), content(was), about);
    if (action === "create" || action === "overwrite") {
      assert.equal(was === undefined, action === "create", about);
      assert.equal(withoutTime(is), withoutTime(stored), about);
    }
    if (action === "set_aside") assert.deepEqual([was !== undefined, is], [true, undefined], about);
  }
}

/** What a selection promises, whatever the plan said. */
function assertChosen({ options, isMeant }: Chosen, before: Tree, after: Tree, backedUp: Tree) {
  for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[path], after[path]];
    if (is?.startsWith("folder") || isSidecar(path)) continue;
    if (!isMeant.test(path)) assert.equal(content(is), content(was), `not chosen: ${path}`);
    if (was !== undefined && options.missingOnly) assert.equal(is, was, `not missing: ${path}`);
    if (is === undefined && !options.mirror) assert.fail(`gone: ${path}`);
    if (is === undefined) assert.equal(backedUp[path], undefined, `set aside: ${path}`);
  }
}

Deno.test("a chosen part comes back as the plan says of each path, on random trees", async () => {
  await fc.assert(
    fc.asyncProperty(
      folder,
      folder,
      chosen,
      (before, backedUp, which) =>
        withTempDir(async (at) => {
          makeTree(join(at, "source"), specOf(backedUp), 1_700_000_000_000);
          makeTree(join(at, "home"), specOf(before), 1_710_000_000_000);
          const backup = memoryBackup(join(at, "source"));
          const [host, home] = [laterHost(at), testHome(at, { roots: [] })];
          const options = { backup, home, ...which.options };
          const was = readTree(home.path);
          const said = await planned(host, options);
          if (!said) return;
          const { id } = await carryPlan(host, backup, await makePlan(host, options));
          const is = readTree(home.path, [".lifeboat"]);
          const stored = readTree(backup.head.home);
          assertAsSaid(said.items!, was, is, stored);
          assertChosen(which, was, is, stored);
          if (which.options.mirror && !which.options.only && said.conflicts.length === 0) {
            const paths = (tree: Tree) =>
              Object.keys(tree).filter((path) => !isSidecar(path)).sort();
            assert.deepEqual(paths(is), paths(stored), "a mirror has no other paths");
          }
          const kept = readTree(join(home.path, `.lifeboat/undo-${id}/kept`));
          for (const { path, kind, action } of said.items!) {
            if (action !== "set_aside" || kind === "folder") continue;
            assert.equal(kept[path], was[path], `in the undo data: ${path}`);
          }
          const again = await planned(host, options);
          const open = again?.items?.filter(({ action }) =>
            !["unchanged", "kept"].includes(action)
          );
          assert.deepEqual(open ?? [], [], "nothing is left to do");
          if (said.conflicts.length === 0) await assertUndone(host, home, was);
        }),
    ),
    { numRuns: Deno.env.get("SLOW") ? 2000 : 100 },
  );
});

/** An undo gives back what was there: contents, modes, times and links. */
async function assertUndone(host: Host, home: Home, was: Tree): Promise<void> {
  const { ok } = await applyUndo(host, { home, confirmed: true });
  assert.ok(ok);
  assert.deepEqual(readTree(home.path, [".lifeboat"]), was);
}

/** The plan, or nothing where the globs mean nothing. */
async function planned(host: Host, options: RestoreOptions) {
  try {
    return (await planRestore(host, { ...options, listFiles: true })).plan;
  } catch (error) {
    assert.equal((error as LifeboatError).code, "nothing_selected");
  }
}

/** All that was backed up is there, and the same: what was unchanged kept its time. */
function assertHolds(tree: Tree, backedUp: Tree): void {
  const withoutTimes = (what: string) => what?.replace(/^(file|folder) (\d+) \d+/, "$1 $2");
  for (const [path, what] of Object.entries(backedUp)) {
    assert.equal(withoutTimes(tree[path]), withoutTimes(what), path);
  }
}
