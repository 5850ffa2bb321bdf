import { join } from "node:path";
import { assert, rejectsWith } from "../assert.ts";
import { carryPlan } from "../../src/restore/carry_plan.ts";
import { planRestore, type RestoreResult } from "../../src/restore/mod.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { withTempDir } from "../support/host.ts";
import { makeTree, readTree, type TreeSpec } from "../support/trees.ts";
import { backupOf, fixtureBackup, makeTarget, planInto, quickHost, testHome } from "./fixture.ts";

const MAGIC = "SQLite format 3\0";

/** What a plan does, as `action path`. */
function actions({ plan }: RestoreResult): string[] {
  return plan.items!.map(({ action, root, path }) =>
    `${action} ${root === "home" ? "" : `${root}:`}${path}`
  ).sort();
}

const SPEC: TreeSpec = {
  "config.toml": "c",
  "skills/one/SKILL.md": "1",
  "skills/two/SKILL.md": "2",
  "sessions/2026/a.jsonl": "a",
  "sessions/2026/b.txt": "b",
  "empty": { mode: 0o750 },
  "link": { link: "config.toml" },
};

const GLOBS: [what: string, only: string[], expected: string[]][] = [
  ["a name, in any folder", ["SKILL.md"], [
    "create skills",
    "create skills/one",
    "create skills/one/SKILL.md",
    "create skills/two",
    "create skills/two/SKILL.md",
  ]],
  ["a folder with what is in it", ["skills/one/"], [
    "create skills",
    "create skills/one",
    "create skills/one/SKILL.md",
  ]],
  ["a pattern across folders", ["sessions/**/*.jsonl"], [
    "create sessions",
    "create sessions/2026",
    "create sessions/2026/a.jsonl",
  ]],
  ["several", ["/config.toml", "link"], ["create config.toml", "create link"]],
  ["an empty folder", ["empty"], ["create empty"]],
];

for (const [what, only, expected] of GLOBS) {
  Deno.test(`only takes ${what}`, async () => {
    await withTempDir(async (folder) => {
      const result = await planInto(folder, SPEC, {}, { only });
      assert.deepEqual(actions(result), expected);
      const leaves = result.plan.create;
      assert.equal(result.plan.not_selected, 6 - leaves);
      assert.deepEqual(result.warnings, []);
    });
  });
}

Deno.test("a root outside the home is meant by its id before the glob, and by nothing else", async () => {
  await withTempDir(async (folder) => {
    const backup = fixtureBackup(folder);
    makeTarget(folder);
    const options = { backup, home: testHome(folder), listFiles: true };
    const host = quickHost(folder);
    const chosen = async (...only: string[]) =>
      actions(await planRestore(host, { ...options, only }));
    assert.deepEqual(await chosen("agents:skills"), ["overwrite agents:skills/one/SKILL.md"]);
    assert.deepEqual(await chosen("json:"), ["overwrite json:.test.json"]);
    assert.deepEqual(await chosen("home:config.toml"), ["overwrite config.toml"]);
    await rejectsWith(() => chosen("SKILL.md"), "nothing_selected");
    await rejectsWith(() => chosen("nobody:SKILL.md"), "nothing_selected");
  });
});

Deno.test("a glob that means nothing is said; when none means anything, nothing is done", async () => {
  await withTempDir(async (folder) => {
    const result = await planInto(folder, SPEC, {}, { only: ["config.toml", "*.yaml"] });
    assert.deepEqual(result.warnings, ["Nothing is meant by *.yaml"]);
    const error = await rejectsWith(
      () => planInto(folder, SPEC, {}, { only: ["*.yaml"] }),
      "nothing_selected",
    );
    assert.equal(error.kind, "refused");
  });
});

Deno.test("what is not chosen is neither a conflict nor skipped, and its folder stays as it is", async () => {
  await withTempDir(async (folder) => {
    const spec = { "a": "1", "sub": { mode: 0o711 }, "sub/b": "2", "out": { link: "/etc" } };
    const target = { "a/in the way": "", "sub/c": "3" };
    const result = await planInto(folder, spec, target, { only: ["sub/b"] });
    assert.deepEqual(actions(result), ["create sub/b"]);
    assert.deepEqual([result.plan.conflicts, result.plan.skipped], [[], []]);
    assert.equal(result.plan.set_permissions, 0);
  });
});

Deno.test("a chosen database takes the sidecars of the one that it replaces out of the home", async () => {
  await withTempDir(async (folder) => {
    const result = await planInto(
      folder,
      { "a.sqlite": `${MAGIC}1`, "b.sqlite": `${MAGIC}1` },
      {
        "a.sqlite": `${MAGIC}2`,
        "a.sqlite-wal": "w",
        "b.sqlite": `${MAGIC}2`,
        "b.sqlite-wal": "w",
      },
      { only: ["a.sqlite"] },
    );
    assert.deepEqual(actions(result), ["overwrite a.sqlite", "set_aside a.sqlite-wal"]);
  });
});

/** A backup of a database that was captured raw, with its WAL. */
function rawBackup(folder: string) {
  const backup = backupOf(folder, { "db": `${MAGIC}malformed`, "db-wal": "its wal", "x": "x" });
  backup.manifest.errors.push({
    root: "home",
    relative_path: "db",
    method: "sqlite_backup",
    code: "malformed_database",
    error: "malformed",
  });
  return backup;
}

Deno.test("a database that was captured raw and its WAL are chosen together", async () => {
  for (const only of [["db"], ["db-wal"]]) {
    await withTempDir(async (folder) => {
      const result = await planInto(folder, {}, {}, { backup: rawBackup(folder), only });
      assert.deepEqual(actions(result), ["create db", "create db-wal"]);
    });
  }
});

Deno.test("missing-only puts back what is gone, and leaves alone whatever is there", async () => {
  await withTempDir(async (folder) => {
    const target = {
      "config.toml": { text: "changed", mode: 0o666 },
      "skills": { mode: 0o711 },
      "skills/one/SKILL.md": "mine",
      "link": "a file now",
    };
    const result = await planInto(folder, SPEC, target, { missingOnly: true });
    assert.deepEqual(actions(result), [
      "create empty",
      "create sessions",
      "create sessions/2026",
      "create sessions/2026/a.jsonl",
      "create sessions/2026/b.txt",
      "create skills/two",
      "create skills/two/SKILL.md",
      "kept config.toml",
      "kept link",
      "kept skills/one/SKILL.md",
    ]);
    const { create, overwrite, kept, set_permissions, files } = result.plan;
    assert.deepEqual([create, overwrite, kept, set_permissions, files], [3, 0, 3, 0, 3]);
  });
});

Deno.test("missing-only never puts a WAL beside a database that is there", async () => {
  await withTempDir(async (folder) => {
    const backup = rawBackup(folder);
    const live = await planInto(folder, {}, { "db": `${MAGIC}live` }, {
      backup,
      missingOnly: true,
    });
    assert.deepEqual(actions(live), ["create x", "kept db", "kept db-wal"]);
    backup.manifest.errors = []; // as in a manifest of another tool
    const other = await planInto(folder, {}, {}, { backup, missingOnly: true });
    assert.deepEqual(actions(other), ["create x", "kept db", "kept db-wal"]);
  });
});

Deno.test("missing-only brings a database that is gone back without the WAL of another", async () => {
  await withTempDir(async (folder) => {
    const backup = rawBackup(folder);
    const raw = await planInto(folder, {}, { "db-wal": "stale" }, { backup, missingOnly: true });
    assert.deepEqual(actions(raw), ["create db", "create x", "overwrite db-wal"]);
  });
  await withTempDir(async (folder) => {
    const spec = { "a.sqlite": `${MAGIC}1` };
    const copy = await planInto(folder, spec, { "a.sqlite-wal": "stale" }, { missingOnly: true });
    assert.deepEqual(actions(copy), ["create a.sqlite", "set_aside a.sqlite-wal"]);
  });
});

Deno.test("missing-only and mirror contradict each other", async () => {
  await withTempDir(async (folder) => {
    await rejectsWith(
      () => planInto(folder, SPEC, {}, { missingOnly: true, mirror: true }),
      "usage",
    );
  });
});

Deno.test("after a clean-up, what is there is the same to the byte, and what was deleted is back", async () => {
  await withTempDir(async (folder) => {
    const spec = { "projects/p/old.jsonl": "old", "projects/p/new.jsonl": "short" };
    const backup = backupOf(folder, spec);
    makeTree(join(folder, "home"), { "projects/p/new.jsonl": "short and longer" });
    const before = readTree(join(folder, "home"));
    const [host, home] = [quickHost(folder), testHome(folder, { roots: [] })];
    await carryPlan(host, backup, await makePlan(host, { backup, home, missingOnly: true }));
    const after = readTree(join(folder, "home"), [".lifeboat"]);
    assert.match(after["projects/p/old.jsonl"], /"old"$/);
    assert.equal(after["projects/p/new.jsonl"], before["projects/p/new.jsonl"]);
  });
});
