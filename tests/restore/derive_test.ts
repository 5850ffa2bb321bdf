import { join } from "node:path";
import { HOME_ROOT, rootFolder } from "../../src/archive/mod.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import type { Derivation, Derive, Rewriting } from "../../src/restore/derive.ts";
import { makePlan } from "../../src/restore/plan.ts";
import type { Plan } from "../../src/restore/planner.ts";
import { assert, rejectsWith } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree, type TreeSpec } from "../support/trees.ts";
import { backupOf, quickHost, targetTree, testHome } from "./fixture.ts";

const upper: Derive = async function* (chunks) {
  for await (const chunk of chunks) {
    yield new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase());
  }
};

function contents(derivations: Record<string, Derivation>): Map<string, Derivation> {
  const stored = (path: string) => rootFolder(HOME_ROOT) + path;
  return new Map(Object.entries(derivations).map(([path, one]) => [stored(path), one]));
}

/** Plans a restore of `spec` into a home that holds `target`, and uses the plan. */
async function withPlan(
  folder: string,
  { spec, target = {}, rewritings, options = {} }: {
    spec: TreeSpec;
    target?: TreeSpec;
    rewritings: Rewriting[];
    options?: { only?: string[]; missingOnly?: boolean; mirror?: boolean };
  },
  use: (plan: Plan, backup: ReturnType<typeof backupOf>) => void | Promise<void>,
): Promise<void> {
  const host = quickHost(folder);
  const backup = backupOf(folder, spec);
  makeTree(join(folder, "home"), target);
  const home = testHome(folder, { roots: [] });
  const plan = await makePlan(host, { backup, home, listFiles: true, ...options }, rewritings);
  try {
    await use(plan, backup);
  } finally {
    plan.close();
  }
  assert.deepEqual(scratchOf(folder), [], "a plan that is closed leaves no scratch file");
}

function scratchOf(folder: string): string[] {
  return Object.keys(readTree(join(folder, ".local/state/lifeboat/restoring")));
}

const actions = (plan: Plan) =>
  plan.items.list().map(({ action, path }) => `${action} ${path}`).sort();

const apply = (folder: string, plan: Plan) => carryPlan(quickHost(folder), plan.backup, plan);

const textAt = (folder: string, path: string) =>
  Deno.readTextFileSync(join(folder, "home", ...path.split("/")));

Deno.test("a plan decides on the bytes that come back, not on those in the backup", () =>
  withTempDir((folder) =>
    withPlan(folder, {
      spec: { "a": "one", "b": "two", "c": "three" },
      target: { "a": "ONE", "b": "two" },
      rewritings: [{ content: contents({ a: { derive: upper }, b: { derive: upper } }) }],
    }, async (plan) => {
      assert.deepEqual(actions(plan), ["create c", "overwrite b", "unchanged a"]);
      await apply(folder, plan);
      assert.deepEqual(["a", "b", "c"].map((path) => textAt(folder, path)), [
        "ONE",
        "TWO",
        "three",
      ]);
    })
  ));

Deno.test("a derivation that is made once is not asked again when it is staged", () =>
  withTempDir((folder) => {
    let calls = 0;
    const derive: Derive = async function* (chunks) {
      calls++;
      for await (const _ of chunks) { /* only counted */ }
      yield new TextEncoder().encode(`call ${calls}`);
    };
    return withPlan(folder, {
      spec: { "a": "one" },
      rewritings: [{ content: contents({ a: { derive, once: true } }) }],
    }, async (plan) => {
      assert.equal(scratchOf(folder).length > 0, true);
      await apply(folder, plan);
      assert.equal(textAt(folder, "a"), "call 1");
    });
  }));

Deno.test("a derivation that makes other bytes when it is staged restores nothing", () =>
  withTempDir((folder) => {
    let calls = 0;
    const derive: Derive = async function* (chunks) {
      for await (const _ of chunks) { /* only counted */ }
      yield new TextEncoder().encode(`call ${++calls}`);
    };
    return withPlan(folder, {
      spec: { "a": "one" },
      target: { "a": "before" },
      rewritings: [{ content: contents({ a: { derive } }) }],
    }, async (plan) => {
      const before = targetTree(folder);
      await rejectsWith(() => apply(folder, plan), "damaged_archive");
      assert.deepEqual(targetTree(folder), before);
    });
  }));

Deno.test("several rewritings of one file are made one after the other", () =>
  withTempDir((folder) => {
    const twice: Derive = async function* (chunks) {
      const pieces = await Array.fromAsync(chunks, (chunk) => chunk.slice());
      yield* pieces;
      yield* pieces;
    };
    return withPlan(folder, {
      spec: { "a": "one" },
      rewritings: [
        { content: contents({ a: { derive: upper } }) },
        { content: contents({ a: { derive: twice } }) },
      ],
    }, async (plan) => {
      await apply(folder, plan);
      assert.equal(textAt(folder, "a"), "ONEONE");
    });
  }));

Deno.test("what is in the backup is held against its manifest before anything is made of it", () =>
  withTempDir(async (folder) => {
    const host = quickHost(folder);
    const backup = backupOf(folder, { a: "one" });
    backup.content.set("files/a", new TextEncoder().encode("two"));
    const home = testHome(folder, { roots: [] });
    const rewritings = [{ content: contents({ a: { derive: upper, once: true } }) }];
    await rejectsWith(() => makePlan(host, { backup, home }, rewritings), "damaged_archive");
    assert.deepEqual(scratchOf(folder), []);
  }));

Deno.test("files, links and folders come back at the places that a rewriting gives them", () =>
  withTempDir((folder) =>
    withPlan(folder, {
      spec: {
        "projects/-old/a.jsonl": "a",
        "projects/-old/deep/b": { text: "b", mode: 0o600 },
        "projects/-old/link": { link: "a.jsonl" },
        "projects/-old": { mode: 0o750 },
        "away": { link: "/old/project" },
        "other": "other",
      },
      rewritings: [{
        place: (_, path) => path.replace(/^projects\/-old(?=\/|$)/, "projects/-new"),
        link: (target) => target.replace(/^\/old\//, `${folder}/home/`),
        content: contents({ "projects/-old/a.jsonl": { derive: upper } }),
      }],
    }, async (plan) => {
      assert.deepEqual(plan.conflicts, []);
      await apply(folder, plan);
      const tree = targetTree(folder);
      assert.match(tree["home/projects/-new/a.jsonl"], /"A"$/);
      assert.match(tree["home/projects/-new/deep/b"], /^file 600 .*"b"$/);
      assert.equal(tree["home/projects/-new/link"], "link a.jsonl");
      assert.match(tree["home/projects/-new"], /^folder 750/);
      assert.equal(tree["home/away"], `link ${folder}/home/project`);
      assert.equal(Object.keys(tree).some((path) => path.includes("-old")), false);
    })
  ));

Deno.test("two files that would come back at one place are in conflict, and neither does", () =>
  withTempDir((folder) =>
    withPlan(folder, {
      spec: { "old/a": "1", "new/a": "2" },
      rewritings: [{ place: (_, path) => path.replace(/^old\//, "new/") }],
    }, (plan) => {
      assert.deepEqual(plan.conflicts.map(({ code }) => code), ["same_name", "same_name"]);
      assert.equal(plan.ops.values().some(({ op }) => op === "file"), false);
    })
  ));

Deno.test("a place that would lead out of its root is refused", () =>
  withTempDir(async (folder) => {
    const backup = backupOf(folder, { a: "one" });
    const home = testHome(folder, { roots: [] });
    const rewritings = [{ place: () => "../a" }];
    await rejectsWith(
      () => makePlan(quickHost(folder), { backup, home }, rewritings),
      "unsafe_manifest",
    );
  }));

Deno.test("a file that is dropped stays in the backup, and the one in its place leaves", () =>
  withTempDir((folder) =>
    withPlan(folder, {
      spec: { "index.sqlite": "theirs", "a": "one" },
      target: { "index.sqlite": "ours", "index.sqlite-wal": "ours", "b": "stays" },
      rewritings: [{
        dropped: () => [{
          root: "home",
          path: "index.sqlite",
          reason: "stale",
          message: "is stale",
          isInBackup: true,
        }],
      }],
    }, async (plan) => {
      assert.deepEqual(plan.skipped.map(({ path, reason }) => `${path} ${reason}`), [
        "index.sqlite stale",
      ]);
      assert.deepEqual(actions(plan), [
        "create a",
        "set_aside index.sqlite",
        "set_aside index.sqlite-wal",
      ]);
      await apply(folder, plan);
      assert.deepEqual(Object.keys(targetTree(folder)), ["home", "home/a", "home/b"]);
    })
  ));

Deno.test("globs mean the paths that the backup has", () =>
  withTempDir((folder) => {
    let calls = 0;
    const derive: Derive = (chunks, bench) => {
      calls++;
      return upper(chunks, bench);
    };
    return withPlan(folder, {
      spec: { "old/a": "1", "other": "2" },
      rewritings: [{
        place: (_, path) => path.replace(/^old\//, "new/"),
        content: contents({ "other": { derive } }),
      }],
      options: { only: ["old/**"] },
    }, (plan) => {
      assert.deepEqual(actions(plan), ["create new", "create new/a"]);
      assert.equal(calls, 0, "what is not chosen is not worked out");
    });
  }));
